#include "rca_core/drift/distribution.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "rca_core/stats/random.h"
#include "tests/unit/drift/statistics.h"

namespace rca {
namespace {

using drift_test::binned;
using drift_test::kInfinity;
using drift_test::kNaN;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(MakeBinned, RefusesWhatIsNoHistogram) {
  EXPECT_FALSE(make_binned({}, {}).ok());
  EXPECT_FALSE(make_binned({1, kInfinity}, {1}).ok());
  EXPECT_FALSE(make_binned({1, 2}, {1, 1}).ok());
  EXPECT_FALSE(make_binned({1, -kInfinity}, {1, 1}).ok());
  EXPECT_FALSE(make_binned({2, 1, kInfinity}, {1, 1, 1}).ok());
  EXPECT_FALSE(make_binned({1, 1, kInfinity}, {1, 1, 1}).ok());
  EXPECT_FALSE(make_binned({kNaN, kInfinity}, {1, 1}).ok());
  EXPECT_FALSE(make_binned({1, kInfinity}, {-1, 1}).ok());
  EXPECT_FALSE(make_binned({1, kInfinity}, {kNaN, 1}).ok());
  EXPECT_FALSE(make_binned({1, kInfinity}, {kInfinity, 1}).ok());
  EXPECT_TRUE(make_binned({-1, 0, kInfinity}, {0, 0, 0}).ok());
}

TEST(Merge, AddsOnTheCommonBounds) {
  const BinnedDistribution parts[] = {binned({1, 2, 4, kInfinity}, {1, 2, 3, 4}),
                                      binned({1, 3, 4, kInfinity}, {10, 20, 30, 40})};
  const Result<BinnedDistribution> sum = merge(parts);
  ASSERT_TRUE(sum.ok());
  EXPECT_THAT(sum->upper_bounds, ElementsAre(1, 4, kInfinity));
  EXPECT_THAT(sum->counts, ElementsAre(11, 55, 44));
}

TEST(Merge, EmptyBucketsAreSplitAnywhere) {
  // As two sparse native histograms: where one has no observations, the other's bounds are exact for it, too.
  const BinnedDistribution parts[] = {binned({1, 2, kInfinity}, {0, 5, 0}), binned({4, 8, kInfinity}, {0, 7, 0})};
  const Result<BinnedDistribution> sum = merge(parts);
  ASSERT_TRUE(sum.ok());
  EXPECT_THAT(sum->upper_bounds, ElementsAre(1, 2, 4, 8, kInfinity));
  EXPECT_THAT(sum->counts, ElementsAre(0, 5, 0, 7, 0));
}

TEST(Merge, HistogramsWithoutObservationsDoNotCount) {
  const BinnedDistribution parts[] = {binned({5, kInfinity}, {0, 0}), binned({1, 2, kInfinity}, {1, 2, 3})};
  EXPECT_THAT(merge(parts)->upper_bounds, ElementsAre(1, 2, kInfinity));
  const BinnedDistribution empty[] = {binned({5, kInfinity}, {0, 0})};
  EXPECT_THAT(merge(empty)->upper_bounds, ElementsAre(5, kInfinity));
  EXPECT_FALSE(merge({}).ok());
  const BinnedDistribution strangers[] = {binned({1, kInfinity}, {1, 1}), binned({2, kInfinity}, {1, 1})};
  EXPECT_FALSE(merge(strangers).ok());
}

TEST(Sample, IsSortedAndFinite) {
  const double values[] = {3, kNaN, 1, kInfinity, 2};
  EXPECT_THAT(make_sample(values).values, ElementsAre(1, 2, 3));
  EXPECT_EQ(make_sample(values).effective_size, 3);
  EXPECT_THAT(make_sample({}).values, IsEmpty());
  EXPECT_EQ(make_sample_of_series({}).effective_size, 0);
}

TEST(Sample, ValuesThatResembleTheOnesBeforeCountLess) {
  Random random(3);
  std::vector<double> independent;
  std::vector<double> correlated;
  for (int i = 0; i < 4000; ++i) {
    independent.push_back(random.normal());
    correlated.push_back((i > 0 ? 0.8 * correlated.back() : 0) + random.normal());
  }
  EXPECT_GT(make_sample_of_series(independent).effective_size, 3700);
  // n (1 − 0.8) / (1 + 0.8)
  EXPECT_NEAR(make_sample_of_series(correlated).effective_size, 444, 60);
  const std::vector<double> constant(50, 7.0);
  EXPECT_EQ(make_sample_of_series(constant).effective_size, 50);
}

TEST(EmbeddingSample, LeavesOutRowsWithHoles) {
  Eigen::MatrixXd rows(3, 2);
  rows << 1, 2, kNaN, 3, 4, 5;
  const EmbeddingSample sample = make_embedding_sample(rows);
  ASSERT_EQ(sample.rows.rows(), 2);
  EXPECT_EQ(sample.rows(1, 1), 5);
}

TEST(BinnedPair, SplitsBucketsOfDifferentBoundsInProportion) {
  const Result<BinnedPair> pair =
      make_binned_pair(binned({2, 4, kInfinity}, {4, 8, 1}), binned({1, 2, 3, 4, kInfinity}, {1, 1, 1, 1, 0}));
  ASSERT_TRUE(pair.ok());
  EXPECT_THAT(pair->upper_bounds, ElementsAre(1, 2, 3, 4, kInfinity));
  EXPECT_THAT(pair->reference_counts, ElementsAre(2, 2, 4, 4, 1));
  EXPECT_EQ(pair->knots.front().x, 0);
  EXPECT_EQ(pair->knots.back().reference_right, 1);
  EXPECT_FALSE(make_binned_pair(binned({1, kInfinity}, {0, 0}), binned({1, kInfinity}, {1, 0})).ok());
  EXPECT_FALSE(make_binned_pair(binned({kInfinity}, {3}), binned({1, kInfinity}, {1, 0})).ok());
}

TEST(BinnedPair, BoundsOfTheLargestSizeDoNotOverflow) {
  const double huge = std::numeric_limits<double>::max();
  const Result<BinnedPair> pair =
      make_binned_pair(binned({-huge, huge, kInfinity}, {1, 2, 1}), binned({0, kInfinity}, {1, 1}));
  ASSERT_TRUE(pair.ok());
  EXPECT_THAT(pair->reference_counts, ElementsAre(1, 1, 1, 1));
}

}  // namespace
}  // namespace rca
