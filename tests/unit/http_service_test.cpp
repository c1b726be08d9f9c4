// The HTTP service without a socket: requests in, responses out, at an instant that the test sets.

#include <memory>
#include <string>
#include <string_view>

#include "protocol/conversation.hpp"
#include "service/http_service.hpp"
#include "support/bytes.hpp"
#include "support/catch.hpp"
#include "support/fixed_answerer.hpp"
#include "support/zones.hpp"

namespace polyclock::test {
namespace {

using protocol::cost;
using protocol::wanted;
using service::http_service;

// A connection of one client, whose input and output stay in memory.
class http_client {
 public:
  explicit http_client(const protocol::peer_address& address = {},
                       std::shared_ptr<const service::statistics> admin = nullptr)
      : service_(fixed_answerer(), {.zone = "Europe/Berlin"}, std::move(admin)), talk_(address) {
    talk_.lend(std::make_unique<protocol::conversation_buffers<http_service>>());
  }

  // All that comes back.
  std::string send(std::string_view text) {
    const bytes in = from_text(text);
    std::copy(in.begin(), in.end(), talk_.input_space().begin());
    talk_.received(in.size());
    std::string all;
    wanted next = wanted::room;
    while (next == wanted::room || next == wanted::time) {
      const auto done = talk_.advance(service_, cost_max_);
      next = done.next;
      steps_ += next == wanted::time ? 1 : 0;
      cost_max_ = next == wanted::time ? cost::loaded : cost::cached;
      all += to_text(talk_.output()) + to_text(talk_.output_body());
      talk_.sent(talk_.output().size() + talk_.output_body().size());
    }
    return all;
  }

  std::string get(std::string_view target, const std::string& fields = "") {
    return send("GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n");
  }

  [[nodiscard]] bool is_open() const { return talk_.is_open(); }
  // That wanted time.
  [[nodiscard]] int steps() const { return steps_; }

 private:
  http_service service_;
  protocol::conversation<http_service> talk_;
  cost cost_max_ = cost::cached;
  int steps_ = 0;
};

std::string body_of(const std::string& response) {
  return response.substr(response.find("\r\n\r\n") + 4);
}

bool has(const std::string& response, const std::string& part) {
  return response.find(part) != std::string::npos;
}

TEST_CASE("a text says in its head how long it may be kept") {
  http_client client;
  // It is 09:05:07.25, and the minute ends in 52.75 s.
  const std::string response = client.get("/v1/text?locale=mi&zone=Pacific/Auckland&what=time");
  CHECK(response.starts_with("HTTP/1.1 200 OK\r\nDate: Fri, 20 Nov 2026 09:05:07 GMT\r\n"));
  CHECK(has(response, "\r\nCache-Control: max-age=52, stale-while-revalidate=0\r\n"));
  CHECK(has(response, "\r\nVary: Accept\r\n"));
  CHECK(response.find("\r\n\r\n") < 400);
  CHECK(body_of(response) ==
        "{\"text\":\"Ko te wā o tēnei wā 22:05\",\"what\":\"time\",\"locale\":\"mi\","
        "\"direction\":\"ltr\",\"style\":\"phrase\",\"zone\":\"Pacific/Auckland\","
        "\"utc_offset\":46800,\"dst\":true,\"abbreviation\":\"NZDT\","
        "\"valid_until\":\"2026-11-20T09:06:00Z\",\"next_transition\":{"
        "\"instant\":\"2027-04-03T14:00:00Z\",\"unix_seconds\":1806760800,\"utc_offset\":43200,"
        "\"dst\":false,\"abbreviation\":\"NZST\"}}");
  CHECK(has(client.get("/v1/text?style=iso"), "Cache-Control: max-age=0,"));
  CHECK(has(client.get("/v1/text?at=0"), "Cache-Control: max-age=3600,"));
}

TEST_CASE("an unchanged text is not sent again") {
  http_client client;
  const std::string first = client.get("/v1/text.txt?style=short");
  const std::size_t begin = first.find("ETag: ") + 6;
  const std::string tag = first.substr(begin, first.find('\r', begin) - begin);
  const std::string again =
      client.get("/v1/text.txt?style=short", "If-None-Match: " + tag + "\r\n");
  CHECK(again.starts_with("HTTP/1.1 304 Not Modified\r\nDate: "));
  CHECK(has(again, "\r\nETag: " + tag + "\r\n"));
  CHECK(has(again, "\r\nCache-Control: max-age=52,"));
  CHECK(has(again, "\r\nVary: Accept-Language\r\n"));
  CHECK(body_of(again).empty());
  CHECK(client.get("/v1/text.txt?style=short", "If-None-Match: \"0\"\r\n") == first);
}

TEST_CASE("the client's languages are obeyed unless the query names one") {
  http_client client;
  const std::string fields = "Accept-Language: tlh, de-AT;q=0.9, mi;q=0.5\r\n";
  const std::string chosen = client.get("/v1/text", fields);
  CHECK(has(chosen, "Heute ist der 20. November 2026"));
  CHECK(has(chosen, "\r\nContent-Language: de"));
  CHECK(has(chosen, "\r\nVary: Accept, Accept-Language\r\n"));
  const std::string named = client.get("/v1/text?locale=mi", fields);
  CHECK(has(named, "Ko te rā o tēnei rā"));
  CHECK_FALSE(has(named, "Content-Language"));
  CHECK(has(client.get("/v1/text", "Accept-Language: tlh\r\n"), "Today's date"));
}

TEST_CASE("plain text is sent where the client would rather have it") {
  http_client client;
  const std::string target = "/v1/text?locale=de&what=date";
  const std::string text = "Heute ist der 20. November 2026";
  CHECK(body_of(client.get(target, "Accept: text/plain\r\n")) == text);
  CHECK(body_of(client.get("/v1/text.txt?locale=de&what=date")) == text);
  CHECK(body_of(client.get(target, "Accept: */*\r\n")).starts_with('{'));
  CHECK(body_of(client.get(target, "Accept: text/plain;q=0.5, application/json\r\n"))
            .starts_with('{'));
  CHECK(body_of(client.get("/?locale=de&what=date")) == text + "\n");
  CHECK(body_of(client.get("/Pacific/Auckland?what=time&locale=en")) ==
        "The current time is 22:05\n");
}

TEST_CASE("a page is sent where the client names HTML and would rather have it") {
  http_client client;
  const std::string browser = "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n";
  const std::string page = client.get("/Pacific/Auckland?locale=mi&what=time", browser);
  CHECK(page.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(has(page, "\r\nContent-Type: text/html; charset=utf-8\r\n"));
  CHECK(has(page, "\r\nCache-Control: max-age=52, stale-while-revalidate=0\r\nETag: "));
  CHECK(has(page, "\r\nVary: Accept\r\nContent-Security-Policy: default-src 'none'; "));
  CHECK(page.find("\r\n\r\n") < 600);
  CHECK(has(page, "<p id=\"text\" lang=\"mi\" dir=\"ltr\">Ko te wā o tēnei wā 22:05</p>"));
  CHECK(has(page, ">UTC+13:00, NZDT, daylight saving time<"));
  CHECK(has(page, ">Sun, 04 Apr 2027 03:00 → UTC+12:00, NZST<"));
  CHECK(has(page, "<input type=\"hidden\" name=\"what\" value=\"time\">"));
  CHECK_FALSE(has(page, "{{"));
  const std::string day = client.get("/?zone=Asia/Kathmandu&what=date&style=skeleton:d", browser);
  CHECK(has(day, ">midnight<"));
  CHECK(has(day, "<option selected>skeleton:d<"));
  CHECK(has(day, ">UTC+05:45<"));
  CHECK(has(client.get("/", browser), "\r\nVary: Accept, Accept-Language\r\n"));
  const std::string wrong = client.get("/Europe/Berln?locale=%22%3E%3Cb%3E", browser);
  CHECK(wrong.starts_with("HTTP/1.1 404 "));
  CHECK(has(wrong, "did you mean &#39;Europe/Berlin&#39;?"));
  CHECK(has(wrong, "value=\"&quot;&gt;&lt;b&gt;\""));
  CHECK(has(client.get("/made/up", browser), "\"type\":\"urn:polyclock:unknown_path\""));
  for (const char* accept : {"*/*", "text/*", "text/html, text/plain", "text/html;q=0, */*"}) {
    const std::string line = client.get("/", "Accept: " + std::string(accept) + "\r\n");
    CHECK(has(line, "\r\nContent-Type: text/plain; charset=utf-8\r\n"));
    CHECK(has(line, "\r\nVary: Accept, Accept-Language\r\n"));
    CHECK(line.find("\r\n\r\n") < 400);
  }
}

TEST_CASE("pipelined requests are answered in order, the last one too") {
  http_client client;
  const std::string one = "GET /v1/text.txt?what=time HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string last = "HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  const std::string all = client.send(one + one + last + one);
  std::size_t count = 0;
  for (std::size_t at = all.find("HTTP/1.1 200"); at != std::string::npos;
       at = all.find("HTTP/1.1 200", at + 1)) {
    ++count;
  }
  CHECK(count == 3);
  CHECK(has(all, "\r\nContent-Length: 61\r\n"));
  CHECK(all.ends_with("\r\nConnection: close\r\n\r\n"));
  CHECK_FALSE(client.is_open());
}

TEST_CASE("HTTP/1.0 closes unless it is asked not to") {
  http_client closing;
  CHECK(has(closing.send("GET / HTTP/1.0\r\n\r\n"), "\r\nConnection: close\r\n"));
  CHECK_FALSE(closing.is_open());
  http_client kept;
  CHECK(has(kept.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
            "\r\nConnection: keep-alive\r\n"));
  CHECK(kept.is_open());
}

TEST_CASE("a request that cannot be understood is answered, and ends the connection") {
  http_client client;
  const std::string response =
      client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nGET / HTTP/1.1\r\n");
  CHECK(response.starts_with("HTTP/1.1 413 Content Too Large\r\n"));
  CHECK(has(response, "\r\nConnection: close\r\n"));
  CHECK(body_of(response) ==
        "{\"type\":\"urn:polyclock:malformed_request\",\"title\":\"Content Too Large\","
        "\"status\":413,\"detail\":\"a request has no body here\",\"suggestions\":[]}");
  CHECK_FALSE(client.is_open());
}

TEST_CASE("errors say which parameter is wrong and what may have been meant") {
  http_client client;
  const auto get = [&](const std::string& target) { return client.get(target); };
  const std::string zone = get("/v1/text?zone=Europe/Berln");
  CHECK(zone.starts_with("HTTP/1.1 404 "));
  CHECK(has(zone, "\r\nContent-Type: application/problem+json\r\n"));
  CHECK(has(zone, "\"parameter\":\"zone\",\"suggestions\":[\"Europe/Berlin\"]}"));
  CHECK(has(get("/v1/text?locale=tlh"), "\"status\":404,\"detail\":\"unknown locale 'tlh'"));
  CHECK(has(get("/v1/text?style=fulll"), "\"status\":400,"));
  CHECK(has(get("/v1/text?what=now"), "is not 'date', 'time' or 'both'"));
  CHECK(has(get("/v1/text?at=2026-07-01T12:00:00"), "\"parameter\":\"at\""));
  CHECK(has(get("/v1/text?zone=UTC&zone=UTC"), "'UTC' is given twice"));
  CHECK(has(get("/v1/text?lokale=de"), "\"parameter\":\"lokale\",\"suggestions\":[\"locale\"]"));
  CHECK(has(get("/v1/text?%FF%0A=1"),
            "unknown parameter '?"
            "?'"));
  CHECK(has(get("/v1/texts"), "\"type\":\"urn:polyclock:unknown_path\""));
  CHECK(has(get("/Europe/Berln"), "\"suggestions\":[\"Europe/Berlin\"]"));
  CHECK(has(get("/v1/zones?x"), "this resource has no parameters"));
  CHECK(client.send("DELETE / HTTP/1.1\r\nHost: a\r\n\r\n").starts_with("HTTP/1.1 405 "));
  CHECK(client.send("BREW / HTTP/1.1\r\nHost: a\r\n\r\n").starts_with("HTTP/1.1 501 "));
  CHECK(client.is_open());
}

TEST_CASE("a response that is not kept waits for its turn, a kept one does not") {
  http_client client;
  CHECK(client.get("/v1/text").starts_with("HTTP/1.1 200 "));
  CHECK(client.steps() >= 1);
  const int before = client.steps();
  CHECK(client.get("/v1/text").starts_with("HTTP/1.1 200 "));
  CHECK(client.steps() == before);
  CHECK(client.get("/v1/text", "X: other\r\n").starts_with("HTTP/1.1 200 "));
  CHECK(client.steps() == before + 1);
}

TEST_CASE("several clocks take as many steps as they need, and show one instant") {
  http_client client;
  std::string target = "/v1/time?style=full&clock=Europe/Berlin;da&clock=Mars;en&clock=;ja";
  const std::string body = body_of(client.get(target));
  CHECK(client.steps() >= 2);
  CHECK(body.starts_with("[{\"text\":\"fredag "));
  CHECK(has(body, "},{\"type\":\"urn:polyclock:unknown_zone\","));
  CHECK(has(body, "2026年11月20日"));
  CHECK(body.ends_with("}]"));
  for (int more = 0; more < 13; ++more) target += "&clock=UTC";
  CHECK(body_of(client.get(target)).size() > 8000);
  CHECK(has(client.get(target + "&clock=UTC"), "at most 16"));
}

TEST_CASE("one network takes no more than its share of the places for batches") {
  const auto places = std::make_shared<service::batch_places>();
  std::vector<std::unique_ptr<service::http_batch>> batches;
  const auto begin = [&](unsigned char first, unsigned char last, std::uint8_t size) {
    const protocol::peer_address peer{{first, 0, 0, last, 0, 0, 0, 0, last}, size};
    batches.push_back(service::http_batch::begin({}, peer, places));
    return batches.back() != nullptr;
  };
  for (std::size_t i = 0; i < service::batch_places::of_network_max; ++i) CHECK(begin(192, 1, 4));
  CHECK_FALSE(begin(192, 1, 4));
  CHECK(begin(192, 2, 4));
  while (begin(0x20, 1, 16)) {  // one /64
  }
  unsigned char other = 0;
  while (begin(10, ++other, 4)) {
  }
  CHECK(batches.size() <= service::batch_places::all_max + 3);
  batches.clear();
  CHECK(begin(192, 1, 4));
}

TEST_CASE("a local time is converted, also where it comes twice or never") {
  http_client client;
  const auto convert = [&](const std::string& local) {
    return body_of(client.get("/v1/convert?from=Europe/Berlin&to=UTC&style=iso&local=" + local));
  };
  CHECK(has(convert("2026-07-01T12:00:00"),
            "\"instant\":\"2026-07-01T10:00:00Z\",\"unix_seconds\":1782900000,\"answers\":[{"));
  const std::string twice = convert("2026-10-25T02:30:00");
  CHECK(has(twice, "\"earlier\":{\"instant\":\"2026-10-25T00:30:00Z\""));
  CHECK(has(twice, "\"later\":{\"instant\":\"2026-10-25T01:30:00Z\""));
  const std::string never = convert("2026-03-29T02:30:00");
  CHECK(has(never, "\"gap\":{\"instant\":\"2026-03-29T01:00:00Z\""));
  CHECK(never.ends_with("\"answers\":[]}"));
  CHECK(has(convert("2026-03-29T02:30:00Z"), "\"parameter\":\"local\""));
  CHECK(has(client.get("/v1/convert"), "missing_parameter"));
}

// Of 2025-10-01T10:37:52.190536Z. Some systems' data have Irish winter time as negative daylight
// saving time, as the tz database itself; others have summer time as positive.
std::string_view dublin_expected() {
  if (zone_named("Europe/Dublin").type_at(1759315072).dst) {
    return "{\"utc_offset\":\"+01:00\",\"timezone\":\"Europe/Dublin\",\"day_of_week\":3,"
           "\"day_of_year\":274,\"datetime\":\"2025-10-01T11:37:52.190536+01:00\","
           "\"utc_datetime\":\"2025-10-01T10:37:52.190536+00:00\",\"unixtime\":1759315072,"
           "\"raw_offset\":0,\"week_number\":40,\"dst\":true,\"abbreviation\":\"IST\","
           "\"dst_offset\":3600,\"dst_from\":\"2025-03-30T01:00:00+00:00\","
           "\"dst_until\":\"2025-10-26T01:00:00+00:00\",\"client_ip\":\"192.0.2.7\"}";
  }
  return "{\"utc_offset\":\"+01:00\",\"timezone\":\"Europe/Dublin\",\"day_of_week\":3,"
         "\"day_of_year\":274,\"datetime\":\"2025-10-01T11:37:52.190536+01:00\","
         "\"utc_datetime\":\"2025-10-01T10:37:52.190536+00:00\",\"unixtime\":1759315072,"
         "\"raw_offset\":3600,\"week_number\":40,\"dst\":false,\"abbreviation\":\"IST\","
         "\"dst_offset\":0,\"dst_from\":\"2025-10-26T01:00:00+00:00\","
         "\"dst_until\":\"2025-03-30T01:00:00+00:00\",\"client_ip\":\"192.0.2.7\"}";
}

TEST_CASE("the old service's answers come in its order, with the client's address") {
  http_client client({{192, 0, 2, 7}, 4});
  const std::string at = "?at=2025-10-01T10:37:52.190536Z&unknown=1";
  const std::string dublin = body_of(client.get("/api/timezone/Europe/Dublin" + at));
  CHECK(dublin == dublin_expected());
  CHECK(body_of(client.get("/API/TimeZone/europe/dublin.JSON/" + at)) == dublin);
  const std::string text = body_of(client.get("/api/timezone/UTC.txt" + at));
  CHECK(text.starts_with("utc_offset: +00:00\ntimezone: UTC\nday_of_week: 3\n"));
  CHECK(text.ends_with("dst_from: \ndst_until: \nclient_ip: 192.0.2.7\n"));
  CHECK(body_of(client.get("/api/timezone/Nowhere/Atall")) ==
        "{\"error\":\"unknown location Nowhere/Atall\"}");
  CHECK(body_of(client.get("/api/timezone/Nowhere/Atall.txt")) == "unknown location Nowhere/Atall");
  CHECK(has(client.get("/api/timezone/Europe"), "\"Europe/Berlin\",\"Europe/"));
  CHECK(has(client.get("/api/ip"), "\"timezone\":\"Europe/Berlin\""));
  CHECK(has(client.get("/api/ip/192.0.2.7.txt"), "client_ip: 192.0.2.7\n"));
  CHECK(has(client.get("/api/ip/10.1.2.3"), "\"client_ip\":\"10.1.2.3\""));
  CHECK(client.get("/api/ip/8.8.8.8").starts_with("HTTP/1.1 404 "));
  CHECK(body_of(client.get("/api/ip/8.8.8")) == "{\"error\":\"malformed ip\"}");
}

TEST_CASE("the administrator's resources are only where the listener has them") {
  const auto statistics = std::make_shared<service::statistics>();
  http_client admin({}, statistics);
  http_client other;
  CHECK(body_of(admin.get("/livez")) == "ok");
  CHECK(other.get("/livez").starts_with("HTTP/1.1 404 "));
  CHECK_FALSE(has(admin.get("/livez"), "Access-Control-Allow-Origin"));
  statistics->publish({{}, "# HELP a b\n" + std::string(5000, 'x')});
  CHECK(body_of(admin.get("/metrics")).size() == 5011);
  CHECK(body_of(admin.get("/readyz")) == "ok");
  statistics->begin_drain();
  CHECK(admin.get("/readyz").starts_with("HTTP/1.1 503 "));
  CHECK(admin.get("/livez").starts_with("HTTP/1.1 200 "));
}

}  // namespace
}  // namespace polyclock::test
