#include "rca_core/graph/random_walk.h"

#include <gtest/gtest.h>

#include <limits>

#include "rca_core/stats/random.h"

namespace rca {
namespace {

// 0 ← 1 ← 2, and 3 on its own: 2 causes 1, 1 causes 0.
Eigen::MatrixXd chain() {
  Eigen::MatrixXd causes = Eigen::MatrixXd::Zero(4, 4);
  causes(1, 0) = causes(2, 1) = 1;
  return causes;
}

const Eigen::VectorXd kCloserIsLess = (Eigen::VectorXd(4) << 0.0, 0.5, 0.8, 0.9).finished();

TEST(RandomWalk, GoesToCausesBackToEffectsAndStaysWhereNoCauseIsStronger) {
  const auto transition = walk_transition(chain(), affinity_to(kCloserIsLess), 0.5);
  ASSERT_TRUE(transition.ok());
  Eigen::MatrixXd expected = Eigen::MatrixXd::Zero(4, 4);
  expected(0, 1) = 1;            // its only cause
  expected(1, 2) = 1;            // its cause; back to 0 weighs 0.5 · 0
  expected(2, 1) = 0.25 / 1.05;  // back
  expected(2, 2) = 0.8 / 1.05;   // no cause of its own
  expected(3, 3) = 1;
  EXPECT_LT((*transition - expected).lpNorm<Eigen::Infinity>(), 1e-12);
}

TEST(RandomWalk, ExpectedVisitsAreWhatManyWalksCount) {
  const auto transition =
      walk_transition(chain(), affinity_to((Eigen::VectorXd(4) << 0.3, 0.5, 0.8, 0.9).finished()), 0.5);
  ASSERT_TRUE(transition.ok());
  constexpr int kSteps = 20;
  const Eigen::VectorXd expected = expected_visits(*transition, Eigen::VectorXd::Unit(4, 0), kSteps);
  EXPECT_NEAR(expected.sum(), 1, 1e-12);
  Random random(7);
  Eigen::VectorXd counted = Eigen::VectorXd::Zero(4);
  constexpr int kWalks = 20'000;
  for (int walk = 0; walk < kWalks; ++walk) {
    Eigen::Index at = 0;
    for (int step = 0; step < kSteps; ++step) {
      double left = random.uniform();
      Eigen::Index next = 0;
      while (next < 3 && left >= (*transition)(at, next)) left -= (*transition)(at, next++);
      at = next;
      counted(at) += 1.0 / (kWalks * kSteps);
    }
  }
  EXPECT_LT((counted - expected).lpNorm<Eigen::Infinity>(), 0.01);
  EXPECT_EQ(expected(3), 0);
}

TEST(RandomWalk, EndsWhereNothingLeads) {
  const Eigen::MatrixXd nowhere = Eigen::MatrixXd::Zero(2, 2);
  EXPECT_EQ(expected_visits(nowhere, Eigen::VectorXd::Unit(2, 0)), Eigen::VectorXd::Zero(2));
  const auto second = second_order_visits(nowhere, nowhere, Eigen::VectorXd::Unit(2, 0));
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(*second, Eigen::VectorXd::Zero(2));
  EXPECT_EQ(second_order_visits({}, {}, {})->size(), 0);
}

// Without memory the weights of the second-order walk are those of P alone: a walk of the first order.
TEST(RandomWalk, SecondOrderWithoutMemoryIsFirstOrder) {
  Eigen::MatrixXd causes = chain();
  causes(3, 1) = 1;
  const Eigen::MatrixXd affinity = affinity_to((Eigen::VectorXd(4) << 0.3, 0.5, 0.8, 0.2).finished());
  const auto second = second_order_visits(causes, affinity, Eigen::VectorXd::Unit(4, 0), {.memory = 0});
  ASSERT_TRUE(second.ok());
  Eigen::MatrixXd transition = Eigen::MatrixXd::Zero(4, 4);
  transition(0, 1) = 1;  // P(0, 1) = 1, nothing left to stay for
  transition.row(1) << 0.2 * 1, 0, 0.8, 0.2;
  transition.row(2) << 0, 0.2 * 0.8, 0.8, 0;
  transition.row(3) << 0, 0.2 * 0.2, 0, 0.2;
  for (Eigen::Index i = 0; i < 4; ++i) transition.row(i) /= transition.row(i).sum();
  const Eigen::VectorXd first = expected_visits(transition, Eigen::VectorXd::Unit(4, 0));
  EXPECT_LT((*second - first).lpNorm<Eigen::Infinity>(), 1e-9);
}

TEST(RandomWalk, MemoryMakesTheStepsMoreEven) {
  Eigen::MatrixXd causes = Eigen::MatrixXd::Zero(4, 4);
  causes(1, 0) = causes(2, 1) = causes(3, 1) = 1;
  const Eigen::MatrixXd affinity = affinity_to((Eigen::VectorXd(4) << 0, 0.5, 0.9, 0.1).finished());
  const auto share = [&](double memory) {
    return (*second_order_visits(causes, affinity, Eigen::VectorXd::Unit(4, 0), {.memory = memory, .steps = 2}))(3);
  };
  EXPECT_LT(share(0), share(0.7));
}

TEST(RandomWalk, NamesWhatIsWrongWithItsInput) {
  EXPECT_FALSE(walk_transition(chain(), Eigen::MatrixXd::Zero(3, 3), 0.5).ok());
  EXPECT_FALSE(walk_transition(chain(), affinity_to(-kCloserIsLess), 0.5).ok());
  EXPECT_FALSE(walk_transition(chain(), affinity_to(kCloserIsLess), std::numeric_limits<double>::quiet_NaN()).ok());
  EXPECT_FALSE(second_order_visits(chain(), affinity_to(kCloserIsLess), Eigen::VectorXd::Zero(2)).ok());
}

}  // namespace
}  // namespace rca
