// Whatever a configuration file holds, listener URLs included: it is rejected with error messages, or
// accepted, and then the output of --print-config for it is accepted too and prints the same.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>
#include <string_view>

#include "config/load.hpp"

namespace {

using namespace polyclock::config;

// Loads a file with these bytes; it has no name in the file system.
checked<loaded> load_text(std::string_view text) {
  const int file = memfd_create("configuration", MFD_CLOEXEC);
  if (file < 0 || write(file, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    std::abort();
  }
  command_line line;
  line.file = "/proc/self/fd/" + std::to_string(file);
  auto result = load(line);
  close(file);
  return result;
}

std::string printed(const settings& settings) {
  std::ostringstream out;
  print_settings(settings, out);
  return out.str();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto first = load_text({reinterpret_cast<const char*>(data), size});
  if (!first) {
    if (first.error().empty()) std::abort();
    return 0;
  }
  const std::string text = printed(first->settings);
  const auto again = load_text(text);
  if (!again || printed(again->settings) != text) std::abort();
  return 0;
}
