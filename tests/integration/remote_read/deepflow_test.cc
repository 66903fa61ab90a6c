// DeepFlow's dialect: truncated answers are repaired or refused, never passed on.
#include "remote_read/deepflow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <snappy.h>

#include <random>

#include "deepflow_server.h"
#include "raw_server.h"
#include "read_support.h"
#include "remote_read/request.h"
#include "remote_read/sample_response.h"

namespace remote_read_test {
namespace {

using rca::ErrorKind;
using remote_read::Client;
using remote_read::DeepflowAnswer;
using remote_read::DeepflowLimits;
using remote_read::EndpointOptions;
using remote_read::Query;
using testing::HasSubstr;

// Asks the model directly, as the client does by HTTP.
remote_read::DeepflowFetch fetch_from(const DeepflowModel& model) {
  return [&model](const Query& query) -> rca::Result<DeepflowAnswer> {
    const std::string block = remote_read::build_request(std::span(&query, 1), {});
    std::string request;
    snappy::Uncompress(block.data(), block.size(), &request);
    const DeepflowModel::Answer answer = model.read(request, nullptr);
    const auto count = remote_read::count_wire(answer.response);
    if (!count.ok()) return count.error();
    remote_read::ReadUsage usage{{}};
    CollectingSink sink;
    const auto decoded = remote_read::decode_sample_response(answer.response, std::span(&query, 1), 0, usage, sink);
    if (!decoded.ok()) return decoded.error();
    return DeepflowAnswer{sink.series(0), count->series, count->rows};
  };
}

DeepflowLimits limits_of(const DeepflowModel& model) {
  return {.series = model.series_limit, .rows = model.row_limit};
}

void expect_equal(const SeriesMap& got, const SeriesMap& want) {
  ASSERT_EQ(got.size(), want.size());
  for (const auto& [labels, samples] : want) {
    const auto found = got.find(labels);
    ASSERT_NE(found, got.end()) << rca::to_string(labels);
    EXPECT_EQ(found->second.times, samples.times) << rca::to_string(labels);
    EXPECT_EQ(found->second.values, samples.values) << rca::to_string(labels);
  }
}

// `count` series with a sample every `step` seconds of [start, end], their labels as pods have them.
std::vector<DeepflowSeries> pods(int count, std::int64_t start, std::int64_t end, std::int64_t step) {
  std::vector<DeepflowSeries> out;
  std::mt19937 random(7);
  for (int i = 0; i < count; ++i) {
    DeepflowSeries series;
    series.tags = {{"pod", "vllm-" + std::to_string(random() % 100'000) + "-" + std::to_string(i)}, {"job", "vllm"}};
    for (std::int64_t t = start; t <= end; t += step)
      series.rows[t] = static_cast<double>(i) + 0.001 * static_cast<double>(t);
    out.push_back(series);
  }
  return out;
}

EndpointOptions deepflow_endpoint(const std::string& url) {
  EndpointOptions options = endpoint(url);
  options.dialect = remote_read::Dialect::deepflow;
  return options;
}

TEST(Deepflow, AnswersOneQueryARequestWithTheHintsItNeeds) {
  DeepflowServer server;
  server.model.metrics["up"] = pods(3, 0, 100, 10);
  const std::string native = "flow_metrics__network__rtt__1m";
  server.model.metrics[native] = pods(2, 0, 120, 60);
  Query first = query("up", 1'500, 60'500);
  Query second = query(native, 0, 120'000);
  second.hints.func = "avg";
  second.hints.grouping = {"pod"};
  second.hints.by = true;
  const std::vector<Query> queries = {first, second};
  const auto client = *Client::create(deepflow_endpoint(server.url()));
  CollectingSink sink;
  const auto result = client->read(queries, sink);
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->requests, 2U);
  EXPECT_EQ(result->series, 5U);
  EXPECT_EQ(result->splits, 0U);
  expect_equal(sink.series(0), server.model.truth("up", 1'500, 60'500));
  expect_equal(sink.series(1), server.model.truth(native, 0, 120'000));
  for (const DeepflowRequest& request : server.requests()) {
    EXPECT_EQ(request.start_ms % 1000, 0);
    EXPECT_EQ(request.end_ms % 1000, 0);
    if (request.func.empty()) {
      EXPECT_EQ(request.start_ms, 2'000);
      EXPECT_EQ(request.end_ms, 60'000);
    } else {
      EXPECT_EQ(request.func, "avg");
      EXPECT_TRUE(request.by);
      EXPECT_THAT(request.grouping, testing::ElementsAre("pod"));
    }
  }
}

TEST(Deepflow, SplitsByLabelWhenAStepHasMoreSeriesThanTheLimit) {
  DeepflowServer server;
  server.model.metrics["up"] = pods(1'700, 0, 120, 15);
  const Query queries[] = {query("up", 0, 120'000)};
  const auto client = *Client::create(deepflow_endpoint(server.url()));
  CollectingSink sink;
  const auto result = client->read(queries, sink);
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_GT(result->splits, 0U);
  EXPECT_EQ(result->requests, 2 * result->splits + 1);
  EXPECT_LT(result->requests, 20U);
  EXPECT_EQ(result->series, 1'700U);
  EXPECT_EQ(result->samples, 1'700U * 9);
  expect_equal(sink.series(), server.model.truth("up", 0, 120'000));
}

TEST(Deepflow, SplitsByTimeWhenSeriesComeAndGo) {
  DeepflowModel model;
  for (int i = 0; i < 1'200; ++i) {  // each lives for 20 seconds
    DeepflowSeries series;
    series.tags["pod"] = "job-" + std::to_string(i);
    for (std::int64_t t = i; t < i + 20; ++t) series.rows[t] = i;
    model.metrics["up"].push_back(series);
  }
  std::uint64_t splits = 0;
  const auto result =
      remote_read::read_deepflow(query("up", 0, 1'300'000), fetch_from(model), limits_of(model), splits);
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_GE(splits, 2U);
  EXPECT_LE(splits, 4U);
  expect_equal(*result, model.truth("up", 0, 1'300'000));
}

TEST(Deepflow, ExactlyTheLimitIsTakenForTruncated) {
  DeepflowModel model;
  model.metrics["up"] = pods(500, 0, 60, 15);
  std::uint64_t splits = 0;
  auto result = remote_read::read_deepflow(query("up", 0, 60'000), fetch_from(model), limits_of(model), splits);
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(splits, 1U);
  expect_equal(*result, model.truth("up", 0, 60'000));
  model.metrics["up"].pop_back();
  splits = 0;
  result = remote_read::read_deepflow(query("up", 0, 60'000), fetch_from(model), limits_of(model), splits);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(splits, 0U);
}

TEST(Deepflow, RowLimitIsRepairedToo) {
  DeepflowModel model;
  model.row_limit = 1'000;
  model.metrics["up"] = pods(40, 0, 100, 1);
  std::uint64_t splits = 0;
  const auto result = remote_read::read_deepflow(query("up", 0, 100'000), fetch_from(model), limits_of(model), splits);
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_GE(splits, 4U);
  expect_equal(*result, model.truth("up", 0, 100'000));
}

// Steps are cut by DeepFlow relative to the start of the range, so no part may begin inside of one.
TEST(Deepflow, StepsAreNotCut) {
  DeepflowModel model;
  model.series_limit = 5;
  model.metrics["up"] = pods(9, 0, 1'000, 10);
  std::vector<Query> asked;
  const auto fetch = [&](const Query& part) {
    asked.push_back(part);
    return fetch_from(model)(part);
  };
  Query whole = query("up", 7'000, 1'000'000);
  whole.hints.step_ms = 60'000;
  for (DeepflowSeries& series : model.metrics["up"]) series.tags = {{"q", series.tags["pod"].substr(5, 1)}};
  std::uint64_t splits = 0;
  (void)remote_read::read_deepflow(whole, fetch, limits_of(model), splits);
  ASSERT_GT(asked.size(), 1U);
  for (const Query& part : asked) EXPECT_EQ((part.start_ms - whole.start_ms) % whole.hints.step_ms, 0);
}

TEST(Deepflow, SaysSoWhenNothingTellsTheSeriesApart) {
  DeepflowServer server;
  server.model.series_limit = 2;
  for (const char* value : {"'", "[", "]", "\\"}) {
    server.model.metrics["up"].push_back({.tags = {{"q", value}}, .rows = {{5, 1.0}}});
  }
  EndpointOptions options = deepflow_endpoint(server.url());
  options.deepflow_series_limit = 2;
  const Query queries[] = {query("up", 0, 60'000)};
  CollectingSink sink;
  const auto result = (*Client::create(options))->read(queries, sink);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind, ErrorKind::limit);
  EXPECT_THAT(result.error().message, HasSubstr("truncated its answer"));
  EXPECT_THAT(result.error().message, HasSubstr("cannot be split any further"));
  EXPECT_TRUE(sink.series().empty());
}

TEST(Deepflow, NoticesAServerThatIgnoresTheAddedMatchers) {
  DeepflowModel model;
  model.ignores_regexes = true;
  model.metrics["up"] = pods(600, 0, 60, 15);
  std::uint64_t splits = 0;
  const auto result = remote_read::read_deepflow(query("up", 0, 60'000), fetch_from(model), limits_of(model), splits);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind, ErrorKind::unexpected_content);
  EXPECT_THAT(result.error().message, HasSubstr("by which it was asked for"));
}

TEST(Deepflow, UnknownMetricIsAnEmptyResultAndOtherJsonIsNot) {
  DeepflowServer server;
  const Query queries[] = {query("no_such_metric", 0, 60'000)};
  CollectingSink sink;
  const auto result = (*Client::create(deepflow_endpoint(server.url())))->read(queries, sink);
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->series, 0U);
  RawServer other([](Connection& connection, int) {
    connection.read_request();
    connection.send(http_answer(200, {"Content-Type: application/json"}, R"({"OPT_STATUS":"SUCCESS"})"));
  });
  const auto refused = (*Client::create(deepflow_endpoint(other.url())))->read(queries, sink);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind, ErrorKind::unexpected_content);
  // With the common protocol the JSON null is no answer at all.
  const auto plain = (*Client::create(endpoint(server.url())))->read(queries, sink);
  ASSERT_FALSE(plain.ok());
  EXPECT_EQ(plain.error().kind, ErrorKind::unexpected_content);
}

// DeepFlow's own reading of expressions differs; what it is sent must mean what PromQL means.
TEST(Deepflow, RegexesMeanWhatTheyMeanInPromql) {
  DeepflowServer server;
  for (const char* pod : {"a", "ab", "b", "cb", "c", "c.b"}) {
    server.model.metrics["up"].push_back({.tags = {{"pod", pod}}, .rows = {{5, 1.0}}});
  }
  const std::pair<const char*, std::vector<std::string>> expected[] = {
      {R"(up{pod=~"a|b"})", {"a", "b"}},         {R"(up{pod!~"a|b"})", {"ab", "c", "c.b", "cb"}},
      {R"(up{pod=~"a.*|b"})", {"a", "ab", "b"}}, {R"(up{pod!~"a.*|b"})", {"c", "c.b", "cb"}},
      {R"(up{pod=~"c[.]b"})", {"c.b"}},          {R"(up{pod!~"c"})", {"a", "ab", "b", "c.b", "cb"}}};
  const auto client = *Client::create(deepflow_endpoint(server.url()));
  for (const auto& [selector, pods] : expected) {
    CollectingSink sink;
    const Query queries[] = {query(selector, 0, 60'000)};
    const auto result = client->read(queries, sink);
    ASSERT_TRUE(result.ok()) << result.error().message;
    std::vector<std::string> got;
    for (const auto& [labels, samples] : sink.series()) got.emplace_back(rca::label_value(labels, "pod"));
    EXPECT_EQ(got, pods) << selector;
  }
}

TEST(Deepflow, NeedsTheExactNameOfAMetric) {
  DeepflowServer server;
  const Query queries[] = {query(R"({__name__=~"up.*"})", 0, 60'000)};
  CollectingSink sink;
  const auto result = (*Client::create(deepflow_endpoint(server.url())))->read(queries, sink);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind, ErrorKind::invalid_argument);
  EXPECT_TRUE(server.requests().empty());
}

TEST(Deepflow, StaysBelowTheRateThatIsRefused) {
  DeepflowServer server;
  server.model.metrics["up"] = pods(2, 0, 60, 15);
  std::vector<Query> queries(60, query("up", 0, 60'000));
  EndpointOptions options = deepflow_endpoint(server.url());
  options.concurrency = 16;
  CollectingSink sink;
  const auto result = (*Client::create(options))->read(queries, sink);
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->requests, 60U);
  EXPECT_EQ(server.refused(), 0);
  expect_equal(sink.series(59), server.model.truth("up", 0, 60'000));
}

// Whatever series there are, an answer is whole or refused.
TEST(Deepflow, RandomSeriesComeBackWhole) {
  int repaired = 0;
  for (unsigned seed = 0; seed < 60; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&random](int end) { return std::uniform_int_distribution<int>(0, end - 1)(random); };
    DeepflowModel model;
    model.series_limit = static_cast<std::size_t>(3 + below(20));
    model.row_limit = static_cast<std::size_t>(50 + below(500));
    const std::vector<std::string> alphabet = {"a", "b", "Z", "0", "7", "-", ".", "/", "节", "点", "é", "'", "\n"};
    std::map<std::map<std::string, std::string>, std::map<std::int64_t, double>> unique;
    for (int i = below(120); i >= 0; --i) {
      std::map<std::string, std::string> tags;
      for (const char* name : {"x", "y", "z"}) {
        std::string value;
        for (int n = below(4); n > 0; --n) value += alphabet[static_cast<std::size_t>(below(13))];
        if (!value.empty()) tags[name] = value;
      }
      const int start = below(300);
      const int end = start + below(60);
      for (int t = start; t < end; t += 1 + below(7)) unique[tags][t] = below(100);
    }
    for (const auto& [tags, rows] : unique) {
      if (!rows.empty()) model.metrics["up"].push_back({tags, rows});
    }
    model.metrics["up"];  // known, even if empty
    std::uint64_t splits = 0;
    const auto result =
        remote_read::read_deepflow(query("up", 3'200, 290'999), fetch_from(model), limits_of(model), splits);
    if (!result.ok()) {
      EXPECT_EQ(result.error().kind, ErrorKind::limit) << seed << " " << result.error().message;
      continue;
    }
    if (splits > 0) ++repaired;
    expect_equal(*result, model.truth("up", 3'200, 290'999));
  }
  EXPECT_GT(repaired, 30);
}

TEST(CountWire, RefusesGarbage) {
  for (const std::string& text : {std::string("\x0a\x05\x0a"), std::string("\x0a\xff\xff\xff\xff\x0f"),
                                  std::string("\x0b"), std::string("\x0a\x03\x0a\x05\x01")}) {
    EXPECT_FALSE(remote_read::count_wire(text).ok());
  }
  EXPECT_TRUE(remote_read::count_wire("").ok());
}

}  // namespace
}  // namespace remote_read_test
