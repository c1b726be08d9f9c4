#include "client/server_address.hpp"

#include <arpa/inet.h>

#include <cstddef>

#include "base/parse_number.hpp"
#include "protocol/packet.hpp"

namespace polyclock::client {
namespace {

bool is_host(std::string_view text) {
  return !text.empty() && text.find_first_of("/ []@?#") == std::string_view::npos;
}

bool is_v6(std::string_view text) {
  in6_addr ignored{};
  const std::string address(text.substr(0, text.find('%')));  // without the interface name
  return inet_pton(AF_INET6, address.c_str(), &ignored) == 1;
}

std::optional<server_address> with_port(std::string_view host, std::string_view port) {
  const std::uint16_t number = base::parse_number<std::uint16_t>(port).value_or(0);
  if (!is_host(host) || number == 0) return std::nullopt;
  return server_address{std::string(host), number, {}};
}

std::optional<server_address> bracketed(std::string_view text, std::uint16_t default_port) {
  const std::size_t end = text.find(']');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view host = text.substr(1, end - 1);
  const std::string_view rest = text.substr(end + 1);
  if (!is_v6(host)) return std::nullopt;
  if (rest.starts_with(':')) return with_port(host, rest.substr(1));
  if (!rest.empty()) return std::nullopt;
  return server_address{std::string(host), default_port, {}};
}

// Digits alone are the port of a host that is called srv: no top-level domain is a number.
bool is_domain(std::string_view text) {
  return is_host(text) && text.find(':') == std::string_view::npos &&
         text.find_first_not_of("0123456789") != std::string_view::npos;
}

// Removes the prefix; false if there is none.
bool take_prefix(std::string_view prefix, std::string_view& text) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

std::string server_address::name() const {
  if (!path.empty()) return "unix:" + path;
  if (is_service) return "srv:" + host;
  const bool needs_brackets = host.find(':') != std::string::npos;
  const std::string shown = needs_brackets ? "[" + host + "]" : host;
  const bool is_tls = transport == transport::tls;
  return (is_tls ? "tls://" : "") + shown + ":" + std::to_string(port);
}

std::optional<server_address> parse_host_address(std::string_view text,
                                                 std::uint16_t default_port) {
  if (text.starts_with('[')) return bracketed(text, default_port);
  const std::size_t colon = text.find(':');
  if (is_v6(text)) return server_address{std::string(text), default_port, {}};
  if (colon != std::string_view::npos)
    return with_port(text.substr(0, colon), text.substr(colon + 1));
  if (!is_host(text)) return std::nullopt;
  return server_address{std::string(text), default_port, {}};
}

std::optional<server_address> parse_server_address(std::string_view text) {
  if (text.starts_with("dt+"))
    text = text.substr(0, text.find('?'));  // without the keys of the listener URL
  if (take_prefix("unix:", text) || take_prefix("dt+unix:", text)) {
    if (!text.starts_with('/')) return std::nullopt;
    return server_address{{}, 0, std::string(text)};
  }
  if (std::string_view domain = text; take_prefix("srv:", domain) && is_domain(domain)) {
    return server_address{std::string(domain), 0, {}, transport::stream, {}, true};
  }
  transport by = transport::stream;
  if (take_prefix("dt+udp://", text)) by = transport::datagram;
  if (take_prefix("tls://", text) || take_prefix("dt+tls://", text)) by = transport::tls;
  if (by == transport::stream) take_prefix("dt+tcp://", text);
  const bool is_tls = by == transport::tls;
  auto address = parse_host_address(text, is_tls ? protocol::dt_tls_port : protocol::dt_port);
  if (address) address->transport = by;
  return address;
}

}  // namespace polyclock::client
