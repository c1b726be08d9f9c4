// The text conversation without a socket: lines, commands, and what a peer's choices do.
#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "protocol/conversation.hpp"
#include "protocol/text_command.hpp"
#include "protocol/text_line.hpp"
#include "service/text_service.hpp"
#include "support/bytes.hpp"
#include "support/catch.hpp"
#include "support/fixed_answerer.hpp"

namespace polyclock::test {
namespace {

using namespace std::string_literals;
using protocol::decode_status;
using protocol::text_verb;

struct decoded_line {
  decode_status status;
  std::size_t size;
  std::string text;
};

decoded_line decode(const std::string& in) {
  protocol::text_line line;
  const auto [status, size] = protocol::decode_text_line(from_text(in), line);
  return {status, size, std::string(line.view())};
}

TEST_CASE("a line ends in LF, CR or CRLF") {
  for (const char* end : {"\n", "\r", "\r\n"}) {
    const decoded_line line = decode("date"s + end + "time");
    CHECK(line.status == decode_status::complete);
    CHECK(line.size == 5);
    CHECK(line.text == "date");
  }
  CHECK(decode("").status == decode_status::need_more);
  CHECK(decode("date").status == decode_status::need_more);
}

TEST_CASE("telnet commands between the text are left out") {
  // RFC 854: WILL and DO take an option, SB ends with IAC SE, 255 is escaped, NOP stands alone.
  const std::string options = "\xff\xfb\x18\xff\xfd\x03\xff\xfa\x18\x00x\xff\xff\xff\xf0\xff\xf1"s;
  CHECK(decode(options + "da" + options + "te\n").text == "date");
  CHECK(decode("date\r\0\n"s).text == "date");
  CHECK(decode("\0\n"s).text.empty());
  for (std::size_t size = 0; size < options.size(); ++size) {
    CHECK(decode("now" + options.substr(0, size)).status == decode_status::need_more);
  }
  CHECK(decode("\xff\xfa\x18 a line end\n within"s).status == decode_status::need_more);
}

TEST_CASE("a line has at most 512 bytes") {
  CHECK(decode(std::string(512, 'x') + "\n").text == std::string(512, 'x'));
  CHECK(decode(std::string(512, 'x')).status == decode_status::need_more);
  CHECK(decode(std::string(513, 'x')).status == decode_status::malformed);
  CHECK(decode(std::string(513, 'x') + "\n").status == decode_status::malformed);
  CHECK(decode("\xff\xfa"s + std::string(600, '\xff') + "\n").status == decode_status::malformed);
}

TEST_CASE("commands are read in any case and with any space") {
  const auto verb = [](std::string_view line) { return protocol::parse_text_command(line).verb; };
  CHECK(verb("  DaTe\t") == text_verb::date);
  CHECK(verb("now") == text_verb::now);
  CHECK(verb("?") == text_verb::help);
  CHECK(verb("Quit") == text_verb::bye);
  CHECK(verb("") == text_verb::none);
  CHECK(verb(" \t ") == text_verb::none);
  CHECK(verb("dates") == text_verb::unknown);
  CHECK(verb("dat") == text_verb::unknown);
  CHECK(verb("date 5") == text_verb::unknown);
  CHECK(protocol::parse_text_command(" date 5 ").argument == "date 5");
  CHECK(protocol::parse_text_command("ZONE   Europe/Berlin ").argument == "Europe/Berlin");
  CHECK(protocol::parse_text_command("zone").argument.empty());
}

class peer {
 public:
  explicit peer(service::defaults defaults = {}) : service_(fixed_answerer(), std::move(defaults)) {
    talk_->lend(std::make_unique<protocol::conversation_buffers<service::text_service>>());
    talk_->use_large_input();
  }

  // What comes back.
  std::string say(std::string_view text) {
    std::string all;
    const bytes in = from_text(text);
    for (std::size_t done = 0; done < in.size() && talk_->is_open();) {
      const auto space = talk_->input_space();
      const std::size_t size = std::min(space.size(), in.size() - done);
      std::copy_n(in.begin() + static_cast<std::ptrdiff_t>(done), size, space.begin());
      talk_->received(size);
      done += size;
      all += replies();
    }
    return all;
  }
  std::string pause() {
    talk_->pause_input();
    return replies();
  }
  std::string finish() {
    talk_->finish_input();
    return replies();
  }
  [[nodiscard]] bool is_open() const { return talk_->is_open(); }

 private:
  std::string replies() {
    std::string all;
    do {
      all += to_text(talk_->output());
      talk_->sent(talk_->output().size());
      static_cast<void>(talk_->advance(service_, protocol::cost::loaded));
    } while (!talk_->output().empty());
    return all;
  }

  service::text_service service_;
  std::unique_ptr<protocol::conversation<service::text_service>> talk_ =
      std::make_unique<protocol::conversation<service::text_service>>();
};

TEST_CASE("each command gets one line") {
  peer peer;
  CHECK(peer.say("date\n") == "Today's date is November 20, 2026\r\n");
  CHECK(peer.say("time\r\nnow\r") ==
        "The current time is 09:05\r\n"
        "Today's date is November 20, 2026. The current time is 09:05\r\n");
  CHECK(peer.say("locale mi\nzone pacific/auckland\ntime\n") ==
        "Reo: mi\r\nRohe wā: Pacific/Auckland\r\nKo te wā o tēnei wā 22:05\r\n");
  CHECK(peer.say("style Full\nlocale de\ndate\n") ==
        "Āhua: full\r\nSprache: de\r\nFreitag, 20. November 2026\r\n");
  CHECK(peer.say("style skeleton:yMMMM\ndate\n") == "Stil: skeleton:yMMMM\r\nNovember 2026\r\n");
  CHECK(peer.say("\n\r\n  \n").empty());
  CHECK(peer.say("bye\ndate\n") == "Auf Wiedersehen\r\n");
  CHECK_FALSE(peer.is_open());
}

TEST_CASE("a choice that would leave no answer changes nothing") {
  peer peer;
  CHECK(peer.say("locale xx\nzone Mars\nstyle rococo\n") ==
        "unknown locale 'xx'\r\nunknown zone 'Mars'\r\nunknown style 'rococo'\r\n");
  CHECK(peer.say("style phrase\nlocale fr\n") ==
        "Style: phrase\r\nunknown locale 'fr' for style 'phrase'\r\n");
  CHECK(peer.say("locale\nzone\nstyle\n") == "Locale: en\r\nZone: UTC\r\nStyle: phrase\r\n");
  CHECK(peer.say("style iso\nlocale no tag\nlocale en-GB\n") ==
        "Style: iso\r\nunknown locale 'no tag' for style 'long'\r\nLocale: en-GB\r\n");
  CHECK(peer.say("style default\nlocale fr\nlocale default\n") ==
        "Style: phrase\r\nLocale: fr\r\nLocale: en\r\n");
}

TEST_CASE("help, errors and the farewell are in the peer's language") {
  for (const char* help : {"locale en-GB\nhelp", "locale mi\nhelp", "locale de-AT\nhelp"}) {
    const std::string told = peer().say(help + "\n"s);
    for (const char* command : {"date", "time", "now", "locale", "zone", "style", "help", "bye"}) {
      CHECK(told.find(command) != std::string::npos);
    }
  }
  CHECK(peer({.locale = "mi"}).say("tea\nbye\n") ==
        "kāore e mōhiotia ana te tono 'tea'; whakamahia te 'help'\r\nHaere rā\r\n");
  CHECK(peer({.locale = "fr"}).say("th\xc3\xa9\x1b\nbye\n") ==
        "unknown command 'th\?\?\?'; try 'help'\r\nGoodbye\r\n");
  CHECK(peer({.locale = "mi", .ascii = true}).say("tea\nzone\nbye\n") ==
        "kaore e mohiotia ana te tono 'tea'; whakamahia te 'help'\r\nRohe wa: UTC\r\nHaere ra\r\n");
}

TEST_CASE("a message without a line end is answered once the peer pauses") {
  peer peer;
  CHECK(peer.say("ti").empty());
  CHECK(peer.say("me").empty());
  CHECK(peer.pause() == "The current time is 09:05\r\n");
  CHECK(peer.pause().empty());
  CHECK(peer.say("\n").empty());  // the end that comes late is an empty line
  CHECK(peer.say("date\nti") == "Today's date is November 20, 2026\r\n");
  CHECK(peer.say("me\n") == "The current time is 09:05\r\n");
  CHECK(peer.say("bye").empty());
  CHECK(peer.finish() == "Goodbye\r\n");
  CHECK_FALSE(peer.is_open());
}

TEST_CASE("a line that is too long gets one error line, then the end") {
  peer peer;
  CHECK(peer.say(std::string(5000, 'x') + "\ndate\n") == "line too long (at most 512 bytes)\r\n");
  CHECK_FALSE(peer.is_open());
}

TEST_CASE("however it is split, a conversation is the same") {
  const std::string lines = "locale mi\r\ndate\rtime\n\xff\xfd\x03zone Asia/Tokyo\nfoo\nbye\n";
  const std::string whole = peer().say(lines);
  for (std::size_t piece = 1; piece < lines.size(); ++piece) {
    peer peer;
    std::string told;
    for (std::size_t i = 0; i < lines.size(); i += piece) told += peer.say(lines.substr(i, piece));
    CHECK(told == whole);
  }
}

}  // namespace
}  // namespace polyclock::test
