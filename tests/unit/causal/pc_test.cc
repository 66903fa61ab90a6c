#include "rca_core/causal/pc.h"

#include <gtest/gtest.h>

#include <memory>

#include "rca_core/causal/meek.h"
#include "rca_core/stats/random.h"
#include "tests/unit/causal/d_separation.h"
#include "tests/unit/causal/graph_vectors.h"

namespace rca {
namespace {

using nlohmann::json;
using testing::DSeparation;
using testing::to_text;

std::vector<Eigen::Index> all_of(Eigen::Index n) {
  std::vector<Eigen::Index> out;
  for (Eigen::Index i = 0; i < n; ++i) out.push_back(i);
  return out;
}

// 0 → 2 ← 1, 2 → 3.
Eigen::MatrixXd collider(Eigen::Index rows) {
  Random random(21);
  Eigen::MatrixXd values(rows, 4);
  for (Eigen::Index row = 0; row < rows; ++row) {
    values(row, 0) = random.normal();
    values(row, 1) = random.normal();
    values(row, 2) = values(row, 0) + values(row, 1) + 0.5 * random.normal();
    values(row, 3) = values(row, 2) + random.normal();
  }
  return values;
}

TEST(Pc, FindsTheColliderAndWhatFollowsFromIt) {
  const auto graph = pc(FisherZ(collider(500)), {.alpha = 0.01});
  ASSERT_TRUE(graph.ok()) << graph.error().message;
  CausalGraph expected(4);
  expected.set_directed(0, 2);
  expected.set_directed(1, 2);
  expected.set_directed(2, 3);
  EXPECT_EQ(*graph, expected) << to_text(*graph);
}

TEST(Pc, DoesNotDependOnTheOrderOfTheVariables) {
  const Eigen::MatrixXd values = collider(500);
  const std::vector<Eigen::Index> order = {3, 0, 2, 1};
  const auto graph = pc(FisherZ(values(Eigen::all, order)), {.alpha = 0.01});
  ASSERT_TRUE(graph.ok());
  EXPECT_TRUE(graph->directed(1, 2));
  EXPECT_TRUE(graph->directed(3, 2));
  EXPECT_TRUE(graph->directed(2, 0));
}

TEST(Pc, ConditionSizeIsBounded) {
  // 0 and 3 are only separated by 1 and 2 together.
  Eigen::MatrixXi parents = Eigen::MatrixXi::Zero(4, 4);
  parents(0, 1) = parents(0, 2) = parents(1, 3) = parents(2, 3) = 1;
  const DSeparation test(parents, all_of(4));
  EXPECT_FALSE(pc(test, {})->adjacent(0, 3));
  EXPECT_TRUE(pc(test, {.max_condition_size = 1})->adjacent(0, 3));
}

TEST(Pc, DegenerateDataHaveADefinedResult) {
  Eigen::MatrixXd values(30, 5);
  values.leftCols(4) = collider(30);
  values.col(4) = values.col(2);
  const auto duplicate = pc(FisherZ(values));
  ASSERT_TRUE(duplicate.ok());
  EXPECT_TRUE(duplicate->adjacent(2, 4));
  values.col(4).setZero();
  EXPECT_FALSE(pc(FisherZ(values))->adjacent(2, 4));
  EXPECT_EQ(*pc(FisherZ(values.topRows(3))), CausalGraph(5));
  EXPECT_EQ(pc(FisherZ(Eigen::MatrixXd::Zero(0, 0)))->variables(), 0);
  EXPECT_TRUE(pc(FisherZ(Eigen::MatrixXd(collider(40).transpose()))).ok());  // 40 variables, 4 rows
  EXPECT_FALSE(pc(FisherZ(values), {.alpha = 0}).ok());
}

TEST(Meek, RulesDirectWhatIsImplied) {
  CausalGraph graph(4);  // rule 1, then 2
  graph.set_directed(0, 1);
  graph.set_undirected(1, 2);
  graph.set_undirected(2, 3);
  graph.set_undirected(1, 3);
  apply_meek_rules(graph);
  EXPECT_TRUE(graph.directed(1, 2));
  EXPECT_TRUE(graph.directed(1, 3));
  EXPECT_TRUE(graph.undirected(2, 3));
  CausalGraph two_ways(4);  // rule 3
  two_ways.set_undirected(0, 1);
  two_ways.set_undirected(0, 2);
  two_ways.set_undirected(0, 3);
  two_ways.set_directed(1, 3);
  two_ways.set_directed(2, 3);
  apply_meek_rules(two_ways);
  EXPECT_TRUE(two_ways.directed(0, 3));
  EXPECT_TRUE(two_ways.undirected(0, 1));
}

std::unique_ptr<IndependenceTest> test_of(const json& input) {
  if (input["indep_test"] == "chisq") {
    return std::make_unique<DiscreteTest>(testing::matrix(input["X"]).cast<int>(), ContingencyStatistic::chi_square);
  }
  return std::make_unique<FisherZ>(testing::matrix(input["X"]));
}

void compare(const std::string& what, const IndependenceTest& test, double alpha, const json& expected) {
  const auto skeleton = find_skeleton(test, {.alpha = alpha});
  ASSERT_TRUE(skeleton.ok());
  EXPECT_EQ(testing::skeleton_of(skeleton->graph), testing::sorted_edges(expected["skeleton"])) << what;
  if (expected.contains("sepset_union_of_nonadjacent")) {
    for (const json& set : expected["sepset_union_of_nonadjacent"]) {
      EXPECT_EQ(skeleton->separating.of(set[0].get<Eigen::Index>(), set[1].get<Eigen::Index>()),
                testing::indices_of(set[2]))
          << what;
    }
  }
  const CausalGraph cpdag = testing::graph_of(expected["cpdag"], test.variables());
  if (!expected.value("invariant_to_variable_order", true)) return;
  const auto graph = pc(test, {.alpha = alpha});
  EXPECT_EQ(*graph, cpdag) << what << ": " << to_text(*graph) << "\nexpected " << to_text(cpdag);
}

TEST(PcOracle, AgreesWithCausalLearn) {
  const auto path = oracle::vectors("03a_pc.json");
  RCA_SKIP_WITHOUT(path);
  const json file = oracle::load(path);
  ASSERT_GE(file["cases"].size(), 16U);
  for (const json& item : file["cases"]) {
    const std::string name = item["name"];
    const json& input = item["input"];
    if (input.contains("dag_edges")) {
      const auto n = input["n"].get<Eigen::Index>();
      compare(name, DSeparation(testing::dag_of(input["dag_edges"], n), all_of(n)), 0.05, item["expected"]);
      continue;
    }
    const auto test = test_of(input);
    for (const json& alpha : input["alphas"]) {
      const std::string key = "alpha_" + alpha.dump();
      compare(name + " " + key, *test, alpha.get<double>(), item["expected"][key]);
    }
  }
}

}  // namespace
}  // namespace rca
