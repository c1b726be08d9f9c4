#include "certificates.hpp"

namespace polyclock {
#ifdef POLYCLOCK_TLS
namespace {

// Why a certificate will be no good soon, or is not now; empty: it is good.
std::string doubt_of(const tls::context& certificate, std::chrono::system_clock::time_point now) {
  constexpr auto notice = std::chrono::days(14);
  const auto begin = certificate.not_before();
  const auto end = certificate.not_after();
  if (begin && *begin > now) return "is not valid yet";
  if (!end || *end - now >= notice) return {};
  if (*end <= now) return "has expired";
  const auto days = std::chrono::floor<std::chrono::days>(*end - now).count();
  if (days == 0) return "expires within a day";
  return "expires in " + std::to_string(days) + (days == 1 ? " day" : " days");
}

}  // namespace

boost::system::result<certificates, config::invalid> certificates::read(
    const std::vector<config::listener_url>& listeners) {
  certificates all;
  for (const config::listener_url& url : listeners) {
    if (!url.is_tls) continue;
    const std::string protocol = url.protocol == config::protocol::http ? "http/1.1" : "";
    const auto made = tls::context::for_server({url.cert, url.key, url.clients}, protocol);
    if (!made) return config::invalid{made.error()};
    all.contexts_[url.text] = {url.cert, *made};
  }
  return all;
}

std::vector<std::string> certificates::warnings(std::chrono::system_clock::time_point now) const {
  std::map<std::string, std::string> sentences;  // a file may serve several listeners
  for (const auto& [listener, one] : contexts_) {
    const std::string doubt = doubt_of(*one.context, now);
    if (!doubt.empty()) sentences[one.file] = "certificate '" + one.file + "' " + doubt;
  }
  std::vector<std::string> list;
  for (auto& [file, sentence] : sentences) list.push_back(std::move(sentence));
  return list;
}

#else

boost::system::result<certificates, config::invalid> certificates::read(
    const std::vector<config::listener_url>& listeners) {
  for (const config::listener_url& url : listeners) {
    if (url.is_tls) return config::invalid{url.scheme + ": this build has no TLS"};
  }
  return certificates();
}

std::vector<std::string> certificates::warnings(std::chrono::system_clock::time_point) const {
  return {};
}

#endif
}  // namespace polyclock
