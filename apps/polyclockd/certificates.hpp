// The certificates and keys of the TLS listeners, read from their files for each configuration.
#pragma once

#include <boost/system/result.hpp>
#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "config/listener_url.hpp"
#include "net/asio.hpp"

#ifdef POLYCLOCK_TLS
#include "tls/context.hpp"
#include "tls/stream.hpp"
#endif

namespace polyclock {

#ifdef POLYCLOCK_TLS
// What a TLS listener puts on its sockets.
struct tls_layer {
  using stream_type = tls::stream;

  tls::stream operator()(net::stream_socket socket) const { return {std::move(socket), context}; }

  tls::context::pointer context = {};
};
#endif

class certificates {
 public:
  // An error names the file, or says that this build has no TLS.
  [[nodiscard]] static boost::system::result<certificates, config::invalid> read(
      const std::vector<config::listener_url>& listeners);

  // A sentence about each that is not valid yet, or for less than two weeks more.
  [[nodiscard]] std::vector<std::string> warnings(std::chrono::system_clock::time_point now) const;

#ifdef POLYCLOCK_TLS
  [[nodiscard]] tls_layer layer_of(const config::listener_url& url) const {
    return {contexts_.at(url.text).context};
  }

 private:
  struct own {
    std::string file;
    tls::context::pointer context;
  };
  std::map<std::string, own> contexts_;  // by the listeners, as written
#endif
};

}  // namespace polyclock
