#include "client/service_targets.hpp"

#include <arpa/nameser.h>
#include <netinet/in.h>
#include <resolv.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <numeric>
#include <random>
#include <utility>

namespace polyclock::client {
namespace {

constexpr std::size_t targets_max = 64;

failure unreachable(std::string message) {
  return {failure_kind::unreachable, std::move(message)};
}

// A state of its own, since that of the process is shared by all threads.
class resolver_state {
 public:
  resolver_state() : is_open_(res_ninit(&state_) == 0) {}
  ~resolver_state() {
    if (is_open_) res_nclose(&state_);
  }
  resolver_state(const resolver_state&) = delete;
  resolver_state& operator=(const resolver_state&) = delete;

  // The answer to a query for SRV records; by TCP where it is too long for a datagram.
  outcome<std::vector<unsigned char>> ask(const std::string& name) {
    if (!is_open_) return unreachable("the resolver cannot be set up");
    std::array<unsigned char, NS_PACKETSZ> query{};
    const int query_size = res_nmkquery(&state_, ns_o_query, name.c_str(), ns_c_in, ns_t_srv,
                                        nullptr, 0, nullptr, query.data(), query.size());
    if (query_size < 0) return unreachable("invalid domain name");
    std::vector<unsigned char> answer(NS_MAXMSG);
    const int size = res_nsend(&state_, query.data(), query_size, answer.data(), NS_MAXMSG);
    if (size < 0) return unreachable("no answer from a name server");
    answer.resize(std::min(answer.size(), static_cast<std::size_t>(size)));
    return answer;
  }

 private:
  struct __res_state state_ {};
  bool is_open_;
};

// One record of the answer; false where it is malformed.
bool add_target(const ns_msg& message, const ns_rr& record, std::vector<service_target>& targets) {
  constexpr int head_size = 6;
  if (ns_rr_type(record) != ns_t_srv) return true;  // such as an alias
  if (ns_rr_rdlen(record) <= head_size) return false;
  const unsigned char* const data = ns_rr_rdata(record);
  std::array<char, NS_MAXDNAME> host{};
  const int host_size = dn_expand(ns_msg_base(message), ns_msg_end(message),
                                  std::next(data, head_size), host.data(), host.size());
  if (host_size < 0 || head_size + host_size != ns_rr_rdlen(record)) return false;
  const auto number = [data](int at) {
    return static_cast<std::uint16_t>(ns_get16(std::next(data, at)));
  };
  targets.push_back({number(0), number(2), number(4), host.data()});
  return true;
}

std::vector<server_address> addresses_of(const std::vector<service_target>& targets,
                                         client::transport transport) {
  std::vector<server_address> addresses;
  for (const service_target& target : targets) {
    addresses.push_back({target.host, target.port, {}, transport});
  }
  return addresses;
}

}  // namespace

std::string service_name(const server_address& service) {
  const bool is_datagram = service.transport == transport::datagram;
  return (is_datagram ? "_polyclock._udp." : "_polyclock._tcp.") + service.host;
}

outcome<std::vector<server_address>> find_targets(const server_address& service) {
  const std::string name = service_name(service);
  const auto fail = [&name](const std::string& why) { return unreachable(name + ": " + why); };
  const auto answer = resolver_state().ask(name);
  if (!answer) return fail(answer.error().message);
  auto targets = parse_targets(*answer);
  if (!targets) return fail(targets.error().message);
  if (targets->empty()) return fail("no SRV records");
  std::erase_if(*targets, [](const service_target& target) { return target.host.empty(); });
  if (targets->empty()) return fail("the domain has no such service");
  std::random_device source;
  put_in_order(*targets, [&source](std::uint32_t last) {
    return std::uniform_int_distribution<std::uint32_t>(0, last)(source);
  });
  if (targets->size() > targets_max) targets->resize(targets_max);
  return addresses_of(*targets, service.transport);
}

outcome<std::vector<service_target>> parse_targets(std::span<const unsigned char> message) {
  const failure malformed = unreachable("malformed answer from a name server");
  ns_msg parsed;
  if (ns_initparse(message.data(), static_cast<int>(message.size()), &parsed) < 0) return malformed;
  const int code = ns_msg_getflag(parsed, ns_f_rcode);
  if (code == ns_r_nxdomain) return unreachable("no such name");
  if (code != ns_r_noerror) {
    return unreachable("error " + std::to_string(code) + " from a name server");
  }
  std::vector<service_target> targets;
  for (int n = 0; n < ns_msg_count(parsed, ns_s_an); ++n) {
    ns_rr record;
    const bool is_whole = ns_parserr(&parsed, ns_s_an, n, &record) == 0;
    if (!is_whole || !add_target(parsed, record, targets)) return malformed;
  }
  return targets;
}

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
