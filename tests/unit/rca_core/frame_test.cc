// The grid, the frame, the graph, and the PromQL arithmetic on small series worked out by hand.
#include "rca_core/frame/frame.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "rca_core/frame/promql.h"
#include "rca_core/graph/entity_graph.h"

namespace rca {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr auto kClosed = RangeSemantics::closed;
constexpr auto kLeftOpen = RangeSemantics::left_open;

// (seconds, value) …
Samples series(std::initializer_list<std::pair<double, double>> points) {
  Samples samples;
  for (const auto& [seconds, value] : points) samples.push_back(std::llround(seconds * 1000), value);
  return samples;
}

double instant(const Samples& samples, double seconds, RangeSemantics semantics, std::int64_t lookback_ms = 300'000) {
  double out = 0;
  instant_values(samples.view(), {std::llround(seconds * 1000), 1, 1}, lookback_ms, semantics, {&out, 1});
  return out;
}

double ranged(RangeFunction function, const Samples& samples, double seconds, std::int64_t range_seconds,
              RangeSemantics semantics) {
  double out = 0;
  range_values(function, samples.view(), {std::llround(seconds * 1000), 1, 1}, range_seconds * 1000, semantics,
               {&out, 1});
  return out;
}

// A series as scraped once a step and more or less on time, with what disturbs it at rates of one in so many samples.
Samples scraped(std::mt19937_64& random, std::int64_t step_ms, std::uint64_t offset_ms) {
  const std::uint64_t kinds[] = {0, 0, 200, 40, 5};
  const std::uint64_t gap = kinds[random() % 5];
  const std::uint64_t extra = kinds[random() % 5];
  const std::uint64_t stale = kinds[random() % 5];
  const std::uint64_t jitter = random() % 3 == 0 ? 1 + random() % static_cast<std::uint64_t>(step_ms) : 1;
  const auto happens = [&](std::uint64_t one_in) { return one_in > 0 && random() % one_in == 0; };
  Samples samples;
  const auto put = [&](std::int64_t time) {
    if (!samples.times.empty() && time <= samples.times.back()) return;
    const double value = happens(50) ? kNaN : static_cast<double>(random() % 1000);
    samples.push_back(time, happens(stale) ? stale_marker() : value);
  };
  if (random() % 4 == 0) put(-(std::int64_t{1} << 62));
  for (std::int64_t i = 0; i < 200; ++i) {
    if (happens(gap)) i += static_cast<std::int64_t>(random() % 40);
    const std::int64_t time = i * step_ms + static_cast<std::int64_t>(offset_ms + random() % jitter);
    put(time);
    if (happens(extra)) put(time + 1 + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(step_ms)));
  }
  if (random() % 4 == 0) put(std::int64_t{1} << 62);
  return samples;
}

TEST(InstantValues, ManyRowsAreWhatEachRowIsByItself) {
  constexpr std::int64_t kStep = 1000;
  std::mt19937_64 random(5);
  std::size_t values = 0;
  for (int round = 0; round < 2000; ++round) {
    const std::uint64_t offsets[] = {0, 1, 500, 999};
    const Samples samples = scraped(random, kStep, offsets[random() % 4]);
    const std::int64_t lookbacks[] = {0, 1, 500, kStep - 1, kStep, kStep + 1, 300'000};
    const std::int64_t lookback = lookbacks[random() % 7];
    const RangeSemantics semantics = random() % 2 == 0 ? kClosed : kLeftOpen;
    const auto start = static_cast<std::int64_t>(random() % 5000) / (random() % 2 == 0 ? 1 : 500) * 500;
    const TimeGrid grid{start, kStep, static_cast<std::int64_t>(random() % 230)};
    std::vector<double> out(static_cast<std::size_t>(grid.rows), -1);
    instant_values(samples.view(), grid, lookback, semantics, out);
    for (std::int64_t row = 0; row < grid.rows; ++row) {
      const double got = out[static_cast<std::size_t>(row)];
      const double expected = instant(samples, static_cast<double>(grid.time_ms(row)) / 1000, semantics, lookback);
      ASSERT_TRUE(got == expected || (std::isnan(got) && std::isnan(expected) && !is_stale(got)))
          << "round " << round << " row " << row << " is " << got << " instead of " << expected;
      if (!std::isnan(got)) ++values;
    }
  }
  EXPECT_GT(values, 50'000U);
}

TEST(TimeGrid, RowAtOrAfter) {
  const TimeGrid grid{1000, 500, 4};  // 1000, 1500, 2000, 2500
  EXPECT_EQ(grid.end_ms(), 2500);
  EXPECT_EQ(grid.row_at_or_after(0), 0);
  EXPECT_EQ(grid.row_at_or_after(1000), 0);
  EXPECT_EQ(grid.row_at_or_after(1001), 1);
  EXPECT_EQ(grid.row_at_or_after(2500), 3);
  EXPECT_EQ(grid.row_at_or_after(2501), 4);
}

TEST(Frame, ColumnsAreFoundByEntityAndRole) {
  Frame frame;
  frame.signals.resize(3);
  frame.signals[0].entity = frame.signals[1].entity = "a";
  frame.signals[2].entity = "b";
  frame.signals[0].role = frame.signals[2].role = "x";
  frame.signals[1].role = "y";
  EXPECT_EQ(frame.column("a", "y"), 1);
  EXPECT_EQ(frame.column("b", "x"), 2);
  EXPECT_EQ(frame.column("b", "y"), -1);
}

TEST(EntityGraph, EdgesAddTheirEntitiesAndAreKeptOnce) {
  EntityGraph graph;
  graph.add_call("front", "back");
  graph.add_call("front", "back");
  graph.add_call("front", "cache");
  graph.add_placement("back", "node-1");
  graph.add_placement("back", "node-1");
  ASSERT_EQ(graph.size(), 4U);
  EXPECT_EQ(graph.name(0), "front");
  EXPECT_EQ(graph.add_entity("cache"), 2U);
  EXPECT_EQ(graph.callees(0), (std::vector<EntityGraph::Node>{1, 2}));
  EXPECT_EQ(graph.callers(1), (std::vector<EntityGraph::Node>{0}));
  EXPECT_EQ(graph.placed_on(1), (std::vector<EntityGraph::Node>{3}));
  EXPECT_TRUE(graph.placed_on(0).empty());
  EXPECT_EQ(graph.find("node-1"), 3U);
  EXPECT_FALSE(graph.find("nobody"));
}

TEST(InstantValues, LookbackIsClosedInPrometheus2AndLeftOpenIn3) {
  const Samples samples = series({{10, 7}});
  EXPECT_TRUE(std::isnan(instant(samples, 9.999, kClosed)));
  EXPECT_EQ(instant(samples, 10, kClosed), 7);
  EXPECT_EQ(instant(samples, 310, kClosed), 7);
  EXPECT_TRUE(std::isnan(instant(samples, 310.001, kClosed)));
  EXPECT_EQ(instant(samples, 309.999, kLeftOpen), 7);
  EXPECT_TRUE(std::isnan(instant(samples, 310, kLeftOpen)));
}

TEST(InstantValues, AStaleMarkerEndsTheSeriesAtOnce) {
  const Samples samples = series({{0, 1}, {15, stale_marker()}, {60, 2}});
  EXPECT_EQ(instant(samples, 14.999, kClosed), 1);
  EXPECT_TRUE(std::isnan(instant(samples, 15, kClosed)));
  EXPECT_TRUE(std::isnan(instant(samples, 59, kClosed)));
  EXPECT_EQ(instant(samples, 60, kClosed), 2);
  EXPECT_TRUE(std::isnan(instant(Samples{}, 0, kClosed)));
}

TEST(Rate, ExtrapolatesToTheEdgesThatAreNear) {
  // 15 s apart, +3 each: the range (0, 60] holds 15 … 60 and reaches 15 s beyond the first: extrapolated all the way.
  const Samples samples = series({{0, 100}, {15, 103}, {30, 106}, {45, 109}, {60, 112}});
  EXPECT_DOUBLE_EQ(ranged(RangeFunction::rate, samples, 60, 60, kClosed), 12.0 / 60);
  EXPECT_DOUBLE_EQ(ranged(RangeFunction::rate, samples, 60, 60, kLeftOpen), 9.0 * (60.0 / 45) / 60);
  EXPECT_DOUBLE_EQ(ranged(RangeFunction::increase, samples, 60, 60, kLeftOpen), 12);
  EXPECT_DOUBLE_EQ(ranged(RangeFunction::delta, samples, 60, 60, kClosed), 12);
}

TEST(Rate, StopsHalfAnIntervalBeyondAnEdgeThatIsFar) {
  // Range [0, 60], samples at 30 and 40: 10 s apart, 30 s and 20 s from the edges, both more than 11 s.
  const Samples samples = series({{30, 100}, {40, 110}});
  EXPECT_DOUBLE_EQ(ranged(RangeFunction::increase, samples, 60, 60, kClosed), 20);
}

// 2.42 asks first where the counter was zero (14 s before the first sample: not near, so half an interval);
// 3 takes half an interval, and the zero point only when it is nearer still.
TEST(Rate, ZeroPointOfACounter) {
  const Samples near_zero = series({{30, 14}, {40, 24}});
  EXPECT_DOUBLE_EQ(ranged(RangeFunction::increase, near_zero, 40, 40, kClosed), 15);
  EXPECT_DOUBLE_EQ(ranged(RangeFunction::increase, near_zero, 40, 40, kLeftOpen), 15);
  // Zero 7 s before the first sample: 2.42 goes there (7 < 11), 3 stays at half an interval.
  const Samples nearer = series({{30, 7}, {40, 17}});
  EXPECT_DOUBLE_EQ(ranged(RangeFunction::increase, nearer, 40, 40, kClosed), 17);
  EXPECT_DOUBLE_EQ(ranged(RangeFunction::increase, nearer, 40, 40, kLeftOpen), 15);
  // Zero at the first sample: no extrapolation before it, for either.
  const Samples zero = series({{30, 0}, {40, 10}});
  EXPECT_DOUBLE_EQ(ranged(RangeFunction::increase, zero, 40, 40, kClosed), 10);
  EXPECT_DOUBLE_EQ(ranged(RangeFunction::increase, zero, 40, 40, kLeftOpen), 10);
  // A gauge may go below zero.
  EXPECT_DOUBLE_EQ(ranged(RangeFunction::delta, zero, 40, 40, kClosed), 15);
}

TEST(Rate, ResetsAddTheValueBeforeThem) {
  const Samples samples = series({{0, 90}, {10, 100}, {20, 4}, {30, 10}, {40, 2}});
  // (2 − 90) + 100 + 10 over the whole range
  EXPECT_DOUBLE_EQ(ranged(RangeFunction::increase, samples, 40, 40, kClosed), 22);
  // A drop between the sample before the range and its first one is not seen.
  EXPECT_DOUBLE_EQ(ranged(RangeFunction::increase, samples, 30, 10, kClosed), 6);
  EXPECT_DOUBLE_EQ(ranged(RangeFunction::irate, samples, 40, 40, kClosed), 0.2);
  EXPECT_DOUBLE_EQ(ranged(RangeFunction::irate, samples, 30, 40, kClosed), 0.6);
}

TEST(Rate, FewerThanTwoSamplesGiveNothing) {
  const Samples samples = series({{0, 1}, {60, 2}});
  for (const auto function :
       {RangeFunction::rate, RangeFunction::increase, RangeFunction::irate, RangeFunction::delta}) {
    EXPECT_TRUE(std::isnan(ranged(function, samples, 59, 59, kLeftOpen)));
    EXPECT_TRUE(std::isnan(ranged(function, samples, 60, 60, kLeftOpen)));
    EXPECT_FALSE(std::isnan(ranged(function, samples, 60, 60, kClosed)));
    EXPECT_TRUE(std::isnan(ranged(function, samples, 1000, 60, kClosed)));
    EXPECT_TRUE(std::isnan(ranged(function, Samples{}, 60, 60, kClosed)));
  }
}

TEST(Rate, StaleMarkersInTheRangeAreSkipped) {
  const Samples with = series({{0, 10}, {15, stale_marker()}, {30, 40}});
  const Samples without = series({{0, 10}, {30, 40}});
  EXPECT_EQ(ranged(RangeFunction::rate, with, 30, 30, kClosed), ranged(RangeFunction::rate, without, 30, 30, kClosed));
  EXPECT_DOUBLE_EQ(ranged(RangeFunction::avg_over_time, with, 30, 30, kClosed), 25);
}

TEST(OverTime, AverageAndMaximum) {
  const Samples samples = series({{0, kNaN}, {10, 2}, {20, 6}, {30, 4}});
  for (const auto semantics : {kClosed, kLeftOpen}) {
    EXPECT_DOUBLE_EQ(ranged(RangeFunction::avg_over_time, samples, 30, 25, semantics), 4);
    EXPECT_TRUE(std::isnan(ranged(RangeFunction::avg_over_time, samples, 30, 35, semantics)));
    EXPECT_DOUBLE_EQ(ranged(RangeFunction::max_over_time, samples, 30, 35, semantics), 6);
    const Samples huge = series({{0, 1.5e308}, {10, 1.5e308}, {20, 1.5e308}});
    EXPECT_DOUBLE_EQ(ranged(RangeFunction::avg_over_time, huge, 20, 25, semantics), 1.5e308);
    const Samples infinite = series({{0, 1}, {10, kInf}, {20, 3}});
    EXPECT_EQ(ranged(RangeFunction::avg_over_time, infinite, 20, 25, semantics), kInf);
  }
}

// One pass over a grid is the same, to the last bit, as one evaluation per row.
TEST(RangeValues, AGridEqualsItsRows) {
  std::mt19937_64 random(31);
  for (int round = 0; round < 40; ++round) {
    Samples samples;
    std::int64_t time = 0;
    double value = 0;
    for (int i = 0; i < 300; ++i) {
      time += 1 + static_cast<std::int64_t>(random() % 20'000);
      const auto kind = random() % 40;
      value = kind == 0 ? 0 : value + static_cast<double>(random() % 1000) / 7;
      samples.push_back(time, kind == 1 ? stale_marker() : kind == 2 ? kNaN : value);
    }
    const TimeGrid grid{static_cast<std::int64_t>(random() % 60'000), 1 + static_cast<std::int64_t>(random() % 30'000),
                        120};
    const auto semantics = round % 2 == 0 ? kClosed : kLeftOpen;
    const auto range = static_cast<std::int64_t>(random() % 120) * 1000;
    for (const auto function : {RangeFunction::rate, RangeFunction::increase, RangeFunction::irate,
                                RangeFunction::delta, RangeFunction::avg_over_time, RangeFunction::max_over_time}) {
      std::vector<double> whole(120);
      range_values(function, samples.view(), grid, range, semantics, whole);
      for (std::int64_t row = 0; row < grid.rows; ++row) {
        double one = 0;
        range_values(function, samples.view(), {grid.time_ms(row), 1, 1}, range, semantics, {&one, 1});
        const double got = whole[static_cast<std::size_t>(row)];
        ASSERT_TRUE(one == got || (std::isnan(one) && std::isnan(got))) << row;
      }
    }
  }
}

double quantile_of(double q, std::vector<Bucket> buckets, RangeSemantics semantics = kClosed) {
  return histogram_quantile(q, buckets, semantics);
}

TEST(HistogramQuantile, InterpolatesWithinABucket) {
  const std::vector<Bucket> buckets = {{1, 2}, {2, 6}, {4, 8}, {kInf, 10}};
  EXPECT_DOUBLE_EQ(quantile_of(0.1, buckets), 0.5);
  EXPECT_DOUBLE_EQ(quantile_of(0.5, buckets), 1.75);
  EXPECT_DOUBLE_EQ(quantile_of(0.8, buckets), 4);
  EXPECT_DOUBLE_EQ(quantile_of(0.95, buckets), 4);  // in the +Inf bucket: the highest finite bound
  EXPECT_DOUBLE_EQ(quantile_of(0.5, {{kInf, 10}, {2, 6}, {1, 2}, {4, 8}}), 1.75);
  EXPECT_DOUBLE_EQ(quantile_of(0.5, {{0, 9}, {kInf, 10}}), 0);  // at or below zero: the bound itself
}

TEST(HistogramQuantile, WithoutAnAnswer) {
  EXPECT_EQ(quantile_of(-0.1, {{1, 1}, {kInf, 1}}), -kInf);
  EXPECT_EQ(quantile_of(1.1, {{1, 1}, {kInf, 1}}), kInf);
  EXPECT_TRUE(std::isnan(quantile_of(kNaN, {{1, 1}, {kInf, 1}})));
  EXPECT_TRUE(std::isnan(quantile_of(0.5, {})));
  EXPECT_TRUE(std::isnan(quantile_of(0.5, {{kInf, 3}})));
  EXPECT_TRUE(std::isnan(quantile_of(0.5, {{1, 1}, {2, 3}})));
  EXPECT_TRUE(std::isnan(quantile_of(0.5, {{1, 0}, {kInf, 0}})));
  EXPECT_TRUE(std::isnan(quantile_of(0.5, {{1, 1}, {kInf, kNaN}})));
  EXPECT_TRUE(std::isnan(quantile_of(0.5, {{kNaN, 1}, {kInf, 2}})));
}

TEST(HistogramQuantile, MergesAndRepairsBuckets) {
  EXPECT_DOUBLE_EQ(quantile_of(0.5, {{1, 1}, {1, 3}, {2, 6}, {kInf, 8}}), 1);
  EXPECT_DOUBLE_EQ(quantile_of(0.75, {{1, 4}, {2, 2}, {3, 8}, {kInf, 8}}), 2.5);
  // Rounding noise between two buckets: Prometheus 3 evens it out, so that the quantile stays in the first of them.
  const double noise = 1e15 * (1 + 4e-13);
  const std::vector<Bucket> noisy = {{1, 1e15}, {2, noise}, {kInf, noise}};
  EXPECT_GT(quantile_of(1, noisy, kClosed), 1.5);
  EXPECT_DOUBLE_EQ(quantile_of(1, noisy, kLeftOpen), 1);
}

}  // namespace
}  // namespace rca
