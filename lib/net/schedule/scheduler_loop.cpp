#include "net/schedule/scheduler_loop.hpp"

#include <boost/asio/post.hpp>

namespace polyclock::net {

scheduler_loop::scheduler_loop(asio::io_context& context)
    : context_(context),
      timer_(context),
      scheduler_([] { return steady_clock::now(); }, [this] { request_round(); }) {}

void scheduler_loop::request_round() {
  if (is_requested_) return;
  is_requested_ = true;
  asio::post(context_, [this] { run_round(); });
}

void scheduler_loop::run_round() {
  is_requested_ = false;
  const auto next = scheduler_.run_round();
  if (next <= steady_clock::now()) return request_round();
  if (next == scheduler::never) return;
  timer_.expires_at(next);
  timer_.async_wait([this](error_code cancelled) {
    if (!cancelled) request_round();
  });
}

}  // namespace polyclock::net
