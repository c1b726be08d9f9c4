#include "config/listener_url.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <set>

#include "base/nearest_name.hpp"
#include "base/parse_number.hpp"

namespace polyclock::config {
namespace {

using status = std::optional<invalid>;  // empty: success

std::string in_quotes(std::string_view text) {
  return "'" + std::string(text) + "'";
}

// Removes the text up to and including `separator` from `rest` and returns it without the
// separator; everything if there is none.
std::string_view take_until(std::string_view& rest, std::string_view separator) {
  const std::size_t end = rest.find(separator);
  const std::string_view taken = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + separator.size());
  return taken;
}

struct scheme {
  std::string_view name;
  config::protocol protocol;
  config::transport transport;
  bool is_tls = false;
};

constexpr std::array schemes{
    scheme{"dt+tcp", protocol::dt, transport::tcp},
    scheme{"dt+tls", protocol::dt, transport::tcp, true},
    scheme{"dt+unix", protocol::dt, transport::unix_stream},
    scheme{"dt+udp", protocol::dt, transport::udp},
    scheme{"dt+fd", protocol::dt, transport::passed},
    scheme{"daytime+tcp", protocol::daytime, transport::tcp},
    scheme{"daytime+udp", protocol::daytime, transport::udp},
    scheme{"daytime+fd", protocol::daytime, transport::passed},
    scheme{"time+tcp", protocol::time, transport::tcp},
    scheme{"time+udp", protocol::time, transport::udp},
    scheme{"time+fd", protocol::time, transport::passed},
    scheme{"text+tcp", protocol::text, transport::tcp},
    scheme{"text+tls", protocol::text, transport::tcp, true},
    scheme{"text+unix", protocol::text, transport::unix_stream},
    scheme{"text+fd", protocol::text, transport::passed},
    scheme{"http+tcp", protocol::http, transport::tcp},
    scheme{"http+tls", protocol::http, transport::tcp, true},
    scheme{"http+unix", protocol::http, transport::unix_stream},
    scheme{"http+fd", protocol::http, transport::passed},
};

constexpr std::array<std::string_view, 11> keys{"locale", "zone",  "style",  "ascii",
                                                "magic",  "allow", "admin",  "proxy",
                                                "cert",   "key",   "clients"};

// What the listeners of a protocol support.
struct protocol_rules {
  config::protocol protocol;
  std::string_view name;
  bool has_text;  // locale, zone, style, ascii
  bool has_magic;
  bool has_datagrams;  // allow
  bool has_admin;
};

constexpr std::array all_rules{
    protocol_rules{protocol::dt, "dt", true, true, true, false},
    protocol_rules{protocol::daytime, "daytime", true, false, true, false},
    protocol_rules{protocol::time, "time", false, false, true, false},
    protocol_rules{protocol::text, "text", true, false, false, false},
    protocol_rules{protocol::http, "http", true, false, false, true},
};

const protocol_rules& rules_of(protocol of) {
  return *std::find_if(all_rules.begin(), all_rules.end(),
                       [&](const protocol_rules& rules) { return rules.protocol == of; });
}

constexpr const char* one_url_only = "only one URL per listener; repeat 'listen'";

// Suggests `dt+tcp` for `tcp` too.
invalid unknown_scheme(std::string_view name) {
  std::array<std::string_view, schemes.size()> names;
  std::transform(schemes.begin(), schemes.end(), names.begin(),
                 [](const scheme& scheme) { return scheme.name; });
  std::string suggestion = base::did_you_mean(name, names);
  if (suggestion.empty()) suggestion = base::did_you_mean("dt+" + std::string(name), names);
  std::string why = "unknown scheme " + in_quotes(name);
  if (!suggestion.empty()) return {why + suggestion};
  const char* separator = "; must be one of ";
  for (const std::string_view known : names) {
    why += separator + std::string(known);
    separator = ", ";
  }
  return {why};
}

status set_scheme(listener_url& url, std::string_view name) {
  const auto found = std::find_if(schemes.begin(), schemes.end(),
                                  [&](const scheme& scheme) { return scheme.name == name; });
  if (found == schemes.end()) return unknown_scheme(name);
  url.scheme = name;
  url.protocol = found->protocol;
  url.transport = found->transport;
  url.is_tls = found->is_tls;
  return std::nullopt;
}

// Whether a host of digits and points alone, which is no name, is an IPv4 address.
bool is_v4_address(std::string_view host) {
  int parts = 0;
  for (; !host.empty() || parts == 0; ++parts) {
    if (!base::parse_number<std::uint8_t>(take_until(host, "."), 10)) return false;
  }
  return parts == 4;
}

// Host and port of `[v6]:port` or `host:port`.
status set_host_and_port(listener_url& url, std::string_view address) {
  const bool bracketed = address.starts_with('[');
  std::string_view rest = bracketed ? address.substr(1) : address;
  url.host = take_until(rest, bracketed ? "]:" : ":");
  const bool is_v6 = url.host.find(':') != std::string::npos;
  if (address.find(',') != std::string_view::npos) return invalid{one_url_only};
  if (!bracketed && rest.find(':') != std::string_view::npos) {
    return invalid{"an IPv6 address must be in brackets, such as [::1]:18814"};
  }
  if (url.host.empty() || url.host.find_first_of("*[]/") != std::string::npos ||
      bracketed != is_v6) {
    return invalid{"expected HOST:PORT or [IPv6]:PORT"};
  }
  if (url.host.find_first_not_of("0123456789.") == std::string::npos && !is_v4_address(url.host)) {
    return invalid{"'" + url.host + "' is not an IPv4 address"};
  }
  const auto port = base::parse_number<std::uint16_t>(rest, 10);
  if (!port) return invalid{"port must be a number from 0 to 65535"};
  url.port = *port;
  return std::nullopt;
}

status set_unix_path(listener_url& url, std::string_view path) {
  constexpr std::size_t path_size_max = 107;  // sockaddr_un
  if (path.starts_with("//")) path.remove_prefix(2);
  if (!path.starts_with('/')) return invalid{"path must be absolute"};
  if (path.size() > path_size_max) return invalid{"path must not be longer than 107 bytes"};
  url.path = path;
  return std::nullopt;
}

// systemd.socket(5): printable ASCII without a colon.
status set_socket_name(listener_url& url, std::string_view name) {
  const auto is_allowed = [](char c) { return c > 0x20 && c < 0x7F && c != ':' && c != '/'; };
  if (name.empty() || name.size() > 255 || !std::all_of(name.begin(), name.end(), is_allowed)) {
    return invalid{"expected the name of a passed socket (FileDescriptorName=) after 'fd:'"};
  }
  url.path = name;
  return std::nullopt;
}

status set_address(listener_url& url, std::string_view address) {
  if (url.transport == transport::unix_stream) return set_unix_path(url, address);
  if (url.transport == transport::passed) return set_socket_name(url, address);
  if (!address.starts_with("//")) return invalid{"expected '//' before the host"};
  return set_host_and_port(url, address.substr(2));
}

template <typename Member>
status set_text(Member& member, std::string_view value) {
  member = value;
  return std::nullopt;
}

status set_magic(listener_url& url, std::string_view value) {
  constexpr std::string_view form = "0x36FB";
  const bool has_form = value.size() == form.size() && value.starts_with("0x");
  if (has_form) url.magic = base::parse_number<std::uint16_t>(value.substr(2), 16);
  if (!url.magic) return invalid{"magic must have four hexadecimal digits, as in 0x36FB"};
  return std::nullopt;
}

template <typename Member>
status set_switch(Member& member, std::string_view key, std::string_view value) {
  if (value != "yes" && value != "no") return invalid{std::string(key) + " must be 'yes' or 'no'"};
  member = value == "yes";
  return std::nullopt;
}

// Whether the protocol and transport support the key.
status check_key(const listener_url& url, std::string_view key) {
  if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
    return invalid{"unknown key " + in_quotes(key) + base::did_you_mean(key, keys)};
  }
  const protocol_rules& rules = rules_of(url.protocol);
  if (key == "allow") {
    const bool may_be_udp = url.transport == transport::udp || url.transport == transport::passed;
    if (may_be_udp && rules.has_datagrams) return std::nullopt;
    return invalid{"'allow' is only valid for UDP listeners"};
  }
  if (key == "cert" || key == "key" || key == "clients") {
    if (url.is_tls) return std::nullopt;
    return invalid{in_quotes(key) + " is only valid for TLS listeners"};
  }
  if (key == "proxy") {
    if (url.transport == transport::tcp || url.transport == transport::passed) return std::nullopt;
    return invalid{"'proxy' is only valid for TCP listeners"};
  }
  if (key == "magic") {
    if (rules.has_magic) return std::nullopt;
    return invalid{"'magic' is only valid for dt listeners"};
  }
  if (key == "admin") {
    if (rules.has_admin) return std::nullopt;
    return invalid{"'admin' is only valid for http listeners"};
  }
  if (rules.has_text) return std::nullopt;
  return invalid{in_quotes(key) + " is not valid for " + std::string(rules.name) + " listeners"};
}

status set_key(listener_url& url, std::string_view key, std::string_view value) {
  if (auto error = check_key(url, key)) return error;
  if (value.empty()) return invalid{in_quotes(key) + " has no value"};
  if (key == "locale") return set_text(url.locale, value);
  if (key == "zone") return set_text(url.zone, value);
  if (key == "style") return set_text(url.style, value);
  if (key == "ascii") return set_switch(url.ascii, key, value);
  if (key == "admin") return set_switch(url.admin, key, value);
  if (key == "magic") return set_magic(url, value);
  if (key == "cert") return set_text(url.cert, value);
  if (key == "key") return set_text(url.key, value);
  if (key == "clients") return set_text(url.clients, value);
  (key == "proxy" ? url.proxy : url.allow).emplace_back(value);
  return std::nullopt;
}

// The `key=value` pairs after the question mark; only networks may be repeated.
status set_keys(listener_url& url, std::string_view pairs) {
  std::set<std::string_view> seen;
  while (!pairs.empty()) {
    std::string_view value = take_until(pairs, "&");
    const std::string_view key = take_until(value, "=");
    if (!seen.insert(key).second && key != "allow" && key != "proxy") {
      return invalid{"key " + in_quotes(key) + " is given twice"};
    }
    if (auto error = set_key(url, key, value)) return error;
  }
  if (url.is_tls && (url.cert.empty() || url.key.empty())) {
    return invalid{"a TLS listener needs the keys 'cert' and 'key'"};
  }
  return std::nullopt;
}

status check_characters(std::string_view text) {
  if (text.find_first_of(" #") == std::string_view::npos) return std::nullopt;
  const bool has_second_url = text.find("://") != text.rfind("://");
  return invalid{has_second_url ? one_url_only : "must not contain spaces or '#'"};
}

}  // namespace

bool has_datagrams(protocol of) {
  return rules_of(of).has_datagrams;
}

boost::system::result<listener_url, invalid> parse_listener_url(const std::string& text) {
  if (auto error = check_characters(text)) return *error;
  listener_url url;
  url.text = text;
  std::string_view rest = text;
  std::string_view address = take_until(rest, "?");
  url.address = address;
  const std::string_view scheme = take_until(address, ":");
  if (auto error = set_scheme(url, scheme)) return *error;
  if (auto error = set_address(url, address)) return *error;
  if (auto error = set_keys(url, rest)) return *error;
  return url;
}

}  // namespace polyclock::config
