#include "rca_core/stats/birch.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>

#include "rca_core/stats/random.h"

namespace rca {
namespace {

TEST(Birch, MergesWithinTheThresholdAndSplitsBeyond) {
  Eigen::MatrixXd points(6, 1);
  points << 0, 0.1, 0.2, 5, 5.1, 0.05;
  const auto clusters = birch(points, {.threshold = 0.5});
  ASSERT_TRUE(clusters.ok());
  ASSERT_EQ(clusters->centroids.rows(), 2);
  EXPECT_NEAR(clusters->centroids.col(0).minCoeff(), 0.0875, 1e-12);
  EXPECT_NEAR(clusters->centroids.col(0).maxCoeff(), 5.05, 1e-12);
  EXPECT_EQ(clusters->labels[0], clusters->labels[5]);
  EXPECT_EQ(clusters->labels[3], clusters->labels[4]);
  EXPECT_NE(clusters->labels[0], clusters->labels[3]);
}

// Two points at distance 2 have the radius 1.
TEST(Birch, ThresholdIsTheRadius) {
  const Eigen::MatrixXd points = (Eigen::MatrixXd(2, 2) << 0, 0, 2, 0).finished();
  EXPECT_EQ(birch(points, {.threshold = 1.0})->centroids.rows(), 1);
  EXPECT_EQ(birch(points, {.threshold = 0.999})->centroids.rows(), 2);
}

// A small branching factor makes the tree deep. A point that goes down a wrong branch may found a second cluster of its
// group, but no cluster mixes groups that are well apart.
TEST(Birch, DeepTreesKeepTheGroupsApart) {
  constexpr int kGroups = 40;
  Random random(3);
  Eigen::MatrixXd points(kGroups * 25, 2);
  for (Eigen::Index row = 0; row < points.rows(); ++row) {
    const auto group = static_cast<double>(row % kGroups);
    points.row(row) << group * 10 + random.uniform(), std::fmod(group * 7, 11) * 10 + random.uniform();
  }
  const auto clusters = birch(points, {.threshold = 1, .branching_factor = 3});
  ASSERT_TRUE(clusters.ok());
  EXPECT_GE(clusters->centroids.rows(), kGroups);
  EXPECT_LE(clusters->centroids.rows(), 2 * kGroups);
  std::map<Eigen::Index, Eigen::Index> group_of;
  for (Eigen::Index row = 0; row < points.rows(); ++row) {
    const Eigen::Index label = clusters->labels[static_cast<std::size_t>(row)];
    EXPECT_EQ(group_of.emplace(label, row % kGroups).first->second, row % kGroups) << "row " << row;
  }
}

// Mean and squares about the mean do not cancel, where sums and sums of squares would.
TEST(Birch, LargeOffsetsDoNotHurt) {
  Eigen::MatrixXd points(4, 1);
  points << 1e9, 1e9 + 0.1, 1e9 + 3, 1e9 + 3.1;
  EXPECT_EQ(birch(points, {.threshold = 0.2})->centroids.rows(), 2);
}

TEST(Birch, DegenerateInput) {
  constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
  const auto empty = birch(Eigen::MatrixXd(0, 1));
  ASSERT_TRUE(empty.ok());
  EXPECT_EQ(empty->centroids.rows(), 0);
  Eigen::MatrixXd points(3, 1);
  points << 1, kMissing, 1;
  const auto holes = birch(points);
  ASSERT_TRUE(holes.ok());
  EXPECT_EQ(holes->labels, (std::vector<Eigen::Index>{0, -1, 0}));
  EXPECT_EQ(birch(Eigen::MatrixXd::Constant(100, 1, 3.0), {.threshold = 1e-9, .branching_factor = 2})->centroids.rows(),
            1);
  EXPECT_FALSE(birch(points, {.threshold = 0}).ok());
  EXPECT_FALSE(birch(points, {.threshold = 1, .branching_factor = 1}).ok());
}

}  // namespace
}  // namespace rca
