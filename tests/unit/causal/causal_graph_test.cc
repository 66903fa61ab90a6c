#include "rca_core/causal/causal_graph.h"

#include <gtest/gtest.h>

namespace rca {
namespace {

TEST(CausalGraph, KnowsTheMarksOfBothEnds) {
  CausalGraph graph(4);
  graph.set_directed(0, 1);
  graph.set_undirected(1, 2);
  graph.set_edge(2, 3, Mark::circle, Mark::arrow);
  EXPECT_TRUE(graph.directed(0, 1));
  EXPECT_FALSE(graph.directed(1, 0));
  EXPECT_TRUE(graph.undirected(2, 1));
  EXPECT_EQ(graph.mark(3, 2), Mark::circle);
  EXPECT_EQ(graph.mark(2, 3), Mark::arrow);
  EXPECT_FALSE(graph.adjacent(0, 2));
  graph.remove_edge(1, 0);
  EXPECT_FALSE(graph.adjacent(0, 1));
}

TEST(CausalGraph, PossibleCausesFollowTheArrows) {
  CausalGraph graph(6);
  graph.set_directed(0, 1);
  graph.set_undirected(1, 2);
  graph.set_edge(2, 3, Mark::circle, Mark::arrow);   // o→
  graph.set_edge(3, 4, Mark::arrow, Mark::arrow);    // ↔
  graph.set_edge(4, 5, Mark::circle, Mark::circle);  // o—o
  Eigen::MatrixXd expected = Eigen::MatrixXd::Zero(6, 6);
  expected(0, 1) = expected(1, 2) = expected(2, 1) = expected(2, 3) = 1;
  expected(3, 4) = expected(4, 3) = expected(4, 5) = expected(5, 4) = 1;
  EXPECT_EQ(possible_causes(graph), expected);
}

}  // namespace
}  // namespace rca
