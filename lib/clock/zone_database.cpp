#include "clock/zone_database.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <system_error>
#include <utility>

#include "base/ascii.hpp"
#include "clock/tzif.hpp"

extern "C" {
extern const char polyclock_links_txt[];
extern const char polyclock_links_txt_end[];
}

namespace polyclock::clock {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t files_max = 4096;
constexpr std::size_t version_size_max = 32;
constexpr int links_max = 8;  // from a link to its zone

// Copies of the same zones, and files that are not zones of their own.
bool is_excluded_directory(std::string_view name) {
  return name == "right" || name == "posix";
}
bool is_excluded_file(std::string_view name) {
  return name == "localtime" || name == "posixrules" || name == "Factory";
}

bool is_name(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) {
    return base::is_letter(c) || base::is_digit(c) || c == '/' || c == '_' || c == '+' || c == '-';
  });
}

}  // namespace

class zone_database::loader {
 public:
  loader(const fs::path& directory, const zone_database* previous)
      : directory_(directory), previous_(previous) {}

  zone_database load() {
    made_.zones_.push_back(zone::utc());
    read_source();
    read_zones();
    sort();
    add_links();
    if (has_previous_zones_) made_.version_ = previous_->version_;
    return std::move(made_);
  }

 private:
  // Reads the release and the links, which only the compact source contains: tzdata.zi begins with
  // `# version 2026f` and has a line `L Europe/Kyiv Europe/Kiev` for each link. Where it is not installed, the links
  // are those of the release of links.txt.
  void read_source() {
    constexpr std::string_view version_prefix = "# version ";
    std::ifstream file(directory_ / "tzdata.zi");
    std::string line;
    if (!std::getline(file, line)) return read_own_links();
    if (line.starts_with(version_prefix)) {
      made_.version_ = line.substr(version_prefix.size(), version_size_max);
    }
    while (targets_.size() < files_max && std::getline(file, line)) {
      if (line.starts_with("L ")) add_link(line.substr(2));
    }
  }

  void read_own_links() {
    std::istringstream lines(std::string(polyclock_links_txt, polyclock_links_txt_end));
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with("#")) add_link(line);
    }
  }

  // `Europe/Kyiv Europe/Kiev`: the target, and the name.
  void add_link(const std::string& line) {
    const auto target_end = line.find(' ');
    if (target_end != std::string::npos) {
      targets_.emplace(line.substr(target_end + 1), line.substr(0, target_end));
    }
  }

  void read_zones() {
    if (!read_directory(directory_)) return;
    const bool only_utc = made_.zones_.size() == 1;
    if (only_utc) made_.problems_.push_back(directory_.string() + ": no time zones found");
  }

  // False where it cannot be read to its end.
  bool read_directory(const fs::path& place) {
    std::error_code error;
    fs::directory_iterator entry(place, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
      const std::string last = entry->path().filename();
      std::error_code ignored;
      if (!entry->is_directory(ignored)) {
        if (!is_excluded_file(last) && ++files_ <= files_max) {
          add_file(entry->path(), name_of(entry->path()));
        }
      } else if (!is_excluded_directory(last) && !entry->is_symlink(ignored)) {
        const fs::path inner = entry->path();
        if (!read_directory(inner)) keep_zones_of(inner);
      }
    }
    if (error) made_.problems_.push_back(place.string() + ": " + error.message());
    return !error;
  }

  [[nodiscard]] std::string name_of(const fs::path& path) const {
    return path.lexically_relative(directory_).generic_string();
  }

  // In the place of all that has been read of it: `sort` prefers what comes last.
  void keep_zones_of(const fs::path& place) {
    if (previous_ == nullptr) return;
    const std::string prefix = name_of(place) + "/";
    for (const zone& known : previous_->zones()) {
      if (!known.name().starts_with(prefix)) continue;
      made_.zones_.push_back(known);
      has_previous_zones_ = true;
    }
    made_.problems_.back() += ", keeping the previous data of its zones";
  }

  void add_file(const fs::path& path, std::string name) {
    if (!is_name(name)) return;  // tables such as zone1970.tab
    const auto bytes = read_tzif_file(path);
    if (!bytes) return skip(path, name, "cannot be read");
    if (!bytes->starts_with("TZif")) {
      // Tables without a dot in their names, such as `leapseconds`, begin with a lower-case letter.
      const bool is_table =
          name.find('/') == std::string::npos && !(name[0] >= 'A' && name[0] <= 'Z');
      if (bytes->empty() || !is_table) skip(path, name, "not a TZif file");
      return;
    }
    auto rules = parse_tzif(std::as_bytes(std::span(*bytes)));
    if (!rules) return skip(path, name, "malformed TZif file");
    const bool is_link = targets_.contains(name);
    made_.zones_.emplace_back(std::move(name), std::move(*rules), is_link);
  }

  void skip(const fs::path& path, const std::string& name, const char* why) {
    std::string problem = path.string() + ": " + why;
    if (const zone* const known = previous_ != nullptr ? previous_->find(name) : nullptr) {
      made_.zones_.push_back(*known);
      has_previous_zones_ = true;
      problem += ", keeping the previous data of the zone";
    }
    made_.problems_.push_back(std::move(problem));
  }

  // Sorts by name and removes duplicates. A UTC of the database replaces the built-in one.
  void sort() {
    std::vector<zone>& zones = made_.zones_;
    std::stable_sort(zones.begin(), zones.end(), [](const zone& a, const zone& b) {
      return base::less_ignoring_case(a.name(), b.name());
    });
    const auto same = [](const zone& a, const zone& b) {
      return base::equal_ignoring_case(a.name(), b.name());
    };
    const auto first = std::unique(zones.rbegin(), zones.rend(), same).base();
    zones.erase(zones.begin(), first);
  }

  // Links without a file of their own. A target may be a link itself.
  void add_links() {
    std::vector<zone> added;
    for (const auto& [name, target] : targets_) {
      if (!is_name(name) || made_.find(name) != nullptr) continue;
      if (const zone* const found = zone_of(target)) added.push_back(found->linked_as(name));
    }
    if (added.empty()) return;
    std::move(added.begin(), added.end(), std::back_inserter(made_.zones_));
    sort();
  }

  [[nodiscard]] const zone* zone_of(const std::string& target) const {
    const zone* found = made_.find(target);
    auto next = targets_.find(target);
    for (int links = 0; found == nullptr && next != targets_.end() && links < links_max; ++links) {
      found = made_.find(next->second);
      next = targets_.find(next->second);
    }
    return found;
  }

  const fs::path& directory_;
  const zone_database* previous_;
  zone_database made_;
  std::map<std::string, std::string> targets_;  // of links, by their names
  bool has_previous_zones_ = false;
  std::size_t files_ = 0;  // so far
};

zone_database zone_database::load(const fs::path& directory, const zone_database* previous) {
  return loader(directory, previous).load();
}

const zone* zone_database::find(std::string_view name) const noexcept {
  const auto found = std::lower_bound(zones_.begin(), zones_.end(), name,
                                      [](const zone& zone, std::string_view sought) {
                                        return base::less_ignoring_case(zone.name(), sought);
                                      });
  if (found == zones_.end() || !base::equal_ignoring_case(name, found->name())) return nullptr;
  return &*found;
}

fs::path default_zoneinfo() {
  const char* directory = std::getenv("TZDIR");
  return directory != nullptr && *directory != '\0' ? directory : "/usr/share/zoneinfo";
}

}  // namespace polyclock::clock
