#include "daemon/passed_sockets.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/parse_number.hpp"

namespace polyclock::daemon {
namespace {

constexpr int first_descriptor = 3;  // SD_LISTEN_FDS_START

// The value of an environment variable; 0 if it is unset or not a number.
int read_number(const char* variable) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? 0 : base::parse_number<int>(text).value_or(0);
}

}  // namespace

passed_sockets passed_sockets::take() {
  passed_sockets passed;
  const int count = read_number("LISTEN_PID") == getpid() ? read_number("LISTEN_FDS") : 0;
  const char* const names = std::getenv("LISTEN_FDNAMES");
  std::string_view rest = names != nullptr ? names : "";
  for (int i = 0; i < count; ++i) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    const std::string_view name = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const int descriptor = first_descriptor + i;
    fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    passed.sockets_.push_back({name.empty() ? "unknown" : std::string(name), descriptor});
  }
  for (const char* variable : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) unsetenv(variable);
  return passed;
}

std::vector<int> passed_sockets::named(std::string_view name) const {
  std::vector<int> found;
  for (const socket& passed : sockets_) {
    if (passed.name == name) found.push_back(passed.descriptor);
  }
  return found;
}

std::vector<std::string> passed_sockets::names() const {
  std::vector<std::string> all;
  for (const socket& passed : sockets_) {
    if (std::find(all.begin(), all.end(), passed.name) == all.end()) all.push_back(passed.name);
  }
  return all;
}

}  // namespace polyclock::daemon
