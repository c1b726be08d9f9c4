#include "format/zone_text.hpp"

#include <unicode/basictz.h>
#include <unicode/tztrans.h>

#include <string>
#include <string_view>

namespace polyclock::format {
namespace {

using icu::TimeZoneFormat;
using icu::UnicodeString;

UDate milliseconds(const zoned_time& time) {
  return static_cast<UDate>(time.instant.seconds) * 1000;
}

UnicodeString zone_id(const zoned_time& time) {
  const std::string_view id = time.zone->name();
  return UnicodeString::fromUTF8(icu::StringPiece(id.data(), static_cast<std::int32_t>(id.size())));
}

// A name of the zone; where it has none in this language ICU writes the offset.
UnicodeString name(UTimeZoneFormatStyle style, const zoned_time& time, const TimeZoneFormat& format,
                   const icu::TimeZone& zone) {
  UnicodeString out;
  return format.format(style, zone, milliseconds(time), out, nullptr);
}

UnicodeString iso_offset(const zone_field& field, const TimeZoneFormat& format,
                         std::int32_t offset) {
  UErrorCode status = U_ZERO_ERROR;
  UnicodeString out;
  const bool as_z = field.letter == u'X' || field.letter == u'Z';  // Z alone in the long forms
  if (field.letter == u'Z') {
    return field.count == 5
               ? format.formatOffsetISO8601Extended(offset, as_z, false, false, out, status)
               : format.formatOffsetISO8601Basic(offset, false, false, false, out, status);
  }
  const bool no_seconds = field.count <= 3;
  if (field.count == 3 || field.count == 5) {
    return format.formatOffsetISO8601Extended(offset, as_z, false, no_seconds, out, status);
  }
  return format.formatOffsetISO8601Basic(offset, as_z, field.count == 1, no_seconds, out, status);
}

UnicodeString localized_offset(bool is_short, const TimeZoneFormat& format, std::int32_t offset) {
  UErrorCode status = U_ZERO_ERROR;
  UnicodeString out;
  return is_short ? format.formatOffsetShortLocalizedGMT(offset, out, status)
                  : format.formatOffsetLocalizedGMT(offset, out, status);
}

UTimeZoneFormatStyle name_style(const zone_field& field) {
  const bool is_long = field.count >= 4;
  switch (field.letter) {
    case u'v':
      return is_long ? UTZFMT_STYLE_GENERIC_LONG : UTZFMT_STYLE_GENERIC_SHORT;
    case u'V':
      if (field.count == 1) return UTZFMT_STYLE_ZONE_ID_SHORT;
      if (field.count == 3) return UTZFMT_STYLE_EXEMPLAR_LOCATION;
      return UTZFMT_STYLE_GENERIC_LOCATION;
    default:
      return is_long ? UTZFMT_STYLE_SPECIFIC_LONG : UTZFMT_STYLE_SPECIFIC_SHORT;
  }
}

}  // namespace

const icu::TimeZone* icu_zones::known(const zoned_time& time) {
  const std::string_view id = time.zone->name();
  auto* cached = zones_.find(id);
  if (cached == nullptr) {
    const UnicodeString name = zone_id(time);
    cached =
        &zones_.insert(id, std::unique_ptr<icu::TimeZone>(icu::TimeZone::createTimeZone(name)));
  }
  return **cached == icu::TimeZone::getUnknown() ? nullptr : cached->get();
}

std::optional<clock::instant> icu_zones::next_transition(const zoned_time& time) {
  const auto* const zone = dynamic_cast<const icu::BasicTimeZone*>(known(time));
  icu::TimeZoneTransition transition;
  if (zone == nullptr || !zone->getNextTransition(milliseconds(time), false, transition)) {
    return std::nullopt;
  }
  return clock::instant{static_cast<std::int64_t>(transition.getTime() / 1000), 0};
}

const icu::TimeZone* icu_zones::agreeing(const zoned_time& time) {
  const icu::TimeZone* const zone = known(time);
  if (zone == nullptr) return nullptr;
  std::int32_t standard = 0;
  std::int32_t saving = 0;
  UErrorCode status = U_ZERO_ERROR;
  zone->getOffset(milliseconds(time), false, standard, saving, status);
  const bool agrees = U_SUCCESS(status) && standard + saving == time.type->offset * 1000 &&
                      (saving != 0) == time.type->dst;
  return agrees ? zone : nullptr;
}

bool is_zone_letter(char16_t letter) {
  return std::u16string_view(u"zZOvVXx").find(letter) != std::u16string_view::npos;
}

bool is_name(const zone_field& field) {
  const bool is_id = field.letter == u'V' && field.count == 2;
  return !is_id && (field.letter == u'z' || field.letter == u'v' || field.letter == u'V');
}

UnicodeString zone_text(const zone_field& field, const zoned_time& time,
                        const TimeZoneFormat& format, icu_zones& zones) {
  const std::int32_t offset = time.type->offset * 1000;
  const bool is_localized = field.letter == u'O' || (field.letter == u'Z' && field.count == 4);
  const bool is_short = field.count < 4;
  if (is_localized) return localized_offset(is_short, format, offset);
  if (field.letter == u'V' && field.count == 2) return zone_id(time);
  if (!is_name(field)) return iso_offset(field, format, offset);
  // Identifiers, cities and countries do not depend on the offset.
  const icu::TimeZone* const zone = field.letter == u'V' ? zones.known(time) : zones.agreeing(time);
  if (zone != nullptr) return name(name_style(field), time, format, *zone);
  return localized_offset(is_short, format, offset);
}

}  // namespace polyclock::format
