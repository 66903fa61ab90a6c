#include "rca_core/causal/summary_graph.h"

#include <gtest/gtest.h>

namespace rca {
namespace {

using Eigen::MatrixXd;

TEST(SummaryGraph, TakesNoEdgeThatClosesACycle) {
  SummaryGraph graph(3);
  EXPECT_TRUE(graph.add(0, 1));
  EXPECT_TRUE(graph.add(0, 1));
  EXPECT_TRUE(graph.add(1, 2));
  EXPECT_FALSE(graph.add(2, 0));
  EXPECT_FALSE(graph.add(1, 1));
  EXPECT_EQ(graph.effects(0), (std::vector<Eigen::Index>{1}));
  EXPECT_EQ(graph.causes(2), (std::vector<Eigen::Index>{1}));
}

TEST(SummaryGraph, ReachStaysWithin) {
  SummaryGraph graph(4);
  graph.add(0, 1);
  graph.add(1, 2);
  graph.add(0, 3);
  EXPECT_EQ(graph.reach(0, {true, false, true, true}), (std::vector<bool>{true, false, false, true}));
}

// 0 → 1 → 2 and 0 → 2: between 0 and 2 there is another way, between 1 and 2 a common ancestor; 3 → 2 is alone.
TEST(SummaryGraph, OnlyLinkWithoutOtherWaysAndCommonAncestors) {
  SummaryGraph graph(4);
  graph.add(0, 1);
  graph.add(1, 2);
  graph.add(0, 2);
  graph.add(3, 2);
  EXPECT_FALSE(graph.only_link(0, 2));
  EXPECT_FALSE(graph.only_link(1, 2));
  EXPECT_TRUE(graph.only_link(0, 1));
  EXPECT_TRUE(graph.only_link(3, 2));
}

TEST(SummaryGraph, DropsTheWeakestLinkOfACycleAndOrdersWhatHasNoDelay) {
  PcmciResult links;
  links.value.assign(2, MatrixXd::Zero(3, 3));
  links.p_value.assign(2, MatrixXd::Ones(3, 3));
  const auto set = [&](std::size_t lag, Eigen::Index i, Eigen::Index j, double value) {
    links.value[lag](i, j) = value;
    links.p_value[lag](i, j) = 0.001;
  };
  set(1, 0, 1, 0.9);
  set(1, 1, 0, -0.3);
  set(0, 1, 2, 0.5);
  set(0, 2, 1, 0.5);
  MatrixXd order = MatrixXd::Zero(3, 3);
  order(2, 1) = 1;
  const SummaryGraph graph = summarize(links, 0.05, order);
  EXPECT_EQ(graph.causes(1), (std::vector<Eigen::Index>{0, 2}));
  EXPECT_TRUE(graph.causes(0).empty());
  EXPECT_TRUE(graph.causes(2).empty());
}

}  // namespace
}  // namespace rca
