// One connected socket whose calls block until a deadline at the latest; the exchange owns it.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <utility>

#include "client/failure.hpp"
#include "client/resolver.hpp"

namespace polyclock::client {

class connection {
 public:
  [[nodiscard]] static outcome<connection> open(const socket_address& address, transport transport,
                                                deadline until);

  connection(connection&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  connection& operator=(connection&&) = delete;
  ~connection();

  // Sends all bytes, as one datagram on a datagram socket. Empty on success.
  [[nodiscard]] std::optional<failure> send(std::span<const std::byte> bytes, deadline until);

  // Receives at least one byte, or 0 at the end of the stream; or one datagram, which may be empty.
  [[nodiscard]] outcome<std::size_t> receive(std::span<std::byte> space, deadline until);

  // Waits for something to receive. False if the deadline passes first, or if nobody reads the descriptor `output`
  // any more; -1: there is none.
  [[nodiscard]] bool wait_for_input(deadline until, int output) const;

  // Lets the system find out within two minutes that the server has vanished.
  void keep_alive() const;

 private:
  explicit connection(int descriptor) : descriptor_(descriptor) {}

  // False if the deadline passes first.
  [[nodiscard]] bool wait(short event, deadline until, int output = -1) const;

  int descriptor_;
};

}  // namespace polyclock::client
