#include "format/word_set.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "format/locale_matcher.hpp"
#include "format/spoken_day.hpp"

// The files of the folder words, each behind its name, both ended by a zero; CMake's function
// `polyclock_embed_folder` puts them there.
extern "C" {
extern const char polyclock_words[];
extern const char polyclock_words_end[];
}

namespace polyclock::format {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t files_max = 256;  // of a directory

std::string_view take_string(std::string_view& rest) {
  const std::string_view taken = rest.substr(0, rest.find('\0'));
  rest.remove_prefix(taken.size() + 1);
  return taken;
}

std::string sentence(const std::string& path, const words_error& wrong) {
  const std::string line = wrong.line > 0 ? std::to_string(wrong.line) + ":" : "";
  return path + ":" + line + " " + wrong.why;
}

bool is_same(const char* one, const char* other) {
  return std::strcmp(one, other) == 0;
}

// Sorted.
std::vector<fs::path> list_files(const fs::path& directory, std::error_code& error) {
  std::vector<fs::path> paths;
  fs::directory_iterator one(directory, error);
  for (; !error && one != fs::directory_iterator(); one.increment(error)) {
    if (one->path().extension() == ".words") paths.push_back(one->path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

// At most one byte more than a file may have. Empty where it cannot be read.
std::optional<std::string> read_file(const fs::path& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return std::nullopt;  // a pipe would be waited for
  std::ifstream in(path, std::ios::binary);
  if (!in.is_open()) return std::nullopt;
  std::string content(words_file_size_max + 1, '\0');
  in.read(content.data(), static_cast<std::streamsize>(content.size()));
  content.resize(static_cast<std::size_t>(in.gcount()));
  return in.bad() ? std::nullopt : std::optional(std::move(content));
}

std::string script_of(const icu::Locale& locale) {
  icu::Locale likely(locale);
  UErrorCode status = U_ZERO_ERROR;
  likely.addLikelySubtags(status);
  return likely.getScript();
}

}  // namespace

word_set::pointer word_set::built_in() {
  static const pointer once = load({}, nullptr).words;
  return once;
}

word_set::loaded word_set::load(const fs::path& directory, const pointer& previous) {
  const auto made = std::make_shared<word_set>();
  loaded result{made, {}};
  if (!directory.empty()) result.problems = made->add_directory(directory, previous.get());
  std::string_view embedded(polyclock_words,
                            static_cast<std::size_t>(polyclock_words_end - polyclock_words));
  while (!embedded.empty()) {
    const std::string name(take_string(embedded));
    const auto wrong = made->add(take_string(embedded), name, true);
    if (wrong) result.problems.push_back(sentence(name, *wrong));
  }
  made->list_styles();
  return result;
}

std::vector<std::string> word_set::add_directory(const fs::path& directory,
                                                 const word_set* previous) {
  std::vector<std::string> problems;
  std::error_code error;
  std::vector<fs::path> paths = list_files(directory, error);
  const bool is_there = error != std::errc::no_such_file_or_directory;
  if (error && is_there) problems.push_back(directory.string() + ": " + error.message());
  if (paths.size() > files_max) {
    problems.push_back(directory.string() + ": more than 256 files; the others are not read");
    paths.resize(files_max);
  }
  for (const fs::path& path : paths) {
    const auto content = read_file(path);
    const auto wrong = content ? add(*content, path, false) : words_error{0, "cannot be read"};
    if (!wrong) continue;
    problems.push_back(sentence(path, *wrong));
    if (previous != nullptr) keep(path, *previous);
  }
  return problems;
}

void word_set::keep(const std::string& path, const word_set& previous) {
  for (const entry& one : previous.files_) {
    if (!one.is_built_in && one.path == path) files_.push_back(one);
  }
}

std::optional<words_error> word_set::add(std::string_view content, const std::string& path,
                                         bool is_built_in) {
  auto parsed = parse_words(content);
  if (auto* wrong = std::get_if<words_error>(&parsed)) return std::move(*wrong);
  entry made{std::get<words_file>(std::move(parsed)), path, is_built_in, {}};
  for (const std::string& tag : made.words.languages) {
    const auto locale = parse_tag(tag);  // it has been parsed before
    made.languages.push_back({tag, *locale, script_of(*locale)});
  }
  if (!is_built_in) {  // those have been tested
    if (auto wrong = check(made)) return wrong;
  }
  files_.push_back(std::move(made));
  return std::nullopt;
}

// Whether its rows can be filled in, and no other file has its place.
std::optional<words_error> word_set::check(const entry& added) const {
  auto day = spoken_day::make(added.words);
  if (auto* wrong = std::get_if<words_error>(&day)) return std::move(*wrong);
  for (const entry& other : files_) {
    if (other.words.variant != added.words.variant) continue;
    for (const language& one : added.languages) {
      const bool is_taken =
          std::any_of(other.languages.begin(), other.languages.end(),
                      [&](const language& its) { return is_same_place(its, one); });
      if (is_taken) return words_error{0, "'" + one.tag + "' has this variant in " + other.path};
    }
  }
  return std::nullopt;
}

// Whether `find` takes them for the same clients.
bool word_set::is_same_place(const language& one, const language& other) {
  return is_same(one.locale.getLanguage(), other.locale.getLanguage()) &&
         one.script == other.script && is_same(one.locale.getCountry(), other.locale.getCountry());
}

bool word_set::is_offered(const entry& one) {
  return one.words.is_reviewed || !one.is_built_in;
}

std::optional<word_set::match> word_set::find(const icu::Locale& asked,
                                              std::string_view variant) const {
  const std::string script = script_of(asked);
  std::optional<match> found;
  for (std::size_t i = 0; i < files_.size(); ++i) {
    if (!is_offered(files_[i]) || files_[i].words.variant != variant) continue;
    for (const language& one : files_[i].languages) {
      if (!is_same(one.locale.getLanguage(), asked.getLanguage()) || one.script != script) continue;
      const char* const region = one.locale.getCountry();
      const match candidate{i, one.tag, one.locale.isRightToLeft() != 0};
      if (*region == '\0' && !found) found = candidate;
      if (*region != '\0' && is_same(region, asked.getCountry())) return candidate;
    }
  }
  return found;
}

void word_set::list_styles() {
  for (const entry& one : files_) {
    if (!is_offered(one)) continue;
    const std::string& variant = one.words.variant;
    styles_.push_back(variant.empty() ? "words" : "words:" + variant);
  }
  std::sort(styles_.begin(), styles_.end());
  styles_.erase(std::unique(styles_.begin(), styles_.end()), styles_.end());
}

}  // namespace polyclock::format
