#include "watch.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <random>
#include <string>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "base/utf8.hpp"
#include "client/output_reader.hpp"
#include "client/reply_stream.hpp"
#include "json.hpp"
#include "protocol/watch.hpp"
#include "round_trip.hpp"
#include "time_query.hpp"

namespace polyclock {
namespace {

using client::has_reader;
using client::reply_stream;
using client::standard_output;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr deadline never = deadline::max();

// Nothing is lost: each line is written at once.
extern "C" void end_well(int) {
  std::_Exit(success);
}

// Between two tries: from about a second to about half a minute, so that clients do not come back all at once.
class back_off {
 public:
  void reset() { next_ = first; }
  [[nodiscard]] bool is_longest() const { return next_ == last; }
  milliseconds take() {
    const double share = std::uniform_real_distribution<double>(0.5, 1.5)(random_);
    const auto wait = std::chrono::duration_cast<milliseconds>(next_ * share);
    next_ = std::min(2 * next_, last);
    return wait;
  }

 private:
  static constexpr milliseconds first{1000};
  static constexpr milliseconds last{20'000};

  milliseconds next_ = first;
  std::mt19937 random_{std::random_device()()};
};

class watcher {
 public:
  explicit watcher(const arguments& arguments)
      : arguments_(arguments), lists_(locale_lists(arguments)) {}

  result run() {
    while (true) {
      if (auto ended = watch_once()) return std::move(*ended);
      if (std::exchange(retry_, false)) continue;
      if (!has_reader(standard_output, wait_.take())) return {success, {}};
    }
  }

 private:
  // Until the connection is lost; else how the program ends.
  std::optional<result> watch_once() {
    protocol::watch_request request{to_query(arguments_)};
    set_locales(lists_.front(), request.asked);
    std::array<std::byte, protocol::request_size_max> buffer;
    const std::size_t size = encode(request, buffer);
    if (size == 0) return result{bad_usage, "request is longer than 1024 bytes"};
    const auto check = check_answer(request.asked);
    auto stream = reply_stream::open(arguments_.servers, std::span(buffer).first(size), check,
                                     steady_clock::now() + arguments_.timeout);
    if (!stream) return lose(stream.error());
    until_ = steady_clock::now() + arguments_.timeout;
    while (true) {
      const auto received = stream->next(check, until_, standard_output);
      if (!received) return lose(received.error());
      if (!*received && !has_reader(standard_output, milliseconds(0))) return result{success, {}};
      if (!*received) return lose({client::failure_kind::unreachable, "no answer in time"});
      if (auto ended = take(**received)) return ended;
      if (retry_ || std::exchange(retry_later_, false)) return std::nullopt;
    }
  }

  // A failure before the first answer ends the program; a later one is told at once, and again after half a minute,
  // when the reason may be another.
  std::optional<result> lose(const client::failure& why) {
    if (!has_answer_) return to_result(why);
    if (!std::exchange(is_lost_, true)) {
      tell(why.message + "; trying again until the server answers");
    } else if (wait_.is_longest() && !std::exchange(is_told_again_, true)) {
      tell("still no answer: " + why.message);
    }
    return std::nullopt;
  }

  std::optional<result> take(const client::received_reply& received) {
    auto packet = expect<protocol::answer>(received);
    if (auto* other = std::get_if<result>(&packet)) {
      // The environment's locale is set for all programs: others will do.
      const bool lacks_locale = other->code == protocol::error_code::unknown_locale;
      if (other->code == protocol::error_code::busy && has_answer_) {
        retry_later_ = true;
        return lose({client::failure_kind::unreachable, other->line});
      }
      if (!lacks_locale || lists_.size() == 1 || has_answer_) return std::move(*other);
      lists_.erase(lists_.begin());
      retry_ = has_fallen_back_ = true;
      return std::nullopt;
    }
    const auto& answer = std::get<protocol::answer>(packet);
    if (!std::exchange(has_answer_, true)) tell_notes(answer);
    is_lost_ = is_told_again_ = false;
    wait_.reset();
    until_ = next_answer_by(answer);
    return print(answer, received.server);
  }

  void tell_notes(const protocol::answer& answer) const {
    if (!arguments_.note.empty()) tell(arguments_.note);
    if (has_fallen_back_) tell(fallback_note(arguments_, answer));
  }
  void tell(const std::string& note) const {
    if (!arguments_.quiet) std::cerr << "polyclock: note: " << base::make_printable(note) << "\n";
  }

  // By the server's clock, from now on.
  deadline next_answer_by(const protocol::answer& answer) const {
    std::optional<std::int64_t> end;
    if (answer.valid_until) end = answer.valid_until->seconds;
    if (answer.next_transition) {
      end = std::min(end.value_or(answer.next_transition->instant.seconds),
                     answer.next_transition->instant.seconds);
    }
    constexpr std::int64_t year = 366 * 86'400;
    const std::int64_t left = end ? *end - answer.instant.seconds : year;
    if (left >= year) return never;
    return steady_clock::now() + std::chrono::seconds(left) + arguments_.timeout;
  }

  // The same line is not printed again, as after a connection was lost.
  std::optional<result> print(const protocol::answer& answer, const std::string& server) {
    const bool is_json = arguments_.output == output::json;
    std::string shown(answer.text);
    if (is_json && answer.valid_until) shown += std::to_string(answer.valid_until->seconds);
    if (std::exchange(shown_, shown) == shown) return std::nullopt;
    std::cout << (is_json ? to_json(answer, server, std::nullopt) : std::string(answer.text))
              << std::endl;
    if (std::cout) return std::nullopt;
    const int why = errno;
    std::cout.clear();
    if (why == EPIPE) return result{success, {}};
    return result{invalid_reply,
                  "cannot write to standard output: " + std::generic_category().message(why)};
  }

  const arguments& arguments_;
  std::vector<locale_list> lists_;
  std::string shown_;
  deadline until_ = never;  // the next answer
  back_off wait_;
  bool has_answer_ = false;
  bool is_lost_ = false;
  bool is_told_again_ = false;    // and for long
  bool has_fallen_back_ = false;  // to another list of locales
  bool retry_later_ = false;
  bool retry_ = false;  // at once, with the next list of locales
};

}  // namespace

result run_watch(const arguments& arguments) {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGINT, end_well);
  return watcher(arguments).run();
}

}  // namespace polyclock
