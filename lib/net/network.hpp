// A block of IP addresses in CIDR notation (RFC 4632); allow lists are made of these.
#pragma once

#include <sys/socket.h>

#include <array>
#include <optional>
#include <string_view>
#include <vector>

namespace polyclock::net {

class network {
 public:
  // `192.0.2.0/24`, `2001:db8::/32`, or one address; `::ffff:192.0.2.0/120` is the first of these. Empty
  // where it is none of them or has bits set behind its prefix.
  [[nodiscard]] static std::optional<network> parse(std::string_view text);

  [[nodiscard]] bool is_v6() const noexcept { return size_ == 16; }
  [[nodiscard]] bool contains(const sockaddr* address) const noexcept;

 private:
  void unmap() noexcept;

  std::array<unsigned char, 16> bytes_{};
  std::size_t size_ = 0;  // of an address: 4 or 16
  unsigned prefix_length_ = 0;
};

using networks = std::vector<network>;

// 127.0.0.0/8 and ::1.
[[nodiscard]] networks loopback_networks();

}  // namespace polyclock::net
