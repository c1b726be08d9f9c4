#include "service/text_service.hpp"

#include <algorithm>

#include "format/ascii.hpp"
#include "service/quotation.hpp"
#include "service/text_wording.hpp"

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
  for (const char c : typed.substr(0, end)) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    name << std::string_view(&lower, 1);
  }
  return name << typed.substr(end);
}

// `default` is the listener's own again.
void set_choice(const protocol::text_command& command, text_choices& choices) {
  std::optional<format::text>& choice = choice_of(choices, command.verb);
  choice.emplace() = command.argument;
  if (command.verb == text_verb::style) choice = style_name(command.argument);
  if (command.argument == "default") choice.reset();
}

// The canonical form of what a locale, zone or style command has set.
void put_setting(text_verb verb, std::string_view locale, const telling& telling,
                 format::text& line) {
  const text_wording& words = text_wording_for(locale);
  if (verb == text_verb::locale) {
    line << words.locale << locale;
  } else if (verb == text_verb::zone) {
    line << words.zone << telling.moment.zone->name();
  } else {
    line << words.style << telling.rendering.style.view();
  }
}

}  // namespace

protocol::decoded text_service::decode(std::span<const std::byte> in,
                                       request& asked) const noexcept {
  const auto result = decode_text_line(in, asked.line);
  asked.too_long = result.status == protocol::decode_status::malformed;
  return result;
}

protocol::decoded text_service::decode_paused(std::span<const std::byte> in,
                                              request& asked) const noexcept {
  return decode_unended_line(in, asked.line);
}

std::string_view text_service::locale_of(const text_choices& choices) const noexcept {
  return or_else(choices.locale, defaults_.locale);
}

std::optional<telling> text_service::ask(const text_choices& choices, format::subject what,
                                         refusal& refusal) noexcept {
  const std::string_view locale = locale_of(choices);
  question question;
  question.what = what;
  question.style = or_else(choices.style, defaults_.style);
  question.locales = {&locale, 1};
  question.zone = or_else(choices.zone, defaults_.zone);
  question.ascii = defaults_.ascii;
  return answerer_->answer(question, refusal);
}

void text_service::tell(const text_choices& choices, format::subject what,
                        format::text& line) noexcept {
  refusal refusal{};
  const auto telling = ask(choices, what, refusal);
  line << (telling ? telling->rendering.text.view() : refusal.sentence.view());
}

// A choice that would leave the peer without answers is refused, and the old one stays.
void text_service::choose(const protocol::text_command& command, text_choices& choices,
                          format::text& line) noexcept {
  text_choices tried = choices;
  if (!command.argument.empty()) set_choice(command, tried);
  refusal refusal{};
  if (command.verb == text_verb::locale) {  // ISO texts would take any
    text_choices spoken = tried;
    if (or_else(tried.style, defaults_.style) == "iso") spoken.style.emplace() = "long";
    if (!ask(spoken, format::subject::both, refusal)) {
      line << refusal.sentence.view();
      return;
    }
  }
  const auto telling = ask(tried, format::subject::both, refusal);
  if (!telling) {
    line << refusal.sentence.view();
    return;
  }
  put_setting(command.verb, locale_of(tried), *telling, line);
  choices = tried;
}

void text_service::obey(const protocol::text_command& command, text_choices& choices,
                        format::text& line) noexcept {
  const text_wording& words = text_wording_for(locale_of(choices));
  switch (command.verb) {
    case text_verb::none:
      return;
    case text_verb::date:
      return tell(choices, format::subject::date, line);
    case text_verb::time:
      return tell(choices, format::subject::time, line);
    case text_verb::now:
      return tell(choices, format::subject::both, line);
    case text_verb::locale:
    case text_verb::zone:
    case text_verb::style:
      return choose(command, choices, line);
    case text_verb::help:
      line << words.help;
      return;
    case text_verb::bye:
      line << words.goodbye;
      return;
    case text_verb::unknown:
      line << words.before_unknown;
      quote(command.argument, line);
      line << words.after_unknown;
      return;
  }
}

protocol::replied text_service::reply(request& asked, std::span<std::byte> out) noexcept {
  using protocol::next_step;
  format::text line;
  const auto command = protocol::parse_text_command(asked.line.view());
  if (asked.too_long) {
    line = "a line has at most 512 bytes";
  } else if (command.verb == text_verb::none) {
    return {0, next_step::keep_open};
  } else {
    obey(command, asked.choices, line);
  }
  format::text folded;
  if (defaults_.ascii && fold_to_ascii(line.view(), locale_of(asked.choices), folded))
    line = folded;
  const bool ends = asked.too_long || command.verb == text_verb::bye;
  return {protocol::encode_line(line.view(), out), ends ? next_step::close : next_step::keep_open,
          answerer_->take_effort()};
}

}  // namespace polyclock::service
