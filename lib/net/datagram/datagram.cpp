#include "net/datagram/datagram.hpp"

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

// The route decides which interface the reply takes, except for link-local addresses, which mean
// nothing without theirs.
void clear_interface(cmsghdr* message) {
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

}  // namespace

msghdr datagram::empty_header() noexcept {
  in_part_ = {in_.data(), in_.size()};
  msghdr header{};
  header.msg_name = &source_;
  header.msg_namelen = sizeof source_;
  header.msg_iov = &in_part_;
  header.msg_iovlen = 1;
  header.msg_control = control_.bytes.data();
  header.msg_controllen = control_.bytes.size();
  return header;
}

void datagram::take(const mmsghdr& message) noexcept {
  header_ = message.msg_hdr;
  size_ = message.msg_len;
}

bool datagram::is_unicast() const noexcept {
  const cmsghdr* const message = CMSG_FIRSTHDR(&header_);
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

msghdr datagram::reply_header(std::size_t size, bool has_pktinfo) noexcept {
  out_part_ = {out_.data(), size};
  msghdr reply = header_;
  reply.msg_iov = &out_part_;
  reply.msg_flags = 0;
  if (has_pktinfo) clear_interface(CMSG_FIRSTHDR(&reply));
  return reply;
}

}  // namespace polyclock::net
