// The bounded table of the networks that cause the most errors.

#include <arpa/inet.h>
#include <netinet/in.h>

#include <random>

#include "net/client_errors.hpp"
#include "support/catch.hpp"

namespace polyclock::test {
namespace {

net::address_prefix network_of(std::uint32_t v4) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(v4);
  return *prefix_of(reinterpret_cast<const sockaddr*>(&address), net::host_prefix);
}

std::uint64_t count_of(const net::client_errors& errors, const net::address_prefix& network) {
  for (const auto& [known, count] : errors.entries()) {
    if (count > 0 && known == network) return count;
  }
  return 0;
}

TEST_CASE("a network with many errors is known among any number of others") {
  net::client_errors errors;
  std::mt19937 random(20261128);
  const auto worst = network_of(0xC0000207);
  constexpr std::uint64_t its_errors = 10'000;
  for (std::uint64_t i = 0; i < its_errors; ++i) {
    errors.add(worst);
    for (int other = 0; other < 9; ++other)
      errors.add(network_of(static_cast<std::uint32_t>(random()) | 1));
  }
  const std::uint64_t found = count_of(errors, worst);
  CHECK(found <= its_errors);
  CHECK(found >= its_errors - 10 * its_errors / 33);
}

TEST_CASE("few networks are counted exactly") {
  net::client_errors errors;
  for (std::uint32_t host = 1; host <= 32; ++host) {
    for (std::uint32_t i = 0; i < host; ++i) errors.add(network_of(host));
  }
  for (std::uint32_t host = 1; host <= 32; ++host) {
    CHECK(count_of(errors, network_of(host)) == host);
  }
}

TEST_CASE("a network is written as an address of IPv4, as a prefix of IPv6") {
  CHECK(to_text(network_of(0xC0000207)) == "192.0.2.7");
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  REQUIRE(inet_pton(AF_INET6, "2001:db8:1:2:3::4", &address.sin6_addr) == 1);
  const auto prefix = prefix_of(reinterpret_cast<const sockaddr*>(&address), net::host_prefix);
  CHECK(to_text(*prefix) == "2001:db8:1:2::/64");
}

}  // namespace
}  // namespace polyclock::test
