// The failure of an exchange; every function of this library returns it instead of a value.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

namespace polyclock::client {

enum class failure_kind : std::uint8_t {
  unreachable = 1,  // no reply before the deadline
  malformed,        // an invalid reply
  oversized,        // the request is longer than the maximum packet size
};

struct failure {
  failure_kind kind;
  std::string message;
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
