#include "environment.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/ascii.hpp"

namespace polyclock {
namespace {

std::optional<std::string> variable(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

// `UTC0` and the like: no offset and no daylight saving time.
bool is_utc_rule(std::string_view tz) {
  if (!tz.starts_with("UTC")) return false;
  tz.remove_prefix(3);
  if (tz.starts_with('+') || tz.starts_with('-')) tz.remove_prefix(1);
  return !tz.empty() && tz.find_first_not_of("0:") == std::string_view::npos && tz.front() == '0';
}

// What follows `/zoneinfo/` in the path, or in that of the file that it links to, without `posix/`, where the same zones
// are; empty if nothing does.
std::string zone_of_file(std::string_view path) {
  constexpr std::string_view folder = "/zoneinfo/";
  constexpr std::string_view copies = "posix/";
  std::error_code ignored;
  for (const auto& file : {std::filesystem::path(path).lexically_normal(),
                           std::filesystem::canonical(path, ignored)}) {
    const std::string text = file.string();
    const std::size_t found = text.find(folder);
    if (found == std::string::npos) continue;
    const std::string name = text.substr(found + folder.size());
    return name.starts_with(copies) ? name.substr(copies.size()) : name;
  }
  return {};
}

// The script subtag for a glibc modifier such as `@latin`; empty for others such as `@euro`.
std::string_view script_of(std::string_view modifier) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> scripts{
      {{"latin", "Latn"}, {"cyrillic", "Cyrl"}, {"devanagari", "Deva"}}};
  const auto found = std::find_if(scripts.begin(), scripts.end(),
                                  [&](const auto& entry) { return entry.first == modifier; });
  return found == scripts.end() ? std::string_view() : found->second;
}

// IANA names have an area and a slash, except old ones, which consist of letters and hyphens or are
// among the few with digits.
bool is_zone_name(std::string_view tz) {
  constexpr std::array<std::string_view, 7> with_digits{"EST5EDT", "CST6CDT", "MST7MDT", "PST8PDT",
                                                        "GMT0",    "GMT+0",   "GMT-0"};
  if (std::find(with_digits.begin(), with_digits.end(), tz) != with_digits.end()) return true;
  if (tz.empty() || !base::is_letter(tz.front())) return false;
  const bool has_area = tz.find('/') != std::string_view::npos;
  return std::all_of(tz.begin(), tz.end(), [&](char c) {
    const bool punctuation = c == '/' || c == '_' || c == '+';
    return base::is_letter(c) || c == '-' || (has_area && (base::is_digit(c) || punctuation));
  });
}

}  // namespace

std::optional<std::string> to_language_tag(std::string_view locale) {
  const std::size_t at = std::min(locale.find('@'), locale.size());
  const std::string_view script = script_of(locale.substr(std::min(at + 1, locale.size())));
  locale = locale.substr(0, std::min(locale.find('.'), at));
  if (locale == "C" || locale == "POSIX") return std::nullopt;
  std::string tag(locale);
  std::replace(tag.begin(), tag.end(), '_', '-');
  if (!script.empty()) {
    const std::size_t language_end = std::min(tag.find('-'), tag.size());
    tag.insert(language_end, script);
    tag.insert(language_end, 1, '-');
  }
  return tag;
}

std::optional<std::string> environment_locale() {
  for (const char* name : {"LC_ALL", "LC_TIME", "LANG"}) {
    if (const auto locale = variable(name)) return to_language_tag(*locale);
  }
  return std::nullopt;
}

std::vector<std::string> parent_tags(std::string tag) {
  std::vector<std::string> parents;
  for (std::size_t end = tag.rfind('-'); end != std::string::npos; end = tag.rfind('-')) {
    tag.resize(end);
    const bool ends_in_singleton = tag.size() >= 2 && tag[tag.size() - 2] == '-';
    if (!ends_in_singleton) parents.push_back(tag);
  }
  return parents;
}

zone_choice environment_zone() {
  const char* const set = std::getenv("TZ");
  if (set == nullptr) return {};
  std::string_view tz = set;
  if (tz.starts_with(':')) tz.remove_prefix(1);
  if (tz.empty() || is_utc_rule(tz)) return {"UTC", {}};
  const std::string name = tz.starts_with('/') ? zone_of_file(tz) : std::string(tz);
  if (is_zone_name(name)) return {name, {}};
  return {{}, "TZ='" + std::string(set) + "' is not a zone name; using the server's zone"};
}

std::optional<std::string> environment_server() {
  return variable("POLYCLOCK_SERVER");
}

}  // namespace polyclock
