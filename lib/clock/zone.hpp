// One time zone: its UTC offset and abbreviation at any instant. Owned by the zone database, used
// by the services and formatters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "clock/posix_tz.hpp"

namespace polyclock::clock {

// A change of local time type at an instant.
struct type_change {
  std::int64_t seconds;  // since 1970
  std::size_t type;      // an index into the zone's types

  friend bool operator==(const type_change&, const type_change&) = default;
};

struct zone_rules {
  std::vector<type_change> changes;  // in chronological order
  std::vector<local_type> types;     // at least one; the first applies before the first change
  std::optional<posix_tz> footer;    // the rules after the last change
  std::string footer_text;
};

// Immutable; lookups take no locks and do not allocate.
class zone {
 public:
  // `is_link`: the name is an alias of another zone's name.
  zone(std::string name, zone_rules rules, bool is_link = false)
      : name_(std::move(name)), rules_(std::move(rules)), is_link_(is_link) {}

  [[nodiscard]] static zone utc();

  // The same rules under an alias.
  [[nodiscard]] zone linked_as(std::string name) const { return {std::move(name), rules_, true}; }

  [[nodiscard]] std::string_view name() const noexcept { return name_; }
  [[nodiscard]] bool is_link() const noexcept { return is_link_; }

  // The POSIX TZ string that applies after the last recorded change; empty if there is none.
  [[nodiscard]] std::string_view posix_string() const noexcept { return rules_.footer_text; }

  [[nodiscard]] const local_type& type_at(std::int64_t seconds) const noexcept;

  [[nodiscard]] bool has_rules(const zone_rules& rules) const;

  // The first change after `seconds`, and the last one at or before it, even of the daylight saving time flag only.
  [[nodiscard]] std::optional<transition> next_change(std::int64_t seconds) const noexcept;
  [[nodiscard]] std::optional<transition> last_change(std::int64_t seconds) const noexcept;

  // The first instant after `seconds` at which the UTC offset or the abbreviation changes; empty if
  // none is known.
  [[nodiscard]] std::optional<transition> next_transition(std::int64_t seconds) const noexcept;

 private:
  [[nodiscard]] bool footer_applies(std::int64_t seconds) const noexcept;

  std::string name_;
  zone_rules rules_;
  bool is_link_ = false;
};

}  // namespace polyclock::clock
