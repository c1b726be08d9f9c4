// The address of a server; parsed from the command line's --server.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace polyclock::client {

class secure_layer;

enum class transport : std::uint8_t { stream = 1, datagram, tls };

struct server_address {
  std::string
      host;  // a name or an address, IPv6 without brackets; empty for a Unix socket; a service's domain
  std::uint16_t port = 0;
  std::string path;  // of a Unix socket
  client::transport transport = transport::stream;
  std::shared_ptr<const secure_layer> tls = {};  // needed to ask by TLS
  bool is_service = false;                       // stands for the servers of a domain's SRV records

  // In the form of --server, with the port if there is one.
  [[nodiscard]] std::string name() const;
};

// `HOST[:PORT]`, `[v6]:PORT`, `[v6]` or a bare IPv6 address; empty for any other form.
[[nodiscard]] std::optional<server_address> parse_host_address(std::string_view text,
                                                               std::uint16_t default_port);

// A DT server: a host address, `tls://` and a host address, `unix:/path`, `srv:DOMAIN`, or a listener URL of the
// daemon (`dt+tcp://`, `dt+tls://`, `dt+udp://`, `dt+unix:`).
[[nodiscard]] std::optional<server_address> parse_server_address(std::string_view text);

}  // namespace polyclock::client
