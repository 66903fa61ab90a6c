#include "remote_read/sample_response.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/remote_read/answers.h"
#include "tests/support/remote_read/bit_writer.h"
#include "tests/support/remote_read/histogram_chunk_writer.h"

namespace remote_read {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::KeepingSink;
using testing::snappy_block;
using testing::time_series;

TEST(Snappy, GivesBackWhatWentIn) {
  const std::string plain(100'000, 'x');
  const auto decoded = snappy_decompress(snappy_block(plain), plain.size());
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(*decoded, plain);
  EXPECT_EQ(*snappy_decompress(snappy_block(""), 0), "");
}

void expect_snappy_error(const std::string& block, std::size_t max_bytes, rca::ErrorKind kind) {
  const auto decoded = snappy_decompress(block, max_bytes);
  ASSERT_FALSE(decoded.ok());
  EXPECT_EQ(decoded.error().kind, kind) << decoded.error().message;
}

TEST(Snappy, BadBlocksAreErrors) {
  std::string text(1000, 'x');
  text += "and an end that does not repeat";
  const std::string block = snappy_block(text);
  expect_snappy_error("", 1000, rca::ErrorKind::malformed);
  expect_snappy_error("<html>not snappy at all</html>", 1'000'000'000, rca::ErrorKind::malformed);
  expect_snappy_error(std::string(6, '\xff'), 1000, rca::ErrorKind::malformed);
  expect_snappy_error(block, 1000, rca::ErrorKind::limit);
  for (std::size_t cut = 0; cut < block.size(); ++cut) {
    expect_snappy_error(block.substr(0, cut), 10'000, rca::ErrorKind::malformed);
  }
}

TEST(Snappy, ABombIsRefusedByItsLength) {
  testing::BitWriter bomb;
  bomb.put_uvarint(0xffff'ffff);
  expect_snappy_error(bomb.bytes() + "few bytes", std::size_t{1} << 30, rca::ErrorKind::limit);
  // Within the limit, but beyond what so few bytes can become.
  expect_snappy_error(bomb.bytes() + "few bytes", std::size_t{1} << 40, rca::ErrorKind::malformed);
}

class SampleResponse : public ::testing::Test {
 protected:
  SampleResponse() {
    for (Query& query : queries) {
      query.start_ms = 100;
      query.end_ms = 200;
    }
  }

  rca::Result<DecodeStats> decode(const std::string& plain) {
    sink.series.clear();
    ReadUsage usage(limits);
    return decode_sample_response(plain, queries, 3, usage, sink);
  }
  rca::Result<DecodeStats> decode() { return decode(response.SerializeAsString()); }

  void expect_error(rca::ErrorKind kind, const std::string& what) {
    const auto decoded = decode();
    ASSERT_FALSE(decoded.ok()) << what;
    EXPECT_EQ(decoded.error().kind, kind);
    EXPECT_THAT(decoded.error().message, HasSubstr(what));
  }

  static rca::Samples samples(const std::vector<std::int64_t>& times) {
    rca::Samples out;
    for (const std::int64_t time : times) out.push_back(time, static_cast<double>(time) / 10);
    return out;
  }

  std::vector<Query> queries{2};
  Limits limits;
  KeepingSink sink;
  wire::ReadResponse response;
};

TEST_F(SampleResponse, GivesEveryResultToItsQuery) {
  *response.add_results()->add_timeseries() = time_series({{"__name__", "up"}}, samples({100, 150}).view());
  wire::QueryResult& second = *response.add_results();
  *second.add_timeseries() = time_series({{"__name__", "a"}}, samples({110}).view());
  *second.add_timeseries() = time_series({{"__name__", "b"}}, samples({120}).view());
  const auto decoded = decode();
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->series, 3U);
  EXPECT_EQ(decoded->samples, 4U);
  EXPECT_THAT((sink.series[{3, "up"}].times), ElementsAre(100, 150));
  EXPECT_THAT((sink.series[{3, "up"}].values), ElementsAre(10, 15));
  EXPECT_THAT((sink.series[{4, "b"}].times), ElementsAre(120));
}

TEST_F(SampleResponse, TrimsSortsAndMerges) {
  *response.add_results()->add_timeseries() =
      time_series({{"z", "1"}, {"__name__", "up"}, {"a", "2"}}, samples({201, 200, 99, 150, 100, 150}).view());
  response.add_results();
  ASSERT_TRUE(decode().ok());
  EXPECT_EQ(sink.series.size(), 1U);
  EXPECT_THAT((sink.series[{3, "up{a=\"2\",z=\"1\"}"}].times), ElementsAre(100, 150, 200));
}

TEST_F(SampleResponse, StaleMarkersStayWhatTheyAre) {
  rca::Samples stale;
  stale.push_back(150, rca::stale_marker());
  *response.add_results()->add_timeseries() = time_series({{"a", "b"}}, stale.view());
  response.add_results();
  ASSERT_TRUE(decode().ok());
  EXPECT_TRUE(rca::is_stale(sink.series[{3, "{a=\"b\"}"}].values.at(0)));
}

TEST_F(SampleResponse, TheNumberOfResultsMustBeThatOfTheQueries) {
  expect_error(rca::ErrorKind::malformed, "0 results for 2 queries");
  response.add_results();
  expect_error(rca::ErrorKind::malformed, "1 results for 2 queries");
  response.add_results();
  EXPECT_TRUE(decode().ok());
  response.add_results();
  expect_error(rca::ErrorKind::malformed, "3 results for 2 queries");
}

TEST_F(SampleResponse, ReadsHistograms) {
  wire::TimeSeries& series = *response.add_results()->add_timeseries();
  series = time_series({{"__name__", "x"}}, {});
  wire::Histogram& whole = *series.add_histograms();
  whole.set_timestamp(110);
  whole.set_count_int(10);
  whole.set_zero_count_int(1);
  whole.set_sum(2.5);
  whole.set_zero_threshold(0.25);
  wire::BucketSpan& span = *whole.add_positive_spans();
  span.set_offset(0);
  span.set_length(2);
  for (const std::int64_t delta : {3, -1}) whole.add_positive_deltas(delta);
  *whole.add_negative_spans() = span;
  for (const std::int64_t delta : {1, 2}) whole.add_negative_deltas(delta);
  wire::Histogram& floating = *series.add_histograms();
  floating.set_timestamp(120);
  floating.set_count_float(10.5);
  floating.set_zero_count_float(0.5);
  floating.set_zero_threshold(0.25);
  *floating.add_positive_spans() = span;
  for (const double count : {4.0, 6.0}) floating.add_positive_counts(count);
  wire::Histogram& stale = *series.add_histograms();
  stale.set_timestamp(130);
  stale.set_sum(rca::stale_marker());
  series.add_histograms()->set_timestamp(500);  // out of range
  response.add_results();
  const auto decoded = decode();
  ASSERT_TRUE(decoded.ok()) << decoded.error().message;
  EXPECT_THAT((sink.series[{3, "x_count"}].times), ElementsAre(110, 120, 130));
  const auto bucket = [this](const std::string& le) {
    const auto& values = sink.series[{3, "x_bucket{le=\"" + le + "\"}"}].values;
    return std::vector<double>(values.begin(), values.begin() + 2);
  };
  EXPECT_THAT(bucket("-1"), ElementsAre(3, 0));
  EXPECT_THAT(bucket("-0.5"), ElementsAre(4, 0));
  EXPECT_THAT(bucket("0.25"), ElementsAre(5, 0.5));
  EXPECT_THAT(bucket("1"), ElementsAre(8, 4.5));
  EXPECT_THAT(bucket("2"), ElementsAre(10, 10.5));
  EXPECT_TRUE(rca::is_stale(sink.series[{3, "x_bucket{le=\"2\"}"}].values.at(2)));
}

TEST_F(SampleResponse, ReadsHistogramsWithCustomBounds) {
  wire::TimeSeries& series = *response.add_results()->add_timeseries();
  series = time_series({{"__name__", "x"}}, {});
  wire::Histogram& histogram = *series.add_histograms();
  histogram.set_timestamp(110);
  histogram.set_schema(kCustomBoundsSchema);
  histogram.set_count_int(6);
  for (const double bound : {0.1, 2.0}) histogram.add_custom_values(bound);
  histogram.add_positive_spans()->set_length(3);
  for (const std::int64_t delta : {1, 1, 1}) histogram.add_positive_deltas(delta);
  response.add_results();
  ASSERT_TRUE(decode().ok());
  EXPECT_THAT((sink.series[{3, "x_bucket{le=\"0.1\"}"}].values), ElementsAre(1));
  EXPECT_THAT((sink.series[{3, "x_bucket{le=\"2\"}"}].values), ElementsAre(3));
  EXPECT_THAT((sink.series[{3, "x_bucket{le=\"+Inf\"}"}].values), ElementsAre(6));
}

TEST_F(SampleResponse, BadHistogramsAreErrors) {
  wire::TimeSeries& series = *response.add_results()->add_timeseries();
  series = time_series({{"__name__", "x"}}, {});
  wire::Histogram& histogram = *series.add_histograms();
  histogram.set_timestamp(110);
  histogram.set_schema(99);
  expect_error(rca::ErrorKind::unsupported_encoding, "series x: native histogram: unknown schema 99");
  histogram.set_schema(0);
  histogram.add_positive_spans()->set_length(2);
  histogram.add_positive_deltas(1);
  expect_error(rca::ErrorKind::malformed, "do not match");
  histogram.mutable_positive_spans(0)->set_length(1U << 31);
  expect_error(rca::ErrorKind::malformed, "more buckets than data");
  histogram.mutable_positive_spans(0)->set_length(1);
  histogram.add_positive_counts(1);
  expect_error(rca::ErrorKind::malformed, "do not match");
}

TEST_F(SampleResponse, KeepsToTheLimits) {
  wire::QueryResult& result = *response.add_results();
  *result.add_timeseries() = time_series({{"__name__", "a"}}, samples({110, 120}).view());
  *result.add_timeseries() = time_series({{"__name__", "b"}}, samples({110, 120}).view());
  response.add_results();
  limits.max_samples = 3;
  expect_error(rca::ErrorKind::limit, "series b: the answer has more than the permitted 3 samples");
  limits.max_samples = 4;
  limits.max_series = 1;
  expect_error(rca::ErrorKind::limit, "more than the permitted 1 series");
}

TEST_F(SampleResponse, DamagedProtobufIsAnError) {
  *response.add_results()->add_timeseries() = time_series({{"__name__", "up"}}, samples({100, 150}).view());
  response.add_results();
  const std::string plain = response.SerializeAsString();
  for (std::size_t cut = 0; cut < plain.size(); ++cut) {
    const auto decoded = decode(plain.substr(0, cut));
    ASSERT_FALSE(decoded.ok()) << cut;
    EXPECT_EQ(decoded.error().kind, rca::ErrorKind::malformed);
  }
  EXPECT_FALSE(decode("<html></html>").ok());
  EXPECT_FALSE(decode("{\"status\":\"error\"}").ok());
}

}  // namespace
}  // namespace remote_read
