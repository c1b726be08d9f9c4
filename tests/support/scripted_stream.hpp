// A stream for connections whose every operation can fail, be cut short, or be late, as a script says.
#pragma once

#include <algorithm>
#include <boost/asio/append.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/socket_base.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "net/asio.hpp"

namespace polyclock::test {

enum class fault : std::uint8_t { none = 1, error, short_count, delay };

// What the peer sends and gets, and the operation that goes wrong.
struct script {
  explicit script(std::string all_input, std::size_t faulty_operation = 0,
                  fault its_kind = fault::none)
      : input(std::move(all_input)), faulty(faulty_operation), kind(its_kind) {}

  std::string input;
  std::chrono::milliseconds end_after{0};  // its last byte, the input ends
  std::string output;
  std::size_t faulty;  // counted from 1; 0: none
  fault kind;
  std::size_t operations = 0;
  bool is_closed = false;
  bool output_ended = false;
};

class scripted_stream {
 public:
  using executor_type = net::executor;
  using lowest_layer_type = scripted_stream;

  scripted_stream(net::asio::io_context& context, script& plan)
      : executor_(context.get_executor()),
        timer_(std::make_unique<net::steady_timer>(context)),
        script_(&plan) {}

  [[nodiscard]] executor_type get_executor() const noexcept { return executor_; }
  scripted_stream& lowest_layer() noexcept { return *this; }

  template <typename Buffer, typename Handler>
  void async_read_some(const Buffer& buffer, Handler handler) {
    run(
        std::move(handler),
        [this, buffer](std::size_t size_max, net::error_code& error) {
          const std::size_t size = std::min({size_max, buffer.size(), script_->input.size()});
          std::copy_n(script_->input.data(), size, static_cast<char*>(buffer.data()));
          script_->input.erase(0, size);
          if (size == 0) error = net::asio::error::eof;
          return size;
        },
        script_->input.empty() ? script_->end_after : std::chrono::milliseconds(0));
  }

  template <typename Buffers, typename Handler>
  void async_write_some(const Buffers& buffers, Handler handler) {
    run(std::move(handler), [this, buffers](std::size_t size_max, net::error_code&) {
      return write(buffers, size_max);
    });
  }

  // At once, by a script's next operation.
  template <typename Buffers>
  std::size_t write_some(const Buffers& buffers, net::error_code& error) {
    const fault kind = next_fault();
    if (kind == fault::delay) error = net::asio::error::would_block;
    if (kind == fault::error) error = net::asio::error::connection_reset;
    if (error) return 0;
    return write(buffers, kind == fault::short_count ? 1 : std::string::npos);
  }
  [[nodiscard]] bool non_blocking() const noexcept { return is_non_blocking_; }
  void non_blocking(bool enabled, net::error_code&) noexcept { is_non_blocking_ = enabled; }

  void cancel(net::error_code&) { timer_->cancel(); }
  void close(net::error_code&) {
    script_->is_closed = true;
    timer_->cancel();
  }
  void shutdown(net::asio::socket_base::shutdown_type, net::error_code&) {
    script_->output_ended = true;
  }
  [[nodiscard]] std::size_t available(net::error_code&) const { return script_->input.size(); }

 private:
  [[nodiscard]] fault next_fault() {
    return ++script_->operations == script_->faulty ? script_->kind : fault::none;
  }

  template <typename Buffers>
  std::size_t write(const Buffers& buffers, std::size_t size_max) {
    std::string all(net::asio::buffer_size(buffers), '\0');
    net::asio::buffer_copy(net::asio::buffer(all), buffers);
    all.resize(std::min(size_max, all.size()));
    script_->output += all;
    return all.size();
  }

  // Completes the handler as the script says, never before it returns.
  template <typename Handler, typename Transfer>
  void run(Handler handler, Transfer transfer, std::chrono::milliseconds wait = {}) {
    const fault kind = next_fault();
    const std::size_t size_max = kind == fault::short_count ? 1 : std::string::npos;
    timer_->expires_after(std::chrono::milliseconds(kind == fault::delay ? 5 : 0) + wait);
    timer_->async_wait([this, kind, size_max, transfer,
                        handler = std::move(handler)](net::error_code error) mutable {
      std::size_t size = 0;
      if (!error && kind == fault::error) error = net::asio::error::connection_reset;
      if (!error) size = transfer(size_max, error);
      handler(error, size);
    });
  }

  executor_type executor_;
  std::unique_ptr<net::steady_timer> timer_;
  script* script_;
  bool is_non_blocking_ = false;
};

}  // namespace polyclock::test
