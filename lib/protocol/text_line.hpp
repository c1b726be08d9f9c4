// Lines of text as people send them with nc or telnet, and as the services answer them; the text conversation
// and the Daytime Protocol are made of these.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "base/bounded_text.hpp"
#include "protocol/packet.hpp"

namespace polyclock::protocol {

inline constexpr std::size_t text_line_size_max = 512;  // as sent, without its end
inline constexpr std::string_view line_end = "\r\n";
inline constexpr std::size_t reply_line_size_max = 512 + line_end.size();

// A line without its terminator and without telnet commands (RFC 854).
using text_line = base::bounded_text<text_line_size_max>;

// Reads one line as a person types it from the front of a byte stream: it ends in LF, CR or CRLF (the LF of CRLF
// is left over and reads as an empty line), and telnet commands and NULs are dropped. A line longer than
// `text_line_size_max` is malformed. For protocols that ignore empty lines.
decoded decode_text_line(std::span<const std::byte> in, text_line& line) noexcept;

// Reads all of `in` as a line without a terminator.
decoded decode_unended_line(std::span<const std::byte> in, text_line& line) noexcept;

// Writes the text and CRLF. Bytes written to `out`, or 0 where they do not fit.
std::size_t encode_line(std::string_view text, std::span<std::byte> out) noexcept;

}  // namespace polyclock::protocol
