// Datagrams that are received, answered and sent together, with two system calls; the datagram listener
// owns one. A reply leaves from the address that was asked.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "net/asio.hpp"
#include "net/listening_socket.hpp"
#include "protocol/service.hpp"

namespace polyclock::net {

class datagram_batch {
 public:
  static constexpr std::size_t size_max = 32;

  // For datagrams of that socket.
  explicit datagram_batch(const listening_socket& socket);

  // Receives what waits in the socket, at most `size_max` datagrams, in place of the earlier ones;
  // returns how many. It does not wait: `would_block` where there is none.
  std::size_t receive(int descriptor, error_code& error) noexcept;

  // Of the datagrams received; `index` is below what `receive` returned.
  [[nodiscard]] const sockaddr* source(std::size_t index) const noexcept;
  // Cut after `datagram_size_max` + 1 bytes.
  [[nodiscard]] std::span<const std::byte> bytes(std::size_t index) const noexcept;
  // Whether it was sent to this host alone, and not to a multicast or broadcast address.
  [[nodiscard]] bool is_unicast(std::size_t index) const noexcept;

  // Where the reply goes, and that it has `size` bytes there.
  [[nodiscard]] std::span<std::byte> reply_space(std::size_t index) noexcept;
  void set_reply(std::size_t index, std::size_t size) noexcept;

  // Sends the replies. What the kernel does not take is lost, as datagrams may be.
  void send(int descriptor) noexcept;

 private:
  // Room for an IP_PKTINFO or IPV6_PKTINFO message: the address that was asked.
  struct alignas(cmsghdr) control_space {
    std::array<unsigned char, CMSG_SPACE(sizeof(in6_pktinfo))> bytes;
  };
  struct datagram_slot {
    sockaddr_storage source;
    control_space control;
    std::array<std::byte, protocol::datagram_size_max + 1> in;
    std::array<std::byte, protocol::datagram_size_max> out;
    iovec in_part;
    iovec out_part;
  };

  void prepare(std::size_t index) noexcept;
  void keep_source_address(msghdr& reply) const noexcept;

  bool tells_destinations_;  // does the socket, of each datagram; else it has one address alone
  std::vector<datagram_slot> slots_{size_max};
  std::array<mmsghdr, size_max> received_{};
  std::array<mmsghdr, size_max> replies_{};
  std::size_t reply_count_ = 0;
};

}  // namespace polyclock::net
