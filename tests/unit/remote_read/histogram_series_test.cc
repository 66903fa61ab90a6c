#include "remote_read/histogram_series.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "tests/support/remote_read/answers.h"

namespace remote_read {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::KeepingSink;

const rca::Labels kLabels = {{"__name__", "x"}, {"job", "j"}};

// One sample more, with its own layout.
void add(HistogramSamples& samples, std::int64_t time, const HistogramLayout& layout, double zero_count,
         const std::vector<double>& buckets) {
  HistogramSamples::Point point;
  point.time = time;
  point.count = zero_count;
  for (const double bucket : buckets) point.count += bucket;
  point.zero_count = zero_count;
  point.sum = static_cast<double>(time) / 10;
  point.first_bucket = samples.buckets.size();
  point.layout = samples.add_layout(layout);
  samples.buckets.insert(samples.buckets.end(), buckets.begin(), buckets.end());
  samples.points.push_back(point);
}

void add_stale(HistogramSamples& samples, std::int64_t time) {
  HistogramSamples::Point point;
  point.time = time;
  point.sum = rca::stale_marker();
  point.layout = samples.add_layout({});
  samples.points.push_back(point);
}

struct Given {
  KeepingSink sink;
  DecodeStats stats;

  explicit Given(const HistogramSamples& samples) {
    ReadUsage usage{Limits{}};
    const auto given = give_histograms(0, kLabels, samples, usage, stats, sink);
    EXPECT_TRUE(given.ok()) << given.error().message;
    EXPECT_EQ(stats.series, sink.series.size());
  }

  [[nodiscard]] rca::Samples at(const std::string& series) const {
    const auto found = sink.series.find({0, series});
    return found == sink.series.end() ? rca::Samples{} : found->second;
  }
  [[nodiscard]] std::vector<double> bucket(const std::string& le) const {
    return at("x_bucket{job=\"j\",le=\"" + le + "\"}").values;
  }
};

TEST(HistogramSeries, CountsUpToEachBound) {
  HistogramLayout layout;
  layout.schema = 0;
  layout.zero_threshold = 0.25;
  layout.positive = {0, 1, 4};  // (0.5, 1], (1, 2], (8, 16]
  HistogramSamples samples;
  add(samples, 1000, layout, 5, {1, 2, 3});
  add(samples, 2000, layout, 6, {1, 4, 3});
  const Given given(samples);
  EXPECT_THAT(given.at("x_count{job=\"j\"}").values, ElementsAre(11, 14));
  EXPECT_THAT(given.at("x_sum{job=\"j\"}").values, ElementsAre(100, 200));
  EXPECT_THAT(given.at("x_sum{job=\"j\"}").times, ElementsAre(1000, 2000));
  EXPECT_THAT(given.bucket("0.25"), ElementsAre(5, 6));
  EXPECT_THAT(given.bucket("0.5"), ElementsAre(5, 6));
  EXPECT_THAT(given.bucket("1"), ElementsAre(6, 7));
  EXPECT_THAT(given.bucket("2"), ElementsAre(8, 11));
  EXPECT_THAT(given.bucket("8"), ElementsAre(8, 11));
  EXPECT_THAT(given.bucket("16"), ElementsAre(11, 14));
  EXPECT_THAT(given.bucket("+Inf"), ElementsAre(11, 14));
  EXPECT_EQ(given.stats.series, 9U);
  EXPECT_EQ(given.stats.samples, 18U);
}

TEST(HistogramSeries, NegativeBucketsCountFromBelow) {
  HistogramLayout layout;
  layout.schema = 0;
  layout.zero_threshold = 0.5;
  layout.positive = {1};     // (1, 2]
  layout.negative = {1, 3};  // [-2, -1), [-8, -4)
  HistogramSamples samples;
  add(samples, 1000, layout, 10, {1, 20, 300});
  const Given given(samples);
  EXPECT_THAT(given.bucket("-8"), ElementsAre(0));
  EXPECT_THAT(given.bucket("-4"), ElementsAre(300));
  EXPECT_THAT(given.bucket("-2"), ElementsAre(300));
  EXPECT_THAT(given.bucket("-1"), ElementsAre(320));
  EXPECT_THAT(given.bucket("-0.5"), ElementsAre(320));
  EXPECT_THAT(given.bucket("0.5"), ElementsAre(330));
  EXPECT_THAT(given.bucket("1"), ElementsAre(330));
  EXPECT_THAT(given.bucket("2"), ElementsAre(331));
  EXPECT_THAT(given.bucket("+Inf"), ElementsAre(331));
}

TEST(HistogramSeries, ABucketThatComesLaterHasAHistory) {
  HistogramLayout narrow;
  narrow.positive = {1};
  HistogramLayout wide;
  wide.positive = {1, 2};
  HistogramSamples samples;
  add(samples, 1000, narrow, 0, {7});
  add(samples, 2000, wide, 0, {7, 1});
  const Given given(samples);
  EXPECT_THAT(given.bucket("2"), ElementsAre(7, 7));
  EXPECT_THAT(given.bucket("4"), ElementsAre(7, 8));
}

TEST(HistogramSeries, ComesDownToTheCoarsestResolution) {
  HistogramLayout fine;
  fine.schema = 1;
  fine.positive = {1, 2, 3};  // up to 1.41, 2, 2.83
  HistogramLayout coarse;
  coarse.schema = 0;
  coarse.positive = {1, 2};  // up to 2, 4
  HistogramSamples samples;
  add(samples, 1000, fine, 0, {1, 2, 4});
  add(samples, 2000, coarse, 0, {5, 6});
  const Given given(samples);
  EXPECT_THAT(given.bucket("0"), ElementsAre(0, 0));
  EXPECT_THAT(given.bucket("1"), ElementsAre(0, 0));
  EXPECT_THAT(given.bucket("2"), ElementsAre(3, 5));
  EXPECT_THAT(given.bucket("4"), ElementsAre(7, 11));
  EXPECT_EQ(given.sink.series.size(), 7U);
}

TEST(HistogramSeries, AReservedFineSchemaBecomesTheFinestKnown) {
  HistogramLayout layout;
  layout.schema = 10;
  layout.positive = {1, 4, 5, 1024};
  HistogramSamples samples;
  add(samples, 1000, layout, 0, {1, 2, 4, 8});
  const Given given(samples);
  EXPECT_THAT(given.bucket(format_bound(exponential_bound(8, 1))), ElementsAre(3));
  EXPECT_THAT(given.bucket(format_bound(exponential_bound(8, 2))), ElementsAre(7));
  EXPECT_THAT(given.bucket("2"), ElementsAre(15));
}

TEST(HistogramSeries, TheEndOfTheSeriesShowsInAll) {
  HistogramLayout layout;
  layout.positive = {1};
  HistogramSamples samples;
  add(samples, 1000, layout, 0, {7});
  add_stale(samples, 2000);
  add(samples, 3000, layout, 0, {8});
  const Given given(samples);
  EXPECT_EQ(given.sink.series.size(), 6U);
  for (const auto& [key, series] : given.sink.series) {
    ASSERT_EQ(series.size(), 3U) << key.second;
    EXPECT_FALSE(rca::is_stale(series.values[0]));
    EXPECT_TRUE(rca::is_stale(series.values[1])) << key.second;
    EXPECT_FALSE(rca::is_stale(series.values[2]));
  }
}

TEST(HistogramSeries, OnlyStaleSamplesHaveNoBounds) {
  HistogramSamples samples;
  add_stale(samples, 2000);
  const Given given(samples);
  EXPECT_EQ(given.sink.series.size(), 3U);
  EXPECT_TRUE(rca::is_stale(given.bucket("+Inf").at(0)));
}

TEST(HistogramSeries, CustomBoundsThatGoGetAStaleMarker) {
  HistogramLayout first;
  first.schema = kCustomBoundsSchema;
  first.custom_bounds = {1, 2.5};
  first.positive = {0, 2};
  HistogramLayout second = first;
  second.custom_bounds = {1, 5};
  HistogramSamples samples;
  add(samples, 1000, first, 0, {3, 4});
  add(samples, 2000, second, 0, {5, 6});
  add(samples, 3000, second, 0, {7, 8});
  const Given given(samples);
  EXPECT_THAT(given.bucket("1"), ElementsAre(3, 5, 7));
  EXPECT_THAT(given.bucket("+Inf"), ElementsAre(7, 11, 15));
  const rca::Samples gone = given.at("x_bucket{job=\"j\",le=\"2.5\"}");
  EXPECT_THAT(gone.times, ElementsAre(1000, 2000));
  EXPECT_EQ(gone.values[0], 3);
  EXPECT_TRUE(rca::is_stale(gone.values[1]));
  EXPECT_THAT(given.at("x_bucket{job=\"j\",le=\"5\"}").times, ElementsAre(2000, 3000));
  EXPECT_THAT(given.bucket("5"), ElementsAre(5, 7));
}

TEST(HistogramSeries, ObservationsOfNaNAreInTheCountOnly) {
  HistogramLayout layout;
  layout.positive = {1};
  HistogramSamples samples;
  add(samples, 1000, layout, 0, {7});
  samples.points[0].count = 9;
  const Given given(samples);
  EXPECT_THAT(given.bucket("2"), ElementsAre(7));
  EXPECT_THAT(given.bucket("+Inf"), ElementsAre(9));
}

TEST(HistogramSeries, KeepsToTheLimits) {
  HistogramLayout layout;
  for (int i = 0; i < 10; ++i) layout.positive.push_back(2 * i);
  HistogramSamples samples;
  for (int i = 0; i < 5; ++i) add(samples, i, layout, 0, std::vector<double>(10, 1));
  const auto give = [&](const Limits& limits) {
    ReadUsage usage(limits);
    DecodeStats stats;
    KeepingSink sink;
    auto given = give_histograms(0, kLabels, samples, usage, stats, sink);
    EXPECT_EQ(usage.samples_left(), limits.max_samples - stats.samples);
    return given;
  };
  Limits limits;
  limits.max_samples = 60;  // more than the buckets that came in, fewer than what they become
  auto given = give(limits);
  ASSERT_FALSE(given.ok());
  EXPECT_EQ(given.error().kind, rca::ErrorKind::limit);
  EXPECT_THAT(given.error().message, HasSubstr("x{job=\"j\"}"));
  limits = {};
  limits.max_series = 22;
  given = give(limits);
  ASSERT_FALSE(given.ok());
  EXPECT_EQ(given.error().kind, rca::ErrorKind::limit);
}

TEST(HistogramSeries, CustomBoundsMayNotChangeAllTheTime) {
  HistogramSamples samples;
  for (int i = 0; i < 257; ++i) {
    HistogramLayout layout;
    layout.schema = kCustomBoundsSchema;
    layout.custom_bounds = {static_cast<double>(i)};
    add(samples, i, layout, 0, {});
  }
  ReadUsage usage{Limits{}};
  DecodeStats stats;
  KeepingSink sink;
  const auto given = give_histograms(0, kLabels, samples, usage, stats, sink);
  ASSERT_FALSE(given.ok());
  EXPECT_EQ(given.error().kind, rca::ErrorKind::limit);
  EXPECT_THAT(given.error().message, HasSubstr("series x{job=\"j\"}: native histogram: its custom bounds"));
}

// From the formulas of the specification, and the two ends.
TEST(HistogramSeries, BoundsAreThoseOfTheSpecification) {
  EXPECT_EQ(exponential_bound(0, 0), 1);
  EXPECT_EQ(exponential_bound(0, 10), 1024);
  EXPECT_EQ(exponential_bound(-1, 1), 4);
  EXPECT_EQ(exponential_bound(-4, -1), std::ldexp(1, -16));
  EXPECT_DOUBLE_EQ(exponential_bound(1, 1), std::sqrt(2.0));
  EXPECT_DOUBLE_EQ(exponential_bound(3, -3), std::pow(2.0, -3.0 / 8));
  EXPECT_DOUBLE_EQ(exponential_bound(8, 2561), std::pow(2.0, 2561.0 / 256));
  EXPECT_EQ(exponential_bound(8, 256 * 5), 32);
  EXPECT_EQ(exponential_bound(0, 1024), std::numeric_limits<double>::max());
  EXPECT_EQ(exponential_bound(2, 4 * 1024), std::numeric_limits<double>::max());
  EXPECT_EQ(exponential_bound(0, 1025), std::numeric_limits<double>::infinity());
  EXPECT_EQ(exponential_bound(8, INT32_MAX), std::numeric_limits<double>::infinity());
  EXPECT_EQ(exponential_bound(-9, INT32_MAX), std::numeric_limits<double>::infinity());
  EXPECT_EQ(exponential_bound(0, -1074), std::numeric_limits<double>::denorm_min());
  EXPECT_EQ(exponential_bound(-9, INT32_MIN), 0);
  EXPECT_EQ(exponential_bound(8, INT32_MIN), 0);
}

TEST(HistogramSeries, BoundsAreWrittenAsGoWritesThem) {
  EXPECT_EQ(format_bound(0), "0");
  EXPECT_EQ(format_bound(1), "1");
  EXPECT_EQ(format_bound(0.1), "0.1");
  EXPECT_EQ(format_bound(0.0001), "0.0001");
  EXPECT_EQ(format_bound(0.00001), "1e-05");
  EXPECT_EQ(format_bound(100000), "100000");
  EXPECT_EQ(format_bound(1000000), "1e+06");
  EXPECT_EQ(format_bound(1234567), "1.234567e+06");
  EXPECT_EQ(format_bound(-2.5), "-2.5");
  EXPECT_EQ(format_bound(std::ldexp(1, -128)), "2.938735877055719e-39");
  EXPECT_EQ(format_bound(std::numeric_limits<double>::max()), "1.7976931348623157e+308");
  EXPECT_EQ(format_bound(std::numeric_limits<double>::infinity()), "+Inf");
}

}  // namespace
}  // namespace remote_read
