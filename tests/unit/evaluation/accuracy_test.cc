#include "rca_core/evaluation/accuracy.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numeric>

#include "rca_core/evaluation/rank_correlation.h"
#include "rca_core/stats/random.h"
#include "tests/unit/rca_core/oracle.h"

namespace rca {
namespace {

using Names = std::vector<std::string>;
using nlohmann::json;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(Accuracy, ADatabaseCountsForItsService) {
  EXPECT_EQ(service_of("carts-db"), "carts");
  EXPECT_EQ(service_of("carts"), "carts");
  EXPECT_EQ(service_of("my-dbase"), "my-dbase");
  EXPECT_EQ(service_of("-db"), "-db");
}

TEST(Accuracy, CountsPlacesFromOne) {
  const Names ranked = {"a", "b", "c"};
  EXPECT_EQ(first_place(ranked, Names{"b"}), 2U);
  EXPECT_EQ(first_place(ranked, Names{"c", "a"}), 1U);
  EXPECT_EQ(first_place(ranked, Names{"z"}), 0U);
  EXPECT_EQ(accuracy_at(ranked, Names{"b"}, 4), (std::vector<double>{0, 1, 1, 1}));
  EXPECT_EQ(accuracy_at({}, Names{"b"}, 2), (std::vector<double>{0, 0}));
}

TEST(Accuracy, DividesByWhatIsAskedForWhenSeveralAreTrue) {
  const Names ranked = {"x", "a", "y", "b"};
  const Names truth = {"a", "b"};
  EXPECT_EQ(accuracy_at(ranked, truth, 4, Hits::any), (std::vector<double>{0, 1, 1, 1}));
  EXPECT_EQ(accuracy_at(ranked, truth, 4, Hits::of_smaller), (std::vector<double>{0, 0.5, 0.5, 1}));
  EXPECT_EQ(accuracy_at(ranked, truth, 4, Hits::of_truth), (std::vector<double>{0, 0.5, 0.5, 1}));
}

TEST(Chance, OfEqualCandidatesIsKOverN) {
  const std::vector<std::size_t> others(9, 3);
  const auto chance = chance_accuracy(others, 3, 5);
  for (std::size_t k = 1; k <= 5; ++k) EXPECT_NEAR(chance[k - 1], static_cast<double>(k) / 10, 1e-12);
}

TEST(Chance, OfTheOnlyCandidateIsOneAndOfNoneZero) {
  EXPECT_NEAR(chance_accuracy({}, 4, 1)[0], 1, 1e-12);
  EXPECT_EQ(chance_accuracy(std::vector<std::size_t>{2, 3}, 0, 2), (std::vector<double>{0, 0}));
}

TEST(Chance, AgreesWithDrawingOrders) {
  const std::vector<std::size_t> sizes = {4, 5, 5, 5, 5, 3};  // candidate 1 is true
  Names signals;
  for (std::size_t i = 0; i < sizes.size(); ++i) signals.insert(signals.end(), sizes[i], std::to_string(i));
  std::vector<double> drawn(5, 0.0);
  constexpr int kDraws = 40'000;
  Random random(7);
  for (int draw = 0; draw < kDraws; ++draw) {
    random.shuffle(signals);
    const auto ac = accuracy_at(distinct(signals), Names{"1"}, 5);
    for (std::size_t k = 0; k < 5; ++k) drawn[k] += ac[k] / kDraws;
  }
  const auto exact = chance_accuracy(std::vector<std::size_t>{4, 5, 5, 5, 3}, 5, 5);
  for (std::size_t k = 0; k < 5; ++k) EXPECT_NEAR(exact[k], drawn[k], 0.01) << k;
  EXPECT_NEAR(exact[0], 5.0 / 27, 1e-12);
}

TEST(Chance, OfThousandsOfSignalsStaysExact) {
  // 2,000 candidates of 5 signals: k / n again.
  const std::vector<std::size_t> others(1999, 5);
  const auto chance = chance_accuracy(others, 5, 5);
  for (std::size_t k = 1; k <= 5; ++k) EXPECT_NEAR(chance[k - 1], static_cast<double>(k) / 2000, 1e-9);
}

TEST(Bootstrap, HoldsTheMeanAndIsTheSameForASeed) {
  std::vector<double> values(40, 0.0);
  std::fill(values.begin(), values.begin() + 20, 1.0);
  const Interval one = bootstrap_mean(values, 3);
  const Interval same = bootstrap_mean(values, 3);
  EXPECT_EQ(one.low, same.low);
  EXPECT_EQ(one.high, same.high);
  // Normal approximation: 0.5 ± 1.96 · 0.5 / √40.
  EXPECT_NEAR(one.low, 0.345, 0.03);
  EXPECT_NEAR(one.high, 0.655, 0.03);
  EXPECT_EQ(bootstrap_mean(std::vector<double>{1, 1}, 3).low, 1);
  EXPECT_TRUE(std::isnan(bootstrap_mean({}, 3).low));
}

TEST(RankCorrelation, WithoutVariationOrPartnersIsNotANumber) {
  const std::vector<double> constant = {2, 2, 2};
  const std::vector<double> rising = {1, 2, 3};
  for (const auto& result : {pearson(constant, rising), spearman(rising, constant), kendall(constant, rising),
                             pearson(rising, std::vector<double>{1, 2}), pearson({}, {}),
                             kendall(rising, std::vector<double>{1, kNan, 2})}) {
    EXPECT_TRUE(std::isnan(result.value));
    EXPECT_TRUE(std::isnan(result.p));
  }
  EXPECT_NEAR(kendall(rising, rising).value, 1, 1e-12);
  EXPECT_NEAR(kendall(rising, rising).p, 2.0 / 6, 1e-12);  // 2 of the 6 orders
}

Names names_of(const json& list, bool services) {
  Names out;
  for (const json& item : list) {
    const auto name = item.get<std::string>();
    out.push_back(services ? name.substr(0, name.find('_')) : name);
  }
  return out;
}

void expect_accuracy(const json& one, const std::string& level, Hits hits, const std::string& suffix) {
  const auto most = one["input"]["K"].get<std::size_t>();
  std::vector<double> sums(most, 0.0);
  double reciprocal = 0;
  for (const json& input : one["input"]["cases"]) {
    Names ranked = names_of(input["ranking"], level != "metric");
    if (level == "service") ranked = distinct(ranked);
    const Names truth = distinct(names_of(input["truth"], level != "metric"));
    const auto ac = accuracy_at(ranked, truth, most, hits);
    std::transform(ac.begin(), ac.end(), sums.begin(), sums.begin(), std::plus<>());
    const std::size_t place = first_place(ranked, truth);
    reciprocal += place == 0 ? 0 : 1 / static_cast<double>(place);
  }
  const auto cases = static_cast<double>(one["input"]["cases"].size());
  const json& expected = one["expected"][level];
  double sum = 0;
  for (std::size_t k = 0; k < most; ++k) {
    EXPECT_NEAR(sums[k] / cases, expected["AC_at_k_" + suffix][k].get<double>(), 1e-12) << level << suffix << k;
    sum += sums[k] / cases;
    EXPECT_NEAR(sum / static_cast<double>(k + 1), expected["Avg_at_k_" + suffix][k].get<double>(), 1e-12);
  }
  EXPECT_NEAR(reciprocal / cases, expected["MRR"].get<double>(), 1e-12) << level;
}

void expect_number(double actual, const json& expected, double relative, const std::string& what) {
  EXPECT_TRUE(oracle::close(actual, oracle::number(expected), relative, 1e-12))
      << what << ": " << actual << ", expected " << expected;
}

TEST(EvaluationOracle, AgreesWithTheVectors) {
  const auto file = oracle::vectors("12_eval.json");
  RCA_SKIP_WITHOUT(file);
  int rankings = 0;
  int correlations = 0;
  const json vectors = oracle::load(file);
  for (const json& one : vectors["cases"]) {
    SCOPED_TRACE(one["name"].get<std::string>());
    const json& expected = one["expected"];
    if (one["input"].contains("cases")) {
      ++rankings;
      for (const std::string level : {"metric", "service", "service_no_dedup"}) {
        expect_accuracy(one, level, Hits::of_smaller, "min_denominator");
        expect_accuracy(one, level, Hits::any, "hit");
        expect_accuracy(one, level, Hits::of_truth, "truth_denominator");
      }
      continue;
    }
    ++correlations;
    const auto x = one["input"]["x"].get<std::vector<double>>();
    const auto y = one["input"]["y"].get<std::vector<double>>();
    expect_number(pearson(x, y).value, expected["pearson_r"], 0, "r");
    expect_number(pearson(x, y).p, expected["pearson_p"], 1e-8, "p of r");
    expect_number(spearman(x, y).value, expected["spearman_rho"], 0, "rho");
    expect_number(spearman(x, y).p, expected["spearman_p_t"], 1e-8, "p of rho");
    expect_number(kendall(x, y).value, expected["kendall_tau_b"], 0, "tau");
    expect_number(kendall(x, y).p, expected["kendall_p_auto"], 1e-8, "p of tau");
    expect_number(kendall_tau_c(x, y), expected["kendall_tau_c"], 0, "tau-c");
  }
  EXPECT_GE(rankings, 4);
  EXPECT_GE(correlations, 4);
}

}  // namespace
}  // namespace rca
