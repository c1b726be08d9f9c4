// JSON as a body: written into the scratch, without spaces.
#pragma once

#include <boost/json/serializer.hpp>
#include <boost/json/static_resource.hpp>
#include <boost/json/value.hpp>
#include <stdexcept>
#include <string_view>

#include "service/http/exchange.hpp"

namespace polyclock::service {

// Memory for the objects of one body; they throw std::bad_alloc where it does not suffice.
class json_memory {
 public:
  explicit json_memory(http_scratch& scratch)
      : resource_(scratch.json.data(), scratch.json.size()) {}

  [[nodiscard]] boost::json::storage_ptr get() noexcept { return &resource_; }

 private:
  boost::json::static_resource resource_;
};

// Valid until the next body. Throws std::length_error where the value is too long. `Value`: an object or an array.
template <typename Value>
[[nodiscard]] std::string_view json_body(const Value& value, http_scratch& scratch) {
  boost::json::serializer serializer;
  serializer.reset(&value);
  const auto written = serializer.read(scratch.body.data(), scratch.body.size());
  if (!serializer.done()) throw std::length_error("the answer is too long");
  return {written.data(), written.size()};
}

}  // namespace polyclock::service
