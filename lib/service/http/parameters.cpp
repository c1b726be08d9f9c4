#include "service/http/parameters.hpp"

#include <algorithm>
#include <charconv>
#include <span>
#include <string>
#include <vector>

#include "base/nearest_name.hpp"
#include "protocol/query.hpp"
#include "protocol/rfc3339.hpp"
#include "service/quotation.hpp"

namespace polyclock::service {
namespace {

constexpr std::array<std::string_view, 6> time_names{"locale", "zone", "style",
                                                     "what",   "at",   "ascii"};

// Those that may be given several times.
bool is_list(std::string_view name) {
  return name == "clock" || name == "to";
}

std::optional<format::components> components_of(std::string_view word) {
  if (word == "date") return format::components::date;
  if (word == "time") return format::components::time;
  if (word == "both") return format::components::both;
  return std::nullopt;
}

std::optional<bool> truth_of(std::string_view word) {
  if (word == "yes" || word == "1" || word == "true") return true;
  if (word == "no" || word == "0" || word == "false") return false;
  return std::nullopt;
}

using names = std::span<const std::string_view>;

problem unknown_parameter(const http_exchange& asked, std::string_view name, names first,
                          names second) {
  std::vector<std::string_view> known(first.begin(), first.end());
  known.insert(known.end(), second.begin(), second.end());
  format::text& detail = asked.scratch.detail;
  detail = "unknown parameter ";
  quote(name, detail);
  detail << "; must be one of ";
  const char* separator = "";
  for (const std::string_view one : known) {
    detail << separator << one;
    separator = ", ";
  }
  if (known.empty()) detail = "this resource has no parameters";
  problem why;
  why.type = "unknown_parameter";
  why.detail = detail.view();
  why.parameter = name;
  why.suggestion = base::nearest_name(name, known);
  return why;
}

bool contains(names all, std::string_view name) {
  return std::find(all.begin(), all.end(), name) != all.end();
}

std::optional<problem> find_unknown(const http_exchange& asked, names first, names second) {
  const auto parameters = asked.target.parameters();
  for (auto one = parameters.begin(); one != parameters.end(); ++one) {
    if (!contains(first, one->name) && !contains(second, one->name)) {
      return unknown_parameter(asked, one->name, first, second);
    }
    const bool is_repeated = std::any_of(
        parameters.begin(), one, [&](const auto& other) { return other.name == one->name; });
    if (is_repeated && !is_list(one->name)) return bad_value(asked, *one, "is given twice");
  }
  return std::nullopt;
}

// Removes the text up to and including the next semicolon.
std::string_view take_part(std::string_view& clock) {
  const std::size_t end = std::min(clock.find(';'), clock.size());
  const std::string_view part = clock.substr(0, end);
  clock.remove_prefix(std::min(end + 1, clock.size()));
  return part;
}

}  // namespace

clock_parameter::clock_parameter(std::string_view value) noexcept
    : zone_(take_part(value)), locale_(take_part(value)), style_(value) {}

void clock_parameter::set(time_query& query) const noexcept {
  if (!zone_.empty()) query.zone = zone_;
  if (!locale_.empty()) query.locales = {&locale_, 1};
  if (!style_.empty()) query.style = style_;
}

std::vector<std::string_view> clocks_of(const protocol::http_target& target) {
  std::vector<std::string_view> clocks;
  for (const auto& parameter : target.parameters()) {
    if (parameter.name == "clock") clocks.push_back(parameter.value);
  }
  return clocks;
}

std::optional<problem> find_surplus(const http_exchange& asked,
                                    const std::vector<std::string_view>& clocks) {
  if (clocks.size() <= list_size_max) return std::nullopt;
  return bad_value(asked, {"clock", clocks[list_size_max]},
                   "is the 17th; at most 16 may be asked for");
}

std::string_view value_of(const protocol::http_target& target, std::string_view name) {
  const auto parameters = target.parameters();
  const auto found = std::find_if(parameters.begin(), parameters.end(),
                                  [&](const auto& one) { return one.name == name; });
  return found == parameters.end() ? std::string_view() : found->value;
}

problem bad_value(const http_exchange& asked, const protocol::http_parameter& parameter,
                  std::string_view why) {
  format::text& detail = asked.scratch.detail;
  detail = parameter.name;
  detail << ": ";
  quote(parameter.value, detail);
  detail << " " << why;
  problem bad;
  bad.type = "bad_value";
  bad.detail = detail.view();
  bad.parameter = parameter.name;
  return bad;
}

std::optional<problem> find_unknown(const http_exchange& asked,
                                    std::initializer_list<std::string_view> known) {
  return find_unknown(asked, known, {});
}

std::optional<clock::instant> instant_of(std::string_view value) {
  auto instant = protocol::parse_instant(value);
  if (!instant) instant = protocol::parse_instant("@" + std::string(value));
  if (!instant || instant->is_local) return std::nullopt;
  return clock::instant{instant->when.seconds, instant->when.nanoseconds};
}

void set_language(const http_exchange& asked, const time_parameters& parameters,
                  const time_answer& answer, http_reply& reply) {
  const std::string_view language = answer.rendering.locale.view();
  if (!parameters.is_negotiated() || asked.request.accept_language.empty()) return;
  if (language == "und") return;  // ISO texts are in none
  asked.scratch.language = language;
  reply.head.content_language = asked.scratch.language.view();
}

time_parameters::time_parameters(const http_exchange& asked) : asked_(asked) {
  query_.zone = asked.own.zone;
  query_.style = asked.own.style;
  query_.ascii = asked.own.ascii;
  const protocol::accepted_languages languages(asked.request.accept_language);
  const auto best = languages.best_first();
  *std::copy(best.begin(), best.end(), locales_.begin()) = asked.own.locale;
  query_.locales = std::span(locales_).first(best.size() + 1);
}

void time_parameters::set_locale(std::string_view tag) noexcept {
  locales_[0] = tag;
  query_.locales = std::span(locales_).first(1);
  has_locale_ = true;
}

std::optional<problem> time_parameters::read(std::initializer_list<std::string_view> others) {
  if (auto unknown = find_unknown(asked_, time_names, others)) return unknown;
  for (const auto& parameter : asked_.target.parameters()) {
    if (parameter.value.empty()) continue;
    if (auto wrong = set(parameter)) return wrong;
  }
  return std::nullopt;
}

std::optional<problem> time_parameters::read_below(std::string_view zone,
                                                   std::initializer_list<std::string_view> others) {
  const std::string_view second = value_of(asked_.target, "zone");
  if (!zone.empty() && !second.empty()) {
    return bad_value(asked_, {"zone", second}, "is beside the zone of the path");
  }
  if (auto wrong = read(others)) return wrong;
  if (!zone.empty()) set_zone(zone);
  return std::nullopt;
}

std::optional<problem> time_parameters::set(const protocol::http_parameter& parameter) {
  const auto& [name, value] = parameter;
  if (name == "locale") set_locale(value);
  if (name == "zone") set_zone(value);
  if (name == "style") query_.style = value;
  if (name == "at") return set_instant(value);
  if (name == "next") return set_next(value);
  if (name == "what") {
    const auto what = components_of(value);
    if (!what) return bad_value(asked_, parameter, "is not 'date', 'time' or 'both'");
    query_.what = *what;
  }
  if (name == "ascii") {
    const auto ascii = truth_of(value);
    if (!ascii) return bad_value(asked_, parameter, "is not 'yes' or 'no'");
    query_.ascii = *ascii;
  }
  return std::nullopt;
}

std::optional<problem> time_parameters::set_next(std::string_view value) {
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), next_);
  const bool is_number = error == std::errc() && end == value.data() + value.size();
  if (is_number && next_ >= 1 && next_ <= protocol::ahead_max) return std::nullopt;
  return bad_value(asked_, {"next", value}, "is not a number from 1 to 64");
}

std::optional<problem> time_parameters::set_instant(std::string_view value) {
  query_.instant = instant_of(value);
  if (!query_.instant) {
    return bad_value(asked_, {"at", value},
                     "is not an instant such as 2026-07-01T12:00:00Z, "
                     "2026-07-01T14:00:00+02:00 or 1782907200");
  }
  return std::nullopt;
}

}  // namespace polyclock::service
