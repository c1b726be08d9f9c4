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
#include "support/fixed_clock.hpp"
#include "support/zones.hpp"

namespace polyclock::test {
namespace {

std::string daytime(const protocol::daytime_fields& fields) {
  std::array<std::byte, 64> out{};
  return to_text(first(out, encode(fields, out)));
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

std::shared_ptr<service::answerer> answerer() {
  return std::make_shared<service::answerer>(
      zones(), std::make_unique<fixed_clock>(clock::instant{1795165507, 0}));
}

template <typename Service>
bytes greeting_of(Service service) {
  std::array<std::byte, Service::reply_size_max> out{};
  const auto [size, next] = service.reply({}, out);
  CHECK(next == protocol::next_step::close);
  return first(out, size);
}

TEST_CASE("a daytime listener tells its zone, and its locale's text where it has one") {
  const auto told = [](const service::daytime_defaults& defaults) {
    return to_text(greeting_of(service::daytime_service(answerer(), defaults)));
  };
  CHECK(told({}) == "Fri Nov 20 09:05:07 2026\r\n");
  CHECK(told({.zone = "Pacific/Auckland"}) == "Fri Nov 20 22:05:07 2026\r\n");
  CHECK(told({.locale = "de"}) == "Heute ist der 20. November 2026. Die Uhrzeit ist 09:05\r\n");
  CHECK(told({.locale = "mi", .ascii = true}) ==
        "Ko te ra o tenei ra ko Whiringa-a-rangi 20, 2026. Ko te wa o tenei wa 09:05\r\n");
  CHECK(told({.locale = "ja", .style = "short"}) == "2026/11/20 9:05\r\n");
}

TEST_CASE("a time listener sends exactly four bytes") {
  CHECK(greeting_of(service::time_service(answerer())) == from_hex("eeaa8bc3"));
}

}  // namespace
}  // namespace polyclock::test
