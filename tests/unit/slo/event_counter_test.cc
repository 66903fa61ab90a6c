#include "exporter/slo/event_counter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <utility>

namespace exporter {
namespace {

constexpr std::int64_t kStart = 1'795'300'020'000;
constexpr std::int64_t kStep = 15'000;
constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kLookback = 5 * kMinute;

rca::Samples every_step(std::vector<double> values, std::int64_t first = kStart) {
  rca::Samples samples;
  for (std::size_t i = 0; i < values.size(); ++i) {
    samples.push_back(first + static_cast<std::int64_t>(i) * kStep, values[i]);
  }
  return samples;
}

StagedSeries total(std::vector<double> values, std::int64_t first = kStart) {
  StagedSeries one;
  one.key = "total";
  one.part.total = true;
  one.samples = every_step(std::move(values), first);
  return one;
}

StagedSeries part(std::vector<double> values, std::int64_t first = kStart) {
  StagedSeries one = total(std::move(values), first);
  one.key = "part";
  one.part.total = false;
  return one;
}

EventRing ring() {
  return {kMinute, 1000, false};
}

TEST(EventCounter, CountsWhatCountersGrowByAndFollowsResets) {
  EventRing minutes = ring();
  EventCounter counter(false, kLookback);
  counter.add_new({total({100, 110, 125, 5, 15}), part({1, 1, 4, 0, 2})}, {&minutes});
  const EventCounts counts = minutes.sum(kStart, kStart + kMinute);
  EXPECT_DOUBLE_EQ(counts.total, 10 + 15 + 5 + 10);  // the first value says where it starts, the 5 is a reset
  EXPECT_DOUBLE_EQ(counts.bad, 0 + 3 + 0 + 2);
  EXPECT_DOUBLE_EQ(counts.covered_ms, kMinute);
}

TEST(EventCounter, WhatIsReadAgainIsNotCountedAgain) {
  EventRing minutes = ring();
  EventCounter counter(false, kLookback);
  counter.add_new({total({100, 110, 120})}, {&minutes});
  counter.add_new({total({110, 120, 130}, kStart + kStep)}, {&minutes});
  EXPECT_DOUBLE_EQ(minutes.sum(kStart, kStart + kMinute).total, 30);
}

TEST(EventCounter, StaleMarkersAndNonsenseAreSkipped) {
  EventRing minutes = ring();
  EventCounter counter(false, kLookback);
  counter.add_new({total({100, rca::stale_marker(), std::nan(""), INFINITY, 104})}, {&minutes});
  EXPECT_DOUBLE_EQ(minutes.sum(kStart, kStart + kMinute).total, 4);
}

TEST(EventCounter, PiecesOfHistoryJoinWithoutASeam) {
  const std::vector<double> all{5, 10, 20, 2, 8, 30, 31, 40, 41};
  EventRing at_once = ring();
  EventCounter whole(false, kLookback);
  whole.add_new({total(all)}, {&at_once});

  EventRing in_pieces = ring();
  EventCounter counter(false, kLookback);
  counter.add_new({total({all.begin() + 6, all.end()}, kStart + 6 * kStep)}, {&in_pieces});
  counter.add_old({total({all.begin() + 3, all.begin() + 7}, kStart + 3 * kStep)}, in_pieces);  // one sample twice
  counter.add_old({total({all.begin(), all.begin() + 3})}, in_pieces);
  for (int minute = 0; minute < 3; ++minute) {
    const std::int64_t from = kStart + minute * kMinute;
    EXPECT_DOUBLE_EQ(in_pieces.sum(from, from + kMinute).total, at_once.sum(from, from + kMinute).total) << minute;
    EXPECT_DOUBLE_EQ(in_pieces.sum(from, from + kMinute).covered_ms, at_once.sum(from, from + kMinute).covered_ms);
  }
}

TEST(EventCounter, ALongGapCountsButIsNotCovered) {
  EventRing minutes = ring();
  EventCounter counter(false, kLookback);
  StagedSeries one = total({100, 110});
  one.samples.push_back(kStart + kStep + 20 * kMinute, 210);
  counter.add_new({one}, {&minutes});
  const EventCounts counts = minutes.sum(kStart, kStart + 30 * kMinute);
  EXPECT_NEAR(counts.total, 110, 1e-9);
  EXPECT_DOUBLE_EQ(counts.covered_ms, kMinute);
}

StagedSeries bucket(const char* key, const char* twin, bool is_total, std::vector<double> values) {
  StagedSeries one = total(std::move(values));
  one.key = key;
  one.part.total = is_total;
  one.part.twin = twin;
  return one;
}

TEST(EventCounter, ATotalWithoutItsBucketIsNotCounted) {
  EventRing minutes{kMinute, 100, true};
  EventCounter counter(true, kLookback);
  counter.add_new(
      {bucket("a-inf", "a", true, {0, 10}), bucket("a-1", "a", false, {0, 9}), bucket("b-inf", "b", true, {0, 1000})},
      {&minutes});
  EXPECT_EQ(counter.without_bucket(), 1U);
  EXPECT_DOUBLE_EQ(minutes.sum(kStart, kStart + kMinute).total, 10);
  EXPECT_DOUBLE_EQ(minutes.sum(kStart, kStart + kMinute).bad, 1);
}

StagedSeries of_entity(const char* key, bool is_total, std::size_t group, std::size_t preference,
                       std::vector<double> values) {
  StagedSeries one = total(std::move(values));
  one.key = key;
  one.part = {is_total, "", "pod-0", group, preference};
  return one;
}

TEST(EventCounter, OfTwoNamesOfOneEntityTheBetterCounts) {
  EventRing minutes = ring();
  EventCounter counter(false, kLookback);
  // Exporter 1 has two names of the bad events; exporter 2 gives the same requests once more.
  const std::vector<StagedSeries> staged{
      of_entity("t2", true, 2, 20, {0, 100}),  of_entity("t1", true, 1, 11, {0, 100}),
      of_entity("b2", false, 2, 19, {0, 7}),   of_entity("b1", false, 1, 5, {0, 4}),
      of_entity("b1old", false, 1, 6, {0, 4}),
  };
  counter.add_new(staged, {&minutes});
  EXPECT_DOUBLE_EQ(minutes.sum(kStart, kStart + kMinute).total, 100);
  EXPECT_DOUBLE_EQ(minutes.sum(kStart, kStart + kMinute).bad, 4);
}

}  // namespace
}  // namespace exporter
