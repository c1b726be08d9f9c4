#include "net/prefix_steering.hpp"

#include <linux/filter.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>

namespace polyclock::net {
namespace {

// Classic BPF; offsets from SKF_NET_OFF on count from the IP header.
constexpr std::uint32_t from_ip_header = static_cast<std::uint32_t>(SKF_NET_OFF);
constexpr std::uint32_t v4_source = from_ip_header + 12;
constexpr std::uint32_t v6_source = from_ip_header + 8;
constexpr std::uint32_t odd_multiplier =
    0x9E3779B1;  // 2^32 over the golden ratio (Knuth, TAOCP 6.4)

constexpr sock_filter load(std::uint32_t offset) {
  return {BPF_LD | BPF_W | BPF_ABS, 0, 0, offset};
}
constexpr sock_filter operate(std::uint16_t operation, std::uint32_t operand) {
  return {static_cast<std::uint16_t>(BPF_ALU | operation | BPF_K), 0, 0, operand};
}
constexpr sock_filter keep{BPF_ST, 0, 0, 0};
constexpr sock_filter recall{BPF_LDX | BPF_MEM, 0, 0, 0};
constexpr sock_filter add_recalled{BPF_ALU | BPF_ADD | BPF_X, 0, 0, 0};
constexpr sock_filter answer{BPF_RET | BPF_A, 0, 0, 0};

template <std::size_t Size>
bool attach(int descriptor, std::array<sock_filter, Size> program) {
  const sock_fprog attached{Size, program.data()};
  return setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &attached, sizeof attached) ==
         0;
}

}  // namespace

bool steer_by_prefix(int descriptor, int family, std::size_t sockets) {
  const auto count = static_cast<std::uint32_t>(sockets);
  const sock_filter drop_byte = operate(BPF_RSH, 8);
  const sock_filter scatter = operate(BPF_MUL, odd_multiplier);
  const sock_filter take_high_bits = operate(BPF_RSH, 16);
  const sock_filter choose = operate(BPF_MOD, count);
  if (family == AF_INET) {  // 24 bits
    return attach(descriptor,
                  std::array{load(v4_source), drop_byte, scatter, take_high_bits, choose, answer});
  }
  return attach(descriptor,  // 56 bits
                std::array{load(v6_source), scatter, keep, load(v6_source + 4), drop_byte, recall,
                           add_recalled, scatter, take_high_bits, choose, answer});
}

}  // namespace polyclock::net
