// One connected socket with blocking calls that all keep a deadline; the exchange owns it.
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

  // Sends all of it, as one datagram where these are sent, or says why not.
  [[nodiscard]] std::optional<failure> send(std::span<const std::byte> bytes, deadline until);

  // Receives at least one byte, 0 at the end of the stream; or one datagram, which may be empty.
  [[nodiscard]] outcome<std::size_t> receive(std::span<std::byte> space, deadline until);

 private:
  explicit connection(int descriptor) : descriptor_(descriptor) {}

  // False where the deadline comes first.
  [[nodiscard]] bool wait(short event, deadline until) const;

  int descriptor_;
};

}  // namespace polyclock::client
