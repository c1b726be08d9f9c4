// The parameters of a URL's query that ask for a time: they become a time query, or a problem.
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <vector>

#include "protocol/http_accept.hpp"
#include "service/http/exchange.hpp"
#include "service/http/problem.hpp"

namespace polyclock::service {

// Its views point into the target and the listener's defaults.
class time_parameters {
 public:
  explicit time_parameters(const http_exchange& asked);

  time_parameters(const time_parameters&) = delete;
  time_parameters& operator=(const time_parameters&) = delete;

  // Reads them all: locale, zone, style, what, at, ascii. `others` are left to the caller. Empty ones count as not
  // given. Problems keep their detail in the scratch.
  [[nodiscard]] std::optional<problem> read(std::initializer_list<std::string_view> others = {});

  // Likewise, below the zone that the path names, if any.
  [[nodiscard]] std::optional<problem> read_below(
      std::string_view zone, std::initializer_list<std::string_view> others = {});

  // Unless the query names one: what the listener and the field Accept-Language say.
  [[nodiscard]] const time_query& query() const noexcept { return query_; }
  // Whether Accept-Language may choose, so that caches must tell languages apart.
  [[nodiscard]] bool is_negotiated() const noexcept { return !has_locale_; }
  // The field Vary of a resource with one form.
  [[nodiscard]] std::string_view vary() const noexcept {
    return is_negotiated() ? "Accept-Language" : "";
  }

  // How many of the texts that follow to list.
  [[nodiscard]] std::uint32_t next() const noexcept { return next_; }

 private:
  void set_zone(std::string_view name) noexcept { query_.zone = name; }
  void set_locale(std::string_view tag) noexcept;
  [[nodiscard]] std::optional<problem> set(const protocol::http_parameter& parameter);
  [[nodiscard]] std::optional<problem> set_instant(std::string_view value);
  [[nodiscard]] std::optional<problem> set_next(std::string_view value);

  const http_exchange& asked_;
  time_query query_;
  bool has_locale_ = false;
  std::uint32_t next_ = 0;
  std::array<std::string_view, protocol::accepted_languages::size_max + 1> locales_;
};

// One of several clocks: `zone;locale;style`, of which an empty part is that of the whole request.
class clock_parameter {
 public:
  explicit clock_parameter(std::string_view value) noexcept;

  // The query refers to this object then.
  void set(time_query& query) const noexcept;

 private:
  std::string_view zone_;
  std::string_view locale_;
  std::string_view style_;
};

// Clocks, or zones, of one request.
inline constexpr std::size_t list_size_max = 16;

// The values of all parameters `clock`, and the problem that they are too many.
[[nodiscard]] std::vector<std::string_view> clocks_of(const protocol::http_target& target);
[[nodiscard]] std::optional<problem> find_surplus(const http_exchange& asked,
                                                  const std::vector<std::string_view>& clocks);

// Says the language of a text where the field Accept-Language may have chosen it.
void set_language(const http_exchange& asked, const time_parameters& parameters,
                  const time_answer& answer, http_reply& reply);

// RFC 3339 with an offset, or seconds since 1970.
[[nodiscard]] std::optional<clock::instant> instant_of(std::string_view value);

// The value of a parameter; empty where it is missing.
[[nodiscard]] std::string_view value_of(const protocol::http_target& target, std::string_view name);

// A problem with one parameter, its detail written to the scratch.
[[nodiscard]] problem bad_value(const http_exchange& asked,
                                const protocol::http_parameter& parameter, std::string_view why);

// Where there are other parameters than these.
[[nodiscard]] std::optional<problem> find_unknown(const http_exchange& asked,
                                                  std::initializer_list<std::string_view> known);

}  // namespace polyclock::service
