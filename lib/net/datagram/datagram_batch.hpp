// Datagrams that are received, answered and sent together, with two system calls. A datagram listener owns one.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <memory>

#include "net/asio.hpp"
#include "net/datagram/datagram.hpp"
#include "net/schedule/scheduling.hpp"

namespace polyclock::net {

class datagram_batch {
 public:
  static constexpr std::size_t size_max = scheduling::datagrams_per_round;

  datagram_batch();

  // Receives what waits in the socket, at most `size_max` datagrams, in place of the earlier ones;
  // returns how many. It does not wait: `would_block` where there is none.
  std::size_t receive(int descriptor, error_code& error) noexcept;

  // One that was received; `index` is below what `receive` returned.
  [[nodiscard]] datagram& at(std::size_t index) noexcept { return *datagrams_[index]; }
  // Takes it out, and takes another one in for what is received next.
  void exchange(std::size_t index, std::unique_ptr<datagram>& other) noexcept {
    datagrams_[index].swap(other);
  }

  // The reply leaves with the next `send`.
  void add_reply(const msghdr& reply) noexcept { replies_[reply_count_++].msg_hdr = reply; }
  // What the kernel does not take is lost, as datagrams may be.
  void send(int descriptor) noexcept;

 private:
  std::array<std::unique_ptr<datagram>, size_max> datagrams_;
  std::array<mmsghdr, size_max> received_{};
  std::array<mmsghdr, size_max> replies_{};
  std::size_t reply_count_ = 0;
};

}  // namespace polyclock::net
