// One connection's bytes in and bytes out, both bounded, without any I/O: it lets the service advance while there is
// input for it and room for its replies. A session drives it, and tests do by hand.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "protocol/own_buffer.hpp"
#include "protocol/service.hpp"

namespace polyclock::protocol {

// Room for some requests and their replies, and at least for what one system call should transfer.
template <stream_service Service>
struct conversation_buffers {
  static constexpr std::size_t size_min = 4096;
  // Few requests of a protocol are as long as they may be.
  static constexpr std::size_t requests_size =
      std::max(std::min(4 * Service::request_size_max, 4 * size_min), Service::request_size_max);

  std::array<std::byte, std::max(requests_size, size_min)> input;
  std::array<std::byte, std::max<std::size_t>(5 * Service::reply_size_max, size_min)> output;
};

// A small buffer of its own holds a short request, and then the short reply to it. Large buffers are lent: steps
// write to them, and they hold input and output that is too large for the small one. While they are not lent,
// such input has a block of its own.
//
//   input    [ received | input_space() ]           what no step has consumed moves to the front
//   output   [ sent | output() | room ] [ body ]    the body is shared, and sent after the rest
template <stream_service Service>
class conversation {
 public:
  using buffers = conversation_buffers<Service>;

  explicit conversation(const peer_address& address = {}) : peer_(make_peer(address)) {}
  conversation(const conversation&) = delete;
  conversation& operator=(const conversation&) = delete;

  void lend(std::unique_ptr<buffers> lent) noexcept {
    buffers_ = std::move(lent);
    move_output(buffers_->output);
  }
  [[nodiscard]] bool has_buffers() const noexcept { return buffers_ != nullptr; }

  // Whether its output, if it has any, can wait in the small buffer.
  [[nodiscard]] bool can_return_buffers() const noexcept {
    return output_.empty() || (input_size_ == 0 && output_.size() <= small_.size());
  }
  // Throws where memory is short.
  [[nodiscard]] std::unique_ptr<buffers> return_buffers() {
    move_output(small_.space());
    if (!has_large_request()) {
      move_input(small_.space());
      stored_.reset();
    } else if (input_.data() != stored_.get() || input_space().empty()) {
      store_input();
    }
    return std::move(buffers_);
  }

  // Receives into the lent buffers from now on, until they are returned.
  void use_large_input() noexcept {
    move_input(buffers_->input);
    stored_.reset();
  }

  // Where the next bytes from the peer go, when all output has been sent; empty only where many requests
  // are stored.
  [[nodiscard]] std::span<std::byte> input_space() noexcept { return input_.subspan(input_size_); }
  void received(std::size_t size) noexcept {
    input_size_ += size;
    if (input_state_ == input_state::paused) input_state_ = input_state::open;
  }
  // The peer has been quiet for the `pause_length` of its service.
  void pause_input() noexcept {
    if (input_state_ == input_state::open) input_state_ = input_state::paused;
  }
  // The peer will send no more; whole requests are still answered.
  void finish_input() noexcept { input_state_ = input_state::ended; }
  [[nodiscard]] bool has_all_input() const noexcept { return input_state_ == input_state::ended; }
  // Forgets the input that no step has consumed.
  void drop_input() noexcept { input_size_ = 0; }
  // Gives up its own buffer where nothing is in it, since the peer will send next to nothing. To be called when no
  // read goes on.
  void shrink() noexcept {
    if (input_size_ > 0 || has_output() || input_.data() != small_.space().data()) return;
    small_.give_up();
    input_ = small_.space();
  }
  // Forgets the output that has not been sent.
  void drop_output() noexcept {
    output_ = {};
    body_ = {};
  }
  // Whether it is too large for the small buffer.
  [[nodiscard]] bool has_large_request() const noexcept { return input_size_ >= small_.size(); }
  [[nodiscard]] bool has_partial_request() const noexcept { return input_size_ > 0; }

  struct progress {
    std::size_t replies = 0;
    std::size_t error_replies = 0;                      // among them
    std::array<std::uint16_t, error_numbers> errors{};  // by number
    wanted next = wanted::input;                        // `room`, `time`: another call may do more
    cost took = cost::cached;                           // of the last step
    cost wants = cost::rendered;                        // with `time`: for the next step
    std::optional<std::chrono::nanoseconds> wake_after = {};
    std::optional<std::chrono::nanoseconds> event_lateness = {};  // of the last step
  };

  // Lets the service advance until it wants something else. A step that was not cached is the last one, so
  // that the caller decides whether there is time for another; so is an event. Needs buffers, with all stored input in them.
  progress advance(Service& service, cost cost_max) noexcept {
    if (!open_) return {.next = wanted::end};
    progress done;
    std::size_t consumed = 0;
    bool goes_on = false;
    service.observe_time();
    do {
      if (!has_room()) {
        done.next = wanted::room;
        break;
      }
      const auto rest = std::span<const std::byte>(input_).first(input_size_).subspan(consumed);
      const step made = service.advance(peer_, {rest, input_state_, cost_max}, free_output());
      consumed += made.consumed;
      // Without more input another step would want the same again.
      const bool has_more = made.consumed > 0 && made.consumed < rest.size();
      take(made, has_more, done);
      goes_on = done.next == wanted::input ? has_more : done.next == wanted::room;
    } while (goes_on && done.took == cost::cached && !done.event_lateness);
    drop_consumed(consumed);
    return done;
  }

  // Bytes that wait to be sent, and the shared ones behind them.
  [[nodiscard]] std::span<const std::byte> output() const noexcept { return output_; }
  [[nodiscard]] std::span<const std::byte> output_body() const noexcept { return body_; }
  [[nodiscard]] bool has_output() const noexcept { return !output_.empty() || !body_.empty(); }
  // The first bytes of both together have been sent.
  void sent(std::size_t size) noexcept {
    const std::size_t copied = std::min(size, output_.size());
    output_ = output_.subspan(copied);
    body_ = body_.subspan(size - copied);
    if constexpr (body_owning_service<Service>) {
      if (body_.empty()) peer_.release_body();
    }
  }

  // Whether it has ended because of what the peer sent.
  [[nodiscard]] bool was_malformed() const noexcept { return malformed_; }
  // Whether more steps follow.
  [[nodiscard]] bool is_open() const noexcept { return open_; }

 private:
  [[nodiscard]] static typename Service::peer make_peer(const peer_address& address) {
    if constexpr (addressed_service<Service>) {
      return typename Service::peer(address);
    } else {
      return {};
    }
  }

  [[nodiscard]] std::span<std::byte> free_output() noexcept {
    const std::span<std::byte> all = buffers_->output;
    if (output_.empty()) output_ = all.first(0);
    return all.subspan(static_cast<std::size_t>(output_.data() - all.data()) + output_.size());
  }
  [[nodiscard]] bool has_room() noexcept {
    return body_.empty() && free_output().size() >= Service::reply_size_max;
  }

  void take(const step& made, bool has_more, progress& done) noexcept {
    output_ = {output_.data(), output_.size() + made.produced};
    body_ = made.body;
    const bool replied = made.produced > 0 || !made.body.empty();
    if (replied && made.next != wanted::room && !made.is_push) ++done.replies;
    if (made.error != 0) {
      ++done.error_replies;
      ++done.errors[made.error];
    }
    done.next = made.next;
    done.took = made.next == wanted::time ? cost::cached : made.took;
    if (made.next == wanted::time) done.wants = made.took;
    done.wake_after = made.wake_after;
    done.event_lateness = made.event_lateness;
    malformed_ = made.malformed;
    if (made.next == wanted::input) {
      if (has_more && made.took != cost::cached) done.next = wanted::time;
      if (!has_more && has_all_input() && !made.wake_after) done.next = wanted::end;
    }
    open_ = done.next != wanted::end;
  }

  void drop_consumed(std::size_t size) noexcept {
    if (size == 0) return;
    input_size_ -= size;
    std::memmove(input_.data(), input_.data() + size, input_size_);
  }

  void move_input(std::span<std::byte> to) noexcept {
    if (to.data() == input_.data()) return;
    std::memcpy(to.data(), input_.data(), input_size_);
    input_ = to;
  }

  void move_output(std::span<std::byte> to) noexcept {
    if (output_.empty()) return;
    std::memmove(to.data(), output_.data(), output_.size());
    output_ = to.first(output_.size());
  }

  void store_input() {
    // Twice as much as there is, so that few bytes do not hold room for the longest request.
    const std::size_t size =
        std::max(std::min(2 * input_size_, Service::request_size_max), input_size_);
    auto block = std::make_unique_for_overwrite<std::byte[]>(size);
    move_input({block.get(), size});
    stored_ = std::move(block);
  }

  own_buffer<usual_size_max<Service>()> small_;  // idle sessions receive into it
  std::span<std::byte> input_ = small_.space();
  std::size_t input_size_ = 0;
  std::span<std::byte> output_;  // not sent yet
  std::span<const std::byte> body_;
  bool open_ = true;
  bool malformed_ = false;
  input_state input_state_ = input_state::open;
  std::unique_ptr<buffers> buffers_;
  std::unique_ptr<std::byte[]> stored_;  // large input, while there are no buffers
  [[no_unique_address]] typename Service::peer peer_;
};

}  // namespace polyclock::protocol
