#include "rca_core/stats/bocpd.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

#include "tests/unit/rca_core/oracle.h"

namespace rca {
namespace {

using nlohmann::json;

TEST(Bocpd, ProbabilitiesSumToOneAndResetEqualsHazard) {
  Bocpd detector({}, 20);
  std::mt19937_64 random(3);
  std::normal_distribution<double> noise;
  for (int i = 0; i < 60; ++i) detector.observe(noise(random) + (i < 30 ? 0 : 8));
  double sum = 0;
  for (std::size_t length = 0; length <= detector.observations(); ++length) sum += detector.probability(length);
  EXPECT_NEAR(sum, 1, 1e-12);
  EXPECT_NEAR(detector.probability(0), 0.05, 1e-12);
  EXPECT_EQ(detector.most_likely_run_length(), 30U);
}

TEST(Bocpd, MissingObservationsChangeNothing) {
  Bocpd with_gaps({}, 50);
  Bocpd without({}, 50);
  for (const double value : {0.1, 0.2, 5.0, 5.1}) {
    with_gaps.observe(value);
    with_gaps.observe(std::numeric_limits<double>::quiet_NaN());
    without.observe(value);
  }
  EXPECT_EQ(with_gaps.observations(), 4U);
  EXPECT_EQ(with_gaps.expected_run_length(), without.expected_run_length());
}

TEST(Bocpd, PruningKeepsTheAnswer) {
  Bocpd exact({}, 100);
  Bocpd pruned({}, 100, 1e-8);
  std::mt19937_64 random(5);
  std::normal_distribution<double> noise;
  for (int i = 0; i < 300; ++i) {
    const double value = noise(random) + (i < 200 ? 0 : 4);
    exact.observe(value);
    pruned.observe(value);
    EXPECT_NEAR(exact.expected_run_length(), pruned.expected_run_length(), 1e-3);
  }
  EXPECT_EQ(exact.most_likely_run_length(), pruned.most_likely_run_length());
}

// With one dimension the Normal–Wishart prior (2 degrees of freedom, scale 1) is the Normal–Gamma prior with alpha 1
// and beta 1/2.
TEST(MultivariateBocpd, OneDimensionEqualsNormalGamma) {
  MultivariateBocpd wishart(1, 50);
  Bocpd gamma({0, 1, 1, 0.5}, 50);
  std::mt19937_64 random(9);
  std::normal_distribution<double> noise;
  for (int i = 0; i < 80; ++i) {
    const double value = noise(random) + (i < 40 ? 0 : 3);
    wishart.observe(Eigen::VectorXd::Constant(1, value));
    gamma.observe(value);
    for (std::size_t length = 0; length <= gamma.observations(); ++length) {
      ASSERT_NEAR(wishart.probability(length), gamma.probability(length), 1e-9) << i << " " << length;
    }
  }
}

// A change of correlation only, invisible in each series by itself.
TEST(MultivariateBocpd, SeesAChangeOfCorrelation) {
  std::mt19937_64 random(21);
  std::normal_distribution<double> noise;
  MultivariateBocpd detector(2, 100);
  for (int i = 0; i < 200; ++i) {
    const double shared = noise(random) * 3;
    const double own = noise(random) * 0.2;
    Eigen::VectorXd value(2);
    value << shared, (i < 120 ? shared : -shared) + own;
    detector.observe(value);
  }
  double near_change = 0;
  for (std::size_t length = 76; length <= 84; ++length) near_change += detector.probability(length);
  EXPECT_GT(near_change, 0.9);
}

TEST(BaroChangeProbability, PeaksWhereTheRegimeBegins) {
  std::mt19937_64 random(2);
  std::normal_distribution<double> noise(0, 0.02);
  Eigen::MatrixXd series(240, 3);
  for (Eigen::Index row = 0; row < 240; ++row) {
    series(row, 0) = 0.2 + noise(random) + (row < 180 ? 0 : 1);
    series(row, 1) = 5 + 10 * noise(random) + (row < 180 ? 0 : 20);
    series(row, 2) = 7;  // constant: left out
  }
  series(40, 0) = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> probability = baro_change_probability(series);
  ASSERT_EQ(probability.size(), 240U);
  const auto peak = std::max_element(probability.begin() + 20, probability.end()) - probability.begin();
  EXPECT_EQ(peak, 180);
  EXPECT_GT(probability[180], 0.5);
}

TEST(BaroChangeProbability, NothingToSeeIsZero) {
  for (const double p : baro_change_probability(Eigen::MatrixXd::Constant(30, 2, 1.0))) EXPECT_EQ(p, 0);
  EXPECT_TRUE(baro_change_probability(Eigen::MatrixXd(0, 2)).empty());
  for (const double p : baro_change_probability(Eigen::MatrixXd::Random(5, 1))) EXPECT_EQ(p, 0);
}

void check_step(const Bocpd& detector, const json& expected, std::size_t t, const std::string& name, double min_gap) {
  const auto same = [&](double got, const json& want, double relative, const char* what) {
    EXPECT_TRUE(oracle::close(got, oracle::number(want), relative, 1e-10))
        << name << " " << what << " at " << t << ": " << got << " instead of " << want;
  };
  if (min_gap > 1e-9) {
    EXPECT_EQ(detector.most_likely_run_length(), expected["run_length_map"][t].get<std::size_t>()) << name << " " << t;
  }
  same(detector.probability(0), expected["p_run_length_0"][t], 0, "P(0)");
  same(detector.expected_run_length(), expected["expected_run_length"][t], 1e-9, "E(run length)");
  same(detector.log_predictive(), expected["log_predictive"][t], 1e-9, "log predictive");
  std::size_t column = 0;
  for (const std::size_t below : {2U, 5U, 10U}) {
    double mass = 0;
    for (std::size_t length = 0; length < below; ++length) mass += detector.probability(length);
    same(mass, expected["p_run_length_lt_2_5_10"][t][column++], 0, "P(short)");
  }
}

TEST(BocpdOracle, AgreesWithEnumeration) {
  const auto path = oracle::vectors("09b_bocpd.json");
  RCA_SKIP_WITHOUT(path);
  const json file = oracle::load(path);
  int steps = 0;
  for (const json& item : file["cases"]) {
    const json& in = item["input"];
    Bocpd detector({in["mu0"], in["kappa0"], in["alpha0"], in["beta0"]}, in["hazard_lambda"]);
    for (std::size_t t = 0; t < in["x"].size(); ++t, ++steps) {
      detector.observe(in["x"][t].get<double>());
      check_step(detector, item["expected"], t, item["name"], item["expected"]["min_gap_map_top2"].get<double>());
    }
  }
  EXPECT_GE(steps, 900);
}

}  // namespace
}  // namespace rca
