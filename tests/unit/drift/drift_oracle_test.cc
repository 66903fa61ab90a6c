// Every drift statistic against what scipy, numpy and the textbooks give.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "rca_core/drift/kolmogorov.h"
#include "rca_core/drift/shares.h"
#include "rca_core/spc/charts.h"
#include "rca_core/spc/western_electric.h"
#include "tests/unit/drift/statistics.h"
#include "tests/unit/rca_core/oracle.h"

namespace rca {
namespace {

using drift_test::on_bins;
using drift_test::on_embeddings;
using drift_test::on_samples;
using nlohmann::json;

std::vector<double> numbers(const json& list) {
  std::vector<double> out;
  for (const json& value : list) out.push_back(oracle::number(value));
  return out;
}

void expect_near(double actual, const json& expected, double relative, double absolute, const std::string& what) {
  EXPECT_TRUE(oracle::close(actual, oracle::number(expected), relative, absolute))
      << what << ": " << actual << " instead of " << expected;
}

void expect_statistic(double actual, const json& expected, const std::string& what) {
  expect_near(actual, expected, 1e-9, 1e-12, what);
}
void expect_p(double actual, const json& expected, const std::string& what) {
  expect_near(actual, expected, 1e-6, 1e-10, what);
}

class TwoSample {
 public:
  explicit TwoSample(const json& test)
      : name_(test["name"]),
        expected_(test["expected"]),
        x_(make_sample(numbers(test["input"]["x"]))),
        y_(make_sample(numbers(test["input"]["y"]))) {}

  void check_all() const {
    check_kolmogorov_smirnov();
    check_distances();
    check_rank_tests();
    check_welch();
    check_mmd();
  }

 private:
  void check_kolmogorov_smirnov() const {
    const json& ks = expected_["ks"];
    const StatisticValue value = *on_samples("kolmogorov_smirnov", x_, y_);
    expect_statistic(value.value, ks["D"], name_ + " D");
    const auto n = static_cast<double>(x_.values.size());
    const auto m = static_cast<double>(y_.values.size());
    const double effective = n * m / (n + m);
    const double scaled = std::round(value.value * n * m);
    expect_p(kolmogorov_survival(std::sqrt(effective) * value.value), ks["p_kolmogorov_limit"], name_ + " limit");
    expect_p(stephens_survival(effective, value.value), ks["p_stephens_numerical_recipes"], name_ + " Stephens");
    if (!ks.contains("p_exact")) return;
    // Also below 1e-10, where the others are compared absolutely.
    expect_near(smirnov_survival(x_.values.size(), y_.values.size(), scaled), ks["p_exact"], 1e-6, 0, name_ + " exact");
    expect_near(*value.p_value, ks["p_exact"], 1e-6, 0, name_ + " p");
  }

  void check_distances() const {
    expect_statistic(on_samples("wasserstein_distance", x_, y_)->value, expected_["wasserstein1"], name_ + " W1");
    expect_statistic(on_samples("energy_distance", x_, y_)->value, expected_["energy"]["energy_distance_sqrt_scipy"],
                     name_ + " energy");
    expect_statistic(on_samples("psi", x_, y_)->value, expected_["psi"]["psi"], name_ + " psi");
  }

  void check_rank_tests() const {
    const json& cvm = expected_["cramer_von_mises"];
    const auto mises = on_samples("cramer_von_mises", x_, y_);
    ASSERT_EQ(mises.has_value(), !cvm.contains("error")) << name_;
    if (mises) {
      // T is a difference of numbers as large as n m / (6 (n + m)).
      expect_near(mises->value, cvm["T"], 1e-9, 1e-12, name_ + " T");
      expect_near(*mises->p_value, cvm["p_asymptotic"], 1e-6, 1e-9, name_ + " p of T");
    }
    const json& darling = expected_["anderson_ksamp"];
    const auto value = on_samples("anderson_darling", x_, y_);
    if (darling.contains("error")) {
      EXPECT_EQ(value->p_value, 0.25) << name_;
    } else {
      expect_statistic(value->value, darling["A2_normalised_midrank"], name_ + " A2");
      const double p = oracle::number(darling["p_midrank"]);
      if (p > 0.001 && p <= 0.25) expect_p(*value->p_value, darling["p_midrank"], name_ + " p of A2");
      if (p <= 0.001) {
        EXPECT_LE(*value->p_value, 0.001) << name_;
      }
    }
    // The vectors count for the first sample, which is our current one here.
    const auto rank = on_samples("mann_whitney", y_, x_);
    expect_statistic(rank->value, expected_["mann_whitney"]["U_x"], name_ + " U");
    expect_p(*rank->p_value, expected_["mann_whitney"]["p_two_sided_continuity"], name_ + " p of U");
    expect_statistic(rank->effect, std::fabs(oracle::number(expected_["mann_whitney"]["cliffs_delta"])),
                     name_ + " delta");
  }

  void check_welch() const {
    const auto value = on_samples("welch", y_, x_);
    EXPECT_EQ(value.has_value(), expected_.contains("welch")) << name_;
    if (!value) return;
    if (std::isnan(oracle::number(expected_["welch"]["t"]))) {
      EXPECT_EQ(value->value, 0) << name_;
      EXPECT_EQ(value->p_value, 1) << name_;
      return;
    }
    // The means of values around 1e9 differ by rounding from one order of summation to the next.
    expect_near(value->value, expected_["welch"]["t"], 1e-9, 1e-9, name_ + " t");
    expect_p(*value->p_value, expected_["welch"]["p"], name_ + " p of t");
  }

  void check_mmd() const {
    const auto column = [](const Sample& sample) {
      return EmbeddingSample{
          Eigen::Map<const Eigen::VectorXd>(sample.values.data(), static_cast<Eigen::Index>(sample.values.size()))};
    };
    const auto value = on_embeddings("mmd", column(x_), column(y_));
    EXPECT_EQ(value.has_value(), expected_.contains("mmd")) << name_;
    if (!value) return;
    const json& expected = expected_["mmd"]["mmd2_unbiased"];
    if (std::isnan(oracle::number(expected))) {
      EXPECT_EQ(value->value, 0) << name_;
    } else {
      expect_statistic(value->value, expected, name_ + " mmd");
    }
  }

  std::string name_;
  json expected_;
  Sample x_;
  Sample y_;
};

TEST(DriftOracle, TwoSamples) {
  const auto path = oracle::vectors("10a_two_sample.json");
  RCA_SKIP_WITHOUT(path);
  const json cases = oracle::load(path)["cases"];
  ASSERT_FALSE(cases.empty());
  for (const json& test : cases) TwoSample(test).check_all();
}

TEST(DriftOracle, CountsPerBucket) {
  const auto path = oracle::vectors("10b_discrete.json");
  RCA_SKIP_WITHOUT(path);
  const json cases = oracle::load(path)["cases"];
  ASSERT_FALSE(cases.empty());
  for (const json& test : cases) {
    const std::string name = test["name"];
    const std::vector<double> p_counts = numbers(test["input"]["P_counts"]);
    if (p_counts.size() < 2) continue;  // one bucket tells nothing: make_binned_pair says so
    const BinnedDistribution p = drift_test::counts(p_counts);
    const BinnedDistribution q = drift_test::counts(numbers(test["input"]["Q_counts"]));
    const json& expected = test["expected"];
    StatisticOptions as_they_are;
    as_they_are.min_expected_count = 0;
    const auto value = [&](const char* statistic) { return *on_bins(statistic, p, q, as_they_are); };

    expect_statistic(value("js_divergence").value, expected["jensen_shannon_divergence_base2"], name + " JS");
    expect_statistic(value("psi").value, expected["psi_eps_1e-4_floor"], name + " psi");
    expect_statistic(value("hellinger").value, expected["hellinger"], name + " hellinger");
    expect_statistic(value("total_variation").value, expected["total_variation"], name + " TV");
    const Result<BinnedPair> pair = make_binned_pair(p, q);
    expect_statistic(kullback_leibler(pair->reference_shares, pair->current_shares), expected["kl_p_q"], name + " KL");
    expect_statistic(kullback_leibler(pair->current_shares, pair->reference_shares), expected["kl_q_p"], name + " KL'");
    // Current from reference: P is the current one.
    expect_statistic(on_bins("kl_divergence", q, p)->value, expected["kl_p_q_additive_smoothing_0.5"],
                     name + " smoothed KL");
    const StatisticValue chi_squared = value("chi_squared");
    expect_statistic(chi_squared.value, expected["chi2_homogeneity"]["stat"], name + " chi2");
    expect_p(*chi_squared.p_value, expected["chi2_homogeneity"]["p"], name + " p of chi2");
    if (p.total() == q.total()) {
      expect_statistic(chi_squared.effect, expected["chi2_homogeneity"]["cramers_v"], name + " V");
    }
    const StatisticValue g = value("g_test");
    expect_statistic(g.value, expected["g_test_homogeneity"]["stat"], name + " G");
    expect_p(*g.p_value, expected["g_test_homogeneity"]["p"], name + " p of G");
  }
}

BinnedDistribution from_cumulative(const json& bounds, const json& cumulative) {
  std::vector<double> counts = numbers(cumulative);
  for (std::size_t i = counts.size() - 1; i > 0; --i) counts[i] -= counts[i - 1];
  return drift_test::binned(numbers(bounds), counts);
}

TEST(DriftOracle, Histograms) {
  const auto path = oracle::vectors("10c_binned_histogram.json");
  RCA_SKIP_WITHOUT(path);
  const json cases = oracle::load(path)["cases"];
  ASSERT_FALSE(cases.empty());
  for (const json& test : cases) {
    const std::string name = test["name"];
    const json& input = test["input"];
    const json& expected = test["expected"];
    const BinnedDistribution a = from_cumulative(input["le_a"], input["cumulative_a"]);
    const BinnedDistribution b = from_cumulative(input["le_b"], input["cumulative_b"]);
    const Result<BinnedPair> pair = make_binned_pair(a, b);
    ASSERT_EQ(pair.ok(), expected.contains("ks_D")) << name;
    if (!pair) continue;
    const json& grid = expected["common_grid"];
    EXPECT_EQ(pair->upper_bounds, numbers(grid["upper_bounds_then_inf"])) << name;
    for (std::size_t i = 0; i < pair->upper_bounds.size(); ++i) {
      expect_statistic(pair->reference_shares[i], grid["p"][i], name + " p " + std::to_string(i));
      expect_statistic(pair->current_shares[i], grid["q"][i], name + " q " + std::to_string(i));
    }
    const StatisticValue ks = *on_bins("kolmogorov_smirnov", a, b);
    expect_statistic(ks.value, expected["ks_D"], name + " D");
    expect_near(*ks.p_value, expected["ks_p_kolmogorov_limit"], 1e-9, 1e-12, name + " p of D");
    expect_statistic(on_bins("wasserstein_distance", a, b)->value, expected["wasserstein1"], name + " W1");
    expect_statistic(on_bins("js_divergence", a, b)->value, expected["js_divergence_base2"], name + " JS");
    expect_statistic(on_bins("psi", a, b)->value, expected["psi_eps_1e-4_floor"], name + " psi");
    expect_statistic(on_bins("hellinger", a, b)->value, expected["hellinger"], name + " hellinger");
    expect_statistic(kullback_leibler(pair->reference_shares, pair->current_shares), expected["kl_p_q"], name + " KL");
  }
}

void check_cusum(const json& test) {
  const json& input = test["input"];
  const json& expected = test["expected"];
  Cusum chart(input["target"], input["k"], input["h"]);
  std::vector<std::size_t> signals;
  const std::vector<double> values = numbers(input["x"]);
  for (std::size_t i = 0; i < values.size(); ++i) {
    chart.add(values[i]);
    const std::string at = test["name"].get<std::string>() + " at " + std::to_string(i);
    expect_near(chart.high(), expected["S_hi"][i], 1e-12, 1e-9, at);
    expect_near(chart.low(), expected["S_lo"][i], 1e-12, 1e-9, at);
    EXPECT_EQ(chart.high_run(), expected["N_hi"][i].get<std::size_t>()) << at;
    EXPECT_EQ(chart.low_run(), expected["N_lo"][i].get<std::size_t>()) << at;
    if (chart.signals_high() || chart.signals_low()) {
      signals.push_back(i);
      if (input["reset_after_signal"].get<bool>()) chart.restart();
    }
  }
  EXPECT_EQ(signals, expected["signal_indices"].get<std::vector<std::size_t>>()) << test["name"];
}

void check_ewma(const json& test) {
  const json& input = test["input"];
  const json& expected = test["expected"];
  const double center = input["mu0"];
  Ewma chart(center, input["sigma"], input["lambda"], input["L"]);
  std::vector<std::size_t> signals;
  const std::vector<double> values = numbers(input["x"]);
  for (std::size_t i = 0; i < values.size(); ++i) {
    chart.add(values[i]);
    const std::string at = test["name"].get<std::string>() + " at " + std::to_string(i);
    expect_near(chart.value(), expected["ewma"][i], 1e-12, 1e-9, at);
    expect_near(center + chart.half_width(), expected["ucl_time_varying"][i], 1e-12, 1e-9, at);
    expect_near(center - chart.half_width(), expected["lcl_time_varying"][i], 1e-12, 1e-9, at);
    if (chart.signals()) signals.push_back(i);
  }
  EXPECT_EQ(signals, expected["signals_time_varying"].get<std::vector<std::size_t>>()) << test["name"];
}

TEST(DriftOracle, ChartsWithMemory) {
  const auto path = oracle::vectors("09a_cusum_ewma.json");
  RCA_SKIP_WITHOUT(path);
  const json cases = oracle::load(path)["cases"];
  ASSERT_FALSE(cases.empty());
  for (const json& test : cases) {
    if (test["input"]["method"] == "cusum") {
      check_cusum(test);
    } else {
      check_ewma(test);
    }
  }
}

TEST(DriftOracle, WesternElectricRules) {
  const auto path = oracle::vectors("09c_western_electric.json");
  RCA_SKIP_WITHOUT(path);
  const json cases = oracle::load(path)["cases"];
  ASSERT_FALSE(cases.empty());
  for (const json& test : cases) {
    const json& input = test["input"];
    const json& expected = test["expected"];
    WesternElectric rules;
    std::vector<std::vector<std::size_t>> found(4);
    const std::vector<double> values = numbers(input["x"]);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double z = (values[i] - input["center"].get<double>()) / input["sigma"].get<double>();
      const WesternElectricSignals signals = rules.add(z);
      if (signals.beyond_3_sigma) found[0].push_back(i);
      if (signals.two_of_three) found[1].push_back(i);
      if (signals.four_of_five) found[2].push_back(i);
      if (signals.eight_in_a_row) found[3].push_back(i);
    }
    EXPECT_EQ(found[0], expected["we1_beyond_3s"].get<std::vector<std::size_t>>()) << test["name"];
    EXPECT_EQ(found[1], expected["we2_2of3_beyond_2s"].get<std::vector<std::size_t>>()) << test["name"];
    EXPECT_EQ(found[2], expected["we3_4of5_beyond_1s"].get<std::vector<std::size_t>>()) << test["name"];
    EXPECT_EQ(found[3], expected["we4_8_same_side"].get<std::vector<std::size_t>>()) << test["name"];
  }
}

}  // namespace
}  // namespace rca
