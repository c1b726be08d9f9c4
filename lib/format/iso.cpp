#include "format/iso.hpp"

#include "format/validity.hpp"

namespace polyclock::format {
namespace {

using clock::civil_time;

void write_date(const civil_time& civil, text& out) noexcept {
  out.number(static_cast<std::uint32_t>(civil.year), 4) << "-";
  out.number(civil.month, 2) << "-";
  out.number(civil.day, 2);
}

void write_offset(std::int64_t offset, text& out) noexcept {
  const auto minutes = static_cast<std::uint32_t>((offset < 0 ? -offset : offset) / 60);
  out << (offset < 0 ? "-" : "+");
  out.number(minutes / 60, 2) << ":";
  out.number(minutes % 60, 2);
}

void write_time(const civil_time& civil, text& out) noexcept {
  out.number(civil.hour, 2) << ":";
  out.number(civil.minute, 2) << ":";
  out.number(civil.second, 2);
}

}  // namespace

render_status iso::render(const zoned_time& time, const render_options& options,
                          rendering& out) noexcept {
  out.text.clear();
  out.locale = "und";
  out.style = name;
  out.direction = direction::left_to_right;
  if (options.what == components::date) {
    write_date(time.civil, out.text);
    out.valid_until = valid_until(time, unit::day, shows_zone::no);
    return render_status::rendered;
  }
  const std::int64_t offset = clock::floor_to(time.type->offset + std::int64_t{30}, 60);
  const civil_time civil = clock::to_civil(time.instant.seconds + offset);
  if (options.what == components::both) {
    write_date(civil, out.text);
    out.text << "T";
  }
  write_time(civil, out.text);
  if (time.type->abbreviation == "UTC")
    out.text << "Z";
  else
    write_offset(offset, out.text);
  out.valid_until = valid_until(time, unit::second, shows_zone::yes);
  return render_status::rendered;
}

}  // namespace polyclock::format
