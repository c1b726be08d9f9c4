#include "certificates.hpp"

namespace polyclock {
#ifdef POLYCLOCK_TLS

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

namespace {

std::string end_of(std::chrono::system_clock::duration left) {
  const auto days = std::chrono::floor<std::chrono::days>(left).count();
  if (left.count() <= 0) return "has expired";
  return days < 2 ? "expires within two days" : "expires in " + std::to_string(days) + " days";
}

}  // namespace

std::vector<std::string> certificates::ending(std::chrono::system_clock::time_point now) const {
  constexpr auto notice = std::chrono::days(14);
  std::map<std::string, std::string> sentences;  // a file may serve several listeners
  for (const auto& [listener, one] : contexts_) {
    const auto end = one.context->not_after();
    if (!end || *end - now >= notice) continue;
    sentences[one.file] = "certificate '" + one.file + "' " + end_of(*end - now);
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

std::vector<std::string> certificates::ending(std::chrono::system_clock::time_point) const {
  return {};
}

#endif
}  // namespace polyclock
