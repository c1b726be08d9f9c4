#include "daemon/reload_request.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace polyclock::daemon {
namespace {

constexpr std::size_t answer_size_max = 1024;
constexpr auto repeat_interval = std::chrono::seconds(5);

std::string reason(int number) {
  return std::generic_category().message(number);
}

struct abstract_address {
  sockaddr_un value{};
  socklen_t size = 0;

  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&value); }
};

// In the abstract namespace: the name begins with a NUL byte.
abstract_address address_of(pid_t requester) {
  const std::string name = "polyclockd-reload-" + std::to_string(requester);
  abstract_address address;
  address.value.sun_family = AF_UNIX;
  std::memcpy(address.value.sun_path + 1, name.data(), name.size());
  address.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  return address;
}

class datagram_socket {
 public:
  datagram_socket() : descriptor_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {}
  ~datagram_socket() {
    if (descriptor_ >= 0) close(descriptor_);
  }

  datagram_socket(const datagram_socket&) = delete;
  datagram_socket& operator=(const datagram_socket&) = delete;

  [[nodiscard]] int get() const noexcept { return descriptor_; }

 private:
  int descriptor_;
};

// Listens for an answer, and lets the kernel say who sends it.
bool listen(const datagram_socket& socket, const abstract_address& own) {
  const int on = 1;
  return ::bind(socket.get(), own.get(), own.size) == 0 &&
         setsockopt(socket.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof on) == 0;
}

// As the kernel calls the process; empty where none can be seen.
std::string program_name(const std::string& process) {
  std::ifstream file("/proc/" + process + "/comm");
  std::string name;
  std::getline(file, name);
  return name;
}

// One whose parent has not asked for its exit status yet: it takes signals, and does nothing.
bool is_zombie(const std::string& process) {
  std::ifstream file("/proc/" + process + "/stat");
  std::string line;
  std::getline(file, line);
  const auto name_end = line.rfind(')');  // proc(5): PID (NAME) STATE
  return name_end != std::string::npos && line.substr(name_end + 1).starts_with(" Z");
}

std::string network_of(const std::string& process) {
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/" + process + "/ns/net", ignored);
}

// Abstract addresses are those of a network namespace. False if the daemon is known to be in another one that cannot be
// entered.
bool enter_network_of(const std::string& process) {
  const std::string network = network_of(process);
  if (network.empty() || network == network_of("self")) return true;
  const int space = open(("/proc/" + process + "/ns/net").c_str(), O_RDONLY | O_CLOEXEC);
  const bool is_entered = space >= 0 && setns(space, CLONE_NEWNET) == 0;
  if (space >= 0) close(space);
  return is_entered;
}

// The next answer, if it is the daemon's: any process may send one.
std::optional<std::string> receive(const datagram_socket& socket, pid_t daemon) {
  std::string text(answer_size_max, '\0');
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(ucred))> control{};
  iovec part{text.data(), text.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t size = recvmsg(socket.get(), &message, MSG_DONTWAIT);
  const cmsghdr* const header = CMSG_FIRSTHDR(&message);
  if (size < 0 || header == nullptr || header->cmsg_type != SCM_CREDENTIALS) return std::nullopt;
  ucred sender{};
  std::memcpy(&sender, CMSG_DATA(header), sizeof sender);
  if (sender.pid != daemon) return std::nullopt;
  text.resize(static_cast<std::size_t>(size));
  return text;
}

}  // namespace

std::optional<std::string> request_reload(pid_t daemon, std::chrono::seconds timeout) {
  const std::string id = std::to_string(daemon);
  const std::string process = "process " + id;
  const std::string name = program_name(id);
  // The signal ends other programs. In a sandbox a daemon may be invisible.
  if (!name.empty() && name != program_name("self"))
    return process + " is not a polyclockd but '" + name + "'";
  if (!enter_network_of(id))
    return process + " is in another network namespace, from which no answer would come";
  const datagram_socket socket;
  if (!listen(socket, address_of(getpid()))) return "cannot wait for an answer: " + reason(errno);
  for (auto waited = std::chrono::seconds(0); waited < timeout; waited += repeat_interval) {
    if (is_zombie(id)) return process + " has ended";
    if (kill(daemon, SIGHUP) != 0) {
      const bool has_ended = errno == ESRCH && waited.count() > 0;
      return process + (has_ended ? " ended without an answer" : ": " + reason(errno));
    }
    pollfd events{socket.get(), POLLIN, 0};
    while (poll(&events, 1, static_cast<int>(repeat_interval / std::chrono::milliseconds(1))) > 0) {
      const auto answer = receive(socket, daemon);
      if (answer) return answer->empty() ? std::nullopt : answer;
    }
  }
  return "no answer from " + process + " within " + std::to_string(timeout.count()) + " s";
}

void answer_reload(pid_t requester, std::string_view failure) {
  const datagram_socket socket;
  const abstract_address address = address_of(requester);
  const std::size_t size = std::min(failure.size(), answer_size_max);
  [[maybe_unused]] const auto sent = ::sendto(
      socket.get(), failure.data(), size, MSG_NOSIGNAL | MSG_DONTWAIT, address.get(), address.size);
}

}  // namespace polyclock::daemon
