#include "net/listening_socket.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "net/address_prefix.hpp"
#include "net/prefix_steering.hpp"
#include "net/socket_address.hpp"

namespace polyclock::net {
namespace {

constexpr int backlog = 4096;  // the kernel cuts it to net.core.somaxconn

bind_error failure(const std::string& endpoint, const char* call, int number) {
  const boost::system::error_code code(number, boost::system::system_category());
  return {code, endpoint + ": " + call + ": " + code.message()};
}

bool set_option(const listening_socket& socket, int level, int option) {
  const int on = 1;
  return setsockopt(socket.get(), level, option, &on, sizeof on) == 0;
}

// What every connection inherits: replies go out at once, and little waits in the kernel in either
// direction for a peer that does not read.
bool prepare_connections(const listening_socket& socket) {
  const int size = 65536;
  for (const int buffer : {SO_SNDBUF, SO_RCVBUF}) {
    if (setsockopt(socket.get(), SOL_SOCKET, buffer, &size, sizeof size) != 0) return false;
  }
  return set_option(socket, IPPROTO_TCP, TCP_NODELAY);
}

listening_socket open_socket(int family, int type = SOCK_STREAM) {
  return {family, ::socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
}

// A TCP socket bound to the address; alone in the probe, shared in the workers' sockets.
boost::system::result<listening_socket, bind_error> bind_tcp(const socket_address& address,
                                                             bool shared) {
  const std::string name = name_of(address);
  listening_socket socket = open_socket(address.family());
  if (socket.get() < 0) return failure(name, "socket", errno);
  const bool set = set_option(socket, SOL_SOCKET, SO_REUSEADDR) && prepare_connections(socket) &&
                   (!shared || set_option(socket, SOL_SOCKET, SO_REUSEPORT)) &&
                   (address.family() != AF_INET6 || set_option(socket, IPPROTO_IPV6, IPV6_V6ONLY));
  if (!set) return failure(name, "setsockopt", errno);
  if (::bind(socket.get(), address.get(), address.size) != 0) return failure(name, "bind", errno);
  return socket;
}

// Lets datagrams tell to which of this host's addresses they came.
bool tell_destinations(const listening_socket& socket) {
  if (socket.family() != AF_INET6) return set_option(socket, IPPROTO_IP, IP_PKTINFO);
  return set_option(socket, IPPROTO_IPV6, IPV6_RECVPKTINFO);
}

// What a socket of our own would have been given before it was bound.
bool prepare_passed(const listening_socket& socket, int type) {
  const int flags = fcntl(socket.get(), F_GETFL);
  if (flags < 0 || fcntl(socket.get(), F_SETFL, flags | O_NONBLOCK) != 0) return false;
  if (socket.family() == AF_UNIX) return true;
  return type == SOCK_DGRAM ? tell_destinations(socket) : prepare_connections(socket);
}

// Whether it is one host's address: the kernel does not connect to a broadcast address unasked.
bool is_unicast(const socket_address& address) {
  const auto bytes = address_bytes(address.get());
  const bool is_any = std::ranges::all_of(bytes, [](unsigned char byte) { return byte == 0; });
  const bool is_v4 = bytes.size() == 4;
  const bool is_multicast = is_v4 ? (bytes[0] & 0xF0U) == 0xE0 : bytes[0] == 0xFF;
  if (is_any || is_multicast) return false;
  const listening_socket probe = open_socket(address.family(), SOCK_DGRAM);
  return ::connect(probe.get(), address.get(), address.size) == 0;
}

// A UDP socket bound to the address. Where that may stand for several, datagrams tell to which they came.
boost::system::result<listening_socket, bind_error> bind_udp(const socket_address& address,
                                                             bool shared) {
  const std::string name = name_of(address);
  listening_socket socket = open_socket(address.family(), SOCK_DGRAM);
  if (socket.get() < 0) return failure(name, "socket", errno);
  const bool is_v6 = address.family() == AF_INET6;
  const bool set = (!shared || set_option(socket, SOL_SOCKET, SO_REUSEPORT)) &&
                   (!is_v6 || set_option(socket, IPPROTO_IPV6, IPV6_V6ONLY)) &&
                   (is_unicast(address) || tell_destinations(socket));
  if (!set) return failure(name, "setsockopt", errno);
  if (::bind(socket.get(), address.get(), address.size) != 0) return failure(name, "bind", errno);
  return socket;
}

// The address that a bound socket really has.
socket_address local_address(int descriptor) {
  socket_address address;
  address.size = sizeof address.storage;
  getsockname(descriptor, reinterpret_cast<sockaddr*>(&address.storage), &address.size);
  return address;
}

std::string path_of(const socket_address& address) {
  const auto* const local = reinterpret_cast<const sockaddr_un*>(&address.storage);
  return local->sun_path[0] == '\0' ? "an abstract socket" : local->sun_path;
}

std::optional<sockaddr_un> unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) return std::nullopt;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

const sockaddr* generic(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

// Removes a socket file whose server is gone. False if the path is something else, which stays.
bool remove_stale(const sockaddr_un& address) {
  struct stat status {};
  if (lstat(address.sun_path, &status) != 0) return true;
  if (!S_ISSOCK(status.st_mode)) return false;
  const listening_socket probe = open_socket(AF_UNIX);
  const bool refused =
      ::connect(probe.get(), generic(address), sizeof address) != 0 && errno == ECONNREFUSED;
  if (refused) unlink(address.sun_path);
  return true;
}

}  // namespace

listening_socket::~listening_socket() {
  if (descriptor_ >= 0) close(descriptor_);
}

socket_file::socket_file(std::string path) : path_(std::move(path)) {
  struct stat status {};
  if (lstat(path_.c_str(), &status) != 0) return;
  device_ = status.st_dev;
  inode_ = status.st_ino;
}

socket_file::~socket_file() {
  struct stat status {};
  if (path_.empty() || lstat(path_.c_str(), &status) != 0) return;
  if (status.st_dev == device_ && status.st_ino == inode_) unlink(path_.c_str());
}

bind_result listen_tcp(const std::string& host, std::uint16_t port, std::size_t copies,
                       port_sharing sharing) {
  const auto address = resolve(host, port, SOCK_STREAM);
  if (!address) return address.error();
  // Without SO_REUSEPORT this bind fails where another process listens, sharing or not. It also
  // picks the port where 0 is asked for.
  auto probe = bind_tcp(*address, sharing == port_sharing::own);
  if (!probe) return probe.error();
  const socket_address local = local_address(probe->get());
  bound_endpoint endpoint{name_of(local), {}};
  endpoint.port = port_of(local.get());
  for (std::size_t i = 0; i < copies; ++i) {
    auto socket = bind_tcp(local, true);
    if (!socket) return socket.error();
    endpoint.sockets.push_back(std::move(*socket));
  }
  for (const listening_socket& socket : endpoint.sockets) {
    if (::listen(socket.get(), backlog) != 0) return failure(endpoint.name, "listen", errno);
  }
  return endpoint;
}

bind_result listen_udp(const std::string& host, std::uint16_t port, std::size_t copies,
                       port_sharing sharing) {
  const auto address = resolve(host, port, SOCK_DGRAM);
  if (!address) return address.error();
  // Alone at first, so that a port which another process has is an error, sharing or not.
  auto first = bind_udp(*address, sharing == port_sharing::own);
  if (!first) return first.error();
  const socket_address local = local_address(first->get());
  bound_endpoint endpoint{name_of(local), {}};
  endpoint.port = port_of(local.get());
  endpoint.datagrams = true;
  bool set = copies == 1 || set_option(*first, SOL_SOCKET, SO_REUSEPORT);
  endpoint.sockets.push_back(std::move(*first));
  while (set && endpoint.sockets.size() < copies) {
    auto socket = bind_udp(local, true);
    if (!socket) return socket.error();
    endpoint.sockets.push_back(std::move(*socket));
  }
  const int any = endpoint.sockets.front().get();
  set = set && (copies == 1 || steer_by_prefix(any, local.family(), copies));
  if (!set) return failure(endpoint.name, "setsockopt", errno);
  return endpoint;
}

bind_result listen_unix(const std::string& path, std::size_t copies) {
  const auto address = unix_address(path);
  if (!address) return failure(path, "socket path", ENAMETOOLONG);
  if (!remove_stale(*address)) {
    return bind_error{boost::system::errc::make_error_code(boost::system::errc::file_exists),
                      path + ": exists and is not a socket"};
  }
  listening_socket first = open_socket(AF_UNIX);
  if (first.get() < 0) return failure(path, "socket", errno);
  if (::bind(first.get(), generic(*address), sizeof *address) != 0) {
    return failure(path, "bind", errno);
  }
  bound_endpoint endpoint{path, {}, socket_file(path)};
  constexpr mode_t everyone = 0666;  // to connect takes the right to write (unix(7))
  if (::chmod(path.c_str(), everyone) != 0) return failure(path, "chmod", errno);
  if (::listen(first.get(), backlog) != 0) return failure(path, "listen", errno);

  for (std::size_t i = 1; i < copies; ++i) {
    endpoint.sockets.emplace_back(AF_UNIX, fcntl(first.get(), F_DUPFD_CLOEXEC, 0));
    if (endpoint.sockets.back().get() < 0) return failure(path, "dup", errno);
  }
  endpoint.sockets.push_back(std::move(first));
  return endpoint;
}

bind_result adopt_socket(int descriptor, const std::string& name, std::size_t copies) {
  const socket_address local = local_address(descriptor);
  const bool is_ip = local.family() == AF_INET || local.family() == AF_INET6;
  int type = 0;
  socklen_t size = sizeof type;
  if (getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) != 0) {
    return failure(name, "getsockopt", errno);
  }
  bound_endpoint endpoint{is_ip ? name_of(local) : path_of(local), {}};
  if (is_ip) endpoint.port = port_of(local.get());
  if (type == SOCK_DGRAM) {
    if (!is_ip) return failure(name, "datagrams over a Unix socket", EPROTONOSUPPORT);
    endpoint.datagrams = true;
    copies = 1;
  }
  while (endpoint.sockets.size() < copies) {
    listening_socket socket(local.family(), fcntl(descriptor, F_DUPFD_CLOEXEC, 0), true);
    if (socket.get() < 0) return failure(name, "dup", errno);
    if (!prepare_passed(socket, type)) return failure(name, "setsockopt", errno);
    endpoint.sockets.push_back(std::move(socket));
  }
  return endpoint;
}

bool has_pktinfo(const listening_socket& socket) noexcept {
  int on = 0;
  socklen_t size = sizeof on;
  const bool is_v6 = socket.family() == AF_INET6;
  const int known = is_v6 ? getsockopt(socket.get(), IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, &size)
                          : getsockopt(socket.get(), IPPROTO_IP, IP_PKTINFO, &on, &size);
  return known != 0 || on != 0;
}

}  // namespace polyclock::net
