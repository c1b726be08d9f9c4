// Asks several servers as the command-line client does, at a fixed rate: each request is one exchange with the first
// valid reply, and its time runs from when it was due. Prints key=value pairs.
//
// Usage: failover RATE SECONDS SERVER...
//   60 clients; the first one begins its list with the first server, the second one with the second one, and so on.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "bench/histogram.hpp"
#include "client/exchange.hpp"
#include "protocol/query.hpp"
#include "reply_check.hpp"

namespace polyclock::bench {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t clients = 60;
constexpr std::size_t threads = 400;  // more than requests that wait at a time
constexpr auto timeout = std::chrono::seconds(5);

struct totals {
  std::mutex mutex;
  std::size_t lost = 0;
  std::size_t elsewhere = 0;  // answered by another server than the first of the list
  std::chrono::nanoseconds worst{0};
  histogram latencies;
  std::string last_failure;
};

std::vector<client::server_address> rotated(std::vector<client::server_address> servers,
                                            std::size_t client) {
  const auto first = static_cast<std::ptrdiff_t>(client % servers.size());
  std::rotate(servers.begin(), servers.begin() + first, servers.end());
  return servers;
}

void ask(const std::vector<client::server_address>& servers, std::uint32_t number,
         steady_clock::time_point due, totals& sums) {
  protocol::query query;
  query.id = number;
  query.zone = "Pacific/Auckland";
  std::array<std::byte, protocol::request_size_max> buffer;
  const auto request = std::span(buffer).first(encode(query, buffer));
  const auto reply =
      client::exchange(servers, request, check_extended_reply(number), due + timeout);
  const std::chrono::nanoseconds took = steady_clock::now() - due;
  const std::lock_guard lock(sums.mutex);
  if (!reply) {
    ++sums.lost;
    sums.last_failure = reply.error().message;
    return;
  }
  if (reply->server != servers.front().name()) ++sums.elsewhere;
  sums.worst = std::max(sums.worst, took);
  sums.latencies.add(static_cast<std::uint64_t>(took.count()));
}

int run(double rate, double seconds, const std::vector<client::server_address>& servers) {
  totals sums;
  const auto total = static_cast<std::uint32_t>(rate * seconds);
  const auto start = steady_clock::now();
  std::atomic<std::uint32_t> next{0};
  const auto work = [&] {
    for (std::uint32_t number = next++; number < total; number = next++) {
      const auto due = start + std::chrono::duration_cast<steady_clock::duration>(
                                   std::chrono::duration<double>(number / rate));
      std::this_thread::sleep_until(due);
      ask(rotated(servers, number % clients), number, due, sums);
    }
  };
  std::vector<std::thread> pool;
  for (std::size_t i = 0; i < threads; ++i) pool.emplace_back(work);
  for (std::thread& one : pool) one.join();
  std::printf("asked=%u lost=%zu elsewhere=%zu p50_us=%.0f p99_us=%.0f worst_ms=%.1f\n", total,
              sums.lost, sums.elsewhere, double(sums.latencies.quantile(0.5)) / 1e3,
              double(sums.latencies.quantile(0.99)) / 1e3, double(sums.worst.count()) / 1e6);
  if (sums.lost > 0) std::fprintf(stderr, "%s\n", sums.last_failure.c_str());
  return 0;
}

}  // namespace
}  // namespace polyclock::bench

int main(int argc, char** argv) {
  using namespace polyclock;
  std::vector<client::server_address> servers;
  for (int i = 3; i < argc; ++i) {
    if (const auto server = client::parse_server_address(argv[i])) servers.push_back(*server);
  }
  if (servers.empty()) return std::fputs("usage: failover RATE SECONDS SERVER...\n", stderr), 2;
  return bench::run(std::atof(argv[1]), std::atof(argv[2]), servers);
}
