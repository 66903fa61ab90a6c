#include "rca_core/stats/regression.h"

#include <gtest/gtest.h>

#include "tests/unit/causal/matrices.h"
#include "tests/unit/rca_core/oracle.h"

namespace rca {
namespace {

using nlohmann::json;
using testing::expect_near;
using testing::matrix;
using testing::vector;

TEST(OrdinaryLeastSquares, DuplicatesShareTheWeightAndConstantsGetNone) {
  Eigen::MatrixXd x(5, 3);
  x << 1, 1, 7, 2, 2, 7, 3, 3, 7, 4, 4, 7, 5, 5, 7;
  const Eigen::VectorXd y = 4 * x.col(0).array() + 1;
  const auto fit = ordinary_least_squares(x, y);
  ASSERT_TRUE(fit.ok());
  expect_near(fit->coefficients, (Eigen::VectorXd(3) << 2, 2, 0).finished(), 1e-12);
  EXPECT_NEAR(fit->intercept, 1, 1e-12);
  EXPECT_NEAR(fit->rss, 0, 1e-24);
  EXPECT_EQ(fit->rank, 1);
  expect_near(fit->predict(x), y, 1e-12);
}

TEST(OrdinaryLeastSquares, RankDoesNotDependOnUnits) {
  Eigen::MatrixXd x(6, 2);
  x << 1e9, 1e-9, 2e9, -1e-9, 3e9, 4e-9, 4e9, 1e-9, 5e9, -2e-9, 6e9, 0;
  const Eigen::VectorXd y = 1e-9 * x.col(0) + 1e9 * x.col(1);
  const auto fit = ordinary_least_squares(x, y);
  ASSERT_TRUE(fit.ok());
  EXPECT_EQ(fit->rank, 2);
  EXPECT_NEAR(fit->coefficients(0), 1e-9, 1e-18);
  EXPECT_NEAR(fit->coefficients(1), 1e9, 1);
}

TEST(OrdinaryLeastSquares, HasAnAnswerWithoutColumnsAndWithMoreColumnsThanRows) {
  const Eigen::VectorXd y = (Eigen::VectorXd(3) << 1, 2, 6).finished();
  const auto mean = ordinary_least_squares(Eigen::MatrixXd(3, 0), y);
  ASSERT_TRUE(mean.ok());
  EXPECT_DOUBLE_EQ(mean->intercept, 3);
  EXPECT_DOUBLE_EQ(mean->rss, 14);
  const auto wide = ordinary_least_squares(Eigen::MatrixXd::Identity(3, 3), y);
  ASSERT_TRUE(wide.ok());
  EXPECT_NEAR(wide->rss, 0, 1e-24);
  EXPECT_EQ(wide->rank, 2);
  const auto origin = ordinary_least_squares(Eigen::MatrixXd::Ones(3, 1), y, false);
  ASSERT_TRUE(origin.ok());
  EXPECT_NEAR(origin->coefficients(0), 3, 1e-12);
  EXPECT_EQ(origin->intercept, 0);
  const auto misfit = ordinary_least_squares(Eigen::MatrixXd(2, 1), y);
  EXPECT_EQ(misfit.error().message, "regression of 3 values on 2 rows of predictors");
}

TEST(AdaptiveLasso, KeepsWhatMattersAndPrunesTheRest) {
  Random random(7);
  Eigen::MatrixXd x(200, 5);
  for (Eigen::Index i = 0; i < x.size(); ++i) x.data()[i] = random.normal();
  x.col(4) = x.col(0);  // a duplicate
  Eigen::VectorXd y = 3 * x.col(1) - 0.5 * x.col(3);
  for (Eigen::Index i = 0; i < y.size(); ++i) y(i) += 0.3 * random.normal();
  const auto coefficients = adaptive_lasso(x, y);
  ASSERT_TRUE(coefficients.ok());
  EXPECT_NEAR((*coefficients)(1), 3, 0.1);
  EXPECT_NEAR((*coefficients)(3), -0.5, 0.1);
  EXPECT_EQ((*coefficients)(0), 0);
  EXPECT_EQ((*coefficients)(2), 0);
  EXPECT_EQ((*coefficients)(4), 0);
}

TEST(AdaptiveLasso, IsFiniteForConstantTargetsAndMoreColumnsThanRows) {
  Random random(3);
  Eigen::MatrixXd x(6, 9);
  for (Eigen::Index i = 0; i < x.size(); ++i) x.data()[i] = random.normal();
  const auto constant = adaptive_lasso(x, Eigen::VectorXd::Constant(6, 2));
  ASSERT_TRUE(constant.ok());
  EXPECT_EQ(constant->cwiseAbs().maxCoeff(), 0);
  const auto wide = adaptive_lasso(x, x.col(2));
  ASSERT_TRUE(wide.ok());
  EXPECT_TRUE(wide->allFinite());
}

TEST(AdaptiveLasso, SequenceIsEachRegressionOnItsOwn) {
  for (const bool dependent : {false, true}) {
    Eigen::MatrixXd x = testing::noise(90, 7, 4, [](double z) { return z; });
    for (Eigen::Index column = 2; column < 7; ++column) x.col(column) += x.col(column - 1) - 0.4 * x.col(0);
    x.col(3) *= 1e4;
    if (dependent) x.col(5) = x.col(1) + x.col(2);
    const auto all = adaptive_lasso_sequence(x);
    ASSERT_TRUE(all.ok());
    for (Eigen::Index target = 1; target < 7; ++target) {
      const auto one = adaptive_lasso(x.leftCols(target), x.col(target));
      ASSERT_TRUE(one.ok());
      expect_near(all->row(target).head(target).transpose(), *one, 1e-8);
      EXPECT_EQ(all->row(target).tail(7 - target).cwiseAbs().maxCoeff(), 0);
    }
  }
}

void check_least_squares(const json& expected, const Eigen::MatrixXd& x, const Eigen::VectorXd& y) {
  const auto fit = ordinary_least_squares(x, y);
  ASSERT_TRUE(fit.ok());
  expect_near(fit->coefficients, vector(expected["coef"]), 1e-8);
  EXPECT_TRUE(oracle::close(fit->intercept, oracle::number(expected["intercept"]), 1e-8, 1e-8));
  EXPECT_TRUE(oracle::close(fit->rss, oracle::number(expected["rss"]), 1e-9, 0));
}

void check_lasso(const json& expected, const Eigen::MatrixXd& x, const Eigen::VectorXd& y) {
  const auto fit = lasso_bic(x, y);
  ASSERT_TRUE(fit.ok());
  const Eigen::VectorXd coefficients = vector(expected["coef"]);
  expect_near(fit->coefficients, coefficients, 1e-8);
  EXPECT_TRUE(((fit->coefficients.array() != 0) == (coefficients.array() != 0)).all());
  EXPECT_TRUE(oracle::close(fit->intercept, oracle::number(expected["intercept"]), 1e-8, 1e-8));
  EXPECT_TRUE(oracle::close(fit->noise_variance, oracle::number(expected["noise_variance"]), 1e-9, 0));
  const Eigen::VectorXd alphas = vector(expected["alphas_path"]);
  ASSERT_EQ(static_cast<Eigen::Index>(fit->alpha_path.size()), alphas.size());
  const Eigen::VectorXd criteria = vector(expected["criterion_path"]);
  for (Eigen::Index knot = 0; knot < alphas.size(); ++knot) {
    EXPECT_TRUE(oracle::close(fit->alpha_path[static_cast<std::size_t>(knot)], alphas(knot), 1e-8, 1e-10)) << knot;
    EXPECT_TRUE(oracle::close(fit->criterion_path[static_cast<std::size_t>(knot)], criteria(knot), 1e-9, 0)) << knot;
  }
}

TEST(RegressionOracle, AgreesWithTheGoldenVectors) {
  const auto path = oracle::vectors("14_matrix.json");
  RCA_SKIP_WITHOUT(path);
  const json file = oracle::load(path);
  int cases = 0;
  for (const json& item : file["cases"]) {
    SCOPED_TRACE(item["name"].get<std::string>());
    const json& expected = item["expected"];
    ++cases;
    if (expected.contains("scipy_pinv")) {
      const Eigen::MatrixXd inverse = pseudo_inverse(matrix(item["input"]["A"]));
      expect_near(inverse, matrix(expected["scipy_pinv"]), 1e-8);
      continue;
    }
    const Eigen::MatrixXd x = matrix(item["input"]["X"]);
    const Eigen::VectorXd y = vector(item["input"]["y"]);
    check_least_squares(expected["ols"], x, y);
    if (!expected.contains("lassolarsic")) continue;
    check_lasso(expected["lassolarsic"], x, y);
    const auto pruned = adaptive_lasso(x, y);
    ASSERT_TRUE(pruned.ok());
    const Eigen::VectorXd wanted = vector(expected["adaptive_lasso_coef_original_units"]);
    expect_near(*pruned, wanted, 1e-8);
    EXPECT_TRUE(((pruned->array() != 0) == (wanted.array() != 0)).all());
  }
  EXPECT_EQ(cases, 16);
}

}  // namespace
}  // namespace rca
