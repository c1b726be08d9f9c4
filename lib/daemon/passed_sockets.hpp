// Sockets that the service manager passes to the daemon at its start (socket activation, see
// sd_listen_fds(3)). Listener URLs such as `dt+fd:NAME` refer to them. Main owns the only instance.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace polyclock::daemon {

class passed_sockets {
 public:
  // Takes the passed sockets and unsets the environment variables, so that no child process uses
  // them.
  [[nodiscard]] static passed_sockets take();

  // The descriptors with that name (FileDescriptorName=), in the order passed; they stay open.
  [[nodiscard]] std::vector<int> named(std::string_view name) const;

  // All names without duplicates.
  [[nodiscard]] std::vector<std::string> names() const;

 private:
  struct socket {
    std::string name;
    int descriptor;
  };

  std::vector<socket> sockets_;
};

}  // namespace polyclock::daemon
