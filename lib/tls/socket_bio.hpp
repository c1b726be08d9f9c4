// The socket of a TLS connection as OpenSSL reads and writes it. Unlike OpenSSL's own BIO for sockets it raises no
// SIGPIPE, and bounds what one call of OpenSSL takes in.
#pragma once

struct bio_st;

namespace polyclock::tls {

// Of a socket that does not block and stays another's to close. Null where memory is short.
[[nodiscard]] bio_st* make_socket_bio(int descriptor);

// To be called before each call of OpenSSL that may read: it receives once, then finds nothing more. Else a peer
// that keeps sending messages without data, such as key updates, would keep that call from returning.
void allow_receiving(bio_st* bio);

}  // namespace polyclock::tls
