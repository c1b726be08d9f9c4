#include "tls/error.hpp"

#include <openssl/err.h>

#include <string>

namespace polyclock::tls {
namespace {

// Nothing deletes a category, so that Boost's has no virtual destructor.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
class openssl_category final : public boost::system::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "tls"; }
  [[nodiscard]] std::string message(int value) const override {
    const char* reason = ERR_reason_error_string(static_cast<unsigned int>(value));
    return reason != nullptr ? reason : "TLS error " + std::to_string(value);
  }
};
#pragma GCC diagnostic pop

}  // namespace

const boost::system::error_category& error_category() noexcept {
  static const openssl_category only;
  return only;
}

error_code take_error() noexcept {
  const unsigned long first = ERR_peek_error();
  ERR_clear_error();
  if (ERR_SYSTEM_ERROR(first)) return {ERR_GET_REASON(first), boost::system::system_category()};
  return {static_cast<int>(first), error_category()};
}

}  // namespace polyclock::tls
