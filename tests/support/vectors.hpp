// The protocol's published test vectors, as lib/protocol/vectors.txt writes them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "support/bytes.hpp"

namespace polyclock::test {

struct vector_block {
  std::string name;
  std::string packet;
  bytes hex;
  std::string result;                                        // empty: valid
  bool other_encoding = false;                               // this encoder writes it otherwise
  std::vector<std::pair<std::string, std::string>> meaning;  // the other keys, in order
};

[[nodiscard]] std::vector<vector_block> read_vectors();

}  // namespace polyclock::test
