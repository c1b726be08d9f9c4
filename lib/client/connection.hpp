// One connected socket whose calls block until a deadline at the latest.
#pragma once

#include <cstddef>
#include <span>
#include <utility>

#include "client/failure.hpp"
#include "client/resolver.hpp"

namespace polyclock::client {

class connection {
 public:
  // Of a socket that does not block, which it will close.
  explicit connection(int descriptor) : descriptor_(descriptor) {}
  connection(connection&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  connection& operator=(connection&&) = delete;
  ~connection();

  // Receives at least one byte, or 0 at the end of the stream.
  [[nodiscard]] outcome<std::size_t> receive(std::span<std::byte> space, deadline until);

  // Waits for something to receive. False if the deadline passes first, or if nobody reads the descriptor `output`
  // any more.
  [[nodiscard]] bool wait_for_input(deadline until, int output) const;

  // Lets the system find out within two minutes that the server has vanished.
  void keep_alive() const;

 private:
  int descriptor_;
};

}  // namespace polyclock::client
