// One connected stream whose calls block until a deadline at the latest.
#pragma once

#include <boost/system/error_code.hpp>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>

#include "client/failure.hpp"
#include "client/resolver.hpp"

namespace polyclock::client {

using boost::system::error_code;

// A connected stream, within TLS or without, whose calls do not block.
class byte_stream {
 public:
  virtual ~byte_stream() = default;

  [[nodiscard]] virtual int descriptor() noexcept = 0;
  // Whether a read has something to return, whatever the descriptor's state.
  [[nodiscard]] virtual bool has_pending() const noexcept = 0;
  // Reads at least one byte; else `eof`, `would_block` or why it has failed.
  virtual std::size_t read_some(std::span<std::byte> space, error_code& error) = 0;
};

class connection {
 public:
  explicit connection(std::unique_ptr<byte_stream> stream) : stream_(std::move(stream)) {}

  // Receives at least one byte, or 0 at the end of the stream.
  [[nodiscard]] outcome<std::size_t> receive(std::span<std::byte> space, deadline until);

  // Waits for something to receive. False if the deadline passes first, or if nobody reads the descriptor `output`
  // any more.
  [[nodiscard]] bool wait_for_input(deadline until, int output) const;

  // Lets the system find out within two minutes that the server has vanished.
  void keep_alive() const;

 private:
  std::unique_ptr<byte_stream> stream_;  // none after an exchange of datagrams
};

}  // namespace polyclock::client
