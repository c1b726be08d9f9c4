// An answer as a JSON object; the client's --json and the HTTP service write the same names.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/storage_ptr.hpp>

#include "protocol/answer.hpp"

namespace polyclock::json {

using boost::json::object;
using boost::json::storage_ptr;

// Instants are RFC 3339 in UTC with seconds since 1970 beside them, UTC offsets seconds east of UTC; what is not known
// is null. All memory comes from `memory`, and each throws where that has none left.

// Everything but the server: its clock, the instant and the local time too.
[[nodiscard]] object whole_answer(const protocol::answer& answer, const storage_ptr& memory = {});

// What stays true until `valid_until` or, for the offset, the next transition.
[[nodiscard]] object lasting_answer(const protocol::answer& answer, const storage_ptr& memory = {});

// Adds `utc_offset`, `dst` and `abbreviation`.
void add_offset(object& to, const protocol::offset_fields& offset);

// An instant as RFC 3339 and in seconds.
void add_instant(object& to, protocol::timestamp when);

}  // namespace polyclock::json
