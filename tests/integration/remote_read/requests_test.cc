// What the client sends, to whom, how many at a time, and how it stops.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <thread>

#include "raw_server.h"
#include "read_support.h"
#include "tests/support/temp_dir.h"
#include "tests/support/wait.h"

namespace remote_read_test {
namespace {

using rca::ErrorKind;
using remote_read::Client;
using remote_read::EndpointOptions;
using remote_read::Query;
using testing::HasSubstr;
using testing::Not;

const std::vector<ConstantSeries> kSeries = {{.labels = {{"__name__", "up"}}, .count = 5, .value = 1.0}};

// Answers well and keeps what it was asked.
class RecordingServer {
 public:
  RawServer server{[this](Connection& connection, int) {
    std::string body;
    const std::string head = connection.read_request(&body);
    if (head.empty()) return;
    {
      const std::lock_guard lock(mutex);
      heads.push_back(head);
      bodies.push_back(body);
    }
    connection.send(http_answer(200, kStreamedHeaders, streamed_frame(kSeries[0])));
  }};
  std::mutex mutex;
  std::vector<std::string> heads;
  std::vector<std::string> bodies;
};

rca::Result<remote_read::ReadStats> read_up(const EndpointOptions& options) {
  auto client = Client::create(options);
  if (!client.ok()) return client.error();
  CollectingSink sink;
  const Query queries[] = {query("up", 0, 1'000'000)};
  return (*client)->read(queries, sink);
}

TEST(Requests, CarryTheProtocolsHeadersAndTheUsers) {
  RecordingServer recorder;
  EndpointOptions options = endpoint(recorder.server.url());
  options.headers = {{"X-Scope-OrgID", "tenant-1"}, {"X-Empty", ""}};
  options.basic_auth_username = "user";
  options.basic_auth_password = "pass";
  ASSERT_TRUE(read_up(options).ok());
  const std::string& head = recorder.heads.at(0);
  EXPECT_THAT(head, testing::StartsWith("POST /api/v1/read HTTP/1.1\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nContent-Encoding: snappy\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nContent-Type: application/x-protobuf\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nX-Prometheus-Remote-Read-Version: 0.1.0\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nX-Scope-OrgID: tenant-1\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nX-Empty:"));
  EXPECT_THAT(head, HasSubstr("\r\nAuthorization: Basic dXNlcjpwYXNz\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("Expect")));
}

TEST(Requests, ReadTheTokenFileEachTime) {
  RecordingServer recorder;
  const test_support::TempDir dir;
  EndpointOptions options = endpoint(recorder.server.url());
  options.bearer_token_file = dir.write("token", "first\n");
  const auto client = *Client::create(options);
  CollectingSink sink;
  const Query queries[] = {query("up", 0, 1'000'000)};
  ASSERT_TRUE(client->read(queries, sink).ok());
  (void)dir.write("token", "second\n");
  ASSERT_TRUE(client->read(queries, sink).ok());
  (void)dir.write("token", "two words\n");
  const auto bad = client->read(queries, sink);
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.error().kind, ErrorKind::invalid_argument);
  EXPECT_THAT(bad.error().message, Not(HasSubstr("two words")));
  std::filesystem::remove(options.bearer_token_file);
  const auto gone = client->read(queries, sink);
  ASSERT_FALSE(gone.ok());
  EXPECT_EQ(gone.error().kind, ErrorKind::io);
  ASSERT_EQ(recorder.heads.size(), 2U);
  EXPECT_THAT(recorder.heads[0], HasSubstr("\r\nAuthorization: Bearer first\r\n"));
  EXPECT_THAT(recorder.heads[1], HasSubstr("\r\nAuthorization: Bearer second\r\n"));
}

TEST(Requests, LeaveTheProxyOfTheEnvironmentAloneOnLoopback) {
  RecordingServer recorder;
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  setenv("all_proxy", "http://127.0.0.1:1", 1);
  const auto result = read_up(endpoint(recorder.server.url()));
  unsetenv("http_proxy");
  unsetenv("all_proxy");
  EXPECT_TRUE(result.ok()) << result.error().message;
}

TEST(Requests, ErrorsKeepSecretsOfTheUrl) {
  RawServer server([](Connection& connection, int) {
    connection.read_request();
    connection.send(http_answer(401, {}, "no"));
  });
  const auto result = read_up(endpoint(server.url("/api/v1/prom/read?db=metrics&u=me&p=secret")));
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind, ErrorKind::http_client_error);
  EXPECT_THAT(result.error().message, HasSubstr("/api/v1/prom/read?db=metrics&u=xxx&p=xxx"));
  EXPECT_THAT(result.error().message, Not(HasSubstr("secret")));
}

std::vector<Query> many_queries(std::size_t count) {
  std::vector<Query> queries;
  for (std::size_t i = 0; i < count; ++i) queries.push_back(query("up{n=\"" + std::to_string(i) + "\"}", 0, 1'000'000));
  return queries;
}

TEST(Requests, AreBatchedAndNumberedThroughout) {
  RecordingServer recorder;
  EndpointOptions options = endpoint(recorder.server.url());
  options.queries_per_request = 3;
  const auto client = *Client::create(options);
  CollectingSink sink;
  const std::vector<Query> queries = many_queries(7);
  const auto result = client->read(queries, sink);
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->requests, 3U);
  EXPECT_EQ(result->frames, 3U);
  // The server answers the first query of each request.
  for (std::size_t i = 0; i < queries.size(); ++i) EXPECT_EQ(sink.series(i).size(), i % 3 == 0 ? 1U : 0U) << i;
}

TEST(Requests, NoQueriesNeedNoRequest) {
  RecordingServer recorder;
  const auto client = *Client::create(endpoint(recorder.server.url()));
  CollectingSink sink;
  const auto result = client->read({}, sink);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->requests, 0U);
  EXPECT_EQ(recorder.server.connections(), 0);
}

TEST(Requests, BadQueriesAreNotSent) {
  RecordingServer recorder;
  const auto client = *Client::create(endpoint(recorder.server.url()));
  CollectingSink sink;
  for (const Query& bad : {query("up", 10, 9), Query{}}) {
    const auto result = client->read(std::span(&bad, 1), sink);
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().kind, ErrorKind::invalid_argument);
  }
  EXPECT_EQ(recorder.server.connections(), 0);
}

// Holds every request until `wanted` are there at once (or the test ends), so that a client that sends fewer at a time
// shows.
TEST(Requests, AreBoundedOverAllThreads) {
  std::mutex mutex;
  std::condition_variable changed;
  int waiting = 0;  // requests that came, in all
  int unanswered = 0;
  int most_unanswered = 0;
  bool open = false;
  RawServer server([&](Connection& connection, int) {
    connection.read_request();
    {
      std::unique_lock lock(mutex);
      ++waiting;
      most_unanswered = std::max(most_unanswered, ++unanswered);
      changed.notify_all();
      changed.wait(lock, [&] { return open; });
      --unanswered;  // before the answer goes out: the client may send the next request at once
    }
    connection.send(http_answer(200, kStreamedHeaders, streamed_frame(kSeries[0])));
  });
  EndpointOptions options = endpoint(server.url());
  options.concurrency = 3;
  options.queries_per_request = 1;
  const auto client = *Client::create(options);
  const std::vector<Query> queries = many_queries(10);
  std::vector<std::thread> threads;
  std::atomic<int> failed{0};
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      CollectingSink sink;
      if (!client->read(queries, sink).ok() || sink.series(9).size() != 1) ++failed;
    });
  }
  {
    std::unique_lock lock(mutex);
    EXPECT_TRUE(changed.wait_for(lock, test_support::kDefaultDeadline, [&] { return waiting == 3; }));
    open = true;
    changed.notify_all();
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(waiting, 30);
  EXPECT_EQ(most_unanswered, 3);
}

// A read that is stopped as soon as the server was `asked`.
void expect_that_stop_ends(const EndpointOptions& options, std::size_t query_count, const std::atomic<bool>& asked) {
  const auto client = *Client::create(options);
  std::stop_source stop;
  std::thread stopper([&] {
    EXPECT_TRUE(test_support::wait_until([&] { return asked.load(); }));
    stop.request_stop();
  });
  CollectingSink sink;
  const std::vector<Query> queries = many_queries(query_count);
  const auto result = client->read(queries, sink, stop.get_token());
  stopper.join();
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind, ErrorKind::cancelled);
}

TEST(Requests, StopEndsAReadThatWaitsForTheServer) {
  std::atomic<bool> asked{false};
  RawServer server([&](Connection& connection, int) {
    connection.read_request();
    asked = true;
    connection.wait_for_close();
  });
  EndpointOptions options = endpoint(server.url());
  options.concurrency = 2;
  options.queries_per_request = 1;
  expect_that_stop_ends(options, 8, asked);
  EXPECT_LE(server.connections(), 2);
}

TEST(Requests, StopEndsTheWaitBetweenAttempts) {
  std::atomic<bool> asked{false};
  RawServer server([&](Connection& connection, int) {
    connection.read_request();
    connection.send(http_answer(503, {}, "no"));
    asked = true;
  });
  EndpointOptions options = endpoint(server.url());
  options.retry.min_backoff = options.retry.max_backoff = std::chrono::hours(24);
  expect_that_stop_ends(options, 1, asked);
}

class RefusingSink : public CollectingSink {
 public:
  rca::Result<void> on_samples(std::size_t, const rca::Labels&, rca::SampleView) override {
    ++calls;
    // Of a kind that would be retried if it came from the network.
    return rca::Error{ErrorKind::connection, "no room"};
  }
  int calls = 0;
};

TEST(Requests, TheSinksRefusalIsFinal) {
  RecordingServer recorder;
  const auto client = *Client::create(endpoint(recorder.server.url()));
  RefusingSink sink;
  const std::vector<Query> queries = many_queries(1);
  const auto result = client->read(queries, sink);
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.error().message, HasSubstr("no room"));
  EXPECT_EQ(sink.calls, 1);
  EXPECT_EQ(recorder.server.connections(), 1);
}

TEST(Requests, OneFailureEndsTheOthers) {
  RawServer server([](Connection& connection, int number) {
    connection.read_request();
    if (number == 0) connection.wait_for_close();
    connection.send(http_answer(400, {}, "bad"));
  });
  EndpointOptions options = endpoint(server.url());
  options.concurrency = 2;
  options.queries_per_request = 1;
  const auto client = *Client::create(options);
  CollectingSink sink;
  const std::vector<Query> queries = many_queries(6);
  const auto result = client->read(queries, sink);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind, ErrorKind::http_client_error) << result.error().message;
  EXPECT_LE(server.connections(), 2);
}

TEST(BuildInfo, IsReadBesideTheReadUrl) {
  std::string asked;
  RawServer server([&](Connection& connection, int number) {
    asked = connection.read_request();
    if (number == 0) return connection.reset();
    connection.send(http_answer(200, {}, R"({"status":"success","data":{"version":"2.42.0+ds","revision":"x"}})"));
  });
  const auto client = *Client::create(endpoint(server.url("/prometheus/api/v1/read?x=y")));
  const auto info = client->build_info();
  ASSERT_TRUE(info.ok()) << info.error().message;
  EXPECT_EQ(info->version, "2.42.0+ds");
  EXPECT_EQ(info->major, 2);
  EXPECT_THAT(asked, testing::StartsWith("GET /prometheus/api/v1/status/buildinfo HTTP/1.1\r\n"));
  server.set_handler([](Connection& connection, int) {
    connection.read_request();
    connection.send(http_answer(404, {}, "page not found"));
  });
  const auto none = client->build_info();
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace remote_read_test
