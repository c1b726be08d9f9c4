#include "clock/tzif.hpp"

#include <cstdint>
#include <fstream>
#include <string_view>

namespace polyclock::clock {
namespace {

constexpr std::size_t header_size = 44;
constexpr std::size_t types_max = 256;

// The counts of one data block, in the header's order (RFC 9636, section 3.1).
struct counts {
  std::size_t ut_flags, standard_flags, leap_seconds, transitions, types, characters;
};

struct header {
  char version;
  struct counts counts;
};

// A cursor over the file. A read past the end returns zeros and sets `failed`.
class file_cursor {
 public:
  explicit file_cursor(std::span<const std::byte> bytes) : rest_(bytes) {}

  [[nodiscard]] bool failed() const { return failed_; }

  std::string_view text(std::size_t size) {
    if (failed_ || size > rest_.size()) {
      failed_ = true;
      return {};
    }
    const std::string_view taken(reinterpret_cast<const char*>(rest_.data()), size);
    rest_ = rest_.subspan(size);
    return taken;
  }

  std::uint64_t number(std::size_t size) {
    std::uint64_t value = 0;
    for (const char c : text(size)) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }

  std::string_view rest() const {
    return {reinterpret_cast<const char*>(rest_.data()), rest_.size()};
  }

 private:
  std::span<const std::byte> rest_;
  bool failed_ = false;
};

std::optional<header> read_header(file_cursor& file) {
  if (file.text(4) != "TZif") return std::nullopt;
  header found{};
  found.version = static_cast<char>(file.number(1));
  file.text(15);
  for (std::size_t* count :
       {&found.counts.ut_flags, &found.counts.standard_flags, &found.counts.leap_seconds,
        &found.counts.transitions, &found.counts.types, &found.counts.characters}) {
    *count = file.number(4);
    if (*count > tzif_size_max) return std::nullopt;
  }
  const bool known_version = found.version == 0 || (found.version >= '2' && found.version <= '4');
  if (file.failed() || !known_version) return std::nullopt;
  return found;
}

std::size_t block_size(const counts& counts, std::size_t time_size) {
  return counts.transitions * (time_size + 1) + counts.types * 6 + counts.characters +
         counts.leap_seconds * (time_size + 4) + counts.standard_flags + counts.ut_flags;
}

std::int64_t read_time(file_cursor& file, std::size_t time_size) {
  const std::uint64_t bits = file.number(time_size);
  if (time_size == 4) return static_cast<std::int32_t>(static_cast<std::uint32_t>(bits));
  return static_cast<std::int64_t>(bits);
}

bool read_changes(file_cursor& file, const counts& counts, std::size_t time_size,
                  zone_rules& rules) {
  rules.changes.reserve(counts.transitions);
  for (std::size_t i = 0; i < counts.transitions; ++i) {
    const std::int64_t seconds = read_time(file, time_size);
    if (i > 0 && seconds <= rules.changes.back().seconds) return false;
    rules.changes.push_back({seconds, 0});
  }
  for (type_change& change : rules.changes) {
    change.type = file.number(1);
    if (change.type >= counts.types) return false;
  }
  return !file.failed();
}

bool read_types(file_cursor& file, const counts& counts, zone_rules& rules) {
  std::vector<std::size_t> name_positions;
  for (std::size_t i = 0; i < counts.types; ++i) {
    local_type type;
    type.offset = static_cast<std::int32_t>(static_cast<std::uint32_t>(file.number(4)));
    type.dst = file.number(1) == 1;
    name_positions.push_back(file.number(1));
    const bool in_range = type.offset > -90000 && type.offset < 93600;  // RFC: -25 h to 26 h
    if (!in_range || name_positions.back() >= counts.characters) return false;
    rules.types.push_back(type);
  }
  const std::string_view names = file.text(counts.characters);
  if (file.failed() || !names.ends_with('\0')) return false;
  for (std::size_t i = 0; i < rules.types.size(); ++i) {
    rules.types[i].abbreviation = names.substr(name_positions[i]).data();  // NUL-terminated
    if (rules.types[i].abbreviation.size() > 16) return false;
  }
  return true;
}

// A newline, the TZ string, a newline; an empty string means that no rule is known.
bool read_footer(file_cursor& file, zone_rules& rules) {
  const std::string_view rest = file.rest();
  const auto end = rest.find('\n', 1);
  if (!rest.starts_with('\n') || end == std::string_view::npos) return false;
  rules.footer_text = rest.substr(1, end - 1);
  if (rules.footer_text.empty()) return true;
  rules.footer = posix_tz::parse(rules.footer_text);
  return rules.footer.has_value();
}

}  // namespace

std::optional<std::string> read_tzif_file(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return std::nullopt;
  const auto size = std::filesystem::file_size(path, error);
  std::ifstream file(path, std::ios::binary);
  if (error || !file) return std::nullopt;
  std::string bytes(std::min<std::size_t>(size, tzif_size_max + 1), '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (file.bad()) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

std::optional<zone_rules> parse_tzif(std::span<const std::byte> bytes) {
  if (bytes.size() < header_size || bytes.size() > tzif_size_max) return std::nullopt;
  file_cursor file(bytes);
  auto header = read_header(file);
  if (!header) return std::nullopt;
  std::size_t time_size = 4;
  if (header->version != 0) {  // from version 2 on, a second data block has 64-bit times
    file.text(block_size(header->counts, time_size));
    header = read_header(file);
    time_size = 8;
    if (!header) return std::nullopt;
  }
  const counts& counts = header->counts;
  zone_rules rules;
  if (counts.types == 0 || counts.types > types_max || counts.leap_seconds > 0) return std::nullopt;
  if (!read_changes(file, counts, time_size, rules) || !read_types(file, counts, rules)) {
    return std::nullopt;
  }
  file.text(counts.standard_flags + counts.ut_flags);
  if (file.failed() || (time_size == 8 && !read_footer(file, rules))) return std::nullopt;
  return rules;
}

}  // namespace polyclock::clock
