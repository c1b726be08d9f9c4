// A listener as the operator writes it: `PROTOCOL+TRANSPORT://HOST:PORT?key=value&...`.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace polyclock::config {

enum class protocol : std::uint8_t { dt = 1, daytime, time, text };
enum class transport : std::uint8_t { tcp = 1, unix_stream, udp, passed };

struct listener_url {
  std::string text;     // as written
  std::string scheme;   // `dt+tcp` and so on
  std::string address;  // scheme and address without the keys: what makes it the same listener
  config::protocol protocol = protocol::dt;
  config::transport transport = transport::tcp;
  std::string host;  // TCP and UDP: an address or a name, IPv6 without brackets
  std::uint16_t port = 0;
  std::string path;  // Unix: the socket's file; passed sockets: their name
  // What the listener answers to requests that name none; none: the daemon's own default.
  std::optional<std::string> locale;
  std::optional<std::string> zone;
  std::optional<std::string> style;
  bool ascii = false;
  std::optional<std::uint16_t> magic;  // of classic packets
  std::vector<std::string> allow;      // UDP: the networks that are answered; none: loopback
  std::string origin;                  // where it was set, for messages
  bool built_in = false;               // set by nobody: a default
};

// What is wrong, as the end of a sentence about the value.
struct invalid {
  std::string why;
};

[[nodiscard]] boost::system::result<listener_url, invalid> parse_listener_url(
    const std::string& text);

}  // namespace polyclock::config
