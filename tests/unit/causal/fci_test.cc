#include "rca_core/causal/fci.h"

#include <gtest/gtest.h>

#include "rca_core/causal/pag_rules.h"
#include "rca_core/stats/random.h"
#include "tests/unit/causal/d_separation.h"
#include "tests/unit/causal/graph_vectors.h"

namespace rca {
namespace {

using nlohmann::json;
using testing::DSeparation;
using testing::to_text;

// 0 → 1 ↔ 2 ← 3: a hidden common cause (node 4) of 1 and 2.
TEST(Fci, SeesAHiddenCommonCause) {
  Eigen::MatrixXi parents = Eigen::MatrixXi::Zero(5, 5);
  parents(0, 1) = parents(4, 1) = parents(4, 2) = parents(3, 2) = 1;
  const auto graph = fci(DSeparation(parents, {0, 1, 2, 3}));
  ASSERT_TRUE(graph.ok());
  CausalGraph expected(4);
  expected.set_edge(0, 1, Mark::circle, Mark::arrow);
  expected.set_edge(1, 2, Mark::arrow, Mark::arrow);
  expected.set_edge(2, 3, Mark::arrow, Mark::circle);
  EXPECT_EQ(*graph, expected) << to_text(*graph);
}

// 0 → 2 ← 1, 2 → 3: the last edge cannot be confounded.
TEST(Fci, TailsWhereNoHiddenCauseIsPossible) {
  Random random(5);
  Eigen::MatrixXd values(600, 4);
  for (Eigen::Index row = 0; row < values.rows(); ++row) {
    values(row, 0) = random.normal();
    values(row, 1) = random.normal();
    values(row, 2) = values(row, 0) + values(row, 1) + 0.5 * random.normal();
    values(row, 3) = values(row, 2) + random.normal();
  }
  const auto graph = fci(FisherZ(values), {.skeleton = {.alpha = 0.01}});
  ASSERT_TRUE(graph.ok());
  EXPECT_TRUE(graph->directed(2, 3)) << to_text(*graph);
  EXPECT_EQ(graph->mark(2, 0), Mark::circle);
}

TEST(Fci, DegenerateDataHaveADefinedResult) {
  EXPECT_EQ(fci(FisherZ(Eigen::MatrixXd::Zero(20, 3)))->adjacent(0, 1), false);
  EXPECT_EQ(fci(FisherZ(Eigen::MatrixXd(0, 0)))->variables(), 0);
  Eigen::MatrixXd twice(30, 2);
  for (Eigen::Index row = 0; row < 30; ++row) twice.row(row).setConstant(static_cast<double>(row % 7));
  EXPECT_EQ(fci(FisherZ(twice))->mark(0, 1), Mark::circle);
  EXPECT_FALSE(fci(FisherZ(twice), {.skeleton = {.alpha = 2}}).ok());
}

// Selection bias: a square of circles without a diagonal can only be undirected.
TEST(PagRules, ASquareOfCirclesIsUndirected) {
  CausalGraph graph(4);
  for (Eigen::Index i = 0; i < 4; ++i) graph.set_edge(i, (i + 1) % 4, Mark::circle, Mark::circle);
  apply_pag_rules(SeparatingSets(4), graph);
  for (Eigen::Index i = 0; i < 4; ++i) EXPECT_TRUE(graph.undirected(i, (i + 1) % 4));
}

// Each arrowhead and tail of `reference` is there, or a circle is not decided against it.
int contradictions(const CausalGraph& graph, const CausalGraph& reference) {
  int count = 0;
  for (Eigen::Index i = 0; i < graph.variables(); ++i) {
    for (Eigen::Index j = 0; j < graph.variables(); ++j) {
      const Mark theirs = reference.mark(i, j);
      if (theirs != Mark::circle && graph.mark(i, j) != theirs) ++count;
    }
  }
  return count;
}

// Some set of at most three others makes them independent.
bool separable(const IndependenceTest& test, Eigen::Index x, Eigen::Index y, double alpha) {
  std::vector<Eigen::Index> others;
  for (Eigen::Index i = 0; i < test.variables(); ++i) {
    if (i != x && i != y) others.push_back(i);
  }
  Separation separation;
  for (std::size_t size = 0; size <= 3; ++size) find_separation(test, {x, y, others, {}, size}, alpha, separation);
  return separation.found;
}

// The reference searches less than the published Possible-D-SEP (only variables that a potentially directed path leads
// from to one of the pair) and keeps edges that a set of the published one separates. Then the marks differ as well.
// Gives whether both found the same edges.
bool compare_data(const std::string& what, const Eigen::MatrixXd& values, double alpha, const json& expected) {
  const FisherZ test(values);
  const auto graph = fci(test, {.skeleton = {.alpha = alpha}});
  EXPECT_TRUE(graph.ok()) << what;
  bool same = false;
  for (const json& variant : expected["reference_variants"]) {
    const CausalGraph reference = testing::graph_of(variant, values.cols());
    if (testing::skeleton_of(*graph) != testing::skeleton_of(reference)) continue;
    same = true;
    if (!expected["invariant_to_variable_order"].get<bool>()) continue;
    EXPECT_EQ(contradictions(*graph, reference), 0) << what << ": " << to_text(*graph) << "\n" << to_text(reference);
  }
  if (same) return true;
  for (const auto& edge : testing::skeleton_of(testing::graph_of(expected["pag"], values.cols()))) {
    EXPECT_TRUE(graph->adjacent(edge[0], edge[1]) || separable(test, edge[0], edge[1], alpha)) << what;
  }
  return false;
}

void compare_oracle(const std::string& what, const json& item) {
  const json& input = item["input"];
  const DSeparation test(testing::dag_of(input["dag_edges"], input["n_all"].get<Eigen::Index>()),
                         testing::indices_of(input["observed_nodes_in_order"]));
  const auto graph = fci(test);
  ASSERT_TRUE(graph.ok()) << what;
  EXPECT_EQ(testing::skeleton_of(*graph), testing::sorted_edges(item["expected"]["skeleton_true_MAG"])) << what;
  if (item["expected"]["pag_exact"].is_null()) return;
  const CausalGraph exact = testing::graph_of(item["expected"]["pag_exact"], test.variables());
  EXPECT_EQ(*graph, exact) << what << ": " << to_text(*graph) << "\nexpected " << to_text(exact);
}

TEST(FciOracle, AgreesWithCausalLearnAndWithEnumeration) {
  const auto path = oracle::vectors("03b_fci.json");
  RCA_SKIP_WITHOUT(path);
  const json file = oracle::load(path);
  ASSERT_GE(file["cases"].size(), 24U);
  int same = 0;
  for (const json& item : file["cases"]) {
    const std::string name = item["name"];
    const json& input = item["input"];
    if (input.contains("dag_edges")) {
      compare_oracle(name, item);
      continue;
    }
    for (const json& alpha : input["alphas"]) {
      const std::string key = "alpha_" + alpha.dump();
      const Eigen::MatrixXd values = testing::matrix(input["X"]);
      same += compare_data(name + " " + key, values, alpha.get<double>(), item["expected"][key]) ? 1 : 0;
    }
  }
  EXPECT_GE(same, 17);  // of 22
}

}  // namespace
}  // namespace rca
