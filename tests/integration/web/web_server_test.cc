// The real server with real clients: curl's library, the curl program, and sockets by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "exporter/web/server.h"
#include "tests/integration/web/raw_http.h"
#include "tests/support/http.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/metrics/sample_snapshot.h"

namespace exporter {
namespace {

using test_support::http;
using test_support::http_get;
using test_support::http_post;
using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr const char* kSecret = "$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW";

class WebServerTest : public testing::Test {
 protected:
  void start(WebOptions options = {}, WritePermissions permissions = {true, true}) {
    if (options.listen_address == ":9877") options.listen_address = "127.0.0.1:0";
    WebHandlers handlers;
    handlers.reload = [] { return rca::Result<void>(); };
    handlers.on_alerts = [this](const std::vector<Alert>& list) {
      const std::lock_guard lock(mutex);
      alerts.insert(alerts.end(), list.begin(), list.end());
      return rca::Result<void>();
    };
    handlers.on_changes = [this](const std::vector<rca::ChangeEvent>& list) {
      const std::lock_guard lock(mutex);
      changes.insert(changes.end(), list.begin(), list.end());
      return rca::Result<void>();
    };
    auto started = WebServer::start(std::move(options), permissions, std::move(handlers));
    ASSERT_TRUE(started.ok()) << started.error().message;
    server = std::move(started).value();
    server->publish(std::make_shared<const Snapshot>(sample_snapshot()));
    url = "http://127.0.0.1:" + std::to_string(server->port());
  }

  std::unique_ptr<WebServer> server;
  std::string url;
  std::mutex mutex;
  std::vector<Alert> alerts;
  std::vector<rca::ChangeEvent> changes;
};

TEST_F(WebServerTest, PortZeroTakesAFreeOne) {
  start();
  EXPECT_GT(server->port(), 0);
  EXPECT_EQ(server->address(), "127.0.0.1:" + std::to_string(server->port()));
  const auto response = http_get(url + "/-/healthy");
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->status, 200);
}

TEST_F(WebServerTest, ABusyPortIsAnErrorThatSaysSo) {
  start();
  WebOptions options;
  options.listen_address = server->address();
  const auto second = WebServer::start(options, {}, {});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().kind, rca::ErrorKind::io);
  EXPECT_THAT(second.error().message, HasSubstr("cannot listen on '" + server->address() + "'"));
  EXPECT_THAT(second.error().message, HasSubstr("Address already in use"));
  options.listen_address = "127.0.0.1:9877s";
  EXPECT_FALSE(WebServer::start(options, {}, {}).ok());
}

TEST_F(WebServerTest, EveryRouteByCurl) {
  start();
  const auto metrics = http_get(url + "/metrics");
  ASSERT_TRUE(metrics.ok());
  EXPECT_EQ(metrics->status, 200);
  EXPECT_EQ(metrics->headers.at("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(metrics->headers.at("content-length"), std::to_string(metrics->body.size()));
  EXPECT_THAT(metrics->body, HasSubstr("rca_incident_active{slo=\"itl\"} 1\n"));
  EXPECT_THAT(metrics->body, HasSubstr("process_resident_memory_bytes "));
  for (const auto& [path, status, type] :
       {std::tuple("/", 200, "text/html; charset=utf-8"),
        {"/-/ready", 200, "text/plain; charset=utf-8"},
        {"/api/v1/incidents?state=open", 200, "application/json"},
        {"/api/v1/incidents/itl-20261122T073000Z", 200, "application/json"},
        {"/api/v1/incidents/itl-20261122T073000Z/report", 200, "text/markdown; charset=utf-8"},
        {"/api/v1/incidents/itl%2D20261122T073000Z/report?format=json", 200, "application/json"},
        {"/api/v1/incidents/none", 404, "application/json"},
        {"/none", 404, "text/plain; charset=utf-8"}}) {
    const auto response = http_get(url + path);
    ASSERT_TRUE(response.ok()) << path;
    EXPECT_EQ(response->status, status) << path;
    EXPECT_EQ(response->headers.at("content-type"), type) << path;
    EXPECT_EQ(response->headers.at("x-content-type-options"), "nosniff");
  }
  const auto head = http({url + "/metrics", "HEAD", {}, "", "", "", std::chrono::milliseconds(30'000)});
  ASSERT_TRUE(head.ok());
  EXPECT_EQ(head->status, 200);
  EXPECT_EQ(head->body, "");
  const auto remove = http({url + "/metrics", "DELETE", {}, "", "", "", std::chrono::milliseconds(30'000)});
  ASSERT_TRUE(remove.ok());
  EXPECT_EQ(remove->status, 405);
  EXPECT_EQ(remove->headers.at("allow"), "GET, HEAD");
}

TEST_F(WebServerTest, WritesByCurl) {
  start();
  const auto change =
      http_post(url + "/api/v1/changes", R"({"kind":"deployment","entity":"ray-head","time":1795332600})");
  ASSERT_TRUE(change.ok());
  EXPECT_EQ(change->status, 200);
  EXPECT_EQ(change->body, "{\"accepted\":1}\n");
  const auto bad = http_post(url + "/api/v1/alerts", R"({"version":"4","alerts":[{"status":"firing","labels":{}}]})");
  ASSERT_TRUE(bad.ok());
  EXPECT_EQ(bad->status, 400);
  EXPECT_EQ(bad->body, "{\"error\":\"alerts[0].labels.alertname: is missing\"}\n");
  EXPECT_EQ(http_post(url + "/-/reload", "")->status, 200);
  const std::lock_guard lock(mutex);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].time_ms, 1795332600000);
  EXPECT_TRUE(alerts.empty());
}

TEST_F(WebServerTest, BodiesAreBounded) {
  start();
  const std::string fits = R"({"kind":"deployment","entity":"a","pad":")" + std::string(1'000'000, 'x') + "\"}";
  const auto taken = http_post(url + "/api/v1/changes", fits);
  ASSERT_TRUE(taken.ok()) << taken.error().message;
  EXPECT_EQ(taken->status, 200);
  const auto refused = http_post(url + "/api/v1/changes", std::string(1'200'000, ' '));
  ASSERT_TRUE(refused.ok()) << refused.error().message;
  EXPECT_EQ(refused->status, 413);
  // Without a Content-Length nobody knows beforehand.
  auto chunked = http({url + "/api/v1/changes",
                       "POST",
                       {"Transfer-Encoding: chunked"},
                       fits,
                       "",
                       "",
                       std::chrono::milliseconds(30'000)});
  ASSERT_TRUE(chunked.ok()) << chunked.error().message;
  EXPECT_EQ(chunked->status, 200);
  chunked = http({url + "/api/v1/changes",
                  "POST",
                  {"Transfer-Encoding: chunked"},
                  std::string(3'000'000, ' '),
                  "",
                  "",
                  std::chrono::milliseconds(30'000)});
  // The server may close before everything is sent, which the client can see as a broken connection.
  EXPECT_TRUE(!chunked.ok() || chunked->status == 413);
}

TEST_F(WebServerTest, CurlTheProgramUnpacksTheCompressedMetrics) {
  start();
  const auto result =
      test_support::run_command({{"curl", "-sS", "--fail", "--compressed", "-D", "-", url + "/metrics"}, {}, {}, {}});
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->exit_code, 0);
  EXPECT_THAT(result->output, HasSubstr("Content-Encoding: gzip"));
  EXPECT_THAT(result->output, HasSubstr("rca_incident_active{slo=\"itl\"} 1\n"));
  EXPECT_THAT(result->output, HasSubstr("process_threads "));
}

TEST_F(WebServerTest, BasicAuthentication) {
  WebOptions options;
  options.auth.users = {{"alice", kSecret}};
  start(options, {false, false});
  const auto with = [&](const std::string& path, const std::string& user_password, const std::string& method = "GET") {
    const auto response = http({url + path, method, {}, "", user_password, "", std::chrono::milliseconds(30'000)});
    return response.ok() ? response->status : -1;
  };
  EXPECT_EQ(with("/metrics", ""), 401);
  EXPECT_EQ(with("/metrics", "alice:wrong"), 401);
  EXPECT_EQ(with("/metrics", "mallory:secret"), 401);
  EXPECT_EQ(with("/metrics", "alice:secret"), 200);
  EXPECT_EQ(with("/metrics", "alice:secret"), 200);
  EXPECT_EQ(with("/-/reload", "", "POST"), 401);
  EXPECT_EQ(with("/-/reload", "alice:secret", "POST"), 200);
  EXPECT_EQ(with("/-/healthy", ""), 200);
}

TEST_F(WebServerTest, WritingIsForbiddenByDefault) {
  start({}, {});
  const auto response = http_post(url + "/api/v1/alerts", R"({"version":"4","alerts":[]})");
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->status, 403);
  EXPECT_THAT(response->body, HasSubstr("web.enable_write"));
}

TEST_F(WebServerTest, ParallelScrapesWhileSnapshotsArePublished) {
  start();
  Snapshot large = sample_snapshot();
  for (int i = 0; i < 2000; ++i) large.anomalies.push_back({"e" + std::to_string(i), "s", 1.0 * i});
  std::atomic<bool> stop{false};
  std::thread publisher([&] {
    for (std::uint64_t n = 0; !stop; ++n) {
      large.evaluations = n;
      server->publish(std::make_shared<const Snapshot>(large));
    }
  });
  std::atomic<int> good{0};
  std::vector<std::thread> scrapers;
  for (int i = 0; i < 16; ++i) {
    scrapers.emplace_back([&] {
      for (int round = 0; round < 10; ++round) {
        const auto response = http_get(url + "/metrics");
        if (response.ok() && response->status == 200 && response->body.ends_with("\n") &&
            response->body.find("# TYPE process_threads gauge") != std::string::npos) {
          ++good;
        }
      }
    });
  }
  for (std::thread& scraper : scrapers) scraper.join();
  stop = true;
  publisher.join();
  EXPECT_EQ(good, 160);
}

TEST_F(WebServerTest, SlowClientsDoNotKeepOthersWaiting) {
  WebOptions options;
  options.threads = 8;
  options.request_timeout_ms = 60'000;
  start(options);
  // Half requests that never go on.
  std::vector<std::unique_ptr<RawConnection>> slow;
  for (int i = 0; i < 6; ++i) {
    slow.push_back(std::make_unique<RawConnection>(server->port()));
    ASSERT_TRUE(slow.back()->connected());
    slow.back()->send("GET /metrics HTTP/1.1\r\nHost: x\r\nX-Slow: ");
  }
  for (int i = 0; i < 20; ++i) {
    const auto response = http_get(url + "/metrics");
    ASSERT_TRUE(response.ok());
    EXPECT_EQ(response->status, 200);
  }
}

TEST_F(WebServerTest, AClientThatNeverFinishesLosesItsConnection) {
  WebOptions options;
  options.request_timeout_ms = 200;
  start(options);
  const RawConnection slow(server->port());
  slow.send("POST /api/v1/changes HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{\"kind\":");
  // An error or nothing at all, but an end (read_all would otherwise only return after 30 s, with the test's deadline).
  EXPECT_THAT(slow.read_all(), Not(HasSubstr(" 200 ")));
  const std::lock_guard lock(mutex);
  EXPECT_TRUE(changes.empty());
}

TEST_F(WebServerTest, MalformedRequestsHarmNothing) {
  start();
  const std::string long_line(40'000, 'a');
  for (const std::string& request : std::vector<std::string>{
           "\r\n\r\n", "rubbish\r\n\r\n", std::string("\0\0\0\0\r\n\r\n", 8), "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
           "GET / HTTP/1.1\r\nno colon\r\n\r\n", "GET " + long_line + " HTTP/1.1\r\nHost: x\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: x\r\nX: " + long_line + "\r\n\r\n",
           "GET http://other/metrics HTTP/1.1\r\nHost: x\r\n\r\n",
           "GET /../../../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
           "GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", "GET /%00metrics HTTP/1.1\r\nHost: x\r\n\r\n",
           std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n", 13),
           "POST /api/v1/changes HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
           "POST /api/v1/changes HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
           "POST /api/v1/changes HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n",
           "POST /api/v1/changes HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n\r\n",
           "POST /api/v1/changes HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc"}) {
    const RawConnection connection(server->port());
    connection.send(request);
    connection.finish();
    const std::string answer = connection.read_all();
    EXPECT_THAT(answer, Not(HasSubstr("root:"))) << request.substr(0, 60);
    EXPECT_THAT(answer, Not(StartsWith("HTTP/1.1 200"))) << request.substr(0, 60);
    // Never a page of the library's own: its threads would race for the date in it.
    EXPECT_THAT(answer, AnyOf(IsEmpty(), HasSubstr("\r\nCache-Control: no-store\r\n"))) << request.substr(0, 60);
    EXPECT_THAT(answer, Not(HasSubstr("\r\nDate:"))) << request.substr(0, 60);
  }
  EXPECT_EQ(http_get(url + "/-/healthy")->status, 200);
  const std::lock_guard lock(mutex);
  EXPECT_TRUE(changes.empty());
}

TEST_F(WebServerTest, AShortBodyChangesNothing) {
  start();
  const RawConnection connection(server->port());
  // A whole JSON document, but less than was announced.
  connection.send(
      "POST /api/v1/changes HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{\"kind\":\"a\",\"entity\":\"b\"}");
  connection.finish();
  EXPECT_THAT(connection.read_all(), Not(StartsWith("HTTP/1.1 200")));
  const std::lock_guard lock(mutex);
  EXPECT_TRUE(changes.empty());
}

TEST_F(WebServerTest, EndsWhileClientsAreConnected) {
  WebOptions options;
  options.request_timeout_ms = 500;
  start(options);
  const RawConnection idle(server->port());
  idle.send("GET /metrics HTTP/1.1\r\n");
  const auto port = server->port();
  server.reset();
  EXPECT_FALSE(RawConnection(port).connected());
}

#if defined(__SANITIZE_THREAD__)
// Two requests at once that write to one place: civetweb between them must not hide that from ThreadSanitizer.
void race() {
  std::atomic<int> arrived{0};
  int shared = 0;
  WebHandlers handlers;
  handlers.reload = [&] {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    // Relaxed: waiting for the other must not put the writes in order.
    arrived.fetch_add(1, std::memory_order_relaxed);
    while (arrived.load(std::memory_order_relaxed) < 2 && std::chrono::steady_clock::now() < give_up) {
      std::this_thread::yield();
    }
    // More than once: of two writes in the very same instant, ThreadSanitizer may see neither.
    for (int i = 0; i < 1000; ++i) {
      ++shared;
      std::this_thread::yield();
    }
    return rca::Result<void>();
  };
  WebOptions options;
  options.listen_address = "127.0.0.1:0";
  auto started = WebServer::start(options, {true, true}, handlers);
  if (!started.ok()) std::exit(1);
  const std::string reload = "http://" + (*started)->address() + "/-/reload";
  std::thread other([&] { (void)http_post(reload, ""); });
  (void)http_post(reload, "");
  other.join();
  started->reset();
  std::exit(arrived.load() == 2 && shared > 0 ? 0 : 1);
}

TEST(WebServerDeathTest, ARaceBelowARequestHandlerIsFound) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(race(), testing::ExitedWithCode(66), "data race");  // 66: what ThreadSanitizer exits with
}
#endif

}  // namespace
}  // namespace exporter
