// What must hold for every statistic, whatever it is given.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "rca_core/stats/random.h"
#include "tests/unit/drift/statistics.h"

namespace rca {
namespace {

using drift_test::binned;
using drift_test::kInfinity;
using drift_test::on_bins;
using drift_test::on_embeddings;
using drift_test::on_samples;

std::vector<const DriftStatistic*> taking(DistributionKind kind) {
  std::vector<const DriftStatistic*> out;
  for (const DriftStatistic* statistic : all_drift_statistics()) {
    if (statistic->takes(kind)) out.push_back(statistic);
  }
  return out;
}

void expect_sound(const DriftStatistic& statistic, const StatisticValue& value) {
  EXPECT_TRUE(std::isfinite(value.value)) << statistic.name();
  EXPECT_TRUE(std::isfinite(value.effect)) << statistic.name();
  EXPECT_GE(value.effect, 0) << statistic.name();
  EXPECT_EQ(value.p_value.has_value(), statistic.has_p_value()) << statistic.name();
  if (!value.p_value) return;
  EXPECT_GE(*value.p_value, 0) << statistic.name();
  EXPECT_LE(*value.p_value, 1) << statistic.name();
}

BinnedDistribution random_histogram(Random& random, std::size_t buckets) {
  std::vector<double> bounds;
  std::vector<double> counts;
  double bound = random.uniform() - 0.5;
  for (std::size_t i = 0; i < buckets; ++i) {
    bounds.push_back(bound);
    bound += 0.1 + random.uniform();
    counts.push_back(random.uniform() < 0.3 ? 0 : std::floor(random.uniform() * 50));
  }
  bounds.back() = kInfinity;
  counts[buckets / 2] += 1;
  return binned(std::move(bounds), std::move(counts));
}

Sample normal_sample(Random& random, std::size_t size, double mean, double deviation) {
  std::vector<double> values;
  for (std::size_t i = 0; i < size; ++i) values.push_back(mean + deviation * random.normal());
  return make_sample(values);
}

EmbeddingSample normal_vectors(Random& random, Eigen::Index rows, Eigen::Index dims, double mean) {
  Eigen::MatrixXd out(rows, dims);
  for (Eigen::Index i = 0; i < rows; ++i) {
    for (Eigen::Index j = 0; j < dims; ++j) out(i, j) = random.normal() + mean;
  }
  return {out};
}

TEST(DriftStatistics, AreAllThereAndDescribed) {
  std::set<std::string_view> series;
  for (const DriftStatistic* statistic : all_drift_statistics()) {
    EXPECT_FALSE(statistic->description().empty());
    EXPECT_FALSE(statistic->reference().empty());
    EXPECT_FALSE(statistic->effect_name().empty());
    EXPECT_GT(statistic->default_threshold(), 0);
    EXPECT_TRUE(series.insert(statistic->series()).second) << statistic->series();
  }
  for (const char* name : {"psi", "js_divergence", "kl_divergence", "hellinger_distance", "total_variation_distance",
                           "ks_statistic", "wasserstein_distance", "chi_squared_statistic", "g_statistic",
                           "cramer_von_mises_statistic", "anderson_darling_statistic", "energy_distance",
                           "welch_statistic", "mann_whitney_statistic", "cosine_distance", "frechet_distance", "mmd"}) {
    EXPECT_TRUE(series.contains(name)) << name;
  }
  EXPECT_FALSE(find_drift_statistic("no_such").ok());
}

TEST(DriftStatistics, OneDistributionTwiceIsNoDifference) {
  Random random(7);
  for (int round = 0; round < 20; ++round) {
    const BinnedDistribution histogram = random_histogram(random, 2 + random.below(30));
    for (const DriftStatistic* statistic : taking(DistributionKind::binned)) {
      const auto value = on_bins(std::string(statistic->name()), histogram, histogram);
      if (!value) continue;
      expect_sound(*statistic, *value);
      EXPECT_NEAR(value->effect, 0, 1e-7) << statistic->name();
      EXPECT_GE(value->p_value.value_or(1), 0.25) << statistic->name();
    }
  }
  const Sample sample = normal_sample(random, 80, 3, 2);
  for (const DriftStatistic* statistic : taking(DistributionKind::samples)) {
    const auto value = on_samples(std::string(statistic->name()), sample, sample);
    ASSERT_TRUE(value) << statistic->name();
    EXPECT_NEAR(value->effect, 0, 1e-7) << statistic->name();
    EXPECT_GE(value->p_value.value_or(1), 0.25) << statistic->name();
  }
  const EmbeddingSample vectors = normal_vectors(random, 40, 6, 1);
  for (const DriftStatistic* statistic : taking(DistributionKind::embeddings)) {
    const auto value = on_embeddings(std::string(statistic->name()), vectors, vectors);
    ASSERT_TRUE(value) << statistic->name();
    EXPECT_NEAR(value->effect, 0, 1e-7) << statistic->name();
    EXPECT_GE(value->p_value.value_or(1), 0.25) << statistic->name();
  }
}

TEST(DriftStatistics, AreSymmetricButForThoseThatHaveADirection) {
  const std::set<std::string_view> directed = {"kl_divergence", "mann_whitney", "welch"};
  Random random(11);
  for (int round = 0; round < 20; ++round) {
    const BinnedDistribution a = random_histogram(random, 2 + random.below(12));
    const BinnedDistribution b = random_histogram(random, 2 + random.below(12));
    for (const DriftStatistic* statistic : taking(DistributionKind::binned)) {
      const auto there = on_bins(std::string(statistic->name()), a, b);
      const auto back = on_bins(std::string(statistic->name()), b, a);
      ASSERT_EQ(there.has_value(), back.has_value());
      if (!there) continue;
      expect_sound(*statistic, *there);
      if (!directed.contains(statistic->name())) {
        EXPECT_NEAR(there->value, back->value, 1e-9 * (1 + there->value)) << statistic->name();
      }
      EXPECT_NEAR(there->p_value.value_or(0), back->p_value.value_or(0), 1e-9) << statistic->name();
    }
  }
}

TEST(DriftStatistics, DoNotDependOnTheOrderOfTheValues) {
  Random random(5);
  std::vector<double> values;
  for (int i = 0; i < 60; ++i) values.push_back(random.normal());
  const Sample reference = normal_sample(random, 70, 0.3, 1);
  const Sample ordered = make_sample(values);
  random.shuffle(values);
  const Sample shuffled = make_sample(values);
  for (const DriftStatistic* statistic : taking(DistributionKind::samples)) {
    const auto a = on_samples(std::string(statistic->name()), reference, ordered);
    const auto b = on_samples(std::string(statistic->name()), reference, shuffled);
    EXPECT_EQ(a->value, b->value) << statistic->name();
    EXPECT_EQ(a->p_value, b->p_value) << statistic->name();
  }
}

TEST(DriftStatistics, FindAShiftOfAFullStandardDeviation) {
  Random random(13);
  const Sample before = normal_sample(random, 400, 0, 1);
  const Sample after = normal_sample(random, 400, 1, 1);
  for (const DriftStatistic* statistic : taking(DistributionKind::samples)) {
    const auto value = on_samples(std::string(statistic->name()), before, after);
    EXPECT_GT(value->effect, statistic->default_threshold()) << statistic->name();
    EXPECT_LT(value->p_value.value_or(0), 1e-6) << statistic->name();
  }
  const EmbeddingSample here = normal_vectors(random, 100, 8, 1);
  const EmbeddingSample there = normal_vectors(random, 100, 8, 2);
  for (const DriftStatistic* statistic : taking(DistributionKind::embeddings)) {
    if (statistic->name() == "cosine_distance") continue;  // the direction is the same
    const auto value = on_embeddings(std::string(statistic->name()), here, there);
    EXPECT_GT(value->effect, statistic->default_threshold()) << statistic->name();
    EXPECT_LE(value->p_value.value_or(0), 0.005) << statistic->name();
  }
}

// The thresholds of the statistics mean about the same: none is passed at a quarter of a standard deviation, all are at
// two thirds. 40 buckets, a hundred thousand observations.
TEST(DriftStatistics, ThresholdsAgreeOnWhatIsLarge) {
  const auto normal_histogram = [](double mean) {
    std::vector<double> bounds;
    std::vector<double> counts;
    double before = 0;
    for (int i = 0; i <= 40; ++i) {
      const double bound = 10 + (i - 20) * 0.25;
      const double at = i < 40 ? std::erfc(-(bound - 10 - mean) / std::sqrt(2.0)) / 2 : 1;
      bounds.push_back(i < 40 ? bound : kInfinity);
      counts.push_back((at - before) * 100'000);
      before = at;
    }
    return binned(std::move(bounds), std::move(counts));
  };
  const BinnedDistribution reference = normal_histogram(0);
  for (const DriftStatistic* statistic : taking(DistributionKind::binned)) {
    const std::string name(statistic->name());
    EXPECT_LT(on_bins(name, reference, normal_histogram(0.25))->effect, statistic->default_threshold()) << name;
    EXPECT_GT(on_bins(name, reference, normal_histogram(0.67))->effect, statistic->default_threshold()) << name;
  }
}

TEST(DriftStatistics, WithoutADifferenceFewTestsAreSignificant) {
  Random random(17);
  constexpr int kRounds = 300;
  std::map<std::string_view, int> significant;
  for (int round = 0; round < kRounds; ++round) {
    const Sample a = normal_sample(random, 60, 0, 1);
    const Sample b = normal_sample(random, 90, 0, 1);
    for (const DriftStatistic* statistic : taking(DistributionKind::samples)) {
      const auto value = on_samples(std::string(statistic->name()), a, b);
      if (value->p_value && *value->p_value <= 0.05) ++significant[statistic->name()];
    }
    std::vector<double> counts_a(12, 0);
    std::vector<double> counts_b(12, 0);
    for (int i = 0; i < 500; ++i) {
      ++counts_a[random.below(12)];
      ++counts_b[random.below(12)];
    }
    for (const DriftStatistic* statistic : taking(DistributionKind::binned)) {
      const auto value =
          on_bins(std::string(statistic->name()), drift_test::counts(counts_a), drift_test::counts(counts_b));
      if (value->p_value && *value->p_value <= 0.05) ++significant[statistic->name()];
    }
  }
  // 5 % of 600 (of 300, for those of one kind), and what chance adds.
  for (const auto& [name, count] : significant) EXPECT_LT(count, 50) << name;
}

TEST(DriftStatistics, DegenerateHistogramsHaveADefinedResult) {
  const std::vector<BinnedDistribution> all = {
      binned({1, kInfinity}, {5, 0}),
      binned({1, kInfinity}, {0, 5}),
      binned({1, kInfinity}, {1, 0}),
      binned({-1, kInfinity}, {3, 0}),
      binned({0, kInfinity}, {3, 1}),
      binned({1, 2, 3, kInfinity}, {0, 1e12, 0, 0}),
      binned({1, 2, 3, kInfinity}, {0.25, 0.5, 0, 0.125}),
      binned({1e-300, 1e300, kInfinity}, {1, 1, 1}),
      binned({-1e308, 1e308, kInfinity}, {1, 4, 1}),
  };
  for (const BinnedDistribution& a : all) {
    for (const BinnedDistribution& b : all) {
      for (const DriftStatistic* statistic : taking(DistributionKind::binned)) {
        const auto value = on_bins(std::string(statistic->name()), a, b);
        if (value) expect_sound(*statistic, *value);
      }
    }
  }
}

TEST(DriftStatistics, DegenerateSamplesHaveADefinedResult) {
  const std::vector<Sample> all = {
      make_sample(std::vector<double>{1}),        make_sample(std::vector<double>{1, 1, 1}),
      make_sample(std::vector<double>{2, 2}),     make_sample(std::vector<double>{-1e308, 0, 1e308}),
      make_sample(std::vector<double>(200, 4.0)), make_sample(std::vector<double>{0, 1e-320})};
  for (const Sample& a : all) {
    for (const Sample& b : all) {
      for (const DriftStatistic* statistic : taking(DistributionKind::samples)) {
        const auto value = on_samples(std::string(statistic->name()), a, b);
        if (value) expect_sound(*statistic, *value);
      }
    }
  }
  EXPECT_FALSE(make_sample_pair(make_sample({}), all[0]).ok());
}

TEST(DriftStatistics, DegenerateEmbeddingsHaveADefinedResult) {
  Random random(2);
  const std::vector<EmbeddingSample> all = {
      {Eigen::MatrixXd::Zero(5, 3)},          {Eigen::MatrixXd::Ones(5, 3)},
      {Eigen::MatrixXd::Constant(1, 3, 2.0)}, {Eigen::MatrixXd::Constant(3, 3, 1e200)},
      normal_vectors(random, 4, 3, 0),        normal_vectors(random, 1200, 3, 0)};
  for (const EmbeddingSample& a : all) {
    for (const EmbeddingSample& b : all) {
      for (const DriftStatistic* statistic : taking(DistributionKind::embeddings)) {
        const auto value = on_embeddings(std::string(statistic->name()), a, b);
        if (value) expect_sound(*statistic, *value);
      }
    }
  }
  EXPECT_FALSE(make_embedding_pair({Eigen::MatrixXd(0, 3)}, all[0]).ok());
  const auto different = make_embedding_pair({Eigen::MatrixXd::Zero(2, 4)}, all[0]);
  ASSERT_FALSE(different.ok());
  EXPECT_EQ(different.error().kind, ErrorKind::invalid_argument);
}

TEST(DriftStatistics, DependentValuesAreLessSignificant) {
  Random random(19);
  std::vector<double> a;
  std::vector<double> b;
  for (int i = 0; i < 400; ++i) {
    a.push_back((i > 0 ? 0.9 * a.back() : 0) + random.normal());
    b.push_back((i > 0 ? 0.9 * b.back() : 0) + random.normal());
  }
  for (const DriftStatistic* statistic : taking(DistributionKind::samples)) {
    if (!statistic->has_p_value()) continue;
    const std::string name(statistic->name());
    const auto as_independent = on_samples(name, make_sample(a), make_sample(b));
    const auto as_series = on_samples(name, make_sample_of_series(a), make_sample_of_series(b));
    EXPECT_EQ(as_independent->value, as_series->value) << name;
    EXPECT_GT(*as_series->p_value, *as_independent->p_value) << name;
    EXPECT_GT(*as_series->p_value, 0.001) << name;
  }
}

TEST(FrechetDistance, OfTwoDiagonalNormalsIsTheClosedForm) {
  // Means 0 and 3, standard deviations 1 and 2 of samples that have them exactly: 9 + (1 − 2)².
  Eigen::MatrixXd a(2, 1);
  a << -std::sqrt(0.5), std::sqrt(0.5);
  const Eigen::MatrixXd b = (2 * a).array() + 3;
  EXPECT_NEAR(on_embeddings("frechet_distance", {a}, {b})->value, 10, 1e-9);
}

TEST(CosineDistance, OfCentroids) {
  Eigen::MatrixXd east(2, 2);
  east << 1, 0, 3, 0;
  Eigen::MatrixXd north(1, 2);
  north << 0, 5;
  EXPECT_NEAR(on_embeddings("cosine_distance", {east}, {north})->value, 1, 1e-12);
  EXPECT_NEAR(on_embeddings("cosine_distance", {east}, {-east})->value, 2, 1e-12);
  EXPECT_NEAR(on_embeddings("cosine_distance", {east}, {7 * east})->value, 0, 1e-12);
  EXPECT_EQ(on_embeddings("cosine_distance", {east}, {0 * east})->value, 1);
}

TEST(Mmd, AClearShiftIsSignificantAmongManyTests) {
  Random random(29);
  const auto shifted = on_embeddings("mmd", normal_vectors(random, 60, 8, 0), normal_vectors(random, 60, 8, 0.6));
  EXPECT_LT(*shifted->p_value, 1e-5);  // 499 relabellings alone could give 0.002
}

TEST(Mmd, WithoutADifferenceSmallPValuesAreAsRareAsTheyShouldBe) {
  Random random(31);
  int below_one_percent = 0;
  for (int round = 0; round < 300; ++round) {
    const auto value = on_embeddings("mmd", normal_vectors(random, 20, 4, 0), normal_vectors(random, 25, 4, 0));
    if (*value->p_value <= 0.01) ++below_one_percent;
  }
  EXPECT_LE(below_one_percent, 9);  // 3 expected
}

TEST(Mmd, TheSameSeedGivesTheSamePValue) {
  Random random(23);
  const EmbeddingSample a = normal_vectors(random, 30, 4, 0);
  const EmbeddingSample b = normal_vectors(random, 30, 4, 0.2);
  EXPECT_EQ(on_embeddings("mmd", a, b)->p_value, on_embeddings("mmd", a, b)->p_value);
}

}  // namespace
}  // namespace rca
