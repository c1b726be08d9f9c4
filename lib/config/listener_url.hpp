// A listener as the operator writes it: `PROTOCOL+TRANSPORT://HOST:PORT?key=value&...`.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace polyclock::config {

enum class protocol : std::uint8_t { dt = 1, daytime, time, text, http };
// Of `tcp` listeners some are within TLS.
enum class transport : std::uint8_t { tcp = 1, unix_stream, udp, passed };

struct listener_url {
  std::string text;     // as written
  std::string scheme;   // `dt+tcp` and so on
  std::string address;  // scheme and address without the keys: identifies the listener
  config::protocol protocol = protocol::dt;
  config::transport transport = transport::tcp;
  bool is_tls = false;
  std::string host;  // TCP and UDP: an address or a name, IPv6 without brackets
  std::uint16_t port = 0;
  std::string path;  // Unix: the socket's file; passed sockets: their name
  // Defaults for requests that name none; if unset, the daemon's defaults apply.
  std::optional<std::string> locale;
  std::optional<std::string> zone;
  std::optional<std::string> style;
  bool ascii = false;
  std::optional<std::uint16_t> magic;  // of classic packets
  std::string cert;                    // TLS: files in PEM format, the certificate and its chain
  std::string key;                     // its private key
  std::string clients;  // the CAs of the clients' certificates; empty: none are asked for
  std::vector<std::string> proxy;  // TCP: the networks of its proxies; empty: none
  std::vector<std::string> allow;  // UDP: the client networks; empty: loopback
  std::optional<bool> admin;       // HTTP: the administrator's resources; unset: on loopback
  std::string origin;              // where it was set, for messages
  bool built_in = false;           // a default listener, not configured
};

// Whether the protocol has requests by datagram.
[[nodiscard]] bool has_datagrams(protocol of);

// The reason why a value is invalid.
struct invalid {
  std::string why;
};

[[nodiscard]] boost::system::result<listener_url, invalid> parse_listener_url(
    const std::string& text);

}  // namespace polyclock::config
