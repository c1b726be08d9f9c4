// A library to preload into polyclockd (LD_PRELOAD) that makes one system call of its fail, or its wall clock jump, when
// a test says so through a file that both have mapped. faults_test.py drives it.
//
//   the file: one 32-byte row for each function, in the order of `functions`
//   row: calls counted (u64), the call that fails, 1 for the next one, 0 for none (u64), its errno (i64),
//        unused (u64); the last row holds seconds that the wall clock is ahead (i64)
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace {

// Its order is that of faults_test.py.
enum function : std::size_t {
  accept_,
  recv_,
  send_,
  recvmmsg_,
  sendmmsg_,
  epoll_wait_,
  epoll_ctl_,
  shutdown_,
  ioctl_,
  open_,
  read_,
  write_,
  function_count
};

struct row {
  std::atomic<std::uint64_t> calls;
  std::atomic<std::uint64_t> failing;
  std::atomic<std::int64_t> error;
  std::uint64_t unused;
};
static_assert(sizeof(row) == 32);

row* rows() {
  static row* const mapped = [] {
    const char* const path = std::getenv("POLYCLOCK_FAULTS");
    const int file = path == nullptr ? -1 : static_cast<int>(::openat(AT_FDCWD, path, O_RDWR));
    void* const memory = file < 0 ? MAP_FAILED
                                  : mmap(nullptr, sizeof(row) * (function_count + 1),
                                         PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED) std::abort();
    return static_cast<row*>(memory);
  }();
  return mapped;
}

// Counts a call; true where it is to fail, with errno set.
bool fails(function which) {
  row& mine = rows()[which];
  const std::uint64_t call = ++mine.calls;
  if (mine.failing.load() != call) return false;
  errno = static_cast<int>(mine.error.load());
  return true;
}

template <typename Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

// Each calls the C library's own function of that name unless it is to fail.
#define POLYCLOCK_FAULT(result, name, which, parameters, arguments) \
  extern "C" result name parameters {                               \
    using function_type = result(*) parameters;                     \
    static const auto real = next<function_type>(#name);            \
    return fails(which) ? -1 : real arguments;                      \
  }

POLYCLOCK_FAULT(int, accept, accept_, (int a, sockaddr* b, socklen_t* c), (a, b, c))
POLYCLOCK_FAULT(ssize_t, recv, recv_, (int a, void* b, std::size_t c, int d), (a, b, c, d))
POLYCLOCK_FAULT(ssize_t, send, send_, (int a, const void* b, std::size_t c, int d), (a, b, c, d))
POLYCLOCK_FAULT(int, recvmmsg, recvmmsg_, (int a, mmsghdr* b, unsigned c, int d, timespec* e),
                (a, b, c, d, e))
POLYCLOCK_FAULT(int, sendmmsg, sendmmsg_, (int a, mmsghdr* b, unsigned c, int d), (a, b, c, d))
POLYCLOCK_FAULT(int, epoll_wait, epoll_wait_, (int a, epoll_event* b, int c, int d), (a, b, c, d))
POLYCLOCK_FAULT(int, shutdown, shutdown_, (int a, int b), (a, b))
POLYCLOCK_FAULT(ssize_t, read, read_, (int a, void* b, std::size_t c), (a, b, c))
POLYCLOCK_FAULT(ssize_t, write, write_, (int a, const void* b, std::size_t c), (a, b, c))

// Declared as the C library does, with the one argument that every request here has.
extern "C" int ioctl(int descriptor, unsigned long request, ...) noexcept {
  static const auto real = next<int (*)(int, unsigned long, ...)>("ioctl");
  if (fails(ioctl_)) return -1;
  va_list arguments;
  va_start(arguments, request);
  void* const argument = va_arg(arguments, void*);
  va_end(arguments);
  return real(descriptor, request, argument);
}

// Only to add takes memory (epoll_ctl(2)).
extern "C" int epoll_ctl(int set, int operation, int descriptor, epoll_event* event) {
  static const auto real = next<int (*)(int, int, int, epoll_event*)>("epoll_ctl");
  if (operation == EPOLL_CTL_ADD && fails(epoll_ctl_)) return -1;
  return real(set, operation, descriptor, event);
}

// What the standard library's file streams open files with.
extern "C" FILE* fopen64(const char* path, const char* mode) {
  static const auto real = next<FILE* (*)(const char*, const char*)>("fopen64");
  return fails(open_) ? nullptr : real(path, mode);
}
extern "C" FILE* fopen(const char* path, const char* mode) {
  static const auto real = next<FILE* (*)(const char*, const char*)>("fopen");
  return fails(open_) ? nullptr : real(path, mode);
}

extern "C" int clock_gettime(clockid_t id, timespec* time) {
  static const auto real = next<int (*)(clockid_t, timespec*)>("clock_gettime");
  const int result = real(id, time);
  if (id == CLOCK_REALTIME) time->tv_sec += rows()[function_count].error.load();
  return result;
}
