#include "config/listener_url.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <set>

namespace polyclock::config {
namespace {

using status = std::optional<invalid>;  // nothing: it went well

std::string quoted(std::string_view text) {
  return "'" + std::string(text) + "'";
}

// Takes the text up to `mark` and the mark off `rest`; all of it where there is none.
std::string_view take_until(std::string_view& rest, std::string_view mark) {
  const std::size_t end = rest.find(mark);
  const std::string_view taken = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + mark.size());
  return taken;
}

template <typename Integer>
std::optional<Integer> to_number(std::string_view text, int base) {
  Integer value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

struct scheme {
  std::string_view name;
  config::protocol protocol;
  config::transport transport;
};

constexpr std::array schemes{
    scheme{"dt+tcp", protocol::dt, transport::tcp},
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
    scheme{"text+unix", protocol::text, transport::unix_stream},
    scheme{"text+fd", protocol::text, transport::passed},
};

status set_scheme(listener_url& url, std::string_view name) {
  const auto found = std::find_if(schemes.begin(), schemes.end(),
                                  [&](const scheme& scheme) { return scheme.name == name; });
  if (found == schemes.end()) {
    return invalid{"begins with no scheme such as dt+tcp:// or dt+unix:"};
  }
  url.scheme = name;
  url.protocol = found->protocol;
  url.transport = found->transport;
  return std::nullopt;
}

// The host of `[v6]:port` or `host:port`, and the port behind it.
status set_address(listener_url& url, std::string_view address) {
  const bool bracketed = address.starts_with('[');
  std::string_view rest = bracketed ? address.substr(1) : address;
  url.host = take_until(rest, bracketed ? "]:" : ":");
  const bool is_v6 = url.host.find(':') != std::string::npos;
  if (!bracketed && rest.find(':') != std::string_view::npos) {
    return invalid{"needs its IPv6 address in brackets"};
  }
  if (url.host.empty() || url.host.find_first_of("*[]/") != std::string::npos ||
      bracketed != is_v6) {
    return invalid{"is not of the form HOST:PORT or [v6]:PORT"};
  }
  const auto port = to_number<std::uint16_t>(rest, 10);
  if (!port) return invalid{"has no port from 0 to 65535"};
  url.port = *port;
  return std::nullopt;
}

status set_unix_path(listener_url& url, std::string_view path) {
  constexpr std::size_t path_size_max = 107;  // sockaddr_un
  if (path.starts_with("//")) path.remove_prefix(2);
  if (!path.starts_with('/')) return invalid{"has no absolute path"};
  if (path.size() > path_size_max) return invalid{"has a path longer than 107 bytes"};
  url.path = path;
  return std::nullopt;
}

// systemd.socket(5): printable ASCII without a colon.
status set_socket_name(listener_url& url, std::string_view name) {
  const auto is_plain = [](char c) { return c > 0x20 && c < 0x7F && c != ':' && c != '/'; };
  if (name.empty() || name.size() > 255 || !std::all_of(name.begin(), name.end(), is_plain)) {
    return invalid{"has no name of a passed socket after fd:"};
  }
  url.path = name;
  return std::nullopt;
}

status set_place(listener_url& url, std::string_view address) {
  if (url.transport == transport::unix_stream) return set_unix_path(url, address);
  if (url.transport == transport::passed) return set_socket_name(url, address);
  if (!address.starts_with("//")) return invalid{"has no // before its host"};
  return set_address(url, address.substr(2));
}

status set_text(std::optional<std::string>& member, std::string_view value) {
  member = value;
  return std::nullopt;
}

status set_magic(listener_url& url, std::string_view value) {
  if (value.starts_with("0x")) url.magic = to_number<std::uint16_t>(value.substr(2), 16);
  if (!url.magic) return invalid{"has a magic that is no number from 0x0000 to 0xFFFF"};
  return std::nullopt;
}

status set_ascii(listener_url& url, std::string_view value) {
  if (value != "yes" && value != "no") return invalid{"has an ascii that is neither yes nor no"};
  url.ascii = value == "yes";
  return std::nullopt;
}

// Which of the keys a listener has use for.
bool takes(const listener_url& url, std::string_view key) {
  const bool may_be_udp = url.transport == transport::udp || url.transport == transport::passed;
  if (key == "allow") return may_be_udp && url.protocol != protocol::text;
  if (key == "magic") return url.protocol == protocol::dt;
  return url.protocol != protocol::time;
}

status set_key(listener_url& url, std::string_view key, std::string_view value) {
  if (value.empty()) return invalid{"has no value for " + quoted(key)};
  if (!takes(url, key)) return invalid{"has no use for the key " + quoted(key)};
  if (key == "locale") return set_text(url.locale, value);
  if (key == "zone") return set_text(url.zone, value);
  if (key == "style") return set_text(url.style, value);
  if (key == "ascii") return set_ascii(url, value);
  if (key == "magic") return set_magic(url, value);
  if (key == "allow") return url.allow.emplace_back(value), std::nullopt;
  return invalid{"has an unknown key " + quoted(key)};
}

// The `key=value` pairs after the question mark, each key but allow once.
status set_keys(listener_url& url, std::string_view pairs) {
  std::set<std::string_view> seen;
  while (!pairs.empty()) {
    std::string_view value = take_until(pairs, "&");
    const std::string_view key = take_until(value, "=");
    if (!seen.insert(key).second && key != "allow")
      return invalid{"has the key " + quoted(key) + " twice"};
    if (auto wrong = set_key(url, key, value)) return wrong;
  }
  return std::nullopt;
}

}  // namespace

boost::system::result<listener_url, invalid> parse_listener_url(const std::string& text) {
  if (text.find_first_of(" #") != std::string::npos) return invalid{"holds a space or a #"};
  listener_url url;
  url.text = text;
  std::string_view rest = text;
  std::string_view address = take_until(rest, "?");
  url.address = address;
  const std::string_view scheme = take_until(address, ":");
  if (auto wrong = set_scheme(url, scheme)) return *wrong;
  if (auto wrong = set_place(url, address)) return *wrong;
  if (auto wrong = set_keys(url, rest)) return *wrong;
  return url;
}

}  // namespace polyclock::config
