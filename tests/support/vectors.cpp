#include "support/vectors.hpp"

#include <fstream>
#include <stdexcept>

namespace polyclock::test {
namespace {

void take(vector_block& block, const std::string& key, const std::string& value) {
  if (key == "name")
    block.name = value;
  else if (key == "packet")
    block.packet = value;
  else if (key == "hex")
    block.hex = std::move(block.hex) + from_hex(value);
  else if (key == "result")
    block.result = value;
  else if (key == "encoding")
    block.other_encoding = value == "other";
  else
    block.meaning.emplace_back(key, value);
}

}  // namespace

std::vector<vector_block> read_vectors() {
  std::ifstream file(POLYCLOCK_SOURCE_DIR "/lib/protocol/vectors.txt");
  std::vector<vector_block> blocks;
  bool between = true;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    const auto colon = line.find(':');
    if (line.empty()) {
      between = true;
      continue;
    }
    if (colon == std::string::npos) throw std::runtime_error("no key: " + line);
    if (std::exchange(between, false)) blocks.emplace_back();
    const auto value = line.find_first_not_of(' ', colon + 1);
    take(blocks.back(), line.substr(0, colon),
         value == std::string::npos ? "" : line.substr(value));
  }
  return blocks;
}

}  // namespace polyclock::test
