#include "net/network.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <string>

#include "base/parse_number.hpp"
#include "net/address_prefix.hpp"

namespace polyclock::net {
namespace {

constexpr unsigned mapped_prefix_length = 96;

// Whether two addresses begin with the same bits.
bool same_bits(const unsigned char* one, const unsigned char* other, unsigned count) {
  const unsigned whole = count / 8;
  if (!std::equal(one, one + whole, other)) return false;
  const unsigned rest = count % 8;
  return rest == 0 || ((one[whole] ^ other[whole]) & (0xFF00U >> rest) & 0xFFU) == 0;
}

std::optional<unsigned> parse_length(std::string_view text, unsigned max) {
  const auto length = base::parse_number<unsigned>(text);
  return length && *length <= max ? length : std::nullopt;
}

}  // namespace

std::optional<network> network::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(std::string(text.substr(0, slash)), error);
  if (error || (address.is_v6() && address.to_v6().scope_id() != 0)) return std::nullopt;
  network made;
  const auto adopt = [&](const auto& bytes) {
    made.size_ = bytes.size();
    std::copy(bytes.begin(), bytes.end(), made.bytes_.begin());
  };
  address.is_v4() ? adopt(address.to_v4().to_bytes()) : adopt(address.to_v6().to_bytes());
  const auto bits = static_cast<unsigned>(made.size_ * 8);
  const auto length =
      slash == std::string_view::npos ? bits : parse_length(text.substr(slash + 1), bits);
  if (!length) return std::nullopt;
  made.prefix_length_ = *length;
  for (unsigned bit = *length; bit < bits; ++bit) {
    if ((made.bytes_[bit / 8] & (0x80U >> bit % 8)) != 0) return std::nullopt;
  }
  const bool is_mapped = address.is_v6() && address.to_v6().is_v4_mapped();
  if (is_mapped && *length >= mapped_prefix_length) made.unmap();
  return made;
}

// As address_bytes() has the addresses.
void network::unmap() noexcept {
  std::copy(bytes_.end() - 4, bytes_.end(), bytes_.begin());
  size_ = 4;
  prefix_length_ -= mapped_prefix_length;
}

bool network::contains(const sockaddr* address) const noexcept {
  const auto bytes = address_bytes(address);
  return bytes.size() == size_ && same_bits(bytes.data(), bytes_.data(), prefix_length_);
}

networks loopback_networks() {
  return {*network::parse("127.0.0.0/8"), *network::parse("::1")};
}

}  // namespace polyclock::net
