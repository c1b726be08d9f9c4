// Sockets that the service manager has opened before it started the daemon (sd_listen_fds(3)); listeners name
// them in URLs such as `dt+fd:NAME`. Main owns the only list.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace polyclock::daemon {

class passed_sockets {
 public:
  // Takes the sockets over and their announcement out of the environment, so that no child has them.
  [[nodiscard]] static passed_sockets take();

  // Descriptors of that name (FileDescriptorName=), in the manager's order; they stay open.
  [[nodiscard]] std::vector<int> named(std::string_view name) const;

  // Every name once.
  [[nodiscard]] std::vector<std::string> names() const;

 private:
  struct socket {
    std::string name;
    int descriptor;
  };

  std::vector<socket> sockets_;
};

}  // namespace polyclock::daemon
