#include "rca_core/drift/compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rca_core/drift/attribution.h"
#include "rca_core/stats/random.h"
#include "tests/unit/drift/statistics.h"

namespace rca {
namespace {

using drift_test::binned;
using drift_test::counts;
using drift_test::kInfinity;
using drift_test::kNaN;
using testing::DoubleEq;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(BenjaminiHochberg, AdjustsAsInThePaper) {
  // The fifteen p-values of the paper's example: four are rejected at 0.05.
  const std::vector<double> p = {0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                                 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.000};
  const std::vector<double> adjusted = benjamini_hochberg(p);
  EXPECT_EQ(std::count_if(adjusted.begin(), adjusted.end(), [](double value) { return value <= 0.05; }), 4);
  EXPECT_DOUBLE_EQ(adjusted[0], 0.0015);
  EXPECT_DOUBLE_EQ(adjusted[3], 0.0095 * 15 / 4);
  EXPECT_DOUBLE_EQ(adjusted[14], 1);
}

TEST(BenjaminiHochberg, KeepsOrderAndTies) {
  EXPECT_THAT(benjamini_hochberg({}), IsEmpty());
  const std::vector<double> one = {0.3};
  EXPECT_THAT(benjamini_hochberg(one), ElementsAre(0.3));
  const std::vector<double> mixed = {0.04, 0.01, kNaN, 0.04};
  EXPECT_THAT(benjamini_hochberg(mixed),
              ElementsAre(DoubleNear(0.16 / 3, 1e-12), DoubleEq(0.04), DoubleEq(1), DoubleNear(0.16 / 3, 1e-12)));
}

TEST(Compare, OneDistributionTwiceIsNotDetected) {
  const auto comparison = compare(counts({300, 500, 200}), counts({30, 50, 20}), {});
  ASSERT_TRUE(comparison.ok());
  EXPECT_TRUE(comparison->enough_data);
  EXPECT_FALSE(comparison->detected);
  EXPECT_GE(comparison->statistics.size(), 12U);
  EXPECT_EQ(comparison->find("welch"), nullptr);
  EXPECT_EQ(comparison->reference_size, 1000);
}

TEST(Compare, AShiftIsDetectedByTheStatisticsThatSeeIt) {
  const auto comparison = compare(counts({300, 500, 200}), counts({100, 300, 600}), {});
  EXPECT_TRUE(comparison->detected);
  for (const char* name : {"psi", "kolmogorov_smirnov", "wasserstein_distance", "chi_squared", "js_divergence"}) {
    EXPECT_TRUE(comparison->find(name)->detected()) << name;
  }
}

TEST(Compare, SmallDifferencesAreNotDetectedHoweverManyObservations) {
  const auto comparison = compare(counts({3e7, 5e7, 2e7}), counts({3.1e7, 5e7, 1.9e7}), {});
  EXPECT_TRUE(comparison->find("kolmogorov_smirnov")->significant);
  EXPECT_FALSE(comparison->find("kolmogorov_smirnov")->large);
  EXPECT_FALSE(comparison->detected);
}

TEST(Compare, LargeDifferencesOfFewObservationsAreNotDetected) {
  CompareOptions options;
  options.min_observations = 1;
  const auto comparison = compare(counts({5, 4, 1}), counts({1, 4, 5}), options);
  EXPECT_TRUE(comparison->find("total_variation")->large);
  EXPECT_FALSE(comparison->detected);
}

TEST(Compare, WhatSamplingAddsIsNoShift) {
  // Sampling adds (3 − 1) (1/10 + 1/10) = 0.4 to the stability index on average.
  const auto few = compare(counts({3, 5, 2}), counts({2, 3, 5}), {});
  EXPECT_NEAR(few->find("psi")->result.value, 0.418, 0.001);
  EXPECT_EQ(few->find("psi")->result.effect, 0);
  for (const char* name : {"js_divergence", "kl_divergence", "hellinger", "total_variation"}) {
    EXPECT_GT(few->find(name)->result.value, few->find(name)->threshold) << name;
    EXPECT_FALSE(few->find(name)->large) << name;
  }
  const auto many = compare(counts({3'000, 5'000, 2'000}), counts({2'000, 3'000, 5'000}), {});
  EXPECT_NEAR(many->find("psi")->result.effect, 0.418, 0.001);
  EXPECT_TRUE(many->find("psi")->large);
  for (const char* name : {"js_divergence", "kl_divergence", "hellinger", "total_variation"}) {
    EXPECT_NEAR(many->find(name)->result.effect, many->find(name)->result.value, 0.001) << name;
  }
}

TEST(Compare, RareEventsThatBecomeALittleLessRareAreNotDetected) {
  const auto comparison = compare(counts({99'500, 500, 0}), counts({98'000, 2'000, 0}), {});
  EXPECT_TRUE(comparison->find("chi_squared")->significant);
  EXPECT_LT(comparison->find("wasserstein_distance")->result.effect, 0.1);
  EXPECT_FALSE(comparison->detected);
}

TEST(Compare, SmallSamplesGiveNoVerdict) {
  const auto comparison = compare(counts({40, 40, 0}), counts({0, 0, 4000}), {});
  EXPECT_FALSE(comparison->enough_data);
  EXPECT_FALSE(comparison->detected);
  ASSERT_NE(comparison->find("psi"), nullptr);
  EXPECT_GT(comparison->find("psi")->result.value, 1);
  EXPECT_FALSE(comparison->find("kolmogorov_smirnov")->adjusted_p_value.has_value());

  const auto empty = compare(counts({0, 0, 0}), counts({0, 0, 4000}), {});
  ASSERT_TRUE(empty.ok());
  EXPECT_FALSE(empty->enough_data);
  EXPECT_THAT(empty->statistics, IsEmpty());
}

TEST(Compare, AGaugeThatHardlyMovesIsWorthFewValues) {
  std::vector<double> drifting;
  Random random(1);
  for (int i = 0; i < 200; ++i) drifting.push_back((i > 0 ? 0.98 * drifting.back() : 0) + random.normal());
  const Sample series = make_sample_of_series(drifting);
  EXPECT_FALSE(compare(series, series, {})->enough_data);
  EXPECT_TRUE(compare(make_sample(drifting), make_sample(drifting), {})->enough_data);
}

TEST(Compare, TakesChosenStatisticsAndThresholds) {
  CompareOptions options;
  options.statistics = {"psi", "kolmogorov_smirnov"};
  options.thresholds["psi"] = 100;
  options.thresholds["kolmogorov_smirnov"] = 0.9;
  const auto comparison = compare(counts({300, 500, 200}), counts({100, 300, 600}), options);
  ASSERT_EQ(comparison->statistics.size(), 2U);
  EXPECT_FALSE(comparison->detected);
  options.statistics = {"mmd"};
  EXPECT_THAT(compare(counts({1, 1}), counts({1, 1}), options).error().message, HasSubstr("binned"));
  options.statistics = {"nonsense"};
  EXPECT_EQ(compare(counts({1, 1}), counts({1, 1}), options).error().kind, ErrorKind::not_found);
}

TEST(Compare, Embeddings) {
  Random random(4);
  const auto vectors = [&](double mean) {
    Eigen::MatrixXd rows(60, 4);
    for (Eigen::Index i = 0; i < rows.size(); ++i) rows.data()[i] = random.normal() + mean;
    return EmbeddingSample{rows};
  };
  EXPECT_FALSE(compare(vectors(0), vectors(0), {})->detected);
  EXPECT_TRUE(compare(vectors(0), vectors(1.5), {})->detected);
  EXPECT_FALSE(compare(vectors(0), {Eigen::MatrixXd(0, 4)}, {})->enough_data);
  EXPECT_FALSE(compare(vectors(0), {Eigen::MatrixXd::Zero(30, 3)}, {}).ok());
}

TEST(Decide, CorrectsAllComparisonsTogether) {
  CompareOptions options;
  options.statistics = {"kolmogorov_smirnov"};
  // Barely significant on its own, no longer among two hundred without a difference.
  std::vector<Comparison> all = {*compare(counts({100, 100, 100}), counts({130, 100, 70}), options)};
  all.front().statistics.front().result.p_value = 0.005;
  all.front().statistics.front().threshold = 0.05;
  all.front().statistics.front().large = true;
  Comparison* const alone[] = {&all.front()};
  decide(alone, 0.01);
  EXPECT_TRUE(all.front().detected);
  for (int i = 0; i < 200; ++i) all.push_back(*compare(counts({100, 100, 100}), counts({100, 100, 100}), options));
  std::vector<Comparison*> pointers;
  for (Comparison& comparison : all) pointers.push_back(&comparison);
  decide(pointers, 0.01);
  EXPECT_FALSE(all.front().detected);
  EXPECT_NEAR(*all.front().statistics.front().adjusted_p_value, 1, 1e-9);
}

TEST(BucketContributions, SayWhichPartMoved) {
  const auto cells = bucket_contributions(counts({100, 100, 100, 100}), counts({100, 100, 20, 180}));
  ASSERT_TRUE(cells.ok());
  ASSERT_EQ(cells->size(), 4U);
  EXPECT_EQ((*cells)[0].lower_bound, -kInfinity);
  EXPECT_EQ((*cells)[3].upper_bound, kInfinity);
  EXPECT_NEAR((*cells)[0].contribution, 0, 1e-12);
  EXPECT_GT((*cells)[2].contribution, 0.5);
  double sum = 0;
  for (const BucketContribution& cell : *cells) sum += cell.contribution;
  EXPECT_NEAR(sum, 1, 1e-12);
  EXPECT_EQ(bucket_contributions(counts({1, 1}), counts({2, 2}))->front().contribution, 0);
  EXPECT_FALSE(bucket_contributions(counts({0, 0}), counts({2, 2})).ok());
}

TEST(LabelContributions, ANewTenantCarriesTheChangeOfTheMix) {
  const BinnedDistribution usual = counts({700, 200, 100});
  const std::vector<LabelValue> values = {{"old", usual, usual}, {"new", counts({0, 0, 0}), counts({0, 200, 800})}};
  const auto parts = label_contributions(values);
  ASSERT_TRUE(parts.ok()) << parts.error().message;
  EXPECT_EQ(parts->front().value, "new");
  EXPECT_EQ(parts->front().reference_share, 0);
  EXPECT_EQ(parts->front().current_share, 0.5);
  EXPECT_EQ(parts->front().within, 0);
  EXPECT_GT(parts->front().mixture, 0.5);
  EXPECT_NEAR((*parts)[0].total() + (*parts)[1].total(), 1, 1e-12);
}

TEST(LabelContributions, AChangeWithinOneModelIsFound) {
  const BinnedDistribution usual = counts({700, 200, 100});
  const std::vector<LabelValue> values = {{"a", usual, counts({1400, 400, 200})},
                                          {"b", usual, counts({200, 600, 1200})}};
  const auto parts = label_contributions(values);
  EXPECT_EQ(parts->front().value, "b");
  EXPECT_NEAR(parts->front().within, 1, 1e-12);
  EXPECT_NEAR(parts->front().mixture, 0, 1e-12);
  EXPECT_NEAR((*parts)[1].total(), 0, 1e-12);
}

TEST(LabelContributions, AddUpToOneWhateverHappened) {
  Random random(6);
  for (int round = 0; round < 30; ++round) {
    std::vector<LabelValue> values;
    for (int value = 0; value < 4; ++value) {
      const auto some = [&] {
        std::vector<double> per_bucket(5, 0);
        for (double& count : per_bucket) count = std::floor(random.uniform() * 100);
        return counts(per_bucket);
      };
      values.push_back({std::to_string(value), some(), some()});
    }
    double sum = 0;
    const auto parts = label_contributions(values);
    for (const LabelContribution& part : *parts) sum += part.total();
    EXPECT_NEAR(sum, 1, 1e-9);
  }
}

TEST(LabelContributions, DegenerateInputs) {
  const BinnedDistribution usual = counts({7, 2, 1});
  const BinnedDistribution nothing = counts({0, 0, 0});
  const std::vector<LabelValue> same = {{"a", usual, usual}};
  EXPECT_EQ(label_contributions(same)->front().total(), 0);
  const std::vector<LabelValue> twice = {{"a", usual, usual}, {"a", usual, usual}};
  EXPECT_EQ(label_contributions(twice).error().kind, ErrorKind::invalid_argument);
  const std::vector<LabelValue> gone = {{"a", usual, nothing}};
  EXPECT_EQ(label_contributions(gone).error().kind, ErrorKind::missing_input);
  EXPECT_FALSE(label_contributions({}).ok());
}

}  // namespace
}  // namespace rca
