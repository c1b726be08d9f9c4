// The locale, zone and server from the environment variables, in the protocol's terms; the command
// line overrides them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace polyclock {

// Converts a POSIX locale name to a BCP 47 tag: `de_DE.UTF-8` to `de-DE`, `sr_RS@latin` to
// `sr-Latn-RS`. A BCP 47 tag is returned unchanged. Empty for `C` and `POSIX`, which have no
// language.
[[nodiscard]] std::optional<std::string> to_language_tag(std::string_view locale);

// The locale from LC_ALL, LC_TIME or LANG, the first one that is set.
[[nodiscard]] std::optional<std::string> environment_locale();

// `sr-Latn` and `sr` for `sr-Latn-RS`: what RFC 4647 looks up after the tag itself.
[[nodiscard]] std::vector<std::string> parent_tags(std::string tag);

struct zone_choice {
  std::optional<std::string> name;  // empty: the server's
  std::string note;                 // why TZ is not used; empty if it is, or is not set
};

// The zone that TZ stands for: a name, also after a colon; the name that a path below `zoneinfo` ends with, or
// one that links there; UTC where it is empty or a rule such as `UTC0`. Other POSIX rules, such as `CET-1CEST`,
// have no name.
[[nodiscard]] zone_choice environment_zone();

// POLYCLOCK_SERVER if it is set.
[[nodiscard]] std::optional<std::string> environment_server();

}  // namespace polyclock
