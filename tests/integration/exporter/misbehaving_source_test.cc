// The daemon and a source that misbehaves in every way: the cycle fails as a whole, the reason is counted, the last
// good result stays visible, and the next cycle recovers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <regex>

#include "exporter/pipeline/daemon.h"
#include "tests/integration/remote_read/raw_server.h"
#include "tests/integration/remote_read/read_support.h"
#include "tests/support/http.h"
#include "tests/support/temp_dir.h"
#include "tests/support/wait.h"

namespace exporter {
namespace {

using remote_read_test::Connection;
using remote_read_test::http_answer;
using remote_read_test::RawServer;
using testing::HasSubstr;

constexpr const char* kCatalog = R"(version: 1
exporter: toy
entity_labels: [pod]
signals:
  - role: load
    kind: gauge
    metrics: [load]
    unit: seconds
)";

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// A gauge with a sample every 100 ms from two minutes ago to a minute ahead.
std::string good_body(int encoding = 1) {
  return remote_read_test::streamed_frame({.labels = {{"__name__", "load"}, {"pod", "a"}},
                                           .start_ms = now_ms() - 120'000,
                                           .step_ms = 100,
                                           .count = 1800,
                                           .value = 7.5},
                                          encoding);
}

RawServer::Handler reply(std::string answer) {
  return [answer = std::move(answer)](Connection& connection, int) {
    if (!connection.read_request().empty()) connection.send(answer);
  };
}

void answer_well(Connection& connection, int /*number*/) {
  if (connection.read_request().empty()) return;
  connection.send(http_answer(200, remote_read_test::kStreamedHeaders, good_body()));
}

class MisbehavingSource : public testing::Test {
 protected:
  void SetUp() override {
    (void)dir_.write("toy.yml", kCatalog);
    DaemonOptions options;
    options.config_file = dir_.write("rca.yml", config());
    options.listen_address = "127.0.0.1:0";
    auto daemon = Daemon::start(options);
    ASSERT_TRUE(daemon.ok()) << daemon.error().message;
    daemon_ = std::move(daemon).value();
    ASSERT_TRUE(test_support::wait_until([&] { return value("rca_evaluation_last_successful") == 1; })) << metrics();
  }

  [[nodiscard]] std::string config() const {
    return "sources:\n  - name: src\n    url: " + source_.url() +
           "\n    timeout: 1s\n    retries: {max_attempts: 1}\n    limits: {frame_bytes: 4MB, bytes: 8MB}\n"
           "evaluation: {interval: 1s, step: 1s, window: 60s, normal_window: 40s, anomalous_window: 20s,\n"
           "             lookback: 5s, rate_range: 2s, promql_semantics: closed}\n"
           "catalog: {builtin: false, files: [toy.yml]}\n"
           "slos: [{name: load, sli: end_to_end_latency, role: load, threshold: 100}]\n"
           "store: {path: \":memory:\"}\n";
  }

  [[nodiscard]] std::string metrics() const {
    const auto answer = test_support::http_get("http://" + daemon_->address() + "/metrics");
    return answer.ok() ? answer->body : answer.error().message;
  }

  // Of the first series whose line begins with `series`.
  [[nodiscard]] std::optional<double> value(const std::string& series) const {
    const std::string text = "\n" + metrics();
    const std::size_t at = text.find("\n" + series);
    if (at == std::string::npos) return std::nullopt;
    const std::size_t end = text.find('\n', at + 1);
    const std::string line = text.substr(at + 1, end - at - 1);
    return std::stod(line.substr(line.rfind(' ') + 1));
  }

  void expect_failure_and_recovery(RawServer::Handler bad, const std::string& reason) {
    const std::string evaluation = "rca_evaluation_failures_total{reason=\"" + reason + "\"}";
    const double before = value(evaluation).value_or(-1);
    ASSERT_GE(before, 0) << metrics();
    const double succeeded = value("rca_last_success_timestamp_seconds").value_or(0);
    source_.set_handler(std::move(bad));
    ASSERT_TRUE(test_support::wait_until([&] { return value(evaluation) > before; })) << reason << "\n" << metrics();
    // What was known stays visible, and its age can be seen.
    EXPECT_EQ(value("rca_evaluation_last_successful"), 0);
    EXPECT_EQ(value("rca_sli_value{slo=\"load\""), 7.5) << metrics();
    EXPECT_TRUE(value("rca_anomaly_score{").has_value());
    EXPECT_GE(value("rca_last_success_timestamp_seconds").value_or(0), succeeded);
    source_.set_handler(&answer_well);
    ASSERT_TRUE(test_support::wait_until([&] { return value("rca_evaluation_last_successful") == 1; })) << metrics();
    EXPECT_GT(value("rca_last_success_timestamp_seconds").value_or(0), succeeded);
    EXPECT_EQ(value("rca_remote_read_up"), 1);
  }

  test_support::TempDir dir_;
  RawServer source_{&answer_well};
  std::unique_ptr<Daemon> daemon_;
};

TEST_F(MisbehavingSource, Down) {
  expect_failure_and_recovery([](Connection& connection, int) { connection.reset(); }, "connection");
}

TEST_F(MisbehavingSource, Slow) {
  expect_failure_and_recovery([](Connection& connection, int) { connection.wait_for_close(); }, "timeout");
}

TEST_F(MisbehavingSource, ClientError) {
  expect_failure_and_recovery(reply(http_answer(400, {"Content-Type: text/plain"}, "exceeded sample limit\n")),
                              "http_client_error");
}

TEST_F(MisbehavingSource, ServerError) {
  expect_failure_and_recovery(reply(http_answer(503, {"Content-Type: text/plain"}, "busy\n")), "http_server_error");
}

TEST_F(MisbehavingSource, Html) {
  expect_failure_and_recovery(reply(http_answer(200, {"Content-Type: text/html"}, "<html>sign in</html>")),
                              "unexpected_content");
}

TEST_F(MisbehavingSource, Truncated) {
  std::string answer = http_answer(200, remote_read_test::kStreamedHeaders, good_body());
  answer.resize(answer.size() - 5);
  expect_failure_and_recovery(reply(answer), "truncated");
}

TEST_F(MisbehavingSource, ChecksumMismatch) {
  std::string body = good_body();
  body.back() = static_cast<char>(body.back() ^ 1);
  expect_failure_and_recovery(reply(http_answer(200, remote_read_test::kStreamedHeaders, body)), "checksum");
}

TEST_F(MisbehavingSource, OversizedFrame) {
  expect_failure_and_recovery(
      reply(http_answer(200, remote_read_test::kStreamedHeaders, "\xff\xff\xff\xff\xff\xff\xff\x7f....and so on")),
      "limit");
}

TEST_F(MisbehavingSource, SnappyBomb) {
  expect_failure_and_recovery(reply(http_answer(200, remote_read_test::kSamplesHeaders, "\xff\xff\xff\xff\x0f...")),
                              "limit");
}

TEST_F(MisbehavingSource, UnknownChunkEncoding) {
  expect_failure_and_recovery(reply(http_answer(200, remote_read_test::kStreamedHeaders, good_body(77))),
                              "unsupported_encoding");
}

TEST_F(MisbehavingSource, EmptyResult) {
  expect_failure_and_recovery(reply(http_answer(200, remote_read_test::kStreamedHeaders, "")), "not_found");
}

TEST_F(MisbehavingSource, GarbageInsteadOfSnappy) {
  expect_failure_and_recovery(reply(http_answer(200, remote_read_test::kSamplesHeaders, "\x05garbage")), "malformed");
}

TEST_F(MisbehavingSource, AReadThatHangsDoesNotHoldUpTheEnd) {
  source_.set_handler([](Connection& connection, int) { connection.wait_for_close(); });
  const int connections = source_.connections();
  ASSERT_TRUE(test_support::wait_until([&] { return source_.connections() > connections; }));
  daemon_.reset();  // the test's own time limit would end it otherwise
}

TEST_F(MisbehavingSource, AFailedReloadKeepsWhatRuns) {
  EXPECT_EQ(value("rca_config_last_reload_successful"), 1);
  (void)dir_.write("rca.yml", config() + "unknown_key: 1\n");
  const auto failed = daemon_->reload();
  ASSERT_FALSE(failed.ok());
  EXPECT_THAT(failed.error().message, HasSubstr("rca.yml:"));
  EXPECT_THAT(failed.error().message, HasSubstr("unknown_key"));
  EXPECT_EQ(value("rca_config_last_reload_successful"), 0);
  EXPECT_EQ(value("rca_sli_value{slo=\"load\""), 7.5);
  (void)dir_.write("rca.yml", std::regex_replace(config(), std::regex("name: load, sli"), "name: renamed, sli"));
  ASSERT_TRUE(daemon_->reload().ok());
  EXPECT_EQ(value("rca_config_last_reload_successful"), 1);
  EXPECT_TRUE(test_support::wait_until([&] { return value("rca_sli_value{slo=\"renamed\"") == 7.5; })) << metrics();
}

}  // namespace
}  // namespace exporter
