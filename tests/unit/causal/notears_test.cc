#include "rca_core/causal/notears.h"

#include <gtest/gtest.h>

#include <cmath>

#include "rca_core/stats/minimize.h"
#include "tests/unit/causal/matrices.h"
#include "tests/unit/rca_core/oracle.h"

namespace rca {
namespace {

using nlohmann::json;

double plain(double z) {
  return z;
}

// 0 → 1 → 2 ← 3 with equal noise, which NOTEARS assumes.
Eigen::MatrixXd dag_data(Eigen::Index rows) {
  Eigen::MatrixXd x = testing::noise(rows, 4, 17, plain);
  x.col(1) += 1.5 * x.col(0);
  x.col(2) += x.col(1) - 1.2 * x.col(3);
  return x;
}

Eigen::MatrixXd dag_weights() {
  Eigen::MatrixXd w = Eigen::MatrixXd::Zero(4, 4);
  w(0, 1) = 1.5;
  w(1, 2) = 1;
  w(3, 2) = -1.2;
  return w;
}

TEST(Minimize, FindsTheMinimumOfAValley) {
  const auto rosenbrock = [](const Eigen::VectorXd& x, Eigen::VectorXd& gradient) {
    const double a = x(1) - x(0) * x(0);
    gradient.resize(2);
    gradient << -400 * a * x(0) - 2 * (1 - x(0)), 200 * a;
    return 100 * a * a + (1 - x(0)) * (1 - x(0));
  };
  const Minimum minimum = minimize(rosenbrock, Eigen::Vector2d(-1.2, 1), {.value_tolerance = 0});
  EXPECT_NEAR(minimum.x(0), 1, 1e-4);
  EXPECT_NEAR(minimum.x(1), 1, 1e-4);
  EXPECT_TRUE(minimum.converged);
  const Minimum stopped = minimize(rosenbrock, Eigen::Vector2d(-1.2, 1), {.max_evaluations = 5});
  EXPECT_FALSE(stopped.converged);
  EXPECT_LE(stopped.evaluations, 5);
}

TEST(Minimize, PenaltyGivesExactZeros) {
  // (x − 3)² / 2 + (y − 0.5)² / 2 + |x| + |y| is smallest at (2, 0).
  const auto f = [](const Eigen::VectorXd& x, Eigen::VectorXd& gradient) {
    gradient = x - Eigen::Vector2d(3, 0.5);
    return 0.5 * gradient.squaredNorm();
  };
  const Minimum minimum = minimize(f, Eigen::Vector2d(-1, 1), {.l1 = 1});
  EXPECT_NEAR(minimum.x(0), 2, 1e-5);
  EXPECT_EQ(minimum.x(1), 0);
  EXPECT_NEAR(minimum.value, 0.5 + 0.125 + 2, 1e-5);
}

TEST(Notears, AcyclicityIsZeroForDagsOnly) {
  Eigen::MatrixXd w = dag_weights();
  EXPECT_NEAR(acyclicity(w), 0, 1e-12);
  w(2, 0) = 0.5;  // 0 → 1 → 2 → 0
  EXPECT_GT(acyclicity(w), 1e-3);
  EXPECT_NEAR(acyclicity(w, nullptr, 2), 0, 1e-12);
  EXPECT_GT(acyclicity(w, nullptr, 3), 1e-3);
}

TEST(Notears, FindsTheDag) {
  const auto result = notears(dag_data(1000));
  ASSERT_TRUE(result.ok());
  EXPECT_LT(result->h, 1e-7);
  testing::expect_near(result->weights, dag_weights(), 0.15);
}

TEST(Notears, LowRankFindsTheDag) {
  const auto result = notears_low_rank(dag_data(1000), 3, 1);
  ASSERT_TRUE(result.ok());
  EXPECT_LT(result->h, 1e-6);
  testing::expect_near(result->weights, dag_weights(), 0.15);
  const auto again = notears_low_rank(dag_data(1000), 3, 1);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->weights, result->weights);
}

TEST(Notears, IsBoundedAndDefinedForDegenerateColumns) {
  Eigen::MatrixXd x = dag_data(30);
  x.conservativeResize(Eigen::NoChange, 6);
  x.col(4) = x.col(0);
  x.col(5).setConstant(4);
  const auto result = notears_low_rank(x, 10, 1, {.max_evaluations = 50});
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result->weights.allFinite());
  EXPECT_LE(result->evaluations, 50);
  EXPECT_TRUE(notears(x)->weights.allFinite());
  EXPECT_EQ(notears(x.topRows(1)).error().kind, ErrorKind::missing_input);
}

void check_primitives(const json& items, const json& expected) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Eigen::MatrixXd w = testing::matrix(items[i]["W"]);
    Eigen::MatrixXd gradient;
    EXPECT_TRUE(oracle::close(acyclicity(w, &gradient), oracle::number(expected[i]["h_poly"]), 1e-9, 1e-12));
    testing::expect_near(gradient, testing::matrix(expected[i]["grad_h_poly"]), 1e-9);
  }
}

TEST(NotearsOracle, AgreesWithTheGoldenVectors) {
  const auto path = oracle::vectors("07_notears.json");
  RCA_SKIP_WITHOUT(path);
  const json file = oracle::load(path);
  int same = 0;
  for (const json& item : file["cases"]) {
    SCOPED_TRACE(item["name"].get<std::string>());
    const json& input = item["input"];
    const json& expected = item["expected"];
    if (input.contains("items")) {
      check_primitives(input["items"], expected["items"]);
      continue;
    }
    NotearsOptions options;
    options.lambda = input["lambda1"].get<double>();
    const auto result = notears(testing::matrix(input["X"]), options);
    ASSERT_TRUE(result.ok());
    EXPECT_LT(result->h, 1e-6);
    const double objective = result->loss + options.lambda * result->unthresholded.lpNorm<1>();
    const double wanted = oracle::number(expected["objective_loss_plus_lambda_l1"]);
    EXPECT_LE(objective, wanted * 1.001);
    const Eigen::MatrixXd w = testing::matrix(expected["W_est"]);
    if ((result->unthresholded - w).cwiseAbs().maxCoeff() < 2e-2) ++same;
  }
  EXPECT_GE(same, 5);  // of 7; the problem is not convex: another local optimum of a smaller objective is as good
}

}  // namespace
}  // namespace rca
