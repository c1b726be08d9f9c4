// Where a server is, as a person writes it; the command line's --server becomes one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace polyclock::client {

struct server_address {
  std::string host;  // a name or an address, IPv6 without brackets; empty for a Unix socket
  std::uint16_t port = 0;
  std::string path;  // of a Unix socket

  // As it was written, with the port.
  [[nodiscard]] std::string name() const;
};

// `HOST[:PORT]`, `[v6]:PORT`, `[v6]`, a bare IPv6 address, `unix:/path`, or any of them as the daemon's
// --listen has it (`dt+tcp://`, `dt+unix:`). Nothing where it is none of these.
[[nodiscard]] std::optional<server_address> parse_server_address(std::string_view text);

}  // namespace polyclock::client
