#include "remote_read/histogram_chunk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "common/samples.h"
#include "tests/support/remote_read/bit_writer.h"
#include "tests/support/remote_read/histogram_chunk_writer.h"
#include "tests/support/remote_read/xor_chunk_writer.h"

namespace remote_read {
namespace {

using ::testing::HasSubstr;
using testing::HistogramPoint;
using testing::write_histogram_chunk;

constexpr std::int64_t kAlways = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t kPlenty = 1'000'000;

rca::Result<void> decode(HistogramEncoding encoding, std::string_view chunk, HistogramSamples& out) {
  // In a buffer of exactly its size, so that the address sanitizer sees every read behind it.
  const std::vector<char> exact(chunk.begin(), chunk.end());
  return decode_histogram_chunk(encoding, {exact.data(), exact.size()}, -kAlways, kAlways, kPlenty, out);
}

void expect_round_trip(HistogramEncoding encoding, const HistogramLayout& layout,
                       const std::vector<HistogramPoint>& points) {
  HistogramSamples out;
  const auto decoded = decode(encoding, write_histogram_chunk(encoding, layout, points), out);
  ASSERT_TRUE(decoded.ok()) << decoded.error().message;
  ASSERT_EQ(out.layouts.size(), 1U);
  EXPECT_EQ(out.layouts[0], layout);
  ASSERT_EQ(out.points.size(), points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    ASSERT_EQ(out.points[i].time, points[i].time);
    ASSERT_EQ(std::bit_cast<std::uint64_t>(out.points[i].sum), std::bit_cast<std::uint64_t>(points[i].sum));
    if (rca::is_stale(points[i].sum)) continue;
    ASSERT_EQ(out.points[i].count, points[i].count);
    ASSERT_EQ(out.points[i].zero_count, points[i].zero_count);
    for (std::size_t k = 0; k < points[i].buckets.size(); ++k) {
      ASSERT_EQ(out.buckets[out.points[i].first_bucket + k], points[i].buckets[k]) << i << ' ' << k;
    }
  }
}

HistogramLayout layout_with_gaps() {
  HistogramLayout layout;
  layout.schema = 3;
  layout.zero_threshold = std::ldexp(1, -128);
  layout.positive = {-5, -4, 0, 1, 2, 40};
  layout.negative = {-300, 7, 8};
  return layout;
}

std::vector<HistogramPoint> random_points(const HistogramLayout& layout, std::size_t count, bool whole) {
  std::mt19937_64 random(count);
  std::vector<HistogramPoint> points;
  HistogramPoint point{1'700'000'000'000, 10, 2, 0.5, {}};
  point.buckets.resize(layout.positive.size() + layout.negative.size());
  for (std::size_t i = 0; i < count; ++i) {
    point.time += 15'000 + static_cast<std::int64_t>(random() % 3);
    const auto grow = [&] {
      return whole ? static_cast<double>(random() >> (40 + random() % 24))
                   : std::ldexp(static_cast<double>(random() % 1000), -4);
    };
    point.count += grow();
    point.zero_count += grow();
    point.sum += std::ldexp(grow(), -7);
    for (double& bucket : point.buckets) bucket += random() % 2 == 0 ? 0 : grow();
    points.push_back(point);
  }
  return points;
}

TEST(HistogramChunk, ReadsIntegerHistograms) {
  for (const std::size_t count : {1U, 2U, 3U, 120U}) {
    expect_round_trip(HistogramEncoding::integer, layout_with_gaps(), random_points(layout_with_gaps(), count, true));
  }
}

TEST(HistogramChunk, ReadsFloatHistograms) {
  for (const std::size_t count : {1U, 2U, 3U, 120U}) {
    expect_round_trip(HistogramEncoding::floating, layout_with_gaps(), random_points(layout_with_gaps(), count, false));
  }
}

TEST(HistogramChunk, ReadsEveryKindOfZeroThreshold) {
  for (const double threshold :
       {0.0, std::ldexp(1, -243), std::ldexp(1, -128), 1.0, 1024.0, 2048.0, std::ldexp(1, -244), 0.001}) {
    HistogramLayout layout;
    layout.zero_threshold = threshold;
    expect_round_trip(HistogramEncoding::integer, layout, random_points(layout, 3, true));
  }
}

TEST(HistogramChunk, ReadsCustomBounds) {
  HistogramLayout layout;
  layout.schema = kCustomBoundsSchema;
  layout.custom_bounds = {-1, 0, 0.001, 0.005, 0.1, 1.0 / 3, 33'554.43, 1e9};
  layout.positive = {0, 3, 4, 8};
  expect_round_trip(HistogramEncoding::integer, layout, random_points(layout, 20, true));
  expect_round_trip(HistogramEncoding::floating, layout, random_points(layout, 20, false));
}

TEST(HistogramChunk, AStaleSampleHasNoBuckets) {
  for (const auto encoding : {HistogramEncoding::integer, HistogramEncoding::floating}) {
    auto points = random_points(layout_with_gaps(), 4, true);
    points[2].sum = points[3].sum = rca::stale_marker();
    expect_round_trip(encoding, layout_with_gaps(), points);
    HistogramPoint only{1000, 0, 0, rca::stale_marker(), {}};
    expect_round_trip(encoding, HistogramLayout{}, {only});
  }
}

TEST(HistogramChunk, KeepsWhatLiesInTheRange) {
  const auto points = random_points(layout_with_gaps(), 10, true);
  HistogramSamples out;
  const std::string chunk = write_histogram_chunk(HistogramEncoding::integer, layout_with_gaps(), points);
  ASSERT_TRUE(
      decode_histogram_chunk(HistogramEncoding::integer, chunk, points[3].time, points[5].time, kPlenty, out).ok());
  ASSERT_EQ(out.points.size(), 3U);
  EXPECT_EQ(out.points[0].time, points[3].time);
  EXPECT_EQ(out.buckets[out.points[2].first_bucket + 1], points[5].buckets[1]);
}

TEST(HistogramChunk, ACutChunkIsAnErrorAtEveryByte) {
  for (const auto encoding : {HistogramEncoding::integer, HistogramEncoding::floating}) {
    const std::string chunk =
        write_histogram_chunk(encoding, layout_with_gaps(), random_points(layout_with_gaps(), 5, true));
    for (std::size_t cut = 0; cut < chunk.size(); ++cut) {
      HistogramSamples out;
      const auto decoded = decode(encoding, chunk.substr(0, cut), out);
      ASSERT_FALSE(decoded.ok()) << cut;
      EXPECT_EQ(decoded.error().kind, rca::ErrorKind::malformed);
    }
  }
}

void expect_error(const std::string& chunk, rca::ErrorKind kind, const std::string& what) {
  HistogramSamples out;
  const auto decoded = decode(HistogramEncoding::integer, chunk, out);
  ASSERT_FALSE(decoded.ok()) << what;
  EXPECT_EQ(decoded.error().kind, kind) << what;
  EXPECT_THAT(decoded.error().message, HasSubstr(what));
}

std::string chunk_of(const HistogramLayout& layout) {
  return write_histogram_chunk(HistogramEncoding::integer, layout, random_points(layout, 2, true));
}

TEST(HistogramChunk, RefusesLayoutsThatMakeNoSense) {
  using rca::ErrorKind;
  HistogramLayout layout;
  for (const int schema : {-10, 53, -54, 1000}) {
    layout.schema = schema;
    expect_error(chunk_of(layout), ErrorKind::unsupported_encoding, "unknown schema " + std::to_string(schema));
  }
  layout = {};
  layout.zero_threshold = -1;
  expect_error(chunk_of(layout), ErrorKind::malformed, "zero threshold");
  layout.zero_threshold = std::nan("");
  expect_error(chunk_of(layout), ErrorKind::malformed, "zero threshold");
  layout = {};
  layout.positive = {5, 3};
  expect_error(chunk_of(layout), ErrorKind::malformed, "backwards");
  layout = {};
  layout.schema = kCustomBoundsSchema;
  layout.custom_bounds = {1, 1};
  expect_error(chunk_of(layout), ErrorKind::malformed, "do not ascend");
  layout.custom_bounds = {1, std::nan("")};
  expect_error(chunk_of(layout), ErrorKind::malformed, "do not ascend");
  layout.custom_bounds = {1, 2};
  layout.positive = {3};
  expect_error(chunk_of(layout), ErrorKind::malformed, "outside of the custom bounds");
  layout.positive = {};
  layout.negative = {1};
  expect_error(chunk_of(layout), ErrorKind::malformed, "negative buckets");
}

TEST(HistogramChunk, BoundsWhatSpansClaim) {
  const auto claim = [](std::uint64_t spans, std::uint64_t length, std::int64_t offset) {
    testing::BitWriter out(testing::chunk_count(1) + '\0');
    out.put(0, 8);
    out.put_varbit_int(0);
    out.put_varbit_uint(spans);
    out.put_varbit_uint(length);
    out.put_varbit_int(offset);
    for (int i = 0; i < 64; ++i) out.put(0, 64);
    return out.bytes();
  };
  expect_error(claim(1, std::uint64_t{1} << 32, 0), rca::ErrorKind::malformed, "more buckets than data");
  expect_error(claim(1, ~std::uint64_t{0}, 0), rca::ErrorKind::malformed, "more buckets than data");
  expect_error(claim(1, 5000, 0), rca::ErrorKind::malformed, "more buckets than data");
  expect_error(claim(1, 10, std::int64_t{1} << 31), rca::ErrorKind::malformed, "out of range");
  expect_error(claim(1, 10, INT64_MIN), rca::ErrorKind::malformed, "out of range");
  expect_error(claim(1, 10, (std::int64_t{1} << 31) - 5), rca::ErrorKind::malformed, "out of range");
  expect_error(claim(~std::uint64_t{0}, 1, 1), rca::ErrorKind::malformed, "before its last sample");
}

TEST(HistogramChunk, AHistogramHasNoMoreBucketsThanAreSensible) {
  HistogramLayout layout;
  for (std::size_t i = 0; i <= kMaxHistogramBuckets; ++i) layout.positive.push_back(static_cast<std::int32_t>(i));
  expect_error(chunk_of(layout), rca::ErrorKind::limit, "more than the permitted 65536 buckets");
  layout.positive.pop_back();
  HistogramSamples out;
  EXPECT_TRUE(decode(HistogramEncoding::integer, chunk_of(layout), out).ok());
  layout.positive.clear();
  layout.schema = kCustomBoundsSchema;
  for (std::size_t i = 0; i <= kMaxHistogramBuckets; ++i) layout.custom_bounds.push_back(static_cast<double>(i));
  expect_error(chunk_of(layout), rca::ErrorKind::limit, "more than the permitted 65536 bounds");
}

TEST(HistogramChunk, HoldsNoMoreBucketsThanPermitted) {
  HistogramSamples out;
  const std::string chunk = write_histogram_chunk(HistogramEncoding::integer, layout_with_gaps(),
                                                  random_points(layout_with_gaps(), 10, true));
  const auto decoded = decode_histogram_chunk(HistogramEncoding::integer, chunk, -kAlways, kAlways, 89, out);
  ASSERT_FALSE(decoded.ok());
  EXPECT_EQ(decoded.error().kind, rca::ErrorKind::limit);
  EXPECT_TRUE(decode_histogram_chunk(HistogramEncoding::integer, chunk, -kAlways, kAlways, 90, out).ok());
}

TEST(HistogramChunk, TimesMustIncrease) {
  auto points = random_points(layout_with_gaps(), 4, true);
  points[2].time = points[1].time;
  expect_error(write_histogram_chunk(HistogramEncoding::integer, layout_with_gaps(), points), rca::ErrorKind::malformed,
               "do not increase");
}

}  // namespace
}  // namespace remote_read
