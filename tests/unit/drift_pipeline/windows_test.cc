#include "exporter/drift/windows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/drift_pipeline/planted_traffic.h"

namespace exporter {
namespace {

using drift_test::kMinute;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(DriftWindows, FollowTheNewestSlot) {
  DriftConfig config = drift_test::drift_config().drift;
  config.window = std::chrono::minutes(2);
  config.references[0].window = std::chrono::minutes(3);
  config.references[0].gap = std::chrono::minutes(5);
  config.references.emplace_back();
  config.references[1].kind = ReferenceKind::same_hour;
  config.references[1].days = 2;
  config.references.emplace_back();
  config.references[2].kind = ReferenceKind::fixed;
  config.references[2].start_ms = 0;
  config.references[2].end_ms = kMinute;
  config.references.emplace_back();
  config.references[3].kind = ReferenceKind::pinned;
  const DriftWindows windows = drift_windows(config, 10'000);
  EXPECT_THAT(windows.current, ElementsAre(9999, 10'000));
  EXPECT_THAT(windows.references[0], ElementsAre(9991, 9992, 9993));
  EXPECT_THAT(windows.references[1], ElementsAre(9999 - 2880, 10'000 - 2880, 9999 - 1440, 10'000 - 1440));
  EXPECT_THAT(windows.references[2], ElementsAre(fixed_slot(2)));
  EXPECT_THAT(windows.references[3], IsEmpty());
  EXPECT_THAT(windows.ages_seconds, ElementsAre(7 * 60, 1440 * 60, 10'000 * 60, 0));
}

TEST(DriftWindows, AReferenceNeverHoldsWhatItIsComparedWith) {
  DriftConfig config = drift_test::drift_config().drift;
  config.interval = std::chrono::hours(10);  // does not divide a day
  config.window = std::chrono::hours(20);
  config.references[0].kind = ReferenceKind::same_hour;
  config.references[0].days = 1;
  const DriftWindows windows = drift_windows(config, 100);
  EXPECT_THAT(windows.current, ElementsAre(99, 100));
  EXPECT_THAT(windows.references[0], ElementsAre(97, 98));
}

TEST(DriftWindows, RunsAreReadNewestFirstAndInBoundedPieces) {
  const auto runs = runs_of({-1, 3, 4, 5, 9}, kMinute, 2 * kMinute);
  ASSERT_EQ(runs.size(), 3U);
  EXPECT_EQ(runs[0].front().slot, 9);
  EXPECT_EQ(runs[1].front().slot, 5);
  ASSERT_EQ(runs[2].size(), 2U);
  EXPECT_EQ(runs[2][0].start_ms, 3 * kMinute);
  EXPECT_EQ(runs[2][1].end_ms, 5 * kMinute);
}

TEST(DriftWindows, AFixedRangeIsReadInStretchesOfItsOwn) {
  const auto first = stretches_of(0, 0, 5 * kMinute, 2 * kMinute);
  const auto second = stretches_of(1, 0, 5 * kMinute, 2 * kMinute);
  ASSERT_EQ(first.size(), 3U);
  EXPECT_EQ(first[2].start_ms, 4 * kMinute);
  EXPECT_EQ(first[2].end_ms, 5 * kMinute);
  DriftSlots slots{fixed_slot(0), fixed_slot(1)};
  for (const auto* stretches : {&first, &second}) {
    for (const DriftStretch& stretch : *stretches) EXPECT_TRUE(slots.insert(stretch.slot).second);
  }
}

}  // namespace
}  // namespace exporter
