#include "tls_servers.hpp"

#include <algorithm>

#ifdef POLYCLOCK_TLS
#include "tls/context.hpp"
#endif

namespace polyclock {
namespace {

bool is_tls(const client::server_address& server) {
  return server.transport == client::transport::tls;
}

}  // namespace

std::string prepare_tls(const tls_files& files, std::vector<client::server_address>& servers) {
  if (files.cert.empty() != files.key.empty()) return "--cert and --key require each other";
  if (std::none_of(servers.begin(), servers.end(), is_tls)) {
    if (!files.ca.empty()) return "--ca requires a server at tls://";
    return files.cert.empty() ? "" : "--cert requires a server at tls://";
  }
#ifdef POLYCLOCK_TLS
  const auto context = tls::context::for_client({files.ca, files.cert, files.key});
  if (!context) return context.error();
  for (client::server_address& server : servers) {
    if (is_tls(server)) server.tls = *context;
  }
  return "";
#else
  return "this polyclock was built without TLS";
#endif
}

}  // namespace polyclock
