// One time zone: how its local time relates to UTC at any instant. Owned by the zone database, read
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

// A change of local type at an instant.
struct type_change {
  std::int64_t seconds;  // since 1970
  std::size_t type;      // an index into the zone's types
};

struct zone_rules {
  std::vector<type_change> changes;  // in order of time
  std::vector<local_type> types;     // at least one; the first holds before the first change
  std::optional<posix_tz> footer;    // rules from the last change on
  std::string footer_text;
};

// Immutable once made; all look-ups are free of locks and heap calls.
class zone {
 public:
  // `is_link`: another name of a zone, kept for those who know it by that.
  zone(std::string name, zone_rules rules, bool is_link = false)
      : name_(std::move(name)), rules_(std::move(rules)), is_link_(is_link) {}

  [[nodiscard]] static zone utc();

  [[nodiscard]] std::string_view name() const noexcept { return name_; }
  [[nodiscard]] bool is_link() const noexcept { return is_link_; }

  // The POSIX TZ string of the time after the last recorded change; empty where there is none.
  [[nodiscard]] std::string_view posix_string() const noexcept { return rules_.footer_text; }

  [[nodiscard]] const local_type& type_at(std::int64_t seconds) const noexcept;

  // The first instant after `seconds` at which the UTC offset or the abbreviation changes; nothing
  // where none is known.
  [[nodiscard]] std::optional<transition> next_transition(std::int64_t seconds) const noexcept;

 private:
  // The first change of any kind after `seconds`, be it to a type that shows alike.
  [[nodiscard]] std::optional<transition> next_change(std::int64_t seconds) const noexcept;
  [[nodiscard]] bool footer_rules(std::int64_t seconds) const noexcept;

  std::string name_;
  zone_rules rules_;
  bool is_link_ = false;
};

}  // namespace polyclock::clock
