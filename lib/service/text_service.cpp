#include "service/text_service.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "format/ascii.hpp"
#include "service/messages.hpp"
#include "service/quotation.hpp"

namespace polyclock::service {
namespace {

using protocol::text_verb;

std::string_view or_else(const std::optional<format::text>& chosen, const std::string& own) {
  return chosen ? chosen->view() : std::string_view(own);
}

std::optional<format::text>& choice_of(text_choices& choices, text_verb verb) {
  if (verb == text_verb::locale) return choices.locale;
  return verb == text_verb::zone ? choices.zone : choices.style;
}

// Style names in lower case; the letters of a skeleton mean what they are.
format::text style_name(std::string_view typed) {
  const std::size_t end = std::min(typed.find(':'), typed.size());
  format::text name;
  for (const char c : typed.substr(0, end)) name << base::to_lower(c);
  return name << typed.substr(end);
}

// `default` resets to the listener's own.
void set_choice(const protocol::text_command& command, text_choices& choices) {
  std::optional<format::text>& choice = choice_of(choices, command.verb);
  choice.emplace() = command.argument;
  if (command.verb == text_verb::style) choice = style_name(command.argument);
  if (command.argument == "default") choice.reset();
}

// The canonical form of what a locale, zone or style command has set.
void put_setting(text_verb verb, std::string_view locale, const time_answer& answer,
                 format::text& line) {
  const messages& words = messages_for(locale);
  if (verb == text_verb::locale) {
    line << words.locale << locale;
  } else if (verb == text_verb::zone) {
    line << words.zone << answer.time.zone->name();
  } else {
    line << words.style << answer.rendering.style.view();
  }
}

}  // namespace

protocol::step text_service::advance(peer& choices, const protocol::step_input& in,
                                     std::span<std::byte> out) noexcept {
  using protocol::decode_status;
  using protocol::wanted;
  protocol::text_line line;
  protocol::decoded decoded = protocol::decode_text_line(in.bytes, line);
  if (decoded.status == decode_status::need_more) {
    const bool ends_here = in.state != protocol::input_state::open && !in.bytes.empty();
    if (!ends_here) return {};
    decoded = protocol::decode_unended_line(in.bytes, line);
  }
  if (decoded.status == decode_status::malformed) {
    const std::size_t size = protocol::encode_line("line too long (at most 512 bytes)", out);
    return {.produced = size,
            .next = wanted::end,
            .malformed = true,
            .error = static_cast<std::uint8_t>(protocol::error_code::malformed)};
  }
  const bool is_last = protocol::parse_text_command(line.view()).verb == text_verb::bye;
  return step_of(make_reply(line.view(), choices, in.cost_max, out), decoded.size,
                 is_last ? wanted::end : wanted::input);
}

reply text_service::make_reply(std::string_view line, text_choices& choices,
                               protocol::cost cost_max, std::span<std::byte> out) noexcept {
  const auto command = protocol::parse_text_command(line);
  if (command.verb == text_verb::none) return {};
  made_line made;
  execute(command, choices, cost_max, made);
  if (made.wants_time) return reply_later(made.took);
  format::text folded;
  if (defaults_.ascii && format::fold_to_ascii(made.text.view(), locale_of(choices), folded)) {
    made.text = folded;
  }
  return {
      .size = protocol::encode_line(made.text.view(), out), .took = made.took, .error = made.error};
}

std::string_view text_service::locale_of(const text_choices& choices) const noexcept {
  return or_else(choices.locale, defaults_.locale);
}

std::optional<time_answer> text_service::ask(const text_choices& choices, format::components what,
                                             protocol::cost cost_max, made_line& line) noexcept {
  const std::string_view locale = locale_of(choices);
  time_query query;
  query.what = what;
  query.style = or_else(choices.style, defaults_.style);
  query.locales = {&locale, 1};
  query.zone = or_else(choices.zone, defaults_.zone);
  query.ascii = defaults_.ascii;
  time_result result = answerer_->answer(query, cost_max);
  line.took = std::max(line.took, result.took);
  line.wants_time = result.wants_time();
  if (result.error) {
    line.text << result.error->sentence.view();
    line.error = static_cast<std::uint8_t>(result.error->code);
  }
  return result.answer;
}

void text_service::tell(const text_choices& choices, format::components what,
                        protocol::cost cost_max, made_line& line) noexcept {
  const auto answer = ask(choices, what, cost_max, line);
  if (answer) line.text << answer->rendering.text.view();
}

// A choice that no query could be answered with is an error; the old one stays.
void text_service::choose(const protocol::text_command& command, text_choices& choices,
                          protocol::cost cost_max, made_line& line) noexcept {
  text_choices tried = choices;
  if (!command.argument.empty()) set_choice(command, tried);
  if (command.verb == text_verb::locale) {  // ISO texts would take any
    text_choices spoken = tried;
    if (or_else(tried.style, defaults_.style) == "iso") spoken.style.emplace() = "long";
    if (!ask(spoken, format::components::both, cost_max, line)) return;
  }
  const auto answer = ask(tried, format::components::both, cost_max, line);
  if (!answer) return;
  put_setting(command.verb, locale_of(tried), *answer, line.text);
  choices = tried;
}

void text_service::execute(const protocol::text_command& command, text_choices& choices,
                           protocol::cost cost_max, made_line& line) noexcept {
  const messages& words = messages_for(locale_of(choices));
  switch (command.verb) {
    case text_verb::none:
      return;
    case text_verb::date:
      return tell(choices, format::components::date, cost_max, line);
    case text_verb::time:
      return tell(choices, format::components::time, cost_max, line);
    case text_verb::now:
      return tell(choices, format::components::both, cost_max, line);
    case text_verb::locale:
    case text_verb::zone:
    case text_verb::style:
      return choose(command, choices, cost_max, line);
    case text_verb::help:
      line.text << words.help;
      return;
    case text_verb::bye:
      line.text << words.goodbye;
      return;
    case text_verb::unknown:
      line.error = static_cast<std::uint8_t>(protocol::error_code::malformed);
      line.text << words.before_unknown;
      quote(command.argument, line.text);
      line.text << words.after_unknown;
      return;
  }
}

}  // namespace polyclock::service
