// The strategy that turns a moment into words; the registry chooses one for each request by style
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

// What the text tells.
enum class subject : std::uint8_t { date = 1, time, both };

enum class direction : std::uint8_t { left_to_right = 1, right_to_left };

// An instant as a zone's clocks and calendars show it.
struct moment {
  clock::instant instant;
  const clock::zone* zone;
  const clock::local_type* type;
  clock::civil_time civil;

  moment(clock::instant when, const clock::zone& where) noexcept
      : instant(when),
        zone(&where),
        type(&where.type_at(when.seconds)),
        civil(clock::to_civil(when.seconds + type->offset)) {}
};

struct rendering {
  format::text text;        // UTF-8
  std::string_view locale;  // the language used, BCP 47; a literal
  format::direction direction = direction::left_to_right;
  std::optional<clock::instant> valid_until;  // the first instant at which `text` differs
};

class formatter {
 public:
  virtual ~formatter() = default;

  // The name of its style, as in a query.
  [[nodiscard]] virtual std::string_view style() const noexcept = 0;

  // Whether it has words for a locale (BCP 47).
  [[nodiscard]] virtual bool speaks(std::string_view locale) const noexcept = 0;

  // Tells the moment in a locale that it speaks.
  virtual void render(const moment& moment, subject what, std::string_view locale,
                      rendering& out) const noexcept = 0;
};

}  // namespace polyclock::format
