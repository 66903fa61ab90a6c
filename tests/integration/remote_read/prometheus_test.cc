// The client against Debian's Prometheus: what it reads equals what /api/v1/query answers for metric[range], bit for
// bit, in both response types.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "history.h"
#include "query_api.h"
#include "read_support.h"
#include "tests/support/http.h"
#include "tests/support/process.h"
#include "tests/support/server.h"

namespace remote_read_test {
namespace {

using rca::ErrorKind;
using remote_read::Client;
using remote_read::EndpointOptions;
using remote_read::Query;
using testing::HasSubstr;

// Prometheus 2.42 gives native histograms (n_…) in the streamed answer only: in a SAMPLES answer their series come
// without samples.
std::string everything(bool streamed) {
  return streamed ? R"({__name__=~"[mns]_.*"})" : R"({__name__=~"[ms]_.*"})";
}

// One Prometheus for all tests: two sets of blocks made by promtool that overlap each other, and a head with chunks in
// order and out of order, native histograms and stale markers.
class Prometheus : public testing::Test {
 public:
  static void SetUpTestSuite() {
    if (server_) return;  // made for the other suite
    const test_support::TempDir blocks;
    // They have every third sample of the first one in common.
    backfill(blocks, float_history(kStart, kStart + 4 * kHour, 30'000));
    backfill(blocks, float_history(kStart + kHour, kStart + 5 * kHour, 45'000));
    // Prometheus finds the blocks there when it starts.
    auto started = test_support::start_prometheus(
        "storage:\n  tsdb:\n    out_of_order_time_window: 3h\n",
        {"--enable-feature=native-histograms", "--web.enable-remote-write-receiver",
         "--storage.remote.read-max-bytes-in-frame=4096", "--storage.tsdb.retention.time=100y"});
    ASSERT_TRUE(started.ok()) << started.error().message;
    server_ = *std::move(started);
    server_->process().stop();
    for (const auto& block : std::filesystem::directory_iterator(blocks.file("out"))) {
      std::filesystem::copy(block.path(), server_->dir().path() / "data" / block.path().filename(),
                            std::filesystem::copy_options::recursive);
    }
    ASSERT_TRUE(server_->restart().ok());
    const std::int64_t head = kStart + 6 * kHour;
    // In one request: Prometheus refuses native histograms that are an hour older than what it has got.
    std::vector<WriteSeries> all = float_history(head, head + 80 * kMinute, 10'000);
    for (const auto& more :
         {native_history(head, head + 80 * kMinute, 10'000), stale_history(head, head + 80 * kMinute, 5'000)}) {
      all.insert(all.end(), more.begin(), more.end());
    }
    write(all);
    write(float_history(head + 20 * kMinute + 3'000, head + 30 * kMinute, 10'000));  // late
  }

  static EndpointOptions options(bool streamed) {
    EndpointOptions options = endpoint(server_->url() + "/api/v1/read");
    options.streamed = streamed;
    return options;
  }

  static void expect_same_as_api(bool streamed, const std::string& selector, std::int64_t start, std::int64_t end,
                                 std::size_t at_least) {
    const auto api = query_api(server_->url(), selector, start, end);
    ASSERT_TRUE(api.ok()) << api.error().message;
    EXPECT_GE(api->samples.size() + api->histograms.size(), at_least);
    const auto client = *Client::create(options(streamed));
    const Query queries[] = {query(selector, start, end)};
    CollectingSink sink;
    const auto result = client->read(queries, sink);
    ASSERT_TRUE(result.ok()) << result.error().message;
    EXPECT_EQ(result->frames > 0, streamed && at_least > 0);
    EXPECT_EQ(result->series, sink.series().size());
    EXPECT_EQ(differences(sink.series(), *api, !streamed), "");
  }

  static std::unique_ptr<test_support::Server> server_;

 private:
  static void backfill(const test_support::TempDir& dir, const std::vector<WriteSeries>& series) {
    const std::string input = dir.write("input.om", open_metrics(series));
    const auto made = test_support::run_command(
        {.argv = {"promtool", "tsdb", "create-blocks-from", "openmetrics", input, dir.file("out")},
         .env = {},
         .directory = {},
         .log_file = {}});
    ASSERT_TRUE(made.ok()) << made.error().message;
    ASSERT_EQ(made->exit_code, 0) << made->output;
  }
  static void write(const std::vector<WriteSeries>& series) {
    const auto written = remote_write(server_->url() + "/api/v1/write", series);
    ASSERT_TRUE(written.ok()) << written.error().message;
  }
};

std::unique_ptr<test_support::Server> Prometheus::server_;

class StopServer : public testing::Environment {
  void TearDown() override { Prometheus::server_.reset(); }
};
[[maybe_unused]] const testing::Environment* const kStopServer = testing::AddGlobalTestEnvironment(new StopServer);

class BothTypes : public Prometheus, public testing::WithParamInterface<bool> {};
INSTANTIATE_TEST_SUITE_P(Types, BothTypes, testing::Bool(),
                         [](const auto& type) { return std::string(type.param ? "Streamed" : "Samples"); });

TEST_P(BothTypes, WholeHistory) {
  expect_same_as_api(GetParam(), everything(GetParam()), kStart - kHour, kStart + 9 * kHour, GetParam() ? 430 : 400);
}

// Ranges that begin and end inside of chunks, on samples, just beside them, across blocks and the head.
TEST_P(BothTypes, PartsOfChunks) {
  const std::int64_t head = kStart + 6 * kHour;
  const std::pair<std::int64_t, std::int64_t> ranges[] = {
      {kStart + 10 * kMinute, kStart + 11 * kMinute},          {kStart + 10 * kMinute + 1, kStart + 11 * kMinute - 1},
      {kStart + kHour - 1, kStart + 2 * kHour + 7'500},        {kStart + 3 * kHour, kStart + 4 * kHour + 1},
      {kStart + 4 * kHour + 50 * kMinute, head + 5 * kMinute}, {head + 19 * kMinute, head + 31 * kMinute},
      {head + 59 * kMinute + 59'999, head + 61 * kMinute}};
  for (const auto& [start, end] : ranges) {
    SCOPED_TRACE(start - kStart);
    expect_same_as_api(GetParam(), everything(GetParam()), start, end, 1);
  }
}

TEST_P(BothTypes, OneInstantAndNothing) {
  const std::int64_t head = kStart + 6 * kHour;
  const std::string selector = R"(m_gauge{i=~"1.*"})";
  const auto client = *Client::create(options(GetParam()));
  const Query queries[] = {query(selector, head, head), query(selector, head + 1, head + 2),
                           query(selector, kStart + 5 * kHour + kMinute, head - 1),
                           query("no_such_metric", head, head + kHour)};
  CollectingSink sink;
  const auto result = client->read(queries, sink);
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->requests, 1U);
  const auto api = query_api(server_->url(), selector, head - 1, head);
  ASSERT_TRUE(api.ok()) << api.error().message;
  EXPECT_GT(api->samples.size(), 5U);
  EXPECT_EQ(differences(sink.series(0), *api, !GetParam()), "");
  for (const std::size_t i : {1U, 2U, 3U}) EXPECT_TRUE(sink.series(i).empty()) << i;
}

// The API leaves stale markers out; what was written is known.
TEST_P(BothTypes, StaleMarkers) {
  const std::int64_t head = kStart + 6 * kHour;
  const auto client = *Client::create(options(GetParam()));
  const Query queries[] = {query("s_gauge", head, head + 80 * kMinute)};
  CollectingSink sink;
  ASSERT_TRUE(client->read(queries, sink).ok());
  const std::vector<WriteSeries> written = stale_history(head, head + 80 * kMinute, 5'000);
  ASSERT_EQ(sink.series().size(), written.size());
  std::size_t markers = 0;
  for (const WriteSeries& want : written) {
    const rca::Samples& got = sink.series().at(want.labels);
    EXPECT_EQ(got.times, want.samples.times);
    for (std::size_t i = 0; i < got.size(); ++i) {
      EXPECT_EQ(rca::is_stale(got.values[i]), rca::is_stale(want.samples.values[i]));
      if (rca::is_stale(got.values[i])) ++markers;
    }
  }
  EXPECT_GT(markers, 20U);
}

TEST_P(BothTypes, ManyQueriesInManyRequests) {
  EndpointOptions options = BothTypes::options(GetParam());
  options.queries_per_request = 7;
  options.concurrency = 3;
  const auto client = *Client::create(options);
  std::vector<Query> queries;
  const std::int64_t end = kStart + 8 * kHour;
  for (int i = 0; i < 60; ++i) {
    queries.push_back(query("{__name__=~\"m_requests_total|m_gauge\",i=\"" + std::to_string(i) + "\"}", kStart, end));
  }
  CollectingSink sink;
  const auto result = client->read(queries, sink);
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->requests, 9U);
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const auto api = query_api(server_->url(), remote_read::to_string(queries[i].matchers), kStart, end);
    ASSERT_TRUE(api.ok()) << api.error().message;
    EXPECT_EQ(api->samples.size(), 2U);
    EXPECT_EQ(differences(sink.series(i), *api, !GetParam()), "") << i;
  }
}

TEST_F(Prometheus, BuildInfo) {
  const auto info = (*Client::create(options(true)))->build_info();
  ASSERT_TRUE(info.ok()) << info.error().message;
  EXPECT_EQ(info->major, 2);
  EXPECT_THAT(info->version, testing::StartsWith("2."));
}

TEST_F(Prometheus, BadRegexIsQuoted) {
  EndpointOptions options = Prometheus::options(true);
  options.retry.max_attempts = 1;
  Query bad = query("up", kStart, kStart + 1);
  bad.matchers.push_back({remote_read::Matcher::Type::regex, "job", "("});
  CollectingSink sink;
  const auto result = (*Client::create(options))->read(std::span(&bad, 1), sink);
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.error().message, HasSubstr("error parsing regexp"));
  EXPECT_THAT(result.error().message, HasSubstr("query up{job=~\"(\"}"));
}

// It says so by a 400 whose plain text is labelled as snappy.
TEST(PrometheusLimits, SampleLimitIsQuoted) {
  auto server = test_support::start_prometheus(
      "", {"--web.enable-remote-write-receiver", "--storage.remote.read-sample-limit=50"});
  ASSERT_TRUE(server.ok()) << server.error().message;
  ASSERT_TRUE(remote_write((*server)->url() + "/api/v1/write", stale_history(kStart, kStart + kHour, 5'000)).ok());
  EndpointOptions options = endpoint((*server)->url() + "/api/v1/read");
  options.streamed = false;
  CollectingSink sink;
  const Query queries[] = {query("s_gauge", kStart, kStart + kHour)};
  const auto result = (*Client::create(options))->read(queries, sink);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind, ErrorKind::http_client_error);
  EXPECT_THAT(result.error().message, HasSubstr("exceeded sample limit (50)"));
}

// kill -9 in the middle of things, and again when it is back.
TEST_F(Prometheus, IsReadAgainAfterACrash) {
  const auto client = *Client::create(options(true));
  const Query queries[] = {query("m_gauge", kStart, kStart + 8 * kHour)};
  CollectingSink sink;
  const auto before = client->read(queries, sink);
  ASSERT_TRUE(before.ok());
  server_->process().kill();
  const auto down = client->read(queries, sink);
  ASSERT_FALSE(down.ok());
  EXPECT_EQ(down.error().kind, ErrorKind::connection);
  ASSERT_TRUE(server_->restart().ok());
  const auto after = client->read(queries, sink);
  ASSERT_TRUE(after.ok()) << after.error().message;
  EXPECT_EQ(after->samples, before->samples);
}

}  // namespace
}  // namespace remote_read_test
