// What the kernel alone allows: one thread and epoll answer constant bytes, whatever they are asked. The yardstick
// that the benchmarks divide by.
//
// Usage: bare_server tcp|udp|once PORT REQUEST_SIZE REPLY_FILE
// tcp answers each REQUEST_SIZE bytes with the file's bytes, udp each datagram, once each connection, and closes it.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::size_t batch_max = 1024;  // replies in one write

struct task {
  std::size_t request_size;
  std::string reply;
  std::string replies;  // batch_max of them
};

int open_socket(int type, int port) {
  const int listener = socket(AF_INET, type, 0);
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::abort();
  if (type != SOCK_DGRAM && listen(listener, 4096) != 0) std::abort();
  return listener;
}

void watch(int epoll, int descriptor) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = descriptor;
  epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

// Bytes of a request that is not whole yet, by descriptor.
std::vector<std::size_t> pending(65536);

void answer(const task& task, int peer) {
  static std::array<char, 65536> in;
  const ssize_t got = recv(peer, in.data(), in.size(), 0);
  if (got <= 0) {
    close(peer);
    return;
  }
  std::size_t& rest = pending[static_cast<std::size_t>(peer)];
  rest += static_cast<std::size_t>(got);
  std::size_t count = rest / task.request_size;
  rest %= task.request_size;
  for (; count > 0; count -= std::min(count, batch_max)) {
    const std::size_t size = std::min(count, batch_max) * task.reply.size();
    if (send(peer, task.replies.data(), size, MSG_NOSIGNAL) < 0) return;
  }
}

[[noreturn]] void serve_streams(const task& task, int port, bool once) {
  const int listener = open_socket(SOCK_STREAM, port);
  const int epoll = epoll_create1(0);
  watch(epoll, listener);
  std::array<epoll_event, 512> events;
  while (true) {
    const int count = epoll_wait(epoll, events.data(), events.size(), -1);
    for (int i = 0; i < count; ++i) {
      const int ready = events[static_cast<std::size_t>(i)].data.fd;
      if (ready != listener) {
        answer(task, ready);
        continue;
      }
      const int peer = accept(listener, nullptr, nullptr);
      if (peer < 0) continue;
      if (once) {
        if (send(peer, task.reply.data(), task.reply.size(), MSG_NOSIGNAL) < 0) std::perror("send");
        close(peer);
        continue;
      }
      const int on = 1;
      setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      pending[static_cast<std::size_t>(peer)] = 0;
      watch(epoll, peer);
    }
  }
}

[[noreturn]] void serve_datagrams(const task& task, int port) {
  const int bound = open_socket(SOCK_DGRAM, port);
  std::array<char, 2048> in;
  while (true) {
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    const ssize_t got =
        recvfrom(bound, in.data(), in.size(), 0, reinterpret_cast<sockaddr*>(&peer), &size);
    if (got < 0) continue;
    sendto(bound, task.reply.data(), task.reply.size(), 0, reinterpret_cast<sockaddr*>(&peer),
           size);
  }
}

}  // namespace

int main(int count, char** words) {
  if (count != 5) return 2;
  const std::string_view kind = words[1];
  const int port = std::atoi(words[2]);
  std::ifstream file(words[4], std::ios::binary);
  task task{static_cast<std::size_t>(std::atoi(words[3])),
            std::string(std::istreambuf_iterator<char>(file), {}),
            {}};
  for (std::size_t i = 0; i < batch_max; ++i) task.replies += task.reply;
  if (kind == "udp") serve_datagrams(task, port);
  serve_streams(task, port, kind == "once");
}
