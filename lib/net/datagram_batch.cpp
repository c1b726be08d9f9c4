#include "net/datagram_batch.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace polyclock::net {
namespace {

template <typename Info>
Info info_of(const cmsghdr* message) {
  Info info;
  std::memcpy(&info, CMSG_DATA(message), sizeof info);
  return info;
}

template <typename Info>
void set_info(cmsghdr* message, const Info& info) {
  std::memcpy(CMSG_DATA(message), &info, sizeof info);
}

bool is_v4_info(const cmsghdr* message) {
  return message->cmsg_level == IPPROTO_IP && message->cmsg_type == IP_PKTINFO;
}

bool is_v6_info(const cmsghdr* message) {
  return message->cmsg_level == IPPROTO_IPV6 && message->cmsg_type == IPV6_PKTINFO;
}

bool tells_destinations(const listening_socket& socket) {
  int on = 0;
  socklen_t size = sizeof on;
  const bool is_v6 = socket.family() == AF_INET6;
  const int known = is_v6 ? getsockopt(socket.get(), IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, &size)
                          : getsockopt(socket.get(), IPPROTO_IP, IP_PKTINFO, &on, &size);
  return known != 0 || on != 0;
}

}  // namespace

datagram_batch::datagram_batch(const listening_socket& socket)
    : tells_destinations_(tells_destinations(socket)) {
  for (std::size_t i = 0; i < size_max; ++i) prepare(i);
}

void datagram_batch::prepare(std::size_t index) noexcept {
  datagram_slot& slot = slots_[index];
  slot.in_part = {slot.in.data(), slot.in.size()};
  msghdr& header = received_[index].msg_hdr;
  header.msg_name = &slot.source;
  header.msg_namelen = sizeof slot.source;
  header.msg_iov = &slot.in_part;
  header.msg_iovlen = 1;
  header.msg_control = slot.control.bytes.data();
  header.msg_controllen = slot.control.bytes.size();
}

std::size_t datagram_batch::receive(int descriptor, error_code& error) noexcept {
  for (mmsghdr& message : received_) {
    message.msg_hdr.msg_namelen = sizeof(sockaddr_storage);
    message.msg_hdr.msg_controllen = sizeof(control_space::bytes);
  }
  reply_count_ = 0;
  const int count = ::recvmmsg(descriptor, received_.data(), size_max, MSG_DONTWAIT, nullptr);
  if (count >= 0) return static_cast<std::size_t>(count);
  error = error_code(errno, boost::system::system_category());
  return 0;
}

const sockaddr* datagram_batch::source(std::size_t index) const noexcept {
  return reinterpret_cast<const sockaddr*>(&slots_[index].source);
}

std::span<const std::byte> datagram_batch::bytes(std::size_t index) const noexcept {
  return std::span(slots_[index].in).first(received_[index].msg_len);
}

bool datagram_batch::is_unicast(std::size_t index) const noexcept {
  if (!tells_destinations_) return true;
  const msghdr& header = received_[index].msg_hdr;
  const cmsghdr* const message = CMSG_FIRSTHDR(&header);
  if (message == nullptr) return false;
  if (is_v4_info(message)) {
    // The header's destination and the local address that the kernel chose for it (ip(7)).
    const auto info = info_of<in_pktinfo>(message);
    return info.ipi_addr.s_addr == info.ipi_spec_dst.s_addr;
  }
  if (!is_v6_info(message)) return false;
  const auto info = info_of<in6_pktinfo>(message);
  return !IN6_IS_ADDR_MULTICAST(&info.ipi6_addr);
}

std::span<std::byte> datagram_batch::reply_space(std::size_t index) noexcept {
  return slots_[index].out;
}

void datagram_batch::set_reply(std::size_t index, std::size_t size) noexcept {
  datagram_slot& slot = slots_[index];
  slot.out_part = {slot.out.data(), size};
  mmsghdr& reply = replies_[reply_count_++];
  reply = received_[index];
  reply.msg_hdr.msg_iov = &slot.out_part;
  reply.msg_hdr.msg_flags = 0;
  if (tells_destinations_) keep_source_address(reply.msg_hdr);
}

// The route decides which interface the reply takes, except for link-local addresses, which mean
// nothing without theirs.
void datagram_batch::keep_source_address(msghdr& reply) const noexcept {
  cmsghdr* const message = CMSG_FIRSTHDR(&reply);
  if (is_v4_info(message)) {
    auto info = info_of<in_pktinfo>(message);
    info.ipi_ifindex = 0;
    set_info(message, info);
  } else {
    auto info = info_of<in6_pktinfo>(message);
    if (!IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr)) info.ipi6_ifindex = 0;
    set_info(message, info);
  }
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
