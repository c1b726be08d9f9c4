// A plain blocking client socket with a deadline on every call; loopback tests speak through it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "support/bytes.hpp"

namespace polyclock::test {

enum class socket_kind : std::uint8_t { stream = 1, datagram };

class client_socket {
 public:
  // `127.0.0.1:port`, `[::1]:port` or a Unix socket's path. Throws where nobody accepts.
  explicit client_socket(const std::string& endpoint, socket_kind kind = socket_kind::stream);
  client_socket(client_socket&& other) noexcept;
  client_socket& operator=(client_socket&&) = delete;
  ~client_socket();

  // Throws where it cannot send.
  void send(std::span<const std::byte> out);
  // Sends as much as the peer's window takes at once; returns how much.
  std::size_t send_some(std::span<const std::byte> out);

  // Exactly `size` bytes; fewer where the stream ends or the deadline comes.
  [[nodiscard]] bytes receive(std::size_t size);
  // Nothing where none comes within the deadline.
  [[nodiscard]] bytes receive_datagram();
  // All bytes up to the end of the stream. Throws where it does not come within the deadline.
  [[nodiscard]] bytes receive_all();
  // Whether the stream ends, in whatever way, without another byte within `limit`.
  [[nodiscard]] bool ends_within(std::chrono::milliseconds limit);

  void finish_sending();  // half-close
  void reset();           // closes with an RST
  void shrink_receive_buffer();

 private:
  [[nodiscard]] bool wait(short event, std::chrono::milliseconds limit) const;

  int descriptor_;
};

}  // namespace polyclock::test
