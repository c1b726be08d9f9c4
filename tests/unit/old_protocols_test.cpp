// RFC 867 and RFC 868, byte by byte.
#include <array>
#include <memory>
#include <string>

#include "protocol/daytime.hpp"
#include "protocol/time_protocol.hpp"
#include "service/daytime_service.hpp"
#include "service/time_service.hpp"
#include "support/bytes.hpp"
#include "support/catch.hpp"
#include "support/encoded.hpp"
#include "support/fixed_answerer.hpp"

namespace polyclock::test {
namespace {

std::string daytime(const protocol::daytime_fields& fields) {
  return to_text(encoded(fields));
}

TEST_CASE("a daytime line is the one that inetd sends") {
  CHECK(daytime({2026, 11, 20, 21, 49, 44, 5}) == "Fri Nov 20 21:49:44 2026\r\n");
  CHECK(daytime({2026, 2, 1, 0, 5, 9, 7}) == "Sun Feb  1 00:05:09 2026\r\n");
  std::array<std::byte, 25> tight{};
  CHECK(encode(protocol::daytime_fields{2026, 11, 20, 21, 49, 44, 5}, tight) == 0);
}

bytes time_bytes(std::int64_t seconds) {
  std::array<std::byte, 4> out{};
  return first(out, protocol::encode_time(seconds, out));
}

TEST_CASE("the time counts from 1900 and begins anew in 2036") {
  CHECK(time_bytes(0) == from_hex("83aa7e80"));           // RFC 868: 2,208,988,800
  CHECK(time_bytes(1795165507) == from_hex("eeaa8bc3"));  // 2026-11-20T09:05:07Z
  CHECK(time_bytes(2085978495) == from_hex("ffffffff"));  // 2036-02-07T06:28:15Z
  CHECK(time_bytes(2085978496) == from_hex("00000000"));
  CHECK(time_bytes(-2208988800) == from_hex("00000000"));
}

template <typename Service>
protocol::step first_step(Service& service, std::span<std::byte> out) {
  typename Service::peer peer;
  const protocol::step made = service.advance(peer, {}, out);
  CHECK(made.next == protocol::wanted::end);
  return made;
}

template <typename Service>
bytes greeting_of(Service service) {
  std::array<std::byte, Service::reply_size_max> out{};
  return first(out, first_step(service, out).produced);
}

TEST_CASE("a count of seconds is of the era that it can be of") {
  const auto seconds = [](const char* hex) { return protocol::decode_time(from_hex(hex)); };
  CHECK(seconds("eeaa8bc3") == 1795165507);
  CHECK(seconds("ffffffff") == 2085978495);  // 2036-02-07T06:28:15Z
  CHECK(seconds("00000000") == 2085978496);
  CHECK(seconds("7fffffff") == 4233462143);  // 2104-02-26T09:42:23Z
  CHECK(seconds("80000000") == -61505152);   // 1968-01-20T03:14:08Z
  CHECK(seconds("eeaa8bc3 00000000") == 1795165507);
  CHECK_FALSE(seconds("eeaa8b").has_value());
  CHECK_FALSE(seconds("").has_value());
}

TEST_CASE("a daytime line is read as any server writes it") {
  const auto read = [](std::string_view text, bool ended) -> std::string {
    std::string_view line;
    const bytes in = from_text(text);
    const auto status = protocol::decode_daytime(in, ended, line).status;
    if (status == protocol::decode_status::need_more) return "more";
    return status == protocol::decode_status::complete ? std::string(line) : "none";
  };
  CHECK(read("Fri Nov 20 21:49:44 2026\r\n", false) == "Fri Nov 20 21:49:44 2026");
  CHECK(read("20 NOV 2026 21:50:46 UTC\r\n", false) == "20 NOV 2026 21:50:46 UTC");
  CHECK(read("\n61364 26-11-20 21:50:46 00 0 0 210.5 UTC(NIST) * \n", false) ==
        "61364 26-11-20 21:50:46 00 0 0 210.5 UTC(NIST) *");
  CHECK(read("The time is 21:50", false) == "more");
  CHECK(read("The time is 21:50", true) == "The time is 21:50");
  CHECK(read("one\ntwo\n", false) == "one");
  CHECK(read("", false) == "more");
  CHECK(read(" \r\n", false) == "more");
  CHECK(read("", true) == "none");
  CHECK(read("\r\n", true) == "none");
}

TEST_CASE("by datagram the old services answer what cannot be another server's reply") {
  std::array<std::byte, protocol::datagram_size_max> out{};
  service::time_service time(fixed_answerer());
  service::daytime_service daytime(fixed_answerer(), {.locale = ""});
  const auto size = [&](auto& service, const bytes& in) {
    return service.advance_datagram(in, protocol::cost::loaded, out).produced;
  };
  for (const bytes& in : {bytes(), from_text("?"), from_text("\n"), from_text("\r\n")}) {
    CHECK(first(out, size(time, in)) == from_hex("eeaa8bc3"));
    CHECK(to_text(first(out, size(daytime, in))) == "Fri Nov 20 09:05:07 2026\r\n");
  }
  CHECK(size(daytime, from_text("dummy")) > 0);  // as nmap asks
  CHECK(size(daytime, bytes(1025)) > 0);
  CHECK(size(time, from_text("dummy")) == 0);
  for (const bytes& reply : {from_hex("eeaa8bc3"), from_text("Fri Nov 20 09:05:07 2026\r\n"),
                             from_text("20 NOV 2026 09:05:07 UTC\n"), from_text("7\r\n")}) {
    CHECK(size(daytime, reply) == 0);
  }
  CHECK(size(time, from_hex("eeaa8bc3")) == 0);
}

TEST_CASE("a daytime listener uses its zone, and its locale's text where its URL names one") {
  const auto told = [](const service::defaults& defaults) {
    return to_text(greeting_of(service::daytime_service(fixed_answerer(), defaults)));
  };
  CHECK(told({.locale = ""}) == "Fri Nov 20 09:05:07 2026\r\n");
  CHECK(told({.locale = "", .zone = "Pacific/Auckland"}) == "Fri Nov 20 22:05:07 2026\r\n");
  CHECK(told({.locale = "de"}) == "Heute ist der 20. November 2026. Die Uhrzeit ist 09:05\r\n");
  CHECK(told({.locale = "mi", .ascii = true}) ==
        "Ko te ra o tenei ra ko Whiringa-a-rangi 20, 2026. Ko te wa o tenei wa 09:05\r\n");
  CHECK(told({.locale = "ja", .style = "short"}) == "2026/11/20 9:05\r\n");
}

TEST_CASE("the cost of a daytime line is in its own step, not in the next one of its worker") {
  const auto answerer = fixed_answerer();
  std::array<std::byte, service::daytime_service::reply_size_max> out{};
  const auto cost_of = [&out](auto& service) { return first_step(service, out).took; };
  service::daytime_service first(answerer, {.locale = "ja", .style = "short"});
  service::daytime_service other(answerer, {.locale = "ja", .style = "short"});
  service::daytime_service::peer peer;
  const protocol::step refused =
      first.advance(peer, {{}, protocol::input_state::open, protocol::cost::cached}, out);
  CHECK(refused.next == protocol::wanted::time);
  CHECK(refused.took == protocol::cost::loaded);
  CHECK(refused.produced == 0);
  CHECK(cost_of(first) == protocol::cost::loaded);
  CHECK(cost_of(first) == protocol::cost::cached);
  CHECK(cost_of(other) == protocol::cost::cached);  // its text is known by now
}

TEST_CASE("a time listener sends exactly four bytes") {
  service::time_service time(fixed_answerer());
  CHECK(greeting_of(time) == from_hex("eeaa8bc3"));
  std::array<std::byte, service::time_service::reply_size_max> out{};
  CHECK(first_step(time, out).took == protocol::cost::cached);
}

}  // namespace
}  // namespace polyclock::test
