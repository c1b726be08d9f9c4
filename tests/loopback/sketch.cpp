// Reads the time as sketches for an ESP32 do that were written for worldtimeapi.org: without a JSON parser, by the
// order and the width of the fields, in little memory.
// Usage: sketch < RESPONSE; the whole HTTP response. Prints unixtime, datetime and utc_offset, one per line.
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

constexpr std::size_t json_size_max = 800;

[[noreturn]] void fail(const std::string& why) {
  std::fprintf(stderr, "sketch: %s\n", why.c_str());
  std::exit(1);
}

std::string read_response() {
  std::string response;
  for (int c = std::getchar(); c != EOF; c = std::getchar()) response += static_cast<char>(c);
  return response;
}

// As `String::indexOf`, but the part must be there.
std::size_t index_of(const std::string& text, const std::string& part, std::size_t begin = 0) {
  const std::size_t index = text.find(part, begin);
  if (index == std::string::npos) fail("no " + part + " in " + text);
  return index;
}

// As `String::substring`, whose second argument is the end.
std::string substring(const std::string& text, std::size_t begin, std::size_t end) {
  if (end > text.size()) fail("too short: " + text);
  return text.substr(begin, end - begin);
}

}  // namespace

int main() {
  const std::string response = read_response();
  const std::string json = response.substr(index_of(response, "\r\n\r\n") + 4);
  if (json.size() > json_size_max) fail("too long: " + json);
  const std::size_t unixtime = index_of(json, "\"unixtime\":") + 11;
  std::puts(substring(json, unixtime, index_of(json, ",", unixtime)).c_str());
  // The first field of that name: `utc_datetime` comes later.
  const std::size_t datetime = index_of(json, "datetime") + 11;
  std::puts(substring(json, datetime, datetime + 19).c_str());
  // {"utc_offset":"+01:00"
  std::puts(substring(json, 15, 21).c_str());
}
