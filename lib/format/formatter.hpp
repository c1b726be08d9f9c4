// The strategy that turns a time into text; the registry chooses one for each request by style
// and language, the services call it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "clock/civil.hpp"
#include "clock/instant.hpp"
#include "clock/zone.hpp"
#include "format/text.hpp"

namespace polyclock::format {

// Which components a text shows.
enum class components : std::uint8_t { date = 1, time, both };

enum class direction : std::uint8_t { left_to_right = 1, right_to_left };

// An instant as a zone's clocks and calendars show it.
struct zoned_time {
  clock::instant instant;
  const clock::zone* zone;
  const clock::local_type* type;
  clock::civil_time civil;

  zoned_time(clock::instant when, const clock::zone& where) noexcept
      : instant(when),
        zone(&where),
        type(&where.type_at(when.seconds)),
        civil(clock::to_civil(when.seconds + type->offset)) {}
};

// What to render.
struct render_options {
  components what;
  std::string_view style;
  std::string_view locale;  // BCP 47
};

struct rendering {
  format::text text;  // UTF-8
  label locale;       // the language used, BCP 47
  label style;
  format::direction direction = direction::left_to_right;
  std::optional<clock::instant>
      valid_until;     // `text` is the same before this instant; empty: always
  int renderings = 1;  // this one, and others to find until when it is valid
};

enum class render_status : std::uint8_t {
  rendered = 1,
  unknown_style,
  unknown_locale,
  no_text,  // the locale has no text in this style, or none at this instant
};

// One for each worker; it may cache what it has loaded, within bounds.
class formatter {
 public:
  virtual ~formatter() = default;

  // Whether a style is one of its own.
  [[nodiscard]] virtual bool handles(std::string_view style) const noexcept = 0;

  // Renders in one of its styles.
  [[nodiscard]] virtual render_status render(const zoned_time& time, const render_options& options,
                                             rendering& out) noexcept = 0;
};

}  // namespace polyclock::format
