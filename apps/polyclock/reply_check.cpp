#include "reply_check.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "protocol/classic.hpp"
#include "protocol/daytime.hpp"
#include "protocol/dt_reply.hpp"
#include "protocol/rfc3339.hpp"
#include "protocol/time_protocol.hpp"

namespace polyclock {
namespace {

using client::check_result;
using protocol::decode_status;

// An error has id 0 if the server could not decode the request's id.
bool has_id(std::uint32_t id, const protocol::dt_reply& reply) {
  const auto* const error = std::get_if<protocol::error>(&reply);
  const std::uint32_t found = std::visit([](const auto& packet) { return packet.id; }, reply);
  return found == id || (error != nullptr && found == 0);
}

check_result check_packet(std::span<const std::byte> in, std::uint32_t id,
                          protocol::dt_reply& reply) {
  const protocol::decoded decoded = decode_dt_reply(in, reply);
  if (decoded.status == decode_status::complete && !has_id(id, reply)) {
    return {decode_status::malformed, 0, "reply to another request"};
  }
  return {decoded.status, decoded.size};
}

check_result check_packet(std::span<const std::byte> in, std::uint32_t id) {
  protocol::dt_reply reply;
  return check_packet(in, id, reply);
}

// What an answer must match, apart from the query, whose texts may be gone by then.
struct expected_answer {
  std::uint32_t id;
  std::string zone;  // empty: any
  std::size_t ahead;
};

bool is_within_years(std::int64_t seconds) {
  constexpr std::int64_t day = 86'400;  // no zone's offset is that large
  return seconds > protocol::first_second - day && seconds < protocol::last_second + day;
}

// Whether the texts ahead are as many as asked for at most, each later than the one before.
bool has_sound_list(protocol::answer answer, std::size_t ahead) {
  std::size_t count = 0;
  std::int64_t last = answer.instant.seconds;
  while (const auto later = next_later(answer)) {
    if (++count > ahead || later->from <= last || !is_within_years(later->from)) return false;
    last = later->from;
  }
  return true;
}

// What is wrong with a whole answer.
std::optional<std::string> fault_of(const protocol::answer& answer, const expected_answer& wanted) {
  if (!wanted.zone.empty() && !base::equal_ignoring_case(answer.zone, wanted.zone)) {
    return "reply is for zone '" + std::string(answer.zone) + "' instead of '" + wanted.zone + "'";
  }
  if (!is_within_years(answer.instant.seconds)) {
    return "the instant of the reply is outside the years 1 to 9999";
  }
  if (!has_sound_list(answer, wanted.ahead)) {
    return "the reply has more texts than were asked for, or not in their order";
  }
  return std::nullopt;
}

}  // namespace

client::reply_check check_extended_reply(std::uint32_t id) {
  return [id](std::span<const std::byte> in, bool) { return check_packet(in, id); };
}

client::reply_check check_answer(const protocol::query& asked) {
  expected_answer wanted{asked.id, std::string(asked.zone.value_or("")), asked.ahead};
  return [wanted](std::span<const std::byte> in, bool) -> check_result {
    protocol::dt_reply reply;
    check_result checked = check_packet(in, wanted.id, reply);
    if (checked.status != decode_status::complete) return checked;
    const auto* const answer = std::get_if<protocol::answer>(&reply);
    if (answer == nullptr) return checked;
    if (auto fault = fault_of(*answer, wanted)) {
      return {decode_status::malformed, 0, std::move(*fault)};
    }
    return checked;
  };
}

check_result check_classic_reply(std::span<const std::byte> in, bool) {
  constexpr std::byte error_type{static_cast<unsigned char>(protocol::packet_type::error)};
  if (in.size() >= 4 && in[3] == error_type) return check_packet(in, 0);
  const std::size_t size = protocol::classic_response_size(in);
  if (size == 0 || in.size() < size) return {decode_status::need_more};
  protocol::classic_response response{};
  const auto check = decode_classic_response(in.first(size), protocol::dt_magic, response);
  if (check == protocol::classic_check::valid) return {decode_status::complete, size};
  return {decode_status::malformed, 0, std::string(describe(check))};
}

check_result check_daytime_reply(std::span<const std::byte> in, bool ended) {
  constexpr std::string_view message = "not a line of text (RFC 867)";
  std::string_view line;
  const auto [status, size] = protocol::decode_daytime(in, ended, line);
  if (status == decode_status::complete && !base::is_printable_utf8(line)) {
    return {decode_status::malformed, 0, std::string(message)};
  }
  return {status, size, std::string(message)};
}

check_result check_time_reply(std::span<const std::byte> in, bool) {
  if (in.size() < protocol::time_size) return {decode_status::need_more};
  const auto rest = in.subspan(protocol::time_size);
  const bool is_zero =
      std::all_of(rest.begin(), rest.end(), [](std::byte byte) { return byte == std::byte{0}; });
  if (rest.empty() || (rest.size() == protocol::time_size && is_zero)) {
    return {decode_status::complete, in.size()};
  }
  return {decode_status::malformed, 0, "not a 4-byte RFC 868 reply"};
}

}  // namespace polyclock
