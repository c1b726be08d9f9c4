// Who is answered by datagram: networks, ports, token buckets.
#include <arpa/inet.h>
#include <netinet/in.h>

#include <random>
#include <string>

#include "net/address_prefix.hpp"
#include "net/datagram/source_rules.hpp"
#include "net/datagram/token_buckets.hpp"
#include "net/network.hpp"
#include "support/catch.hpp"

namespace polyclock::test {
namespace {

using namespace std::chrono_literals;

// An address and port, of either family.
class address {
 public:
  explicit address(const std::string& host, std::uint16_t port = 5000) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(storage_);
    auto& v6 = reinterpret_cast<sockaddr_in6&>(storage_);
    if (inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
      v4.sin_family = AF_INET;
      v4.sin_port = htons(port);
    } else {
      REQUIRE(inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1);
      v6.sin6_family = AF_INET6;
      v6.sin6_port = htons(port);
    }
  }

  operator const sockaddr*() const { return reinterpret_cast<const sockaddr*>(&storage_); }

 private:
  sockaddr_storage storage_{};
};

bool contains(const std::string& network, const std::string& host) {
  return net::network::parse(network).value().contains(address(host));
}

TEST_CASE("a network holds the addresses that begin like it") {
  CHECK(contains("192.0.2.0/24", "192.0.2.255"));
  CHECK_FALSE(contains("192.0.2.0/24", "192.0.3.0"));
  CHECK(contains("10.0.0.0/9", "10.127.255.255"));
  CHECK_FALSE(contains("10.0.0.0/9", "10.128.0.0"));
  CHECK(contains("0.0.0.0/0", "203.0.113.9"));
  CHECK_FALSE(contains("0.0.0.0/0", "::1"));
  CHECK_FALSE(contains("::/0", "127.0.0.1"));
  CHECK(contains("192.0.2.7", "192.0.2.7"));
  CHECK_FALSE(contains("192.0.2.7/32", "192.0.2.6"));
  CHECK(contains("2001:db8::/33", "2001:db8:7fff::1"));
  CHECK_FALSE(contains("2001:db8::/33", "2001:db8:8000::1"));
  CHECK(contains("fe80::/10", "fe80::1"));
  CHECK(contains("::1", "::1"));
}

TEST_CASE("an IPv4-mapped address is the IPv4 address") {
  CHECK(contains("192.0.2.0/24", "::ffff:192.0.2.9"));
  CHECK_FALSE(contains("192.0.2.0/24", "::ffff:192.0.3.9"));
  CHECK_FALSE(contains("::/0", "::ffff:192.0.2.9"));
  CHECK(contains("::ffff:192.0.2.0/120", "192.0.2.9"));
  CHECK(contains("::ffff:192.0.2.0/120", "::ffff:192.0.2.9"));
  CHECK_FALSE(contains("::ffff:192.0.2.0/120", "192.0.3.9"));
  CHECK(contains("::ffff:0:0/96", "203.0.113.1"));
  const auto prefix = [](const char* host) { return net::prefix_of(address(host), {24, 56}); };
  CHECK(prefix("::ffff:192.0.2.9") == prefix("192.0.2.200"));
  CHECK(prefix("::ffff:192.0.2.9") != prefix("::ffff:192.0.3.9"));
  const net::source_rules rules;
  CHECK(rules.answers(address("::ffff:127.0.0.1")));
  CHECK_FALSE(rules.answers(address("::ffff:192.0.2.9")));
}

TEST_CASE("text that is not a CIDR block is refused") {
  for (const char* text :
       {"", "/", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/24x", "192.0.2.0/ 24",
        "192.0.2.1/24", "192.0.2/24", "localhost", "2001:db8::/129", "2001:db8::1/64", "fe80::1%lo",
        "[::1]", "0x7f.1/8", "192.0.2.0/24/8", "*"}) {
    CAPTURE(text);
    CHECK_FALSE(net::network::parse(text).has_value());
  }
}

TEST_CASE("without an allow list loopback alone is answered") {
  const net::source_rules rules;
  CHECK(rules.answers(address("127.0.0.1")));
  CHECK(rules.answers(address("127.255.255.254")));
  CHECK(rules.answers(address("::1")));
  for (const char* host : {"10.0.0.1", "126.255.255.255", "128.0.0.1", "0.0.0.0", "::", "::2",
                           "fe80::1", "::ffff:10.0.0.1"}) {
    CHECK_FALSE(rules.answers(address(host)));
  }
}

TEST_CASE("ports of services are not answered") {
  const net::source_rules rules{.own_ports = {18814, 20013}};
  for (const int port : {0, 7, 13, 19, 37, 53, 123, 1023, 18814, 20013}) {
    CHECK_FALSE(rules.answers(address("127.0.0.1", static_cast<std::uint16_t>(port))));
    CHECK_FALSE(rules.answers(address("::1", static_cast<std::uint16_t>(port))));
  }
  for (const int port : {1024, 18813, 65535}) {
    CHECK(rules.answers(address("127.0.0.1", static_cast<std::uint16_t>(port))));
  }
}

TEST_CASE("a prefix is the first bits and nothing else") {
  const auto prefix = [](const char* host) {
    return net::prefix_of(address(host), {24, 56}).value();
  };
  CHECK(prefix("192.0.2.1") == prefix("192.0.2.255"));
  CHECK(prefix("192.0.2.1") != prefix("192.0.3.1"));
  CHECK(prefix("2001:db8:1:2ff::1") == prefix("2001:db8:1:200::2"));
  CHECK(prefix("2001:db8:1:2ff::1") != prefix("2001:db8:1:3ff::1"));
  CHECK(net::prefix_of(address("10.255.0.1"), {9, 9}) ==
        net::prefix_of(address("10.128.9.9"), {9, 9}));
  CHECK(net::prefix_of(address("10.127.0.1"), {9, 9}) !=
        net::prefix_of(address("10.128.9.9"), {9, 9}));
}

class bucket_table {
 public:
  explicit bucket_table(std::uint32_t rate) { buckets_.set_rate(rate); }

  bool take(const std::string& host, std::chrono::nanoseconds now) {
    const auto time = start_ + now;
    auto& bucket = buckets_.of(address(host));
    if (!buckets_.has_token(bucket, time)) return false;
    buckets_.take_token(bucket, time);
    return true;
  }

  int take_all(const std::string& host, std::chrono::nanoseconds now) {
    int count = 0;
    while (count < 100'000 && take(host, now)) ++count;
    return count;
  }

 private:
  net::token_buckets buckets_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

TEST_CASE("a bucket holds one second's tokens and refills at its rate") {
  bucket_table table(100);
  CHECK(table.take_all("192.0.2.1", 0s) == 100);
  CHECK(table.take_all("192.0.2.200", 0s) == 0);  // of the same /24
  CHECK(table.take_all("192.0.3.1", 0s) == 100);
  CHECK(table.take_all("192.0.2.1", 500ms) == 50);
  CHECK(table.take_all("192.0.2.1", 505ms) == 0);
  CHECK(table.take_all("192.0.2.1", 510ms) == 1);
  CHECK(table.take_all("192.0.2.1", 1h) == 100);
  CHECK(table.take_all("2001:db8:1:200::1", 1h) == 100);
  CHECK(table.take_all("2001:db8:1:2ff::9", 1h) == 0);
  CHECK(table.take_all("2001:db8:1:3ff::9", 1h) == 100);
}

TEST_CASE("a rate may be low, high, or without a cap") {
  CHECK(bucket_table(1).take_all("192.0.2.1", 0s) == 1);
  CHECK(bucket_table(50'000).take_all("192.0.2.1", 0s) == 50'000);
  CHECK(bucket_table(0).take_all("192.0.2.1", 0s) == 100'000);
}

TEST_CASE("a flood from other networks neither adds to a network's bucket nor takes from it") {
  bucket_table table(10);
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  int taken = 0;
  for (int i = 0; i < 200'000; ++i) {
    const auto n = static_cast<unsigned>(random());
    taken += table.take(std::to_string(n % 100 + 1) + "." + std::to_string(n >> 8 & 255) + "." +
                            std::to_string(n >> 16 & 255) + ".1",
                        i * 1us)
                 ? 1
                 : 0;
  }
  CHECK(taken > 190'000);
  CHECK(table.take_all("203.0.113.1", 1s) == 10);
}

}  // namespace
}  // namespace polyclock::test
