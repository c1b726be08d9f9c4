// Every constant that decides who runs when. The promise that they keep together: whatever some clients ask, by
// stream or datagram and however often they reconnect, a new connection and another client's request for a
// cached reply wait at most 5 ms for a worker. A worker's loop runs in rounds: it polls the kernel once, runs all
// handlers that are ready, each of them for some microseconds, and then one round of the scheduler.
#pragma once

#include <chrono>
#include <cstddef>

namespace polyclock::net::scheduling {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

// In one round, deadlines are handled for so long, and steps that are not cached run for so long: first the quick
// ones (protocol::cost::rendered), then those of peers that send many requests at once (if they fill the buffer, the
// cached ones too), then the slow ones (loaded), of which the last may take 2 ms longer.
inline constexpr microseconds deadline_share{200};
inline constexpr microseconds step_share{500};
// One session's steps run for so long in a row, then the next session's do.
inline constexpr microseconds time_slice{200};

// The slow steps of one network (an IPv4 address, an IPv6 /64) may take so long in a burst, and then one
// `network_divisor`th of the time.
inline constexpr milliseconds network_burst{250};
inline constexpr int network_divisor = 4;
// Networks are hashed to so many queues, each with a budget.
inline constexpr std::size_t network_queues = 1024;

// Connections that one listener accepts, and datagrams that it receives, in one round.
inline constexpr std::size_t accepts_per_round = 8;
inline constexpr std::size_t datagrams_per_round = 32;
// Datagrams of one listener that wait for a step that is not cached; further ones get no reply.
inline constexpr std::size_t waiting_datagrams = 32;
// Rounds in which a listener that is closed still answers what has arrived.
inline constexpr int last_datagram_rounds = 64;

// After a failure of the system, such as a lack of descriptors or memory.
inline constexpr milliseconds retry_interval{100};

// The lingering close reads on for so long and so much, so that a reset cannot destroy the last reply.
inline constexpr seconds linger_timeout{1};
inline constexpr std::size_t linger_size_max = std::size_t{4} << 20;
// At the connection limit a connection that has been asked nothing is closed, once its peer has had so long for
// that; and where there is none, one that has waited for its peer's next request for so long, give or take a half.
inline constexpr milliseconds silence_min{100};
inline constexpr seconds idle_min{1};
// A drained connection that has sent no request yet gets so long for its first one.
inline constexpr seconds first_request_timeout{1};

}  // namespace polyclock::net::scheduling
