#include "net/socket_address.hpp"

#include <netdb.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

#include "base/detached_call.hpp"
#include "net/address_prefix.hpp"

namespace polyclock::net {
namespace {

constexpr auto lookup_timeout = std::chrono::seconds(3);

struct lookup {
  int status;  // of getaddrinfo(3)
  socket_address address;
};

lookup look_up(const std::string& host, const std::string& port, int socket_type, int flags) {
  addrinfo hints{};
  hints.ai_flags = flags | AI_PASSIVE | AI_NUMERICSERV;
  hints.ai_socktype = socket_type;
  addrinfo* found = nullptr;
  lookup result{getaddrinfo(host.c_str(), port.c_str(), &hints, &found), {}};
  if (result.status != 0) return result;
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
  std::memcpy(&result.address.storage, found->ai_addr, found->ai_addrlen);
  result.address.size = found->ai_addrlen;
  return result;
}

bool is_any(const socket_address& address) {
  const auto bytes = address_bytes(address.get());
  return std::ranges::all_of(bytes, [](unsigned char byte) { return byte == 0; });
}

}  // namespace

boost::system::result<socket_address, bind_error> resolve(const std::string& host,
                                                          std::uint16_t port, int socket_type) {
  const std::string service = std::to_string(port);
  const lookup numeric = look_up(host, service, socket_type, AI_NUMERICHOST);
  if (numeric.status == 0) return numeric.address;
  const auto named = base::call_until(
      [host, service, socket_type] { return look_up(host, service, socket_type, 0); },
      std::chrono::steady_clock::now() + lookup_timeout);
  if (named && named->status == 0) return named->address;
  const std::string why = named ? gai_strerror(named->status) : "name lookup timed out";
  return bind_error{
      boost::system::errc::make_error_code(boost::system::errc::address_not_available),
      host + ":" + service + ": " + why};
}

std::string name_of(const socket_address& address) {
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  getnameinfo(address.get(), address.size, host.data(), host.size(), port.data(), port.size(),
              NI_NUMERICHOST | NI_NUMERICSERV);
  const std::string text(host.data());
  const std::string shown = address.family() == AF_INET6 ? "[" + text + "]" : text;
  return shown + ":" + port.data();
}

bool overlap(const socket_address& one, const socket_address& other) {
  if (one.family() != other.family() || port_of(one.get()) != port_of(other.get())) return false;
  return is_any(one) || is_any(other) ||
         std::ranges::equal(address_bytes(one.get()), address_bytes(other.get()));
}

}  // namespace polyclock::net
