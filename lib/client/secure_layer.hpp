// TLS as this library sees it, which does not link it: what makes the connection of an exchange secure. The program
// gives one to the servers that it asks by TLS.
#pragma once

#include <string>

#include "client/attempt.hpp"

namespace polyclock::client {

class secure_layer {
 public:
  virtual ~secure_layer() = default;

  // The exchange over a socket that is connected to `host`, a name or an address. To be awaited once, in the socket's
  // loop; the layer outlives it.
  [[nodiscard]] virtual awaitable<outcome<connection>> run(attempt& exchange, stream_socket socket,
                                                           const std::string& host) const = 0;
};

}  // namespace polyclock::client
