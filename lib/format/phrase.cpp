#include "format/phrase.hpp"

#include <algorithm>
#include <array>

#include "format/locale.hpp"
#include "format/validity.hpp"

namespace polyclock::format {
namespace {

using clock::civil_time;
using month_names = std::array<std::string_view, 12>;

struct language {
  std::string_view tag;
  month_names months;
  std::string_view before_time;
  void (*write_date)(const civil_time& civil, const month_names& months, text& out);
};

void month_day_year(const civil_time& civil, const month_names& months, text& out) {
  out << months[civil.month - 1u] << " ";
  out.number(civil.day) << ", ";
  out.number(static_cast<std::uint32_t>(civil.year));
}

void english_date(const civil_time& civil, const month_names& months, text& out) {
  out << "Today's date is ";
  month_day_year(civil, months, out);
}

void maori_date(const civil_time& civil, const month_names& months, text& out) {
  out << "Ko te rā o tēnei rā ko ";
  month_day_year(civil, months, out);
}

void german_date(const civil_time& civil, const month_names& months, text& out) {
  out << "Heute ist der ";
  out.number(civil.day) << ". " << months[civil.month - 1u] << " ";
  out.number(static_cast<std::uint32_t>(civil.year));
}

// The Māori months are the traditional names (Te Taura Whiri i te Reo Māori, the Māori Language
// Commission, accepts them and the transliterated ones alike).
constexpr std::array languages{
    language{"en",
             {"January", "February", "March", "April", "May", "June", "July", "August", "September",
              "October", "November", "December"},
             "The current time is ",
             english_date},
    language{
        "mi",
        {"Kohitātea", "Hui-tanguru", "Poutū-te-rangi", "Paenga-whāwhā", "Haratua", "Pipiri",
         "Hōngongoi", "Here-turi-kōkā", "Mahuru", "Whiringa-ā-nuku", "Whiringa-ā-rangi", "Hakihea"},
        "Ko te wā o tēnei wā ",
        maori_date},
    language{"de",
             {"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September",
              "Oktober", "November", "Dezember"},
             "Die Uhrzeit ist ",
             german_date},
};

const language* find(const matched_locale* locale) noexcept {
  if (locale == nullptr) return nullptr;
  const auto found = std::find_if(languages.begin(), languages.end(), [&](const language& one) {
    return is_latin(locale->tag.view(), one.tag);
  });
  return found == languages.end() ? nullptr : &*found;
}

void write_time(const language& language, const civil_time& civil, text& out) noexcept {
  out << language.before_time;
  out.number(civil.hour, 2) << ":";
  out.number(civil.minute, 2);
}

}  // namespace

bool phrase::is_quick(std::string_view locale) {
  return find(matcher_.known(locale)) != nullptr;
}

render_status phrase::render(const zoned_time& time, const render_options& options,
                             rendering& out) noexcept {
  const language* const language = find(matcher_.match(options.locale));
  if (language == nullptr) return render_status::unknown_locale;
  out.text.clear();
  out.locale = language->tag;
  out.style = name;
  out.direction = direction::left_to_right;
  if (options.what != components::time) {
    language->write_date(time.civil, language->months, out.text);
  }
  if (options.what == components::both) out.text << ". ";
  if (options.what != components::date) write_time(*language, time.civil, out.text);
  const unit finest = options.what == components::date ? unit::day : unit::minute;
  out.valid_until = valid_until(time, finest, shows_zone::no);
  return render_status::rendered;
}

}  // namespace polyclock::format
