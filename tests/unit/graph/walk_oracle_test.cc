// PageRank and random walks against networkx and dense solves.
#include <gtest/gtest.h>

#include "rca_core/graph/pagerank.h"
#include "rca_core/graph/random_walk.h"
#include "tests/unit/rca_core/oracle.h"

namespace rca {
namespace {

using nlohmann::json;

Eigen::VectorXd vector_of(const json& values) {
  Eigen::VectorXd out(static_cast<Eigen::Index>(values.size()));
  for (std::size_t i = 0; i < values.size(); ++i) out(static_cast<Eigen::Index>(i)) = oracle::number(values[i]);
  return out;
}

Eigen::MatrixXd matrix_of(const json& rows) {
  const auto n = static_cast<Eigen::Index>(rows.size());
  Eigen::MatrixXd out(n, n);
  for (std::size_t i = 0; i < rows.size(); ++i) out.row(static_cast<Eigen::Index>(i)) = vector_of(rows[i]);
  return out;
}

void expect_near(const Eigen::VectorXd& actual, const json& expected, double tolerance, const std::string& what) {
  const Eigen::VectorXd wanted = vector_of(expected);
  ASSERT_EQ(actual.size(), wanted.size()) << what;
  EXPECT_LT((actual - wanted).lpNorm<Eigen::Infinity>(), tolerance) << what;
}

TEST(PageRankOracle, AgreesWithTheDenseSolution) {
  const auto path = oracle::vectors("08a_pagerank.json");
  RCA_SKIP_WITHOUT(path);
  const json file = oracle::load(path);
  ASSERT_GE(file["cases"].size(), 12U);
  for (const json& item : file["cases"]) {
    const json& input = item["input"];
    const auto n = input["n"].get<Eigen::Index>();
    Eigen::MatrixXd weights = Eigen::MatrixXd::Zero(n, n);
    for (const json& edge : input["edges"]) {
      weights(edge[0].get<Eigen::Index>(), edge[1].get<Eigen::Index>()) = edge[2].get<double>();
    }
    PageRankOptions options;
    options.damping = input["alpha"].get<double>();
    if (!input["dangling"].is_null()) options.dangling = vector_of(input["dangling"]);
    Eigen::VectorXd personalization;
    if (!input["personalization"].is_null()) personalization = vector_of(input["personalization"]);
    const auto rank = pagerank(weights, personalization, options);
    ASSERT_TRUE(rank.ok()) << rank.error().message;
    expect_near(*rank, item["expected"]["pagerank"], 1e-9, item["name"].get<std::string>());
  }
}

// A walk with restart is PageRank with one restart; where dead ends stay, they are a loop.
TEST(RandomWalkOracle, RestartsAgreeWithTheDenseSolution) {
  const auto path = oracle::vectors("08b_rwr.json");
  RCA_SKIP_WITHOUT(path);
  const json file = oracle::load(path);
  int compared = 0;
  for (const json& item : file["cases"]) {
    const json& input = item["input"];
    const std::string name = item["name"];
    PageRankOptions options;
    options.damping = 1 - input["restart_prob"].get<double>();
    const bool monitorrank = input.contains("rho");
    Eigen::MatrixXd weights;
    if (monitorrank) {
      // A callee may be the cause of its caller.
      const Eigen::MatrixXd causes = matrix_of(input["adjacency_caller_to_callee"]).transpose();
      const Eigen::VectorXd affinity = vector_of(input["abs_correlation_with_front_end"]);
      const auto transition = walk_transition(causes, affinity_to(affinity), input["rho"].get<double>());
      ASSERT_TRUE(transition.ok()) << name;
      EXPECT_LT((*transition - matrix_of(item["expected"]["transition"])).lpNorm<Eigen::Infinity>(), 1e-10) << name;
      weights = *transition;
    } else {
      weights = matrix_of(input["A"]);
    }
    const Eigen::VectorXd start = Eigen::VectorXd::Unit(weights.rows(), input["start"].get<Eigen::Index>());
    const auto restarts = pagerank(weights, start, options);
    ASSERT_TRUE(restarts.ok()) << name;
    expect_near(*restarts, item["expected"][monitorrank ? "stationary" : "stationary_deadend_restarts"], 1e-10, name);
    ++compared;
    if (monitorrank) continue;
    for (Eigen::Index i = 0; i < weights.rows(); ++i) {
      if (weights.row(i).sum() <= 0) weights(i, i) = 1;
    }
    expect_near(*pagerank(weights, start, options), item["expected"]["stationary_deadend_stays"], 1e-10, name);
  }
  EXPECT_GE(compared, 10);
}

}  // namespace
}  // namespace rca
