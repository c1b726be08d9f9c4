#include "support/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

namespace polyclock::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr auto patience = std::chrono::seconds(30);

struct pipe_ends {
  int read;
  int write;
};

pipe_ends make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe");
  return {ends[0], ends[1]};
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> list;
  for (std::string& word : words) list.push_back(word.data());
  list.push_back(nullptr);
  return list;
}

// The test's own variables, but those that are given.
std::vector<std::string> environment_with(std::vector<std::string> given) {
  const auto is_given = [&](std::string_view variable) {
    const std::string_view name = variable.substr(0, variable.find('=') + 1);
    return std::any_of(given.begin(), given.end(),
                       [&](const std::string& one) { return one.starts_with(name); });
  };
  std::vector<std::string> all;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (!is_given(*variable)) all.emplace_back(*variable);
  }
  all.insert(all.end(), given.begin(), given.end());
  return all;
}

// No fork: the child of a test with threads may find the locks of the heap held for ever.
pid_t spawn(std::vector<std::string> words, std::vector<std::string> environment,
            const pipe_ends& out, const pipe_ends& err) {
  posix_spawn_file_actions_t streams{};
  posix_spawn_file_actions_init(&streams);
  posix_spawn_file_actions_adddup2(&streams, out.write, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&streams, err.write, STDERR_FILENO);
  pid_t child = -1;
  const int error = posix_spawnp(&child, words.front().c_str(), &streams, nullptr,
                                 pointers(words).data(), pointers(environment).data());
  posix_spawn_file_actions_destroy(&streams);
  if (error != 0) throw std::system_error(error, std::generic_category(), words.front());
  return child;
}

}  // namespace

process::process(const std::vector<std::string>& words,
                 const std::vector<std::string>& environment) {
  const pipe_ends out = make_pipe();
  const pipe_ends err = make_pipe();
  pid_ = spawn(words, environment_with(environment), out, err);
  close(out.write);
  close(err.write);
  out_ = out.read;
  err_ = err.read;
}

process::~process() {
  if (!ended_) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  for (const int descriptor : {out_, err_}) {
    if (descriptor >= 0) close(descriptor);
  }
}

void process::take(int& descriptor, std::string& text) {
  std::array<char, 4096> part{};
  const ssize_t got = ::read(descriptor, part.data(), part.size());
  if (got > 0) {
    text.append(part.data(), static_cast<std::size_t>(got));
  } else {
    close(std::exchange(descriptor, -1));
  }
}

bool process::read(milliseconds limit) {
  if (out_ < 0 && err_ < 0) return false;
  std::array<pollfd, 2> watched{{{out_, POLLIN, 0}, {err_, POLLIN, 0}}};
  if (poll(watched.data(), watched.size(), static_cast<int>(limit.count())) <= 0) return false;
  if (watched[0].revents != 0) take(out_, output_);
  if (watched[1].revents != 0) take(err_, errors_);
  return true;
}

void process::wait_for_line(const std::string& line) {
  const auto end = steady_clock::now() + patience;
  const std::string whole = "\n" + line + "\n";
  while (("\n" + errors_).find(whole) == std::string::npos) {
    if (steady_clock::now() > end || !read(milliseconds(1000))) {
      if (steady_clock::now() <= end && is_running()) continue;
      throw std::runtime_error("no line '" + line + "' but: " + errors_);
    }
  }
}

void process::signal(int number) const {
  kill(pid_, number);
}

bool process::is_running() {
  if (!ended_ && waitpid(pid_, &status_, WNOHANG) == pid_) ended_ = true;
  return !ended_;
}

int process::wait() {
  const auto end = steady_clock::now() + patience;
  while (read(milliseconds(100)) || is_running()) {
    if (steady_clock::now() > end) throw std::runtime_error("does not end; so far: " + errors_);
  }
  while (read(milliseconds(100))) continue;
  return WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
}

finished run(const std::vector<std::string>& words, const std::vector<std::string>& environment) {
  process program(words, environment);
  const int status = program.wait();
  return {status, program.output(), program.errors()};
}

namespace {

std::vector<std::string> daemon_words(std::vector<std::string> options) {
  const auto has = [&](const char* name) {
    return std::find(options.begin(), options.end(), name) != options.end();
  };
  if (!has("--config")) {
    if (!has("--listen")) options.insert(options.end(), {"--listen", "dt+tcp://127.0.0.1:0"});
    options.insert(options.end(), {"--config", "/dev/null"});
  }
  options.insert(options.begin(), polyclockd_path());
  return options;
}

}  // namespace

daemon_process::daemon_process(std::vector<std::string> options,
                               const std::vector<std::string>& environment)
    : process(daemon_words(std::move(options)), environment) {
  wait_for_line("ready");
  std::istringstream lines(errors());
  for (std::string word; lines >> word;) {
    if (word != "listening") continue;
    lines >> word >> word;  // scheme, endpoint
    endpoints_.push_back(word);
  }
}

std::string polyclock_path() {
  return POLYCLOCK_CLIENT;
}
std::string polyclockd_path() {
  return POLYCLOCK_DAEMON;
}

}  // namespace polyclock::test
