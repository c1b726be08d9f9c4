#include "client/service_targets.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

namespace polyclock::client {

void put_in_order(std::vector<service_target>& targets,
                  const std::function<std::uint32_t(std::uint32_t)>& random) {
  // Those without a weight first: they are chosen at times.
  std::stable_sort(targets.begin(), targets.end(), [](const auto& a, const auto& b) {
    return std::pair(a.priority, a.weight > 0) < std::pair(b.priority, b.weight > 0);
  });
  for (auto next = targets.begin(); next != targets.end(); ++next) {
    const auto end = std::find_if(next, targets.end(), [next](const service_target& other) {
      return other.priority != next->priority;
    });
    // At most 65,535 in each of the some thousand records of an answer.
    const std::uint32_t sum = std::accumulate(
        next, end, std::uint32_t{0},
        [](std::uint32_t so_far, const service_target& one) { return so_far + one.weight; });
    auto chosen = next;
    if (sum == 0) {
      std::advance(chosen, random(static_cast<std::uint32_t>(std::distance(next, end) - 1)));
    } else {
      // Zero is for those without a weight. Without any, each share is exact.
      const std::uint32_t least = next->weight == 0 ? 0 : 1;
      std::uint32_t left = least + random(sum - least);
      for (; chosen->weight < left; ++chosen) left -= chosen->weight;
    }
    std::rotate(next, chosen, std::next(chosen));
  }
}

}  // namespace polyclock::client
