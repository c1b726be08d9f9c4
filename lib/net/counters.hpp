// What one listener of one worker has counted so far, for the daemon's log, status and statistics; its sessions count
// here too.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

#include "protocol/service.hpp"

namespace polyclock::net {

// Events that have been sent, by how late they were.
struct event_counters {
  static constexpr std::array<std::chrono::milliseconds, 8> bounds{
      std::chrono::milliseconds(1),   std::chrono::milliseconds(5),
      std::chrono::milliseconds(10),  std::chrono::milliseconds(25),
      std::chrono::milliseconds(50),  std::chrono::milliseconds(100),
      std::chrono::milliseconds(250), std::chrono::milliseconds(1000)};

  std::array<std::uint64_t, bounds.size() + 1> late{};  // at most so late, the last one later
  std::chrono::nanoseconds lateness{0};                 // of all together

  void add(std::chrono::nanoseconds one) noexcept {
    const auto* const bound = std::lower_bound(bounds.begin(), bounds.end(), one);
    ++late[static_cast<std::size_t>(bound - bounds.begin())];
    lateness += one;
  }

  event_counters& operator+=(const event_counters& other) noexcept {
    for (std::size_t i = 0; i < late.size(); ++i) late[i] += other.late[i];
    lateness += other.lateness;
    return *this;
  }
  friend bool operator==(const event_counters&, const event_counters&) = default;
};

struct counters {
  std::int64_t connections = 0;                                 // open now
  std::uint64_t requests = 0;                                   // answered, by stream or datagram
  std::array<std::uint64_t, protocol::error_numbers> errors{};  // among them, by number
  std::uint64_t received_bytes = 0;
  std::uint64_t sent_bytes = 0;
  std::chrono::nanoseconds slow_time{0};  // spent on steps of cost `loaded`
  std::int64_t subscribers = 0;           // open now
  event_counters events;

  std::uint64_t malformed = 0;  // connections ended because of what they sent
  std::uint64_t late = 0;       // connections closed by a request or send timeout
  std::uint64_t refused = 0;    // connections beyond what their address may have
  std::uint64_t unproxied = 0;  // connections from elsewhere than the listener's proxies
  std::uint64_t silent = 0;     // connections closed for others, having asked nothing
  // Datagrams that got no reply: from a source that gets none; beyond what their network may have; because too many
  // waited; because they are no requests.
  std::uint64_t forbidden = 0;
  std::uint64_t over_rate = 0;
  std::uint64_t overloaded = 0;
  std::uint64_t invalid = 0;

  [[nodiscard]] std::uint64_t unanswered() const noexcept {
    return forbidden + over_rate + overloaded + invalid;
  }

  template <typename Errors>
  void add_errors(const Errors& more) noexcept {
    for (std::size_t number = 0; number < errors.size(); ++number) errors[number] += more[number];
  }

  counters& operator+=(const counters& other) noexcept {
    connections += other.connections;
    requests += other.requests;
    add_errors(other.errors);
    received_bytes += other.received_bytes;
    sent_bytes += other.sent_bytes;
    slow_time += other.slow_time;
    subscribers += other.subscribers;
    events += other.events;
    malformed += other.malformed;
    late += other.late;
    refused += other.refused;
    unproxied += other.unproxied;
    silent += other.silent;
    forbidden += other.forbidden;
    over_rate += other.over_rate;
    overloaded += other.overloaded;
    invalid += other.invalid;
    return *this;
  }
  friend bool operator==(const counters&, const counters&) = default;
};

}  // namespace polyclock::net
