// One connection's bytes in and bytes out, both bounded, without any I/O; a session drives it on a
// socket and a test drives it by hand.
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <utility>

#include "protocol/packet.hpp"
#include "protocol/service.hpp"

namespace polyclock::protocol {

// Room for some requests and their replies.
template <stream_service Service>
struct conversation_buffers {
  std::array<std::byte, 4 * Service::request_size_max + 1> input;
  std::array<std::byte, 5 * Service::reply_size_max> output;
};

// Between two calls to `answer` it can do without its buffers where all replies are sent.
template <stream_service Service>
class conversation {
 public:
  using buffers = conversation_buffers<Service>;

  // What had arrived moves in. Everything that reads or writes needs buffers.
  void lend(std::unique_ptr<buffers> lent) noexcept {
    buffers_ = std::move(lent);
    if (begun_) std::memcpy(buffers_->input.data(), begun_.get(), input_size_);
    begun_.reset();
  }
  [[nodiscard]] bool has_buffers() const noexcept { return buffers_ != nullptr; }

  // Keeps the part of a request that has arrived elsewhere; throws where memory is short.
  [[nodiscard]] std::unique_ptr<buffers> give_back() {
    if (input_size_ > 0) {
      begun_ = std::make_unique_for_overwrite<std::byte[]>(input_size_);
      std::memcpy(begun_.get(), buffers_->input.data(), input_size_);
    }
    return std::move(buffers_);
  }

  // Where the next bytes from the peer go; never empty while the conversation is open.
  [[nodiscard]] std::span<std::byte> input_space() noexcept {
    return std::span(buffers_->input).subspan(input_size_);
  }
  void received(std::size_t size) noexcept {
    input_size_ += size;
    input_paused_ = false;
  }

  // The peer has been quiet for as long as its protocol lets a request lack its end.
  void pause_input() noexcept { input_paused_ = true; }

  // Forgets what has arrived and is not answered.
  void drop_input() noexcept {
    input_size_ = 0;
    begun_.reset();
  }

  // The peer will send no more; what is whole is still answered.
  void finish_input() noexcept { input_finished_ = true; }
  [[nodiscard]] bool has_all_input() const noexcept { return input_finished_; }

  struct answered {
    std::size_t count = 0;  // replies
    effort took = effort::none;
    bool is_all = true;  // false: another call may answer more of what has arrived
  };

  // Answers, in order, the requests that have arrived, as far as the output has room, up to the first
  // one that took an effort.
  answered answer(Service& service) noexcept {
    answered done;
    std::size_t used = 0;
    service.observe_time();
    while (open_ && has_room() && done.took == effort::none) {
      const auto in = std::span<const std::byte>(buffers_->input).first(input_size_).subspan(used);
      const decoded result = decode(service, in);
      if (result.status == decode_status::need_more) {
        open_ = !input_finished_;
        drop_used(used);
        return done;
      }
      const auto [size, next, took] =
          service.reply(request_, std::span(buffers_->output).subspan(output_size_));
      malformed_ = result.status == decode_status::malformed;
      open_ = !malformed_ && next == next_step::keep_open;
      output_size_ += size;
      used += result.size;
      if (size > 0) ++done.count;
      done.took = took;
    }
    drop_used(used);
    done.is_all = !open_;
    return done;
  }

  // Bytes that wait to be sent.
  [[nodiscard]] std::span<const std::byte> output() const noexcept {
    return std::span(buffers_->output).first(output_size_).subspan(output_sent_);
  }
  // The first bytes of `output()` have been sent.
  void sent(std::size_t size) noexcept {
    output_sent_ += size;
    if (output_sent_ == output_size_) output_sent_ = output_size_ = 0;
  }

  // Whether it has ended because of what the peer sent.
  [[nodiscard]] bool was_malformed() const noexcept { return malformed_; }
  // Whether more requests will be answered.
  [[nodiscard]] bool is_open() const noexcept { return open_; }
  // Whether a request has begun to arrive and is not answered yet.
  [[nodiscard]] bool has_partial_request() const noexcept { return input_size_ > 0; }

 private:
  [[nodiscard]] decoded decode(Service& service, std::span<const std::byte> in) noexcept {
    const decoded result = service.decode(in, request_);
    if constexpr (pausing_service<Service>) {
      const bool ends_here = (input_paused_ || input_finished_) && !in.empty();
      if (result.status == decode_status::need_more && ends_here) {
        return service.decode_paused(in, request_);
      }
    }
    return result;
  }

  [[nodiscard]] bool has_room() const noexcept {
    return buffers_->output.size() - output_size_ >= Service::reply_size_max;
  }

  void drop_used(std::size_t used) noexcept {
    input_size_ -= used;
    std::byte* const input = buffers_->input.data();
    if (used > 0) std::memmove(input, input + used, input_size_);
  }

  std::size_t input_size_ = 0;
  std::size_t output_size_ = 0;
  std::size_t output_sent_ = 0;
  bool open_ = true;
  bool malformed_ = false;
  bool input_finished_ = false;
  bool input_paused_ = false;
  typename Service::request request_;
  std::unique_ptr<buffers> buffers_;
  std::unique_ptr<std::byte[]> begun_;  // what has arrived, while there are no buffers
};

}  // namespace polyclock::protocol
