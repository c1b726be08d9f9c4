// Heads of HTTP requests and responses, targets and preferences: literal bytes of RFC 9110, RFC 9112 and RFC 3986.

#include <string>

#include "protocol/http_accept.hpp"
#include "protocol/http_request.hpp"
#include "protocol/http_response.hpp"
#include "protocol/http_target.hpp"
#include "support/bytes.hpp"
#include "support/catch.hpp"

namespace polyclock::test {
namespace {

using protocol::decode_status;
using protocol::http_method;
using protocol::http_request;

constexpr int complete = 200;
constexpr int need_more = 0;

// 200, 0 where more is needed, or the status of the fault.
int status_of(const std::string& head) {
  http_request request;
  const bytes in = from_text(head);
  const auto decoded = decode_http_request(in, request);
  if (decoded.status == decode_status::need_more) return need_more;
  if (decoded.status == decode_status::malformed) return static_cast<int>(decoded.fault);
  CHECK(decoded.size == protocol::http_head_size(in));
  return complete;
}

// A GET with these fields behind its Host.
std::string get_with(const std::string& fields) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

std::string padded_to(std::size_t size) {
  const std::string begin = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
  return begin + std::string(size - begin.size() - 4, 'x') + "\r\n\r\n";
}

std::string followed_by(std::string begin, std::size_t size) {
  return begin.append(size, 'a');
}

struct probe {
  std::string head;
  int status;
};

using namespace std::string_literals;
const std::string line = "GET / HTTP/1.1\r\n";
const std::vector<probe> probes{
    {get_with(""), complete},
    {"GET / HTTP/1.0\r\n\r\n", complete},
    {"GET http://a:1/b?c HTTP/1.1\r\nHost: a:1\r\n\r\n", complete},
    {"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", complete},
    {get_with("Content-Length: 0\r\n"), complete},
    {get_with("Transfer-Encoding: chunked\r\n"), 400},
    {get_with("Transfer-Encoding: identity\r\n"), 400},
    {get_with("Transfer-Encoding: xchunked\r\n"), 400},
    {get_with("Transfer-Encoding: chunked, identity\r\n"), 400},
    {get_with("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"), 400},
    {get_with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400},
    {"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
    {get_with("Content-Length: 5\r\n"), 413},
    {get_with("Content-Length: 5\r\nContent-Length: 5\r\n"), 413},
    {get_with("Content-Length: 99999999999\r\n"), 413},
    {get_with("Content-Length: 5\r\nContent-Length: 6\r\n"), 400},
    {get_with("Content-Length: +1\r\n"), 400},
    {get_with("Content-Length: -1\r\n"), 400},
    {get_with("Content-Length: 99999999999999999999\r\n"), 400},
    {get_with("X: a\r\n b\r\n"), 400},
    {get_with("X: a\r\n\tb\r\n"), 400},
    {line + "\r\n", 400},
    {line + "Host: a\r\nHost: a\r\n\r\n", 400},
    {"GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400},
    {line + "Host: a b\r\n\r\n", 400},
    {line + "Host: a/b\r\n\r\n", 400},
    {line + "Host: [::1]:8814\r\n\r\n", complete},
    {"GET /\x80 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"GET /\x7F HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"GET / HTTP/1.1\nHost: a\n\n", 400},
    {"GET / HTTP/1.1\rHost: a\r\r", 400},
    {line + "Host: a\r\nX: a\nY: b\r\n\r\n", 400},
    {line + "Host: a\r\nX: a\rb\r\n\r\n", 400},
    {get_with("X: a\0b\r\n"s), 400},
    {line + "Host : a\r\n\r\n", 400},
    {"GET / HTTP/1.2\r\nHost: a\r\n\r\n", 400},
    {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 400},
    {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
    {"GET / HTTP/0.9\r\n\r\n", 400},
    {"GET /\r\n\r\n", 400},
    {"\r\n" + get_with(""), 400},
    {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"GET /  HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"G@T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"\x16\x03\x01\x02", 400},
    {padded_to(8192), complete},
    {padded_to(8193), 431},
    {std::string(8192, 'G'), 414},
    {followed_by("GET /", 8300), 414},
    {followed_by(line + "X: ", 8300), 431},
    {followed_by("GET /", 4000), need_more},
};

TEST_CASE("what two readers of a request could understand differently is refused") {
  for (const auto& [head, status] : probes) {
    CAPTURE(head.substr(0, 90));
    CHECK(status_of(head) == status);
  }
}

TEST_CASE("a head has at most 64 fields") {
  std::string fields;
  for (int i = 1; i < 64; ++i) fields += "X: y\r\n";  // beside Host
  CHECK(status_of(get_with(fields)) == complete);
  CHECK(status_of(get_with(fields + "X: y\r\n")) == 431);
}

TEST_CASE("no part of a head is a head, and what follows it stays") {
  const std::string head =
      "GET /v1/text?zone=UTC HTTP/1.1\r\nHost: a\r\nAccept: text/plain\r\n"
      "Accept-Language: mi, de;q=0.5\r\nIf-None-Match: \"1\"\r\n\r\n";
  for (std::size_t size = 0; size < head.size(); ++size) {
    CHECK(status_of(head.substr(0, size)) == need_more);
    CHECK(protocol::http_head_size(from_text(head.substr(0, size))) == 0);
  }
  http_request request;
  const bytes in = from_text(head + head);
  const auto decoded = decode_http_request(in, request);
  CHECK(decoded.status == decode_status::complete);
  CHECK(decoded.size == head.size());
  CHECK(request.method == http_method::get);
  CHECK(request.target == "/v1/text?zone=UTC");
  CHECK(request.accept == "text/plain");
  CHECK(request.accept_language == "mi, de;q=0.5");
  CHECK(request.if_none_match == "\"1\"");
  CHECK(request.keeps_alive);
}

TEST_CASE("methods are known or not, connections are kept or not") {
  const auto decode = [](const std::string& head) {
    static bytes in;
    in = from_text(head);
    http_request request;
    CHECK(decode_http_request(in, request).status == decode_status::complete);
    return request;
  };
  CHECK(decode("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n").method == http_method::head);
  CHECK(decode("OPTIONS / HTTP/1.1\r\nHost: a\r\n\r\n").method == http_method::options);
  CHECK(decode("DELETE / HTTP/1.1\r\nHost: a\r\n\r\n").method == http_method::other);
  CHECK(decode("get / HTTP/1.1\r\nHost: a\r\n\r\n").method == http_method::unknown);
  CHECK(decode("BREW / HTTP/1.1\r\nHost: a\r\n\r\n").method == http_method::unknown);
  CHECK_FALSE(decode(get_with("Connection: close\r\n")).keeps_alive);
  CHECK(decode(get_with("Connection: keep-alive, Upgrade\r\n")).keeps_alive);
  CHECK_FALSE(decode("GET / HTTP/1.0\r\nHost: a\r\n\r\n").keeps_alive);
  CHECK(decode("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").keeps_alive);
}

TEST_CASE("a target is taken apart and decoded once") {
  protocol::http_target target;
  CHECK(target.parse("/v1/zones/Am%65rica%2FNew_York?at=2026-01-01T00:00:00+01:00&x=%2525&y")
            .empty());
  CHECK(target.path() == "/v1/zones/America/New_York");
  REQUIRE(target.parameters().size() == 3);
  CHECK(target.parameters()[0].name == "at");
  CHECK(target.parameters()[0].value == "2026-01-01T00:00:00+01:00");
  CHECK(target.parameters()[1].value == "%25");
  CHECK(target.parameters()[2].name == "y");
  CHECK(target.parameters()[2].value.empty());
  CHECK(target.parse("http://a:80?x=1").empty());
  CHECK(target.path() == "/");
  CHECK(target.parameters().size() == 1);
  CHECK(target.parse("*").empty());
  for (const std::string_view bad :
       {"/%00", "/%", "/%2", "/%zz", "/?a=%0", "/a#b", "/a\"b", "a", "", "?a", "//[", "/a b"}) {
    CAPTURE(bad);
    CHECK_FALSE(target.parse(bad).empty());
  }
  std::string many = "/?";
  for (int i = 0; i < 32; ++i) many += "a&";
  CHECK(target.parse(many.substr(0, many.size() - 1)).empty());
  CHECK_FALSE(target.parse(many + "a").empty());
}

TEST_CASE("languages are ordered by their quality") {
  const auto best = [](std::string_view field) {
    std::string all;
    const protocol::accepted_languages languages(field);
    for (const std::string_view language : languages.best_first()) {
      all += std::string(language) + " ";
    }
    return all;
  };
  CHECK(best("da, en-gb;q=0.8, en;q=0.7") == "da en-gb en ");
  CHECK(best("en;q=0.7,de;q=0.9 , mi ;q=1.000,fr;q=0,*;q=0.5") == "mi de en ");
  CHECK(best(" ,, de ; q=0.001 ,") == "de ");
  CHECK(best("a,b,c,d,e,f,g,h,i") == "a b c d e f g h ");
  CHECK(best("a;q=0.1,b;q=0.1,c;q=0.1,d;q=0.1,e;q=0.1,f;q=0.1,g;q=0.1,h;q=0.1,i") ==
        "i a b c d e f g ");
  CHECK(best("en;q=2,de;q=1.5,fr;q=x") == "de ");
  CHECK(best("").empty());
}

TEST_CASE("of a long list only the first 64 elements are read") {
  const std::string commas(63, ',');
  CHECK(protocol::accepted_languages(commas + "de").best_first().size() == 1);
  CHECK(protocol::accepted_languages(commas + ",de").best_first().empty());
  CHECK(protocol::quality_of("text/plain", commas + "text/plain") == 1000);
  CHECK(protocol::quality_of("text/plain", commas + ",text/plain") == 0);
}

TEST_CASE("media types have the quality of the range that names them best") {
  const std::string accept = "text/*;q=0.3, text/plain;q=0.7, text/html;level=1, */*;q=0.5";
  CHECK(protocol::quality_of("text/plain", accept) == 700);
  CHECK(protocol::quality_of("TEXT/html", accept) == 1000);
  CHECK(protocol::quality_of("text/css", accept) == 300);
  CHECK(protocol::quality_of("image/jpeg", accept) == 500);
  CHECK(protocol::quality_of("image/jpeg", "text/plain") == 0);
  CHECK(protocol::quality_of("image/jpeg", "") == 1000);
  CHECK(protocol::names_type("text/html", accept));
  CHECK_FALSE(protocol::names_type("application/json", accept));
}

TEST_CASE("a response has its head in the order of its fields") {
  protocol::http_response response;
  response.content_type = "text/plain; charset=utf-8";
  response.content_language = "mi";
  response.cache_control = "max-age=7";
  response.vary = "Accept-Language";
  response.etag = 0x0123456789ABCDEF;
  response.body_size = 12;
  response.connection = "close";
  bytes out(640);
  out.resize(encode(response, 784111777, out));
  CHECK(to_text(out) ==
        "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Length: 12\r\nContent-Language: mi\r\n"
        "Cache-Control: max-age=7\r\nETag: \"0123456789abcdef\"\r\nVary: Accept-Language\r\n"
        "Access-Control-Allow-Origin: *\r\nX-Content-Type-Options: nosniff\r\n"
        "Connection: close\r\n\r\n");
  response.status = protocol::http_status::not_modified;
  out.resize(640);
  out.resize(encode(response, 0, out));
  CHECK(to_text(out).find("Content-Length") == std::string::npos);
  CHECK(encode(response, 0, std::span(out).first(100)) == 0);
}

TEST_CASE("an entity tag is found in a list of tags, weak or strong") {
  const std::uint64_t hash = protocol::hash_of("a");
  CHECK(protocol::etag_of(hash).view() == "\"af63dc4c8601ec8c\"");  // FNV-1a's own test vector
  CHECK(protocol::matches_etag("\"x\", W/\"af63dc4c8601ec8c\"", hash));
  CHECK(protocol::matches_etag("*", hash));
  CHECK_FALSE(protocol::matches_etag("\"af63dc4c8601ec8d\"", hash));
  CHECK_FALSE(protocol::matches_etag("af63dc4c8601ec8c", hash));
  CHECK_FALSE(protocol::matches_etag("", hash));
}

}  // namespace
}  // namespace polyclock::test
