#include "options.hpp"

#include <boost/program_options.hpp>
#include <iterator>
#include <ostream>
#include <set>
#include <string_view>
#include <utility>

#include "base/nearest_name.hpp"

namespace polyclock {
namespace {

namespace po = boost::program_options;
using texts = std::vector<std::string>;

po::options_description visible_options() {
  po::options_description options("Options");
  const auto text = [](const char* name) { return po::value<std::string>()->value_name(name); };
  const auto list = [](const char* name) { return po::value<texts>()->value_name(name); };
  options.add_options()  //
      ("server,s", list("SERVER"),
       "HOST[:PORT], [IPv6]:PORT, tls://HOST[:PORT], unix:/path or srv:DOMAIN; repeatable; the "
       "first reply counts [default: $POLYCLOCK_SERVER, else 127.0.0.1:18814]")                 //
      ("ca", text("FILE"), "trust the CAs of this PEM file at tls:// [default: the system's]")  //
      ("cert", text("FILE"), "show this certificate (PEM) at tls://")                           //
      ("key", text("FILE"), "the certificate's private key (PEM)")                              //
      ("locale,l", list("TAG"),
       "locale, BCP 47 or POSIX; repeatable, in order of preference [default: $LC_ALL, $LC_TIME, "
       "$LANG, else the server's]")                                                              //
      ("zone,z", text("NAME"), "IANA time zone [default: $TZ if it is one, else the server's]")  //
      ("style", text("STYLE"),
       "phrase, full, long, medium, short, iso, words or skeleton:LETTERS [default: the server's "
       "choice]")  //
      ("iso-8601,I", po::value<std::string>()->implicit_value("")->value_name("[=FMT]"),
       "the same as --style iso; -Idate: the date alone; -Iseconds: date and time")  //
      ("utc,u", "the same as --zone UTC")                                            //
      ("at", text("INSTANT"),
       "answer for that instant: RFC 3339 (time, offset optional), @SECONDS or now")             //
      ("next", text("N"), "list the N texts that follow, at most 64, and when each begins")      //
      ("next-transition", "print the next change of the UTC offset")                             //
      ("quality", "print the quality of the server's clock, and this host's offset from it")     //
      ("ascii", "use only ASCII in the text")                                                    //
      ("watch", "go on, and print the text again each time it changes")                          //
      ("json", "print the whole answer as one JSON object")                                      //
      ("stats", "print what the server has counted, a name and a value in each line")            //
      ("classic", "send a classic packet: the server chooses language and zone")                 //
      ("udp", "use UDP instead of TCP")                                                          //
      ("daytime", text("HOST[:PORT]"), "query a Daytime Protocol server (RFC 867, port 13)")     //
      ("time-protocol", text("HOST[:PORT]"), "query a Time Protocol server (RFC 868, port 37)")  //
      ("timeout,t", text("S"),
       "timeout of the whole exchange in seconds, fractions allowed [default: 5]")  //
      ("quiet,q", "print no error messages")                                        //
      ("version", "print the version, exit")                                        //
      ("help,h", "print this help, exit");
  return options;
}

// Without a format attached to it -I has none: the next word is a command.
std::vector<po::option> parse_bare_iso_format(texts& words) {
  if (words.front() != "-I" && words.front() != "--iso-8601") return {};
  po::option parsed;
  parsed.string_key = "iso-8601";
  parsed.value = {std::string()};
  parsed.original_tokens = {words.front()};
  words.erase(words.begin());
  return {parsed};
}

// Of an option that is given again the last value counts, unless all do.
void keep_last(po::parsed_options& parsed) {
  std::set<std::string> seen;
  std::vector<po::option> kept;
  for (auto one = parsed.options.rbegin(); one != parsed.options.rend(); ++one) {
    const std::string& key = one->string_key;
    const bool is_list = key == "server" || key == "locale" || key == "command";
    if (is_list || seen.insert(key).second) kept.push_back(std::move(*one));
  }
  parsed.options.assign(std::make_move_iterator(kept.rbegin()),
                        std::make_move_iterator(kept.rend()));
}

}  // namespace

po::variables_map parse_options(int count, const char* const* argv) {
  po::options_description all = visible_options();
  all.add_options()("command", po::value<texts>());
  po::positional_options_description positional;
  positional.add("command", -1);
  const auto style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
  po::variables_map values;
  po::parsed_options parsed = po::command_line_parser(count, argv)
                                  .options(all)
                                  .positional(positional)
                                  .style(style)
                                  .extra_style_parser(parse_bare_iso_format)
                                  .run();
  keep_last(parsed);
  po::store(parsed, values);
  return values;
}

std::string message_of(const po::unknown_option& error) {
  const po::options_description known = visible_options();
  std::vector<std::string_view> names;
  for (const auto& option : known.options()) names.emplace_back(option->long_name());
  return base::unknown_option(error.get_option_name(), names);
}

void print_help(std::ostream& out) {
  out << "Usage: polyclock [date|time|now] [OPTION]...\n"
         "       polyclock zones|locales [PATTERN] [OPTION]...\n"
         "       polyclock --daytime|--time-protocol HOST[:PORT] [OPTION]...\n"
         "Queries a polyclockd for the date, the time, or both (now, the default), in your locale\n"
         "and time zone, or for the names of its zones or locales.\n\n"
      << visible_options()
      << "\nExit status: 0 success, 1 the server answered with an error, 2 usage error,\n"
         "3 no server reached in time, 4 no valid reply. See polyclock(1).\n";
}

}  // namespace polyclock
