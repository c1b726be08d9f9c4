// The DT service with a clock that stands still: requests as literal bytes in, packets out.
#include "service/dt_service.hpp"

#include <array>
#include <memory>
#include <random>
#include <string>

#include "protocol/dt_reply.hpp"
#include "support/bytes.hpp"
#include "support/catch.hpp"
#include "support/encoded.hpp"
#include "support/fixed_answerer.hpp"

namespace polyclock::test {
namespace {

using protocol::error_code;
using service::dt_service;

constexpr clock::instant now = fixed_now;

dt_service make_service(service::defaults defaults = {},
                        std::uint16_t classic_magic = protocol::dt_magic) {
  return {fixed_answerer(), std::move(defaults), classic_magic};
}

bytes reply_to(dt_service service, const bytes& request) {
  dt_service::peer peer;
  std::array<std::byte, dt_service::reply_size_max> out{};
  return first(out, service.advance(peer, {request}, out).produced);
}

// The reply and the bytes that its views point into.
struct decoded_reply {
  bytes packet;
  protocol::dt_reply reply;

  explicit decoded_reply(bytes from) : packet(std::move(from)) {
    REQUIRE(decode_dt_reply(packet, reply).status == protocol::decode_status::complete);
  }
  [[nodiscard]] const protocol::answer& answer() const { return std::get<protocol::answer>(reply); }
  [[nodiscard]] const protocol::error& error() const { return std::get<protocol::error>(reply); }
};

decoded_reply ask(const protocol::query& query, service::defaults defaults = {}) {
  return decoded_reply(reply_to(make_service(std::move(defaults)), encoded(query)));
}

TEST_CASE("a classic request is answered with the contract's bytes") {
  const bytes date = from_hex("497e 0001 0001");
  CHECK(reply_to(make_service(), date) == from_hex("497e 0002 0001 07ea 0b 14 09 05 21") +
                                              from_text("Today's date is November 20, 2026"));
  CHECK(reply_to(make_service({.locale = "de-CH", .zone = "Europe/Berlin"}),
                 from_hex("497e 0001 0002")) ==
        from_hex("497e 0002 0003 07ea 0b 14 0a 05 15") + from_text("Die Uhrzeit ist 10:05"));
  CHECK(reply_to(make_service({.locale = "mi", .ascii = true}), from_hex("497e 0001 0002")) ==
        from_hex("497e 0002 0002 07ea 0b 14 09 05 19") + from_text("Ko te wa o tenei wa 09:05"));
}

TEST_CASE("a classic response carries the magic number of its listener") {
  CHECK(first(reply_to(make_service({}, 0x36FB), from_hex("36fb 0001 0001")), 4) ==
        from_hex("36fb 0002"));
}

bytes datagram_reply_to(const bytes& request) {
  std::array<std::byte, protocol::datagram_size_max> out{};
  return first(out, make_service().advance_datagram(request, protocol::cost::loaded, out).produced);
}

bytes padded(bytes packet, std::size_t size_wanted = protocol::datagram_size_max) {
  const std::size_t size = packet.size();
  packet.resize(size_wanted);
  REQUIRE(protocol::pad_packet(packet, size));
  return packet;
}

TEST_CASE("padding changes the length of a packet and nothing else") {
  protocol::query query;
  query.id = 7;
  query.zone = "Asia/Tokyo";
  const bytes short_one = encoded(query);
  const bytes long_one = padded(short_one, short_one.size() + 6);
  CHECK(long_one == from_hex("497e 0003 01 00 0025 00000007") +
                        bytes(short_one.begin() + 12, short_one.end()) +
                        from_hex("0000 0002 0000"));
  CHECK(reply_to(make_service(), long_one) == reply_to(make_service(), short_one));
  bytes tight = short_one;
  CHECK(protocol::pad_packet(tight, tight.size()));
  tight.resize(tight.size() + 3);
  CHECK_FALSE(protocol::pad_packet(tight, short_one.size()));
}

TEST_CASE("a datagram is one whole request, an extended one as long as its longest reply") {
  const bytes classic = from_hex("497e 0001 0002");
  CHECK(datagram_reply_to(classic) == reply_to(make_service(), classic));
  protocol::query asked;
  asked.id = 7;
  const bytes query = encoded(asked);
  CHECK(datagram_reply_to(padded(query)) == reply_to(make_service(), query));
  asked.zone = "Mars";
  const bytes wrong = encoded(asked);
  CHECK(datagram_reply_to(padded(wrong)) == reply_to(make_service(), wrong));
  const protocol::list_request request{8, protocol::name_kind::zones, "", ""};
  const bytes page = datagram_reply_to(padded(encoded(request)));
  CHECK(page.size() > 900);
  CHECK(page.size() <= protocol::datagram_size_max);

  CHECK(datagram_reply_to({}).empty());
  CHECK(datagram_reply_to(query).empty());
  CHECK(datagram_reply_to(padded(query, 1023)).empty());
  CHECK(datagram_reply_to(classic + classic).empty());
  CHECK(datagram_reply_to(padded(query) + from_hex("00")).empty());
  bytes later_version = padded(query);
  later_version[4] = std::byte{2};
  CHECK(datagram_reply_to(later_version).empty());
  bytes answer = padded(query);
  answer[3] = std::byte{4};
  CHECK(datagram_reply_to(answer).empty());
}

TEST_CASE("an answer that is given again is the one that a fresh service gives") {
  auto owned = std::make_unique<fixed_clock>(now);
  fixed_clock& wall = *owned;
  const auto answerer = std::make_shared<service::answerer>(zones(), std::move(owned));
  dt_service service(answerer, {});
  const auto reply = [&](dt_service& from, const bytes& request) {
    dt_service::peer peer;
    std::array<std::byte, dt_service::reply_size_max> out{};
    const protocol::step made = from.advance(peer, {request}, out);
    REQUIRE(made.consumed == request.size());
    return first(out, made.produced);
  };
  protocol::query query;
  for (const char* style : {"full", "iso", "phrase", "skeleton:y"}) {
    for (const bool is_now : {true, false}) {
      query.style = style;
      query.instant.reset();
      if (!is_now) query.instant = {86'400, 5};
      for (const clock::instant when :
           {now, clock::instant{now.seconds, 999'999'999}, clock::instant{now.seconds + 1, 0},
            clock::instant{now.seconds - 86'400, 7}, now}) {
        wall.set(when);
        service.observe_time();
        ++query.id;
        const bytes request = encoded(query);
        dt_service fresh(answerer, {});
        const bytes expected = reply(fresh, request);
        CHECK(reply(service, request) == expected);
        CHECK(reply(service, request) == expected);  // kept for certain now
      }
    }
  }
  dt_service german(answerer, {.locale = "de"});  // whose answers are its own
  CHECK(reply(german, encoded(protocol::query{})) != reply(service, encoded(protocol::query{})));
}

TEST_CASE("queries without an answer leave the answers of others in the cache") {
  const auto answerer = fixed_answerer();
  const std::string_view locale = "de";
  const service::time_query good{
      .style = "full", .locales = {&locale, 1}, .zone = "Europe/Berlin", .instant = {}};
  REQUIRE(answerer->answer(good).answer.has_value());
  for (int i = 0; i < 5000; ++i) {
    const std::string zone = "Mars/" + std::to_string(i);
    const service::time_query bad{
        .style = "full", .locales = {&locale, 1}, .zone = zone, .instant = {}};
    REQUIRE_FALSE(answerer->answer(bad, protocol::cost::cached).answer.has_value());
    if (i % 10 == 0) REQUIRE(answerer->answer(bad).error.has_value());
  }
  CHECK(answerer->answer(good, protocol::cost::cached).answer.has_value());
}

TEST_CASE("another release of the tz database clears the caches") {
  const auto utc_alone =
      std::make_shared<const clock::zone_database>(clock::zone_database::load("/nonexistent"));
  const auto answerer = fixed_answerer();
  dt_service service(answerer, {});
  protocol::query query;
  query.zone = "Europe/Berlin";
  const bytes request = encoded(query);
  const auto kind = [&] {
    dt_service::peer peer;
    std::array<std::byte, dt_service::reply_size_max> out{};
    static_cast<void>(service.advance(peer, {request}, out));
    return out[3];
  };
  CHECK(kind() == std::byte{4});
  answerer->adopt(utc_alone);
  CHECK(kind() == std::byte{5});
  answerer->adopt(zones());
  CHECK(kind() == std::byte{4});
}

TEST_CASE("an answer has everything") {
  protocol::query query;
  query.id = 77;
  query.what = protocol::subject::both;
  query.locales = {"xx", "mi-NZ"};
  query.locale_count = 2;
  query.zone = "pacific/auckland";
  const decoded_reply reply = ask(query);
  const protocol::answer& answer = reply.answer();
  CHECK(answer.id == 77);
  CHECK(answer.text ==
        "Ko te rā o tēnei rā ko Whiringa-ā-rangi 20, 2026. Ko te wā o tēnei wā 22:05");
  CHECK(answer.locale == "mi");
  CHECK(answer.style == "phrase");
  CHECK(answer.instant == protocol::timestamp{now.seconds, now.nanoseconds});
  CHECK(answer.zone == "Pacific/Auckland");
  CHECK(answer.offset.seconds == 46800);
  CHECK(answer.offset.dst);
  CHECK(answer.offset.abbreviation == "NZDT");
  CHECK(*answer.valid_until == protocol::timestamp{1795165560, 0});
  CHECK(answer.next_transition->instant ==
        protocol::timestamp{1806760800, 0});  // 2027-04-03T14:00Z
  CHECK(answer.next_transition->to.abbreviation == "NZST");
  CHECK(answer.tz_version == zones()->version());
  CHECK(answer.civil.weekday == 5);
  CHECK(answer.civil.day_of_year == 324);
  CHECK(answer.civil.iso_week == 47);
  CHECK(answer.clock.synchronized);
  CHECK(answer.clock.maximum_error_us == 25000);
}

TEST_CASE("the texts ahead are those that are asked for in their time") {
  const auto seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  const auto all = zones()->zones();
  const char* const styles[] = {"phrase",         "full",        "short",          "iso",
                                "skeleton:yMMMd", "skeleton:Bh", "skeleton:GVVVV", "skeleton:QQQQ"};
  std::size_t listed = 0;
#ifdef POLYCLOCK_SANITIZED
  constexpr int rounds = 20;  // sanitizers take their time
#else
  constexpr int rounds = 200;
#endif
  for (int round = 0; round < rounds; ++round) {
    protocol::query query;
    query.id = 1;
    query.style = styles[random() % 8];
    const std::string zone(all[random() % all.size()].name());
    query.zone = zone;
    query.instant = {static_cast<std::int64_t>(random() % 4'000'000'000U), 0};
    query.ahead = protocol::ahead_max;
    const decoded_reply first = ask(query);
    protocol::answer answer = first.answer();
    std::string before(answer.text);
    std::int64_t last = query.instant->seconds;
    query.ahead = 0;
    const auto text_at = [&](std::int64_t when) {
      query.instant = {when, 0};
      return std::string(ask(query).answer().text);
    };
    CAPTURE(zone, query.style, last);
    for (int i = 0; const auto later = next_later(answer); ++i) {
      CHECK(later->from > last);
      CHECK(later->text != before);
      if (i < 4 || random() % 8 == 0) {
        CHECK(text_at(later->from) == later->text);
        CHECK(text_at(later->from - 1) == before);
      }
      before = later->text;
      last = later->from;
      ++listed;
    }
  }
  CHECK(listed > rounds);  // how many are found depends on the machine
}

TEST_CASE("texts ahead fit into a packet and a datagram") {
  protocol::query query;
  query.id = 1;
  query.style = "full";
  query.locales[0] = "ta";
  query.locale_count = 1;
  query.ahead = protocol::ahead_max;
  const decoded_reply reply = ask(query);
  CHECK(reply.packet.size() <= protocol::reply_size_max);
  auto service = make_service();
  bytes datagram(protocol::datagram_size_max);
  REQUIRE(protocol::pad_packet(datagram, encode(query, datagram)));
  std::array<std::byte, protocol::datagram_size_max> out{};
  const auto made = service.advance_datagram(datagram, protocol::cost::loaded, out);
  const decoded_reply decoded(first(out, made.produced));
  protocol::answer answer = decoded.answer();
  CHECK(next_later(answer));
}

TEST_CASE("the texts of an hour are written once in a second") {
  protocol::query query;
  query.id = 1;
  query.what = protocol::subject::time;
  query.style = "short";
  query.zone = "Europe/Berlin";
  query.ahead = protocol::ahead_max;
  auto service = make_service();
  dt_service::peer peer;
  std::array<std::byte, dt_service::reply_size_max> out{};
  using protocol::cost;
  CHECK(service.advance(peer, {encoded(query), protocol::input_state::open, cost::rendered}, out)
            .next == protocol::wanted::time);
  const auto size = service.advance(peer, {encoded(query)}, out).produced;
  const decoded_reply written(first(out, size));
  query.id = 2;
  const auto again =
      service.advance(peer, {encoded(query), protocol::input_state::open, cost::cached}, out);
  const decoded_reply cached(first(out, again.produced));
  CHECK(cached.answer().id == 2);
  auto expected = written.packet;
  expected[11] = std::byte{2};
  CHECK(cached.packet == expected);
}

TEST_CASE("a query without locale, zone and style gets the listener's") {
  const service::defaults defaults{.locale = "de", .zone = "Asia/Kathmandu", .style = "iso"};
  const decoded_reply reply = ask({}, defaults);
  CHECK(reply.answer().text == "2026-11-20T14:50:07+05:45");
  protocol::query query;
  query.style = "phrase";
  CHECK(ask(query, defaults).answer().text ==
        "Heute ist der 20. November 2026. Die Uhrzeit ist 14:50");
}

TEST_CASE("an answer for another instant is of that instant") {
  protocol::query query;
  query.instant = {-14182980, 0};  // 1969-07-20T20:17:00Z
  const decoded_reply reply = ask(query);
  CHECK(reply.answer().text == "Today's date is July 20, 1969. The current time is 20:17");
}

TEST_CASE("nothing unknown is ever replaced by something known") {
  const auto refused = [](protocol::query query, std::string_view sentence) {
    const decoded_reply reply = ask(query);
    CHECK(reply.error().message == sentence);
    return reply.error().code;
  };
  protocol::query query;
  query.zone = "Mars/Olympus";
  CHECK(refused(query, "unknown zone 'Mars/Olympus'") == error_code::unknown_zone);
  query.zone = "";
  CHECK(refused(query, "unknown zone ''") == error_code::unknown_zone);
  query.zone = "\x1b[2J\xff";
  CHECK(refused(query, "unknown zone '?[2J?'") == error_code::unknown_zone);
  const std::string long_name(900, 'z');
  query.zone = long_name;
  CHECK(refused(query, "unknown zone '" + std::string(64, 'z') + "...'") ==
        error_code::unknown_zone);
  query = {};
  query.locales = {"xx", "yy"};
  query.locale_count = 2;
  CHECK(refused(query, "unknown locale 'xx', 'yy'") == error_code::unknown_locale);
  query = {};
  query.style = "phrase";
  query.locales = {"fr"};
  query.locale_count = 1;
  CHECK(refused(query, "unknown locale 'fr' for style 'phrase'") == error_code::unknown_locale);
  query = {};
  query.locales = {"ja", "xx"};
  query.locale_count = 2;
  query.ascii = true;
  CHECK(refused(query, "the text in locale 'ja' has no ASCII form") == error_code::unknown_locale);
  query.locales = {"ja", "fr"};
  CHECK(ask(query).answer().locale == "fr");
  query = {};
  query.style = "baroque";
  CHECK(refused(query, "unknown style 'baroque'") == error_code::unknown_style);
  query.style = "skeleton:ywE";
  query.locales = {"en"};
  query.locale_count = 1;
  CHECK(refused(query, "no text in style 'skeleton:ywE' for locale 'en'") ==
        error_code::unknown_style);
}

TEST_CASE("the years 1 to 9999 are answered and no others") {
  const auto at = [](std::int64_t seconds, std::string_view zone) {
    protocol::query query;
    query.instant = {seconds, 0};
    query.zone = zone;
    query.style = "iso";
    const decoded_reply reply = ask(query);
    if (const auto* error = std::get_if<protocol::error>(&reply.reply)) {
      return std::string(name_of(error->code));
    }
    return std::string(reply.answer().text);
  };
  CHECK(at(-62135596800, "UTC") == "0001-01-01T00:00:00Z");
  CHECK(at(-62135596801, "UTC") == "out_of_range");
  CHECK(at(253402300799, "UTC") == "9999-12-31T23:59:59Z");
  CHECK(at(253402300800, "UTC") == "out_of_range");
  CHECK(at(253402300799, "Etc/GMT-14") == "out_of_range");
  CHECK(at(253402300800, "Etc/GMT+12") == "9999-12-31T12:00:00-12:00");
  CHECK(at(-62135596800, "Etc/GMT+12") == "out_of_range");
  CHECK(at(INT64_MIN, "UTC") == "out_of_range");
  CHECK(at(INT64_MAX, "Asia/Tokyo") == "out_of_range");
}

TEST_CASE("a clock that jumps, forth or back, leaves no text of another time behind") {
  auto owned = std::make_unique<fixed_clock>(now);
  fixed_clock& wall_clock = *owned;
  service::answerer answerer(zones(), std::move(owned));
  const std::string_view locale = "en";
  const auto ask = [&](std::int64_t seconds, std::optional<clock::instant> at = {}) {
    wall_clock.set({seconds, 0});
    answerer.observe_time();
    const auto result = answerer.answer({.what = format::components::time,
                                         .style = "full",
                                         .locales = {&locale, 1},
                                         .zone = "Europe/Berlin",
                                         .instant = at});
    return result.answer ? std::string(result.answer->rendering.text.view()) : "error";
  };
  const std::string now_text = "10:05:07\u202FAM Central European Standard Time";
  CHECK(ask(now.seconds) == now_text);
  CHECK(ask(now.seconds + 3600) == "11:05:07\u202FAM Central European Standard Time");
  CHECK(ask(now.seconds) == now_text);
  CHECK(ask(now.seconds - 1) == "10:05:06\u202FAM Central European Standard Time");
  CHECK(ask(now.seconds, clock::instant{0, 0}) == "1:00:00\u202FAM Central European Standard Time");
  CHECK(ask(now.seconds) == now_text);
  const std::int64_t change = 1806195600;  // 2027-03-28T01:00:00Z
  CHECK(ask(change - 1) == "1:59:59\u202FAM Central European Standard Time");
  CHECK(ask(change) == "3:00:00\u202FAM Central European Summer Time");
}

TEST_CASE("a query of another version gets an error with its id") {
  const decoded_reply reply(reply_to(make_service(), from_hex("497e 0003 02 00 000c 00000009")));
  CHECK(reply.error().id == 9);
  CHECK(reply.error().code == error_code::unsupported_version);
}

}  // namespace
}  // namespace polyclock::test
