// The locale, zone and server from the environment variables, in the protocol's terms; the command
// line overrides them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace polyclock {

// Converts a POSIX locale name to a BCP 47 tag: `de_DE.UTF-8` to `de-DE`, `sr_RS@latin` to
// `sr-Latn-RS`. A BCP 47 tag is returned unchanged. Empty for `C` and `POSIX`, which have no
// language.
[[nodiscard]] std::optional<std::string> to_language_tag(std::string_view locale);

// The locale from LC_ALL, LC_TIME or LANG, the first one that is set.
[[nodiscard]] std::optional<std::string> environment_locale();

// TZ if it is a zone name; empty for a POSIX rule such as `CET-1CEST` or a file name.
[[nodiscard]] std::optional<std::string> environment_zone();

// POLYCLOCK_SERVER if it is set.
[[nodiscard]] std::optional<std::string> environment_server();

}  // namespace polyclock
