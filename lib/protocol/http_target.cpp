#include "protocol/http_target.hpp"

#include <boost/url/decode_view.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace polyclock::protocol {

namespace urls = boost::urls;

std::string_view http_target::parse(std::string_view target) noexcept {
  constexpr std::string_view malformed = "the target is malformed";
  path_ = {};
  count_ = used_ = 0;
  if (target == "*") return path_ = "*", std::string_view();
  const auto parsed =
      target.starts_with('/') ? urls::parse_origin_form(target) : urls::parse_absolute_uri(target);
  if (!parsed) return malformed;
  const auto decode = [this](urls::pct_string_view encoded) {
    const std::size_t begin = used_;
    for (const char c : *encoded) decoded_[used_++] = c;
    return std::string_view(decoded_.data() + begin, used_ - begin);
  };
  path_ = decode(parsed->encoded_path());
  if (path_.empty()) path_ = "/";
  for (const auto& parameter : parsed->encoded_params()) {
    if (parameter.key.empty() && parameter.value.empty()) continue;  // of `?` or `&` at the end
    if (count_ == parameters_.size()) return "the target has over 32 parameters";
    const std::string_view name = decode(parameter.key);
    parameters_[count_++] = {name, decode(parameter.value)};
  }
  // Names end at a zero byte in too many programs.
  const std::string_view all(decoded_.data(), used_);
  return all.find('\0') == std::string_view::npos ? std::string_view() : malformed;
}

}  // namespace polyclock::protocol
