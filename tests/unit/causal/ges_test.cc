#include "rca_core/causal/ges.h"

#include <gtest/gtest.h>

#include "rca_core/causal/equivalence_class.h"
#include "rca_core/causal/gaussian_bic.h"
#include "tests/unit/causal/matrices.h"
#include "tests/unit/rca_core/oracle.h"

namespace rca {
namespace {

using nlohmann::json;

double plain(double z) {
  return z;
}

// 0 → 2 ← 1, 2 → 3, and 4 alone.
Eigen::MatrixXd collider(Eigen::Index rows, std::uint64_t seed = 22) {
  Eigen::MatrixXd x = testing::noise(rows, 5, seed, plain);
  x.col(2) += x.col(0) - x.col(1);
  x.col(3) += 2 * x.col(2);
  return x;
}

TEST(EquivalenceClass, DirectsWhatAllMembersShare) {
  CausalGraph dag(5);
  dag.set_directed(0, 2);
  dag.set_directed(1, 2);
  dag.set_directed(2, 3);
  dag.set_directed(3, 4);
  EXPECT_EQ(cpdag_of(dag), dag);  // a collider and what follows from it
  CausalGraph chain(3);
  chain.set_directed(0, 1);
  chain.set_directed(1, 2);
  CausalGraph expected(3);
  expected.set_undirected(0, 1);
  expected.set_undirected(1, 2);
  EXPECT_EQ(cpdag_of(chain), expected);
  const auto extension = dag_extension(expected);
  ASSERT_TRUE(extension.has_value());
  EXPECT_EQ(cpdag_of(extension.value_or(CausalGraph(3))), expected);
}

TEST(EquivalenceClass, KnowsWhenThereIsNoExtension) {
  CausalGraph square(4);  // every orientation makes a collider or a cycle
  for (Eigen::Index i = 0; i < 4; ++i) square.set_undirected(i, (i + 1) % 4);
  EXPECT_FALSE(dag_extension(square).has_value());
}

TEST(Ges, FindsTheCollider) {
  CausalGraph expected(5);
  expected.set_directed(0, 2);
  expected.set_directed(1, 2);
  expected.set_directed(2, 3);
  int found = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto result = ges(collider(400, seed));
    ASSERT_TRUE(result.ok());
    found += result->cpdag == expected ? 1 : 0;
  }
  EXPECT_GE(found, 15);  // the penalty lets one in about 70 absent edges through
}

TEST(Ges, BoundsTheParents) {
  Eigen::MatrixXd x = testing::noise(300, 7, 2, plain);
  for (Eigen::Index cause = 0; cause < 6; ++cause) x.col(6) += x.col(cause);
  const auto free = ges(x, {.max_parents = 0});
  const auto bounded = ges(x, {.max_parents = 2});
  ASSERT_TRUE(free.ok() && bounded.ok());
  const auto parents = [](const CausalGraph& graph, Eigen::Index of) {
    Eigen::Index count = 0;
    for (Eigen::Index node = 0; node < graph.variables(); ++node) count += graph.directed(node, of) ? 1 : 0;
    return count;
  };
  EXPECT_EQ(parents(free->cpdag, 6), 6);
  EXPECT_EQ(parents(bounded->cpdag, 6), 2);
}

TEST(Ges, IsDefinedForDegenerateColumns) {
  Eigen::MatrixXd x = collider(60);
  x.col(4) = x.col(0);
  x.conservativeResize(Eigen::NoChange, 7);
  x.col(5).setConstant(1);
  x.col(6) = x.col(0) + x.col(1);
  const auto result = ges(x);
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result->cpdag.adjacent(0, 4));
  for (Eigen::Index other = 0; other < 7; ++other) EXPECT_FALSE(result->cpdag.adjacent(5, other));
  EXPECT_TRUE(ges(testing::noise(5, 12, 4, plain)).ok());
  EXPECT_EQ(ges(x.topRows(2)).error().kind, ErrorKind::missing_input);
}

TEST(GaussianBic, GainIsTheDifferenceOfLocalScores) {
  const GaussianBic score(collider(100));
  EXPECT_NEAR(score.gain(0, 2, {1}), score.local(2, {1, 0}) - score.local(2, {1}), 1e-9);
  EXPECT_NEAR(score.gain(0, 2, {1}), score.gain(2, 0, {1}), 1e-9);
  EXPECT_LT(score.gain(4, 0, {}), 0);
}

CausalGraph graph_of(Eigen::Index variables, const json& edges) {
  CausalGraph graph(variables);
  for (const json& edge : edges) {
    const auto mark = [](const json& name) { return name == "tail" ? Mark::tail : Mark::arrow; };
    graph.set_edge(edge[0].get<Eigen::Index>(), edge[1].get<Eigen::Index>(), mark(edge[2]), mark(edge[3]));
  }
  return graph;
}

TEST(GesOracle, AgreesWithTheGoldenVectors) {
  const auto path = oracle::vectors("03c_ges.json");
  RCA_SKIP_WITHOUT(path);
  const json file = oracle::load(path);
  int cases = 0;
  for (const json& item : file["cases"]) {
    SCOPED_TRACE(item["name"].get<std::string>());
    const json& expected = item["expected"];
    const Eigen::MatrixXd x = testing::matrix(item["input"]["X"]);
    const GaussianBic score(x);
    for (const json& local : expected["local_scores"]) {
      EXPECT_TRUE(
          oracle::close(score.local(local["i"].get<Eigen::Index>(), local["parents"].get<std::vector<Eigen::Index>>()),
                        oracle::number(local["score"]), 1e-9, 0));
    }
    const auto result = ges(x);
    ASSERT_TRUE(result.ok());
    ASSERT_TRUE(expected["invariant_to_variable_order"].get<bool>());
    EXPECT_EQ(result->cpdag, graph_of(x.cols(), expected["cpdag"]));
    EXPECT_EQ(result->insertions, expected["n_forward"].get<int>());
    EXPECT_EQ(result->deletions, expected["n_backward"].get<int>());
    ++cases;
  }
  EXPECT_EQ(cases, 10);
}

}  // namespace
}  // namespace rca
