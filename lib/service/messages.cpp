#include "service/messages.hpp"

#include <algorithm>
#include <array>

#include "format/locale.hpp"

namespace polyclock::service {
namespace {

constexpr std::array wordings{
    messages{
        .language = "en",
        .help = "Commands: date, time, now, locale TAG, zone NAME, style STYLE, help, bye",
        .goodbye = "Goodbye",
        .locale = "Locale: ",
        .zone = "Zone: ",
        .style = "Style: ",
        .before_unknown = "unknown command ",
        .after_unknown = "; try 'help'",
    },
    messages{
        .language = "mi",
        .help =
            "Ngā tono: date (te rā), time (te wā), now (te rā me te wā), locale REO, zone ROHE-WĀ, "
            "style ĀHUA, help (āwhina), bye (haere rā)",
        .goodbye = "Haere rā",
        .locale = "Reo: ",
        .zone = "Rohe wā: ",
        .style = "Āhua: ",
        .before_unknown = "kāore e mōhiotia ana te tono ",
        .after_unknown = "; whakamahia te 'help'",
    },
    messages{
        .language = "de",
        .help =
            "Befehle: date (Datum), time (Uhrzeit), now (beides), locale SPRACHE, zone ZEITZONE, "
            "style STIL, help (Hilfe), bye (Ende)",
        .goodbye = "Auf Wiedersehen",
        .locale = "Sprache: ",
        .zone = "Zeitzone: ",
        .style = "Stil: ",
        .before_unknown = "unbekannter Befehl ",
        .after_unknown = "; siehe 'help'",
    },
};

}  // namespace

const messages& messages_for(std::string_view locale) noexcept {
  const auto* const found = std::find_if(wordings.begin(), wordings.end(), [&](const messages& of) {
    return format::is_latin(locale, of.language);
  });
  return found == wordings.end() ? wordings.front() : *found;
}

}  // namespace polyclock::service
