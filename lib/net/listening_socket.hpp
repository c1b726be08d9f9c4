// A bound and listening socket that is not yet in any worker's hands; the daemon opens them all
// before it starts a worker, and each worker takes its own.
#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "net/socket_address.hpp"

namespace polyclock::net {

// Owns the descriptor until it is released.
class listening_socket {
 public:
  // `passed`: another process, such as systemd, has it too and keeps it.
  listening_socket(int family, int descriptor, bool passed = false)
      : family_(family), descriptor_(descriptor), passed_(passed) {}
  listening_socket(listening_socket&& other) noexcept
      : family_(other.family_),
        descriptor_(std::exchange(other.descriptor_, -1)),
        passed_(other.passed_) {}
  listening_socket& operator=(listening_socket&&) = delete;
  ~listening_socket();

  [[nodiscard]] int family() const noexcept { return family_; }
  [[nodiscard]] bool is_passed() const noexcept { return passed_; }
  [[nodiscard]] int get() const noexcept { return descriptor_; }
  [[nodiscard]] int release() noexcept { return std::exchange(descriptor_, -1); }

 private:
  int family_;
  int descriptor_;
  bool passed_;
};

// Whether the kernel says to which of this host's addresses each datagram was sent (IP_PKTINFO).
[[nodiscard]] bool has_pktinfo(const listening_socket& socket) noexcept;

// The file of a bound Unix socket; removed with its owner, so that late clients find nobody there. A
// file that another process has put in its place stays.
class socket_file {
 public:
  socket_file() = default;
  explicit socket_file(std::string path);
  socket_file(socket_file&& other) noexcept
      : path_(std::exchange(other.path_, {})), device_(other.device_), inode_(other.inode_) {}
  socket_file& operator=(socket_file&&) = delete;
  ~socket_file();

 private:
  std::string path_;  // empty: none
  std::uint64_t device_ = 0;
  std::uint64_t inode_ = 0;
};

// One endpoint, listened on once for each worker.
struct bound_endpoint {
  std::string
      name;  // `127.0.0.1:18814` or `[::1]:18814`, with the real port, or a Unix socket's path
  std::vector<listening_socket> sockets;
  socket_file file = {};
  std::uint16_t port = 0;  // 0: a Unix socket
  bool datagrams = false;
};

using bind_result = boost::system::result<bound_endpoint, bind_error>;

// Whether a port in use is an error always, or only if another process has it: this process's own listeners
// on it are about to be closed.
enum class port_sharing : std::uint8_t { none = 1, own };

// Listens on a TCP endpoint with `copies` sockets that share the port (SO_REUSEPORT). `host` is a
// numeric address or a name, which stands for its first address; port 0 asks for a free one. A port
// that another process listens on is an error, shared or not.
[[nodiscard]] bind_result listen_tcp(const std::string& host, std::uint16_t port,
                                     std::size_t copies, port_sharing sharing = port_sharing::none);

// Binds a UDP endpoint likewise. Every network's datagrams come to the same one of the sockets.
[[nodiscard]] bind_result listen_udp(const std::string& host, std::uint16_t port,
                                     std::size_t copies, port_sharing sharing = port_sharing::none);

// Listens on a Unix socket; the copies are duplicates of one descriptor. A socket file that nobody
// answers on any more is replaced, any other file is an error.
[[nodiscard]] bind_result listen_unix(const std::string& path, std::size_t copies);

// Takes over a socket that another process has bound, and for streams listens on. Streams are shared
// by as many duplicates as there are `copies`; datagrams have one, so that each network meets the same
// worker. The descriptor stays open, to be adopted again.
[[nodiscard]] bind_result adopt_socket(int descriptor, const std::string& name, std::size_t copies);

}  // namespace polyclock::net
