#include "net/datagram/datagram_batch.hpp"

#include <algorithm>
#include <cerrno>

namespace polyclock::net {

datagram_batch::datagram_batch() {
  for (auto& one : datagrams_) one = std::make_unique<datagram>();
}

std::size_t datagram_batch::receive(int descriptor, error_code& error) noexcept {
  for (std::size_t i = 0; i < size_max; ++i) received_[i].msg_hdr = datagrams_[i]->empty_header();
  reply_count_ = 0;
  const int count = ::recvmmsg(descriptor, received_.data(), size_max, MSG_DONTWAIT, nullptr);
  if (count < 0) {
    error = error_code(errno, boost::system::system_category());
    return 0;
  }
  const auto received = static_cast<std::size_t>(count);
  for (std::size_t i = 0; i < received; ++i) datagrams_[i]->take(received_[i]);
  return received;
}

void datagram_batch::send(int descriptor) noexcept {
  for (std::size_t done = 0; done < reply_count_;) {
    const auto left = static_cast<unsigned>(reply_count_ - done);
    const int sent = ::sendmmsg(descriptor, &replies_[done], left, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    done += static_cast<std::size_t>(std::max(sent, 1));  // the one that failed is passed over
  }
  reply_count_ = 0;
}

}  // namespace polyclock::net
