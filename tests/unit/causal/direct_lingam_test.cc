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

TEST(DirectLingam, PriorKnowledgeDecidesTheOrder) {
  const Eigen::MatrixXd x = chain(500);
  const std::vector<Eigen::Index> free = direct_lingam_order(x);
  // The last shall be first: nothing leads to it.
  Eigen::MatrixXi prior = Eigen::MatrixXi::Constant(4, 4, -1);
  prior.row(free.back()).setZero();
  const auto model = direct_lingam(x, prior);
  ASSERT_TRUE(model.ok()) << model.error().message;
  EXPECT_EQ(model->order.front(), free.back());
  EXPECT_EQ(model->b.row(free.back()).cwiseAbs().sum(), 0);
  const auto unknown = direct_lingam(x, Eigen::MatrixXi::Constant(4, 4, -1));
  ASSERT_TRUE(unknown.ok());
  EXPECT_EQ(unknown->order, free);
  EXPECT_LT((unknown->b - direct_lingam(x)->b).norm(), 1e-9);
}

TEST(DirectLingam, WhereNeitherCausesTheOtherThereIsNoEdge) {
  const Eigen::MatrixXd x = chain(500);
  const auto free = direct_lingam(x);
  ASSERT_TRUE(free.ok());
  Eigen::Index cause = 0;
  Eigen::Index effect = 0;
  ASSERT_GT(free->b.cwiseAbs().maxCoeff(&effect, &cause), 0);
  Eigen::MatrixXi prior = Eigen::MatrixXi::Constant(4, 4, -1);
  prior(cause, effect) = prior(effect, cause) = 0;
  const auto model = direct_lingam(x, prior);
  ASSERT_TRUE(model.ok());
  EXPECT_EQ(model->order, free->order);
  EXPECT_EQ(model->b(effect, cause), 0);
}

TEST(DirectLingam, PriorKnowledgeIsClosedAndChecked) {
  Eigen::MatrixXi prior = Eigen::MatrixXi::Constant(3, 3, -1);
  prior(1, 0) = 1;
  prior(2, 1) = 1;
  const auto before = known_precedence(prior);
  ASSERT_TRUE(before.ok());
  EXPECT_TRUE((*before)(0, 2));
  EXPECT_FALSE((*before)(2, 0));
  prior(0, 2) = 1;
  EXPECT_EQ(known_precedence(prior).error().kind, ErrorKind::invalid_argument);
  EXPECT_EQ(known_precedence(Eigen::MatrixXi::Zero(2, 3)).error().kind, ErrorKind::invalid_argument);
  EXPECT_EQ(known_precedence(Eigen::MatrixXi::Constant(2, 2, 2)).error().kind, ErrorKind::invalid_argument);
  EXPECT_EQ(direct_lingam(chain(50), Eigen::MatrixXi::Constant(3, 3, -1)).error().kind, ErrorKind::invalid_argument);
}

TEST(DirectLingam, TheSameVariableHasNoDirection) {
  const Eigen::VectorXd x = chain(50).col(0);
  const PairwiseMeasure same = pairwise_measure(x, 2 * x);
  EXPECT_EQ(same.difference, 0);
  EXPECT_EQ(same.residual.norm(), 0);
  const Eigen::VectorXd y = chain(50).col(1);
  EXPECT_NEAR(pairwise_measure(x, y).difference, -pairwise_measure(y, x).difference, 1e-12);
}

void compare_pairs(const json& pairs, const json& expected) {
  ASSERT_EQ(pairs.size(), expected.size());
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const PairwiseMeasure found = pairwise_measure(testing::vector(pairs[i]["x"]), testing::vector(pairs[i]["y"]));
    EXPECT_NEAR(found.entropy_x, expected[i]["entropy_x_std"].get<double>(), 1e-10);
    EXPECT_NEAR(found.entropy_y, expected[i]["entropy_y_std"].get<double>(), 1e-10);
    EXPECT_NEAR(found.difference, expected[i]["diff_mutual_info_x_y"].get<double>(), 1e-10);
    const Eigen::VectorXd first = testing::vector(expected[i]["residual_x_on_y_std_first5"]);
    EXPECT_LT((found.residual.head(first.size()) - first).norm(), 1e-9) << found.residual.head(5).transpose();
  }
}

TEST(DirectLingamOracle, AgreesWithTheGoldenVectors) {
  const auto path = oracle::vectors("04a_directlingam.json");
  RCA_SKIP_WITHOUT(path);
  const json file = oracle::load(path);
  int cases = 0;
  for (const json& item : file["cases"]) {
    SCOPED_TRACE(item["name"].get<std::string>());
    const json& input = item["input"];
    const json& expected = item["expected"];
    ++cases;
    if (input.contains("pairs")) {
      compare_pairs(input["pairs"], expected["pairs"]);
      continue;
    }
    const Eigen::MatrixXd x = testing::matrix(input["X"]);
    if (input.contains("prior_knowledge")) {
      const auto model = direct_lingam(x, testing::matrix(input["prior_knowledge"]).cast<int>());
      ASSERT_TRUE(model.ok()) << model.error().message;
      EXPECT_EQ(model->order, expected["causal_order"].get<std::vector<Eigen::Index>>());
      testing::expect_near(model->b, testing::matrix(expected["adjacency_pruned"]), 1e-7);
      continue;
    }
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
  }
  EXPECT_EQ(cases, 10);
}

}  // namespace
}  // namespace rca
