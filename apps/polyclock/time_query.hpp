// Asks for the date or time, as the command line says, and formats the answer as one line.
#pragma once

#include <string>
#include <vector>

#include "arguments.hpp"
#include "client/exchange.hpp"
#include "protocol/answer.hpp"
#include "protocol/query.hpp"
#include "result.hpp"

namespace polyclock {

using locale_list = std::vector<std::string>;  // in order of preference; empty: the server's

// The query of the command line, but for its locales.
[[nodiscard]] protocol::query to_query(const arguments& arguments);

// The lists to ask for in turn, until the server has a text. The environment's locale is set for all programs, of which
// many know more: where the server lacks it, what it derives from will do, or else the server's own.
[[nodiscard]] std::vector<locale_list> locale_lists(const arguments& arguments);

// The query refers to the list then.
void set_locales(const locale_list& locales, protocol::query& query);

// That the answer is not in the environment's locale.
[[nodiscard]] std::string fallback_note(const arguments& arguments, const protocol::answer& answer);

// By an extended query, and by further ones where a local time has to become an instant or the server lacks the
// environment's locale.
[[nodiscard]] result run_query(const arguments& arguments, client::deadline until);

// By a classic request.
[[nodiscard]] result run_classic_query(const arguments& arguments, client::deadline until);

}  // namespace polyclock
