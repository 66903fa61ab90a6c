#include "rca_core/causal/direct_lingam.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/causal/matrices.h"
#include "tests/unit/rca_core/oracle.h"

namespace rca {
namespace {

using nlohmann::json;

double heavy(double z) {
  return z * z * z;
}

// 2 → 0 → 1, and 3 alone.
Eigen::MatrixXd chain(Eigen::Index rows) {
  Eigen::MatrixXd x = testing::noise(rows, 4, 3, heavy);
  x.col(0) += 2 * x.col(2);
  x.col(1) -= 1.5 * x.col(0);
  return x;
}

TEST(DirectLingam, FindsOrderAndEffects) {
  const auto model = direct_lingam(chain(500));
  ASSERT_TRUE(model.ok());
  const auto position = [&](Eigen::Index variable) {
    return std::find(model->order.begin(), model->order.end(), variable) - model->order.begin();
  };
  EXPECT_LT(position(2), position(0));
  EXPECT_LT(position(0), position(1));
  Eigen::MatrixXd expected = Eigen::MatrixXd::Zero(4, 4);
  expected(0, 2) = 2;
  expected(1, 0) = -1.5;
  testing::expect_near(model->b, expected, 0.15);
}

TEST(DirectLingam, OrderDoesNotDependOnUnits) {
  const Eigen::MatrixXd x = chain(300);
  Eigen::MatrixXd scaled = x * Eigen::Vector4d(1e9, 1e-6, 1, 1e3).asDiagonal();
  scaled.col(2).array() += 1e4;
  const auto a = direct_lingam(x);
  const auto b = direct_lingam(scaled);
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_EQ(a->order, b->order);
  testing::expect_near(a->standardized_causes(x), b->standardized_causes(scaled), 1e-6);
  EXPECT_GT(a->standardized_causes(x)(2, 0), 0.5);
}

TEST(DirectLingam, LeavesOutDuplicatesAndWhatIsTooMuchForTheRows) {
  Eigen::MatrixXd x = chain(100);
  x.conservativeResize(Eigen::NoChange, 6);
  x.col(4) = 3 * x.col(2);
  x.col(5) = x.col(0) - x.col(3);
  const auto model = direct_lingam(x);
  ASSERT_TRUE(model.ok());
  EXPECT_EQ(model->order.size(), 4U);
  EXPECT_TRUE(model->b.allFinite());
  const auto wide = direct_lingam(testing::noise(10, 30, 1, heavy));
  ASSERT_TRUE(wide.ok());
  EXPECT_EQ(wide->order.size(), 5U);
  EXPECT_TRUE(wide->b.allFinite());
  EXPECT_EQ(direct_lingam(testing::noise(3, 2, 1, heavy)).error().kind, ErrorKind::missing_input);
}

TEST(DirectLingam, SkippingComparisonsDoesNotChangeTheOrder) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Eigen::MatrixXd x = testing::noise(80, 12, seed, heavy);
    for (Eigen::Index column = 1; column < 12; ++column) x.col(column) += 0.7 * x.col(column / 2);
    x.col(7) = x.col(3);
    std::vector<DirectLingamStep> steps;
    const std::vector<Eigen::Index> with_all_scores = direct_lingam_order(x, &steps);
    EXPECT_EQ(direct_lingam_order(x), with_all_scores);
  }
}

TEST(DirectLingam, OrderOfDuplicatesIsDefined) {
  Eigen::MatrixXd x = chain(60);
  x.col(3) = x.col(2);
  std::vector<Eigen::Index> order = direct_lingam_order(x);
  std::sort(order.begin(), order.end());
  EXPECT_EQ(order, (std::vector<Eigen::Index>{0, 1, 2, 3}));
}

TEST(DirectLingamOracle, AgreesWithTheGoldenVectors) {
  const auto path = oracle::vectors("04a_directlingam.json");
  RCA_SKIP_WITHOUT(path);
  const json file = oracle::load(path);
  int cases = 0;
  for (const json& item : file["cases"]) {
    SCOPED_TRACE(item["name"].get<std::string>());
    // Without prior knowledge, which we have none of, and without the intermediate values of single pairs.
    if (!item["input"].contains("X") || item["input"].contains("prior_knowledge")) continue;
    const json& expected = item["expected"];
    const Eigen::MatrixXd x = testing::matrix(item["input"]["X"]);
    std::vector<DirectLingamStep> steps;
    const std::vector<Eigen::Index> order = direct_lingam_order(x, &steps);
    EXPECT_EQ(direct_lingam_order(x), order);
    EXPECT_EQ(order, expected["causal_order"].get<std::vector<Eigen::Index>>());
    ASSERT_EQ(steps.size(), expected["steps"].size());
    for (std::size_t s = 0; s < steps.size(); ++s) {
      EXPECT_EQ(steps[s].remaining, expected["steps"][s]["remaining"].get<std::vector<Eigen::Index>>());
      const Eigen::VectorXd scores = testing::vector(expected["steps"][s]["score"]);
      for (Eigen::Index i = 0; i < scores.size(); ++i) {
        EXPECT_NEAR(steps[s].scores[static_cast<std::size_t>(i)], scores(i), 1e-10) << s;
      }
    }
    const auto b = lingam_edges(x, order);
    ASSERT_TRUE(b.ok());
    testing::expect_near(*b, testing::matrix(expected["adjacency_pruned"]), 1e-7);
    ++cases;
  }
  EXPECT_EQ(cases, 8);
}

}  // namespace
}  // namespace rca
