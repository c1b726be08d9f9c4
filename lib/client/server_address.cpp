#include "client/server_address.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>

#include "protocol/packet.hpp"

namespace polyclock::client {
namespace {

std::optional<server_address> with_port(std::string_view host, std::string_view port) {
  server_address address{std::string(host), 0, {}};
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  const bool whole = error == std::errc() && end == port.data() + port.size();
  if (host.empty() || !whole || address.port == 0) return std::nullopt;
  return address;
}

std::optional<server_address> bracketed(std::string_view text) {
  const std::size_t end = text.find(']');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view host = text.substr(1, end - 1);
  const std::string_view rest = text.substr(end + 1);
  if (rest.starts_with(':')) return with_port(host, rest.substr(1));
  if (host.empty() || !rest.empty()) return std::nullopt;
  return server_address{std::string(host), protocol::dt_port, {}};
}

}  // namespace

std::string server_address::name() const {
  if (!path.empty()) return "unix:" + path;
  const bool needs_brackets = host.find(':') != std::string::npos;
  const std::string shown = needs_brackets ? "[" + host + "]" : host;
  return shown + ":" + std::to_string(port);
}

std::optional<server_address> parse_server_address(std::string_view text) {
  constexpr std::string_view unix_prefix = "unix:";
  if (text.starts_with(unix_prefix)) {
    text.remove_prefix(unix_prefix.size());
    if (text.empty()) return std::nullopt;
    return server_address{{}, 0, std::string(text)};
  }
  if (text.starts_with('[')) return bracketed(text);
  const auto colons = std::count(text.begin(), text.end(), ':');
  if (colons == 1)
    return with_port(text.substr(0, text.find(':')), text.substr(text.find(':') + 1));
  if (text.empty()) return std::nullopt;
  return server_address{std::string(text), protocol::dt_port, {}};
}

}  // namespace polyclock::client
