#include "tls/failure.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdio>
#include <ctime>
#include <memory>

#include "tls/rejected_certificate.hpp"

namespace polyclock::tls {
namespace {

std::string expected_host(SSL* native) {
  X509_VERIFY_PARAM* const expected = SSL_get0_param(native);
  if (const char* name = X509_VERIFY_PARAM_get0_host(expected, 0)) return name;
  const auto release = [](char* one) { OPENSSL_free(one); };
  const std::unique_ptr<char, decltype(release)> address(X509_VERIFY_PARAM_get1_ip_asc(expected),
                                                         release);
  return address ? address.get() : "";
}

// In UTC, as in 2026-11-20 09:05:07.
std::string text_of(const ASN1_TIME* instant) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(instant, &parts) != 1) return "an unknown date";
  std::array<char, 24> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts);
  return text.data();
}

std::string issuer_of(const X509* one) {
  std::array<char, 256> name{};
  X509_NAME* const issuer = X509_get_issuer_name(one);
  if (X509_NAME_get_text_by_NID(issuer, NID_commonName, name.data(), name.size()) > 0) {
    return std::string("'") + name.data() + "'";
  }
  X509_NAME_oneline(issuer, name.data(), name.size());
  return std::string("'") + name.data() + "'";
}

std::string describe_certificate(SSL* native, long why) {
  const std::string subject = "the server's certificate ";
  const X509* const shown = rejected_certificate(native);
  if (shown == nullptr) return subject + "is not valid: " + X509_verify_cert_error_string(why);
  switch (why) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return subject + "expired on " + text_of(X509_get0_notAfter(shown)) + " UTC";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return subject + "is not valid before " + text_of(X509_get0_notBefore(shown)) + " UTC";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return subject + "is not for " + expected_host(native);
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return subject + "is self-signed and not a trusted one";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return subject + "is signed by an unknown CA, " + issuer_of(shown);
    default:
      return subject + "is not valid: " + X509_verify_cert_error_string(why);
  }
}

std::string describe_reason(const error_code& error) {
  const auto code = static_cast<unsigned int>(error.value());
  const int reason = ERR_GET_LIB(code) == ERR_LIB_SSL ? ERR_GET_REASON(code) : 0;
  switch (reason) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_UNEXPECTED_MESSAGE:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_RECORD_LENGTH_MISMATCH:
      return "the server does not speak TLS on this port";
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
      return "the server has neither TLS 1.2 nor TLS 1.3";
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
      return "the server demands a certificate of the client";
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
      return "the server does not know the CA of the client's certificate";
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
      return "the client's certificate has expired";
    default:
      break;
  }
  const bool is_alert = reason >= SSL_AD_REASON_OFFSET;
  return (is_alert ? "the server refused the TLS handshake: " : "the TLS handshake failed: ") +
         error.message();
}

}  // namespace

std::string describe_failure(const stream& connection, const error_code& error) {
  SSL* const native = connection.native();
  const long verified = SSL_get_verify_result(native);
  if (verified != X509_V_OK) return describe_certificate(native, verified);
  if (error.category() == error_category()) return describe_reason(error);
  if (SSL_in_init(native) == 0) return error.message();
  if (error == asio::error::eof || error == asio::error::connection_reset) {
    return "the server ended the connection during the TLS handshake";
  }
  return "the TLS handshake failed: " + error.message();
}

}  // namespace polyclock::tls
