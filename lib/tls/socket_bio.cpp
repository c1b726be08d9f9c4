#include "tls/socket_bio.hpp"

#include <openssl/bio.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace polyclock::tls {
namespace {

// Most requests fit in. 150 key updates do too, which take 1 ms.
constexpr int receive_size_max = 4096;

struct socket_state {
  int descriptor;
  bool may_receive = false;
  bool has_ended = false;
};

socket_state& state_of(BIO* bio) {
  return *static_cast<socket_state*>(BIO_get_data(bio));
}

bool is_transient(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

int receive(BIO* bio, char* space, int size) {
  BIO_clear_retry_flags(bio);
  socket_state& state = state_of(bio);
  if (!state.may_receive) {
    BIO_set_retry_read(bio);
    return -1;
  }
  state.may_receive = false;
  const auto size_max = static_cast<std::size_t>(std::min(size, receive_size_max));
  const ssize_t received = ::recv(state.descriptor, space, size_max, 0);
  if (received < 0 && is_transient(errno)) BIO_set_retry_read(bio);
  state.has_ended = received == 0;
  return static_cast<int>(received);
}

int send(BIO* bio, const char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  const int descriptor = state_of(bio).descriptor;
  const ssize_t sent = ::send(descriptor, bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  if (sent < 0 && is_transient(errno)) BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

long control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_FLUSH) return 1;
  if (command == BIO_CTRL_EOF) return state_of(bio).has_ended ? 1 : 0;
  return 0;
}

int destroy(BIO* bio) {
  delete static_cast<socket_state*>(BIO_get_data(bio));
  return 1;
}

BIO_METHOD* make_method() {
  BIO_METHOD* const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
  if (made == nullptr) return nullptr;
  BIO_meth_set_read(made, receive);
  BIO_meth_set_write(made, send);
  BIO_meth_set_ctrl(made, control);
  BIO_meth_set_destroy(made, destroy);
  return made;
}

}  // namespace

bio_st* make_socket_bio(int descriptor) {
  static BIO_METHOD* const method = make_method();
  BIO* const made = method != nullptr ? BIO_new(method) : nullptr;
  if (made == nullptr) return nullptr;
  BIO_set_data(made, new socket_state{descriptor});
  BIO_set_init(made, 1);
  return made;
}

void allow_receiving(bio_st* bio) {
  state_of(bio).may_receive = true;
}

}  // namespace polyclock::tls
