#include "exporter/drift/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace exporter {
namespace {

using testing::ElementsAre;

const std::vector<double> kBounds{1, 2, INFINITY};

TEST(DriftPart, AddsUpTheCountsOfItsSlots) {
  DriftPart part(DriftKind::histogram);
  part.put(5, {kBounds, {1, 2, 3}, 0});
  part.put(7, {kBounds, {10, 20, 30}, mask_of(DriftGap::unreadable_scrapes)});
  part.put(6, {kBounds, {100, 200, 300}, 0});
  part.put(6, {kBounds, {4, 5, 6}, 0});  // read again
  std::vector<rca::BinnedDistribution> found;
  DriftGapMask gaps = 0;
  part.collect({5, 6}, found, gaps);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0].counts, ElementsAre(5, 7, 9));
  EXPECT_EQ(gaps, 0U);
  part.collect({7, 8}, found, gaps);
  EXPECT_EQ(gaps, mask_of(DriftGap::unreadable_scrapes));
}

TEST(DriftPart, ForgetsWhatIsNotKept) {
  DriftPart part(DriftKind::histogram);
  for (DriftSlot slot = 0; slot < 100; ++slot) part.put(slot, {kBounds, {1, 1, 1}, 0});
  const std::size_t before = part.bytes();
  part.keep_only({98, 99});
  EXPECT_LT(part.bytes(), before / 4);
  std::vector<rca::BinnedDistribution> found;
  DriftGapMask gaps = 0;
  DriftSlots all;
  for (DriftSlot slot = 0; slot < 100; ++slot) all.insert(slot);
  part.collect(all, found, gaps);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0].counts, ElementsAre(2, 2, 2));
  part.keep_only({});
  EXPECT_TRUE(part.empty());
}

TEST(DriftPart, BoundsThatChangeAreAddedUpOnWhatIsLeftInCommon) {
  DriftPart part(DriftKind::histogram);
  part.put(1, {kBounds, {1, 2, 3}, 0});
  part.put(2, {{2, 4, INFINITY}, {10, 20, 30}, 0});
  std::vector<rca::BinnedDistribution> found;
  DriftGapMask gaps = 0;
  part.collect({1, 2}, found, gaps);
  const auto sum = add_up(std::move(found), gaps);
  ASSERT_TRUE(sum.has_value());
  EXPECT_THAT(sum->upper_bounds, ElementsAre(2, INFINITY));
  EXPECT_THAT(sum->counts, ElementsAre(13, 53));

  found = {{kBounds, {1, 2, 3}}, {{5, INFINITY}, {4, 5}}};
  EXPECT_FALSE(add_up(std::move(found), gaps).has_value());
  EXPECT_EQ(gaps, mask_of(DriftGap::bounds_changed));
}

TEST(DriftPart, RowsHaveTheDimensionsOfTheNewest) {
  DriftPart part(DriftKind::embedding);
  part.put(1, {{0, 1, 2}, {9, 9, 9}, 0});
  part.put(2, {{0, 1}, {1, 2, 3, 4}, 0});
  part.put(3, {{0, 1}, {5, 6}, 0});
  DriftGapMask gaps = 0;
  const DriftPart::Rows rows = part.rows({1, 2, 3}, gaps);
  EXPECT_EQ(rows.dimensions, 2U);
  EXPECT_THAT(rows.values, ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_EQ(gaps, mask_of(DriftGap::dimensions_changed));
}

TEST(DriftPart, CollapsesARangeIntoOneSlot) {
  DriftPart bins(DriftKind::histogram);
  bins.put(-11, {kBounds, {1, 2, 3}, 0});
  bins.put(-12, {kBounds, {4, 5, 6}, 0});
  bins.put(8, {kBounds, {7, 7, 7}, 0});
  bins.collapse({-11, -12}, -1, 2);
  std::vector<rca::BinnedDistribution> found;
  DriftGapMask gaps = 0;
  bins.collect({-1}, found, gaps);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0].counts, ElementsAre(5, 7, 9));

  DriftPart values(DriftKind::gauge);
  values.put(-12, {{0}, {1, 2}, 0});
  values.put(-11, {{0}, {3, 4}, 0});
  values.collapse({-11, -12}, -1, 2);
  EXPECT_THAT(values.rows({-1}, gaps).values, ElementsAre(1, 3));
}

TEST(DriftHistory, IsBoundedAndHoldsOnlyWhatHasData) {
  DriftHistory history(1, 2);
  const std::map<DriftSlot, DriftObservations> some{{1, {kBounds, {1, 2, 3}, 0}}};
  const std::map<DriftSlot, DriftObservations> none{{1, {kBounds, {0, 0, 0}, 0}}};
  EXPECT_TRUE(history.put({0, "idle", 0, {""}}, DriftKind::histogram, none).ok());
  EXPECT_EQ(history.targets().size(), 0U);
  EXPECT_TRUE(history.put({0, "a", 0, {"x"}}, DriftKind::histogram, some).ok());
  EXPECT_TRUE(history.put({0, "a", 0, {"y"}}, DriftKind::histogram, some).ok());
  const auto part = history.put({0, "a", 0, {"z"}}, DriftKind::histogram, some);
  ASSERT_FALSE(part.ok());
  EXPECT_EQ(part.error().kind, rca::ErrorKind::limit);
  EXPECT_EQ(part.error().message, "more than drift.limits.parts (2), the first beyond it of entity 'a'");
  const auto target = history.put({0, "b", 0, {"x"}}, DriftKind::histogram, some);
  ASSERT_FALSE(target.ok());
  EXPECT_EQ(target.error().message, "more than drift.limits.comparisons (1), the first beyond it of entity 'b'");
  EXPECT_EQ(history.parts(), 2U);
  history.keep_only({2});
  EXPECT_EQ(history.parts(), 0U);
  EXPECT_TRUE(history.targets().empty());
}

}  // namespace
}  // namespace exporter
