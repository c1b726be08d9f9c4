// One datagram as it was received, with room for its reply, which leaves from the address that was asked. A batch
// receives and sends many of them at once.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <span>

#include "protocol/service.hpp"

namespace polyclock::net {

class datagram {
 public:
  datagram() = default;
  datagram(const datagram&) = delete;
  datagram& operator=(const datagram&) = delete;

  // A header to receive it with.
  [[nodiscard]] msghdr empty_header() noexcept;
  // What was received with that header.
  void take(const mmsghdr& message) noexcept;

  [[nodiscard]] const sockaddr* source() const noexcept {
    return reinterpret_cast<const sockaddr*>(&source_);
  }
  // Cut after `datagram_size_max` + 1 bytes.
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept {
    return std::span(in_).first(size_);
  }
  // Whether it was sent to this host alone, and not to a multicast or broadcast address; false where the
  // kernel did not say.
  [[nodiscard]] bool is_unicast() const noexcept;

  [[nodiscard]] std::span<std::byte> reply_space() noexcept { return out_; }
  // A header that sends the first bytes of the reply space to the source.
  [[nodiscard]] msghdr reply_header(std::size_t size, bool has_pktinfo) noexcept;

 private:
  // Room for an IP_PKTINFO or IPV6_PKTINFO message: the address that was asked.
  struct alignas(cmsghdr) control_space {
    std::array<unsigned char, CMSG_SPACE(sizeof(in6_pktinfo))> bytes;
  };

  msghdr header_{};
  std::size_t size_ = 0;
  iovec in_part_{};
  iovec out_part_{};
  sockaddr_storage source_;
  control_space control_;
  std::array<std::byte, protocol::datagram_size_max + 1> in_;
  std::array<std::byte, protocol::datagram_size_max> out_;
};

}  // namespace polyclock::net
