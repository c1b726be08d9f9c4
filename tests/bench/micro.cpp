// What the parts of a request cost one after the other, without sockets: nanoseconds for each call, the fastest of
// five rounds.
//
// Usage: micro
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

#include "format/available_locales.hpp"
#include "format/registry.hpp"
#include "format/spoken_day.hpp"
#include "format/word_set.hpp"
#include "protocol/dt_request.hpp"
#include "protocol/query.hpp"
#include "service/dt_service.hpp"
#include "support/encoded.hpp"
#include "support/fixed_answerer.hpp"
#include "support/zones.hpp"

namespace polyclock::bench {
namespace {

using steady_clock = std::chrono::steady_clock;

volatile std::size_t sink = 0;  // what a call brings goes here, so that it is made

// Tells what `step(i)` takes, for `count` calls a round.
template <typename Step>
void measure(const char* what, std::size_t count, Step step) {
  double best = std::numeric_limits<double>::max();
  std::size_t index = 0;
  for (int round = 0; round < 5; ++round) {
    const auto start = steady_clock::now();
    for (std::size_t i = 0; i < count; ++i) sink = sink + step(index++);
    const std::chrono::duration<double, std::nano> took = steady_clock::now() - start;
    best = std::min(best, took.count() / static_cast<double>(count));
  }
  std::printf("%12.0f ns  %s\n", best, what);
}

protocol::query german_query() {
  protocol::query query;
  query.style = "full";
  query.locales[0] = "de";
  query.locale_count = 1;
  query.zone = "Europe/Berlin";
  return query;
}

void measure_protocol() {
  const test::bytes packet = test::encoded(german_query());
  measure("decode a query", 100'000, [&](std::size_t) {
    protocol::dt_request request;
    return decode_dt_request(packet, protocol::dt_magic, request).size;
  });
  const protocol::query query = german_query();
  std::array<std::byte, protocol::request_size_max> out{};
  measure("encode a query", 100'000, [&](std::size_t) { return encode(query, out); });
}

void measure_service() {
  service::dt_service service(test::fixed_answerer(), {});
  std::array<std::byte, service::dt_service::reply_size_max> out{};
  const test::bytes packet = test::encoded(german_query());
  measure("a query that was asked before in this second", 100'000, [&](std::size_t) {
    service::dt_service::peer peer;
    return service.advance(peer, {packet}, out).produced;
  });
  measure("a query for another instant, full style", 10'000, [&](std::size_t i) {
    protocol::query query = german_query();
    query.instant = {static_cast<std::int64_t>(i) * 86'407, 0};
    std::array<std::byte, protocol::request_size_max> in{};
    service::dt_service::peer peer;
    return service.advance(peer, {std::span(in).first(encode(query, in))}, out).produced;
  });
}

void measure_zones() {
  const auto zones = test::zones();
  measure("find a zone by name", 100'000, [&](std::size_t i) {
    return zones->find(zones->zones()[i % zones->size()].name())->name().size();
  });
  const clock::zone& berlin = *zones->find("Europe/Berlin");
  measure("find the offset at an instant", 100'000, [&](std::size_t i) {
    return static_cast<std::size_t>(
        berlin.type_at(static_cast<std::int64_t>(i % 20'000) * 86'400).offset);
  });
}

// Renders with one registry; the instants differ, so that nothing is kept but patterns.
class renderer {
 public:
  std::size_t operator()(std::string_view locale, std::string_view style, std::size_t i,
                         format::components what = format::components::both) {
    const format::zoned_time time({static_cast<std::int64_t>(i % 20'000) * 86'407, 0}, zone_);
    static_cast<void>(registry_.render(time, {what, style, locale}, out_));
    return out_.text.view().size();
  }

 private:
  format::registry registry_;
  const clock::zone& zone_ = test::zone_named("Europe/Berlin");
  format::rendering out_;
};

void measure_formatters() {
  renderer render;
  for (const char* style : {"phrase", "iso", "full", "long", "medium", "short", "words"}) {
    const std::string what = std::string("format, ") + style;
    measure(what.c_str(), 5000, [&](std::size_t i) { return render("de", style, i); });
  }
  for (const char* style : {"full", "words", "words:exact"}) {
    const std::string what = std::string("format the time alone, ") + style;
    measure(what.c_str(), 5000,
            [&](std::size_t i) { return render("de", style, i, format::components::time); });
  }
  for (const char* style : {"skeleton:yMMMd", "skeleton:MMMM", "skeleton:G"}) {
    const std::string what = std::string("format, ") + style;
    measure(what.c_str(), 200, [&](std::size_t i) { return render("de", style, i); });
  }
}

// What nothing can be kept of, since there is no end of it.
void measure_inventions() {
  renderer render;
  const auto locales = format::available_locales();
  measure("the first text in each locale, full style", locales.size() / 5,
          [&](std::size_t i) { return render(locales[i % locales.size()], "full", i); });
  const auto files = format::word_set::built_in();
  measure("fill in a file of words for a day, the mean of all", files->size(), [&](std::size_t i) {
    return format::spoken_day::make(files->file(i % files->size())).index() + 1;
  });
  measure("an invented extension", 500,
          [&](std::size_t i) { return render("de-u-nu-arab-x-" + std::to_string(i), "full", i); });
  constexpr std::string_view letters = "GyMdEHms";
  const auto skeleton = [&](std::size_t i) {
    std::string style = "skeleton:";
    for (std::size_t bits = i % 255 + 1, at = 0; bits > 0; bits >>= 1, ++at) {
      if ((bits & 1) != 0) style.append(i / 255 % 4 + 1, letters[at]);
    }
    return style;
  };
  measure("another skeleton in one locale", 200,
          [&](std::size_t i) { return render("de", skeleton(i), i); });
  measure("another skeleton in another locale", 200,
          [&](std::size_t i) { return render(locales[i * 7 % locales.size()], skeleton(i), i); });
}

}  // namespace
}  // namespace polyclock::bench

int main() {
  polyclock::bench::measure_protocol();
  polyclock::bench::measure_service();
  polyclock::bench::measure_zones();
  polyclock::bench::measure_formatters();
  polyclock::bench::measure_inventions();
}
