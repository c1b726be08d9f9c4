#include "json.hpp"

#include <string>

#include "support/catch.hpp"

namespace polyclock::test {
namespace {

std::string json_with(std::uint32_t estimated, std::uint32_t maximum) {
  protocol::answer answer;
  answer.text = "x";
  answer.clock.estimated_error_us = estimated;
  answer.clock.maximum_error_us = maximum;
  return to_json(answer, "server:1", std::nullopt);
}

TEST_CASE("in JSON an unknown error of the clock is null") {
  const std::string known = json_with(41, 4'294'967'294);
  CHECK(known.find("\"estimated_error_us\":41,\"maximum_error_us\":4294967294") !=
        std::string::npos);
  const std::string unknown = json_with(0xFFFFFFFF, 0xFFFFFFFF);
  CHECK(unknown.find("\"estimated_error_us\":null,\"maximum_error_us\":null") != std::string::npos);
}

}  // namespace
}  // namespace polyclock::test
