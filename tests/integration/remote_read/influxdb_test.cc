// The client against Debian's InfluxDB 1.6, the second real server: SAMPLES only, one query a request.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <random>

#include "query_api.h"
#include "read_support.h"
#include "tests/support/http.h"
#include "tests/support/server.h"

namespace remote_read_test {
namespace {

using rca::ErrorKind;
using remote_read::Client;
using remote_read::EndpointOptions;
using remote_read::Query;

constexpr std::int64_t kBegin = 1'700'000'000'000;

class Influxdb : public testing::Test {
 protected:
  void SetUp() override {
    auto started = test_support::start_influxdb();
    ASSERT_TRUE(started.ok()) << started.error().message;
    server_ = *std::move(started);
    const auto created =
        test_support::http_post(server_->url() + "/query?q=CREATE%20DATABASE%20prom", "", "text/plain");
    ASSERT_TRUE(created.ok() && created->status == 200);
  }

  // 60 series of 200 samples, with gaps.
  std::vector<WriteSeries> write_series() {
    std::vector<WriteSeries> out;
    std::mt19937_64 random(3);
    for (int i = 0; i < 60; ++i) {
      WriteSeries& series = out.emplace_back();
      series.labels = {{"__name__", i % 2 == 0 ? "load" : "requests_total"}, {"i", std::to_string(i)}, {"job", "a b"}};
      for (int t = 0; t < 200; ++t) {
        if (random() % 7 == 0) continue;
        series.samples.push_back(kBegin + t * 15'000, std::bit_cast<double>(random() >> 2U));  // any finite double
      }
    }
    const auto written = remote_write(server_->url() + "/api/v1/prom/write?db=prom", out);
    EXPECT_TRUE(written.ok()) << written.error().message;
    return out;
  }

  [[nodiscard]] EndpointOptions options() const {
    EndpointOptions options = endpoint(server_->url() + "/api/v1/prom/read?db=prom");
    options.dialect = remote_read::Dialect::influxdb;
    return options;
  }

  std::unique_ptr<test_support::Server> server_;
};

TEST_F(Influxdb, GivesWhatWasWritten) {
  const std::vector<WriteSeries> written = write_series();
  const std::int64_t start = kBegin + 10 * 15'000;
  const std::int64_t end = kBegin + 150 * 15'000 + 1;
  const Query queries[] = {query("load", start, end), query(R"(requests_total{i=~"1.*",job!="x"})", start, end),
                           query("no_such_metric", start, end)};
  CollectingSink sink;
  const auto result = (*Client::create(options()))->read(queries, sink);
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->requests, 3U);
  EXPECT_EQ(result->frames, 0U);
  EXPECT_EQ(sink.series(0).size(), 30U);
  EXPECT_EQ(sink.series(1).size(), 6U);  // 1, 11, 13, 15, 17, 19: the whole value is matched
  EXPECT_TRUE(sink.series(2).empty());
  for (const std::size_t i : {0U, 1U}) {
    for (const auto& [labels, samples] : sink.series(i)) {
      const auto same = [&labels = labels](const WriteSeries& series) { return series.labels == labels; };
      const auto want = std::find_if(written.begin(), written.end(), same);
      ASSERT_NE(want, written.end()) << rca::to_string(labels);
      rca::Samples trimmed;
      for (std::size_t k = 0; k < want->samples.size(); ++k) {
        const std::int64_t time = want->samples.times[k];
        if (time >= start && time <= end) trimmed.push_back(time, want->samples.values[k]);
      }
      EXPECT_EQ(samples.times, trimmed.times) << rca::to_string(labels);
      EXPECT_EQ(samples.values, trimmed.values) << rca::to_string(labels);
    }
  }
}

TEST_F(Influxdb, HasNoBuildInformation) {
  const auto info = (*Client::create(options()))->build_info();
  ASSERT_FALSE(info.ok());
  EXPECT_EQ(info.error().kind, ErrorKind::not_found);
}

TEST_F(Influxdb, AMissingDatabaseIsSaid) {
  EndpointOptions options = Influxdb::options();
  options.url = server_->url() + "/api/v1/prom/read?db=nothing";
  options.retry.max_attempts = 1;
  CollectingSink sink;
  const Query queries[] = {query("load", kBegin, kBegin + 1)};
  const auto result = (*Client::create(options))->read(queries, sink);
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.error().message, testing::HasSubstr("nothing"));
}

}  // namespace
}  // namespace remote_read_test
