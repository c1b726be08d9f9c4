// The files of the style `words` that are in force: those of the folder words, which are part of the program, and
// those of the operator's directory. Read at the start and at each reload; all workers share one.
#pragma once

#include <unicode/locid.h>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "format/words_file.hpp"

namespace polyclock::format {

class word_set {
 public:
  using pointer = std::shared_ptr<const word_set>;

  // The built-in files alone.
  [[nodiscard]] static pointer built_in();

  struct loaded;
  // The files of the directory too, each in place of a built-in one for the same language and variant. A wrong one
  // leaves what `previous` has of it, else the built-in one. `previous` may be null. No directory has no files.
  [[nodiscard]] static loaded load(const std::filesystem::path& directory, const pointer& previous);

  // Where a client's language is told how: a file, and which of its language tags it is.
  struct match {
    std::size_t file;
    std::string_view language;
    bool is_right_to_left;
  };
  // The best for it: of the same language and script and, if there is one, of the same region. None that waits for a
  // speaker, if it is built in. `variant`: empty for the plain one.
  [[nodiscard]] std::optional<match> find(const icu::Locale& asked, std::string_view variant) const;

  [[nodiscard]] std::size_t size() const noexcept { return files_.size(); }
  [[nodiscard]] const words_file& file(std::size_t index) const { return files_[index].words; }

  // The styles of all languages, sorted: `words`, `words:VARIANT`.
  [[nodiscard]] const std::vector<std::string>& styles() const noexcept { return styles_; }

 private:
  struct language {
    std::string tag;
    icu::Locale locale;
    std::string script;  // the language's usual one, where the tag has none
  };
  struct entry {
    words_file words;
    std::string path;
    bool is_built_in;
    std::vector<language> languages;
  };

  // Returns the problems.
  std::vector<std::string> add_directory(const std::filesystem::path& directory,
                                         const word_set* previous);
  // Returns why it cannot be one of the set.
  std::optional<words_error> add(std::string_view content, const std::string& path,
                                 bool is_built_in);
  [[nodiscard]] std::optional<words_error> check(const entry& added) const;
  [[nodiscard]] static bool is_same_place(const language& one, const language& other);
  void keep(const std::string& path, const word_set& previous);
  void list_styles();
  [[nodiscard]] static bool is_offered(const entry& one);

  std::vector<entry> files_;  // the operator's first
  std::vector<std::string> styles_;
};

// Each problem is one sentence, with file and line.
struct word_set::loaded {
  pointer words;
  std::vector<std::string> problems;
};

}  // namespace polyclock::format
