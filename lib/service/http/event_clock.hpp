// A clock that subscribers watch: its present text as an event, written once for all of them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "clock/instant.hpp"
#include "protocol/service.hpp"
#include "service/answerer.hpp"
#include "service/http/exchange.hpp"
#include "service/http/network_places.hpp"

namespace polyclock::service {

// An event as it is sent, in a chunk of its own (RFC 9112, 7.1).
struct event_bytes {
  std::string chunk;
  std::size_t head_size = 0;  // of the chunk's size line

  // Without the chunk around it.
  [[nodiscard]] std::string_view event() const noexcept {
    constexpr std::size_t line_end = 2;
    return std::string_view(chunk).substr(head_size, chunk.size() - head_size - line_end);
  }
};

class event_clock {
 public:
  // `number`: of the clock among those of a stream, from 1; 0 where there is but one. `query` has no instant.
  event_clock(const time_query& query, unsigned number);

  // The same for the same query and number.
  [[nodiscard]] static std::string key_of(const time_query& query, unsigned number);

  // Whether the event is up to date now; else it would cost `took`, or there is none.
  struct refreshed {
    bool is_current = true;
    protocol::cost took = protocol::cost::cached;
    std::optional<time_error> error = {};
  };
  // Makes it anew where its text has ended, the clock has been set back, or the tz database is another one.
  [[nodiscard]] refreshed refresh(answerer& times, protocol::cost cost_max, http_scratch& scratch);

  // Another number for each event that differs from the one before; 0: there is none yet.
  [[nodiscard]] std::uint64_t version() const noexcept { return version_; }
  [[nodiscard]] const std::shared_ptr<const event_bytes>& bytes() const noexcept { return bytes_; }
  // The second from which it holds, or in which it was made.
  [[nodiscard]] std::int64_t from() const noexcept { return from_; }
  [[nodiscard]] const std::optional<clock::instant>& end() const noexcept { return end_; }

 private:
  [[nodiscard]] bool is_current(const answerer& times) const noexcept;
  void adopt(const time_answer& answer, std::int64_t from, answerer& times, http_scratch& scratch);

  std::string key_;  // holds the query
  std::uint64_t release_ = 0;
  clock::instant made_;
  std::int64_t from_ = 0;
  std::optional<clock::instant> end_;
  std::uint64_t version_ = 0;
  std::shared_ptr<const event_bytes> bytes_;
};

// The clocks of one worker that have subscribers. They stay when a listener gets another service.
class event_clocks : public std::enable_shared_from_this<event_clocks> {
 public:
  // For the network of the first subscriber; empty where it has too many.
  [[nodiscard]] std::shared_ptr<event_clock> find_or_add(const time_query& query, unsigned number,
                                                         const protocol::peer_address& peer);

 private:
  // An event and its clock take about 1.5 kB.
  using clock_places = network_places<4096>;

  std::unordered_map<std::string, std::weak_ptr<event_clock>> clocks_;
  clock_places places_;
};

}  // namespace polyclock::service
