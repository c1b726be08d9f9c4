// Why an exchange brought no answer; every call of this library returns it on failure.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

namespace polyclock::client {

enum class failure_kind : std::uint8_t {
  unreachable = 1,  // no server in time
  malformed,        // a server, but no valid reply
  oversized,        // the request is longer than a packet may be
};

struct failure {
  failure_kind kind;
  std::string why;
};

// A value or a failure.
template <typename Value>
class outcome {
 public:
  outcome(Value value) : state_(std::move(value)) {}
  outcome(client::failure failure) : state_(std::move(failure)) {}

  explicit operator bool() const { return std::holds_alternative<Value>(state_); }
  [[nodiscard]] Value& operator*() { return *std::get_if<Value>(&state_); }
  [[nodiscard]] const Value& operator*() const { return *std::get_if<Value>(&state_); }
  [[nodiscard]] Value* operator->() { return std::get_if<Value>(&state_); }
  [[nodiscard]] const Value* operator->() const { return std::get_if<Value>(&state_); }
  [[nodiscard]] const client::failure& error() const {
    return *std::get_if<client::failure>(&state_);
  }

 private:
  std::variant<Value, client::failure> state_;
};

}  // namespace polyclock::client
