// polyclock alone: it has no TLS, and becomes polyclock-tls where it needs some.

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "tls_servers.hpp"

namespace polyclock {

std::string prepare_tls(const tls_files&, std::vector<client::server_address>&, char* const* argv) {
  std::error_code error;
  const std::filesystem::path own = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return "cannot find the program that asks servers at tls://: " + error.message();
  const auto program = (own.parent_path() / POLYCLOCK_TLS_PROGRAM).lexically_normal();
  execv(program.c_str(), argv);
  error.assign(errno, std::generic_category());
  return "cannot execute " + program.string() +
         ", which asks servers at tls://: " + error.message();
}

}  // namespace polyclock
