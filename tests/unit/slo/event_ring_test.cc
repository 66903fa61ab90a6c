#include "exporter/slo/event_ring.h"

#include <gtest/gtest.h>

#include <cmath>

namespace exporter {
namespace {

constexpr std::int64_t kStart = 1'795'300'020'000;  // a whole minute
constexpr std::int64_t kMinute = 60'000;

TEST(EventRing, EventsAreSpreadOverTheTimeInWhichTheyCame) {
  EventRing ring(kMinute, 10, false);
  ring.add_total(kStart + 30'000, kStart + 90'000, 60);  // half a minute in each of two buckets
  ring.add_part(kStart + 30'000, kStart + 90'000, 6);
  ring.cover(kStart + 30'000, kStart + 90'000);
  EXPECT_DOUBLE_EQ(ring.sum(kStart, kStart + kMinute).total, 30);
  EXPECT_DOUBLE_EQ(ring.sum(kStart, kStart + 2 * kMinute).total, 60);
  EXPECT_DOUBLE_EQ(ring.sum(kStart, kStart + 2 * kMinute).bad, 6);
  EXPECT_DOUBLE_EQ(ring.sum(kStart, kStart + 2 * kMinute).bad_ratio(), 0.1);
  EXPECT_DOUBLE_EQ(ring.sum(kStart, kStart + 2 * kMinute).covered_ms, 120'000);
  // A bucket that lies in the span in part counts in part.
  EXPECT_DOUBLE_EQ(ring.sum(kStart + 45'000, kStart + kMinute).total, 7.5);
}

TEST(EventRing, GoodPartsGiveTheBadOnesByWhatIsMissingToTheTotal) {
  EventRing ring(kMinute, 10, true);
  ring.add_total(kStart, kStart + kMinute, 50);
  ring.add_part(kStart, kStart + kMinute, 45);
  EXPECT_DOUBLE_EQ(ring.sum(kStart, kStart + kMinute).bad, 5);
  // More good ones than there are: none is bad, and none is less than none.
  ring.add_part(kStart, kStart + kMinute, 20);
  EXPECT_DOUBLE_EQ(ring.sum(kStart, kStart + kMinute).bad, 0);
}

TEST(EventRing, WhatIsOlderThanTheRingIsGone) {
  EventRing ring(kMinute, 3, false);
  for (int minute = 0; minute < 5; ++minute)
    ring.add_total(kStart + minute * kMinute, kStart + (minute + 1) * kMinute, 1);
  EXPECT_DOUBLE_EQ(ring.sum(kStart, kStart + 5 * kMinute).total, 3);
  ring.add_total(kStart, kStart + kMinute, 100);  // too old
  EXPECT_DOUBLE_EQ(ring.sum(kStart, kStart + 5 * kMinute).total, 3);
  ring.add_total(kStart + 3 * kMinute, kStart + 4 * kMinute, 2);  // read later, but still held
  EXPECT_DOUBLE_EQ(ring.sum(kStart, kStart + 5 * kMinute).total, 5);
  ring.add_total(kStart + 60 * kMinute, kStart + 61 * kMinute, 7);  // far ahead: nothing of the old stays
  EXPECT_DOUBLE_EQ(ring.sum(kStart, kStart + 61 * kMinute).total, 7);
}

TEST(EventRing, NothingAndNonsenseCountAsNothing) {
  EventRing ring(kMinute, 3, false);
  EXPECT_TRUE(std::isnan(ring.sum(kStart, kStart + kMinute).bad_ratio()));
  ring.add_total(kStart, kStart + kMinute, std::nan(""));
  ring.add_total(kStart, kStart + kMinute, -5);
  ring.add_total(kStart, kStart + kMinute, INFINITY);
  ring.add_total(kStart + kMinute, kStart, 5);
  ring.cover(kStart + kMinute, kStart);
  const EventCounts counts = ring.sum(kStart, kStart + kMinute);
  EXPECT_EQ(counts.total, 0);
  EXPECT_EQ(counts.covered_ms, 0);
  EXPECT_EQ(ring.sum(kStart + kMinute, kStart).total, 0);
  // Bad events without any in all do not make more than all of them bad.
  ring.add_part(kStart, kStart + kMinute, 9);
  ring.add_total(kStart, kStart + kMinute, 4);
  EXPECT_DOUBLE_EQ(ring.sum(kStart, kStart + kMinute).bad_ratio(), 1);
}

TEST(EventRing, TimeWithoutEventsIsCoveredAllTheSame) {
  EventRing ring(kMinute, 5, false);
  ring.add_total(kStart, kStart + 3 * kMinute, 0);
  ring.cover(kStart, kStart + 3 * kMinute);
  const EventCounts counts = ring.sum(kStart, kStart + 3 * kMinute);
  EXPECT_DOUBLE_EQ(counts.covered_ms, 180'000);
  EXPECT_TRUE(std::isnan(counts.bad_ratio()));
}

}  // namespace
}  // namespace exporter
