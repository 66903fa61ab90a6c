#include "rca_core/causal/granger.h"

#include <gtest/gtest.h>

#include "tests/unit/causal/matrices.h"
#include "tests/unit/rca_core/oracle.h"

namespace rca {
namespace {

using nlohmann::json;

// Column 0 drives column 1 two rows later; column 2 is noise.
Eigen::MatrixXd lagged_pair(Eigen::Index rows) {
  Eigen::MatrixXd x = testing::noise(rows, 3, 11, [](double z) { return z; });
  for (Eigen::Index row = 2; row < rows; ++row) x(row, 1) += 0.8 * x(row - 2, 0);
  return x;
}

TEST(Granger, FindsWhoComesFirst) {
  const auto p = granger_p_values(lagged_pair(200));
  ASSERT_TRUE(p.ok());
  EXPECT_LT((*p)(0, 1), 1e-10);
  EXPECT_GT((*p)(1, 0), 0.05);
  EXPECT_GT((*p)(2, 1), 0.05);
  EXPECT_EQ(p->diagonal(), Eigen::VectorXd::Ones(3));
}

TEST(Granger, MatrixAndPairAgree) {
  const Eigen::MatrixXd x = lagged_pair(80);
  const auto p = granger_p_values(x, 3);
  ASSERT_TRUE(p.ok());
  double smallest = 1;
  for (Eigen::Index lag = 1; lag <= 3; ++lag) {
    const auto test = granger_test(x.col(2), x.col(0), lag);
    ASSERT_TRUE(test.ok());
    smallest = std::min(smallest, test->f_p);
  }
  EXPECT_NEAR((*p)(2, 0), std::min(1.0, 3 * smallest), 1e-12);
}

TEST(Granger, DoesNotDependOnUnits) {
  const Eigen::MatrixXd x = lagged_pair(100);
  const auto p = granger_p_values(x);
  Eigen::MatrixXd y = x * Eigen::Vector3d(1e12, 1e-9, 1).asDiagonal();
  y.col(0).array() += 1e13;
  const auto q = granger_p_values(y);
  ASSERT_TRUE(p.ok() && q.ok());
  testing::expect_near(*q, *p, 1e-6);
}

TEST(Granger, DegenerateColumnsCauseNothing) {
  Eigen::MatrixXd x = lagged_pair(60);
  x.conservativeResize(Eigen::NoChange, 6);
  x.col(3).setConstant(3);
  x.col(4) = x.col(0);                               // a duplicate
  x.col(5) = Eigen::VectorXd::LinSpaced(60, 0, 59);  // its own past explains it
  const auto p = granger_p_values(x);
  ASSERT_TRUE(p.ok());
  EXPECT_TRUE(p->allFinite());
  EXPECT_EQ(p->col(3), Eigen::VectorXd::Ones(6));
  EXPECT_EQ(p->row(3).transpose(), Eigen::VectorXd::Ones(6));
  EXPECT_EQ((*p)(0, 4), 1);  // adds nothing to its copy's own past
  EXPECT_EQ(p->col(5), Eigen::VectorXd::Ones(6));
  EXPECT_LT((*p)(4, 1), 1e-3);
}

TEST(Granger, SaysWhatItNeeds) {
  const auto few = granger_p_values(Eigen::MatrixXd::Random(10, 2), 3);
  ASSERT_FALSE(few.ok());
  EXPECT_EQ(few.error().kind, ErrorKind::missing_input);
  EXPECT_EQ(few.error().message, "a Granger test with 3 lags needs more than 10 rows, there are 10");
  EXPECT_FALSE(granger_test(Eigen::VectorXd::Zero(20), Eigen::VectorXd::Zero(21), 1).ok());
  EXPECT_FALSE(granger_test(Eigen::VectorXd::Zero(20), Eigen::VectorXd::Zero(20), 0).ok());
}

void check_case(const GrangerTest& test, const json& expected) {
  const auto same = [](double actual, const json& wanted, double relative, double absolute) {
    return oracle::close(actual, oracle::number(wanted), relative, absolute);
  };
  EXPECT_TRUE(same(test.f, expected["ssr_ftest"]["stat"], 1e-7, 1e-10));
  EXPECT_TRUE(same(test.f_p, expected["ssr_ftest"]["p"], 1e-6, 1e-9));
  EXPECT_EQ(static_cast<double>(test.df_error), expected["ssr_ftest"]["df_denom"].get<double>());
  EXPECT_TRUE(same(test.chi_squared, expected["ssr_chi2test"]["stat"], 1e-7, 1e-10));
  EXPECT_TRUE(same(test.chi_squared_p, expected["ssr_chi2test"]["p"], 1e-6, 1e-9));
  EXPECT_TRUE(same(test.likelihood_ratio, expected["lrtest"]["stat"], 1e-7, 1e-10));
  EXPECT_TRUE(same(test.likelihood_ratio_p, expected["lrtest"]["p"], 1e-6, 1e-9));
  EXPECT_TRUE(same(test.rss_restricted, expected["ssr_restricted"], 1e-9, 0));
  EXPECT_TRUE(same(test.rss_unrestricted, expected["ssr_unrestricted"], 1e-9, 0));
}

TEST(GrangerOracle, AgreesWithTheGoldenVectors) {
  const auto path = oracle::vectors("05_granger.json");
  RCA_SKIP_WITHOUT(path);
  const json file = oracle::load(path);
  int compared = 0;
  for (const json& item : file["cases"]) {
    SCOPED_TRACE(item["name"].get<std::string>());
    const Eigen::VectorXd cause = testing::vector(item["input"]["x"]);
    const Eigen::VectorXd effect = testing::vector(item["input"]["y"]);
    const json& expected = item["expected"];
    const auto max_lag = item["input"]["maxlag"].get<Eigen::Index>();
    if (expected.contains("error")) {
      // The library refuses; ours has a defined answer, or says that there are too few rows.
      const auto test = granger_test(cause, effect, max_lag);
      EXPECT_EQ(test.ok(), expected["error"] == "InfeasibleTestError");
      if (!test.ok()) continue;
      EXPECT_TRUE(std::isfinite(test->f_p) && std::isfinite(test->f));
      continue;
    }
    for (Eigen::Index lag = 1; lag <= max_lag; ++lag) {
      const auto test = granger_test(cause, effect, lag);
      ASSERT_TRUE(test.ok());
      check_case(*test, expected[std::to_string(lag)]);
      ++compared;
    }
  }
  EXPECT_EQ(compared, 24);
}

}  // namespace
}  // namespace rca
