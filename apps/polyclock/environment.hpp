// What the environment says of locale, zone and server, in the protocol's terms; the command line's
// values overrule it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace polyclock {

// A BCP 47 tag from a tag or a POSIX locale name: `de_DE.UTF-8` to `de-DE`, `sr_RS@latin` to
// `sr-Latn-RS`. Nothing for `C` and `POSIX`, which name no language.
[[nodiscard]] std::optional<std::string> to_language_tag(std::string_view locale);

// The locale of LC_ALL, LC_TIME or LANG, the first that is set.
[[nodiscard]] std::optional<std::string> environment_locale();

// TZ where it names a zone; POSIX rules such as `CET-1CEST` and file names do not.
[[nodiscard]] std::optional<std::string> environment_zone();

// POLYCLOCK_SERVER, where it is set.
[[nodiscard]] std::optional<std::string> environment_server();

}  // namespace polyclock
