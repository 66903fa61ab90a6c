#include "rca_core/graph/pagerank.h"

#include <gtest/gtest.h>

namespace rca {
namespace {

TEST(PageRank, RestartsWhereTheWalkEnds) {
  Eigen::MatrixXd chain = Eigen::MatrixXd::Zero(2, 2);
  chain(0, 1) = 3;
  const auto rank = pagerank(chain);
  ASSERT_TRUE(rank.ok());
  // x1 = 0.5 + 0.85 (x0 + x1 / 2) - …; solved by hand: x0 = 1 / 2.85, x1 = 1.85 / 2.85.
  EXPECT_NEAR((*rank)(0), 1 / 2.85, 1e-9);
  EXPECT_NEAR((*rank)(1), 1.85 / 2.85, 1e-9);
}

TEST(PageRank, NamesWhatIsWrongWithItsInput) {
  EXPECT_EQ(pagerank(Eigen::MatrixXd::Zero(2, 3)).error().message,
            "PageRank needs a square matrix of weights, got 2×3");
  EXPECT_FALSE(pagerank(-Eigen::MatrixXd::Identity(2, 2)).ok());
  EXPECT_FALSE(pagerank(Eigen::MatrixXd::Zero(2, 2), Eigen::VectorXd::Zero(3)).ok());
  EXPECT_FALSE(pagerank(Eigen::MatrixXd::Zero(2, 2), {}, {.damping = 1}).ok());
}

}  // namespace
}  // namespace rca
