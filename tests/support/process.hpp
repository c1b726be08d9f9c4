// A real program under test: started with arguments, its output collected, ended with the test.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace polyclock::test {

class process {
 public:
  // `environment` holds NAME=VALUE and is added to the test's own.
  explicit process(const std::vector<std::string>& words,
                   const std::vector<std::string>& environment = {});
  ~process();  // kills what still runs

  process(const process&) = delete;
  process& operator=(const process&) = delete;

  // Reads stderr until the line comes; throws where it does not.
  void wait_for_line(const std::string& line);

  // Reads what has been written since.
  void read_more() {
    while (read(std::chrono::milliseconds(0))) continue;
  }
  // The log so far.
  [[nodiscard]] const std::string& read_errors() {
    read_more();
    return errors_;
  }

  void signal(int number) const;

  // Waits for the end; its exit status, or 128 and the signal that killed it.
  int wait();

  [[nodiscard]] bool is_running();
  [[nodiscard]] pid_t pid() const { return pid_; }
  // What was read so far; after `wait`, all of it.
  [[nodiscard]] const std::string& output() const { return output_; }
  [[nodiscard]] const std::string& errors() const { return errors_; }

 private:
  // Reads what is there; false once both streams have ended or the time is over.
  bool read(std::chrono::milliseconds limit);
  void take(int& descriptor, std::string& text);

  pid_t pid_ = -1;
  int out_ = -1;
  int err_ = -1;
  int status_ = 0;
  bool ended_ = false;
  std::string output_;
  std::string errors_;
};

// Runs a program to its end.
struct finished {
  int status;
  std::string output;
  std::string errors;
};
[[nodiscard]] finished run(const std::vector<std::string>& words,
                           const std::vector<std::string>& environment = {});

// A polyclockd on free ports.
class daemon_process : public process {
 public:
  // `options` beside the listeners; without --listen or --config it gets one on 127.0.0.1.
  explicit daemon_process(std::vector<std::string> options = {},
                          const std::vector<std::string>& environment = {});

  // `127.0.0.1:port` of the first listener, and of all of them.
  [[nodiscard]] const std::string& endpoint() const { return endpoints_.front(); }
  [[nodiscard]] const std::vector<std::string>& endpoints() const { return endpoints_; }

 private:
  std::vector<std::string> endpoints_;
};

// The client's program.
[[nodiscard]] std::string polyclock_path();
[[nodiscard]] std::string polyclockd_path();

}  // namespace polyclock::test
