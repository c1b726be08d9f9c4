// What the load generators ask, and their settings.
#pragma once

#include <array>
#include <cstddef>
#include <cstdlib>
#include <map>
#include <string>

#include "protocol/query.hpp"

namespace polyclock::bench {

// As curl asks.
inline constexpr const char* curl_request =
    "GET /v1/text?locale=de&zone=Europe/Berlin&style=full&what=date HTTP/1.1\r\n"
    "Host: 127.0.0.1:8814\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n";

inline protocol::query german_date() {
  protocol::query query;
  query.id = 1;
  query.style = "full";
  query.locales[0] = "de";
  query.locale_count = 1;
  query.zone = "Europe/Berlin";
  return query;
}

inline std::string encoded(const protocol::query& query) {
  std::array<std::byte, protocol::request_size_max> bytes;
  const std::size_t size = encode(query, bytes);
  return {reinterpret_cast<const char*>(bytes.data()), size};
}

// Of words KEY=VALUE.
inline std::map<std::string, std::string> settings_of(int count, char** words) {
  std::map<std::string, std::string> values;
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos) std::exit(2);
    values[word.substr(0, equals)] = word.substr(equals + 1);
  }
  return values;
}

}  // namespace polyclock::bench
