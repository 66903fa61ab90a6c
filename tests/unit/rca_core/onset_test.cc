#include "rca_core/stats/onset.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>
#include <vector>

namespace rca {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
constexpr int kSeries = 200;

// Deviation from the normal level `rows` rows after the onset (negative: before it), in units of the noise.
using Shape = std::function<double(int rows)>;

struct Trouble {
  double missing = 0;          // share of rows without a value
  double spikes = 0;           // share of normal rows with a spike of 15
  double autocorrelation = 0;  // of the noise
  double sign = 1;
};

struct Accuracy {
  double within_2 = 0;  // share of the series
  double within_5 = 0;
  double confidence = 0;  // mean
};

// The series ends at the detection, as it does when an incident opens.
Accuracy measure(const Shape& shape, int detected_after, const Trouble& trouble = {}) {
  Accuracy accuracy;
  for (unsigned seed = 0; seed < kSeries; ++seed) {
    std::mt19937_64 random(seed * 7 + 1);
    std::normal_distribution<double> normal;
    std::uniform_real_distribution<double> uniform;
    const int onset = 120 + static_cast<int>(random() % 80);
    std::vector<double> sli;
    double noise = 0;
    for (int row = 0; row <= onset + detected_after; ++row) {
      const double a = trouble.autocorrelation;
      noise = a * noise + std::sqrt(1 - a * a) * normal(random);
      double value = 20 + noise + trouble.sign * (row < onset ? 0 : shape(row - onset));
      if (row < onset - 3 && uniform(random) < trouble.spikes) value += 15;
      if (uniform(random) < trouble.missing) value = kMissing;
      sli.push_back(value);
    }
    const Result<Onset> found = estimate_onset(sli, onset + detected_after);
    if (!found.ok()) continue;
    const double error = std::fabs(static_cast<double>(found->row - onset));
    accuracy.within_2 += error <= 2 ? 1.0 / kSeries : 0;
    accuracy.within_5 += error <= 5 ? 1.0 / kSeries : 0;
    accuracy.confidence += found->confidence / kSeries;
  }
  return accuracy;
}

Shape step(double height) {
  return [height](int) { return height; };
}
Shape ramp(double height, double rows) {
  return [=](int row) { return height * std::min(1.0, (row + 1) / rows); };
}

TEST(Onset, StepsOfEverySizeAreFound) {
  EXPECT_GE(measure(step(2), 6).within_5, 0.93);
  EXPECT_GE(measure(step(3), 6).within_2, 0.94);
  EXPECT_GE(measure(step(5), 6).within_2, 0.96);
  EXPECT_GE(measure(step(10), 6).within_2, 0.99);
  EXPECT_GE(measure(step(50), 6).within_2, 0.99);
}

TEST(Onset, EarlyAndLateDetections) {
  EXPECT_GE(measure(step(5), 0).within_2, 0.95);
  EXPECT_GE(measure(step(5), 1).within_2, 0.96);
  EXPECT_GE(measure(step(5), 40).within_2, 0.96);
}

TEST(Onset, DropsAreFoundAsRisesAre) {
  Trouble falling;
  falling.sign = -1;
  EXPECT_GE(measure(step(5), 6, falling).within_2, 0.96);
}

TEST(Onset, RampsBeginWhereTheyBegin) {
  EXPECT_GE(measure(ramp(10, 12), 10).within_2, 0.96);  // a step seen through rate(…[1m]) every 5 s
  EXPECT_GE(measure(ramp(30, 12), 8).within_2, 0.98);
  EXPECT_GE(measure(ramp(20, 40), 20).within_2, 0.80);   // half a noise deviation per row
  EXPECT_GE(measure(ramp(20, 100), 40).within_5, 0.88);  // a fifth
}

TEST(Onset, SpikesGapsAndAutocorrelationDoNotMislead) {
  Trouble spikes;
  spikes.spikes = 0.03;
  EXPECT_GE(measure(step(5), 6, spikes).within_2, 0.94);
  Trouble gaps;
  gaps.missing = 0.2;
  EXPECT_GE(measure(step(5), 6, gaps).within_2, 0.93);
  Trouble smooth;
  smooth.autocorrelation = 0.7;
  EXPECT_GE(measure(step(5), 6, smooth).within_2, 0.97);
}

TEST(Onset, ConfidenceGrowsWithTheShiftAndIsLowForNoise) {
  const double none = measure(step(0), 6).confidence;
  const double small = measure(step(2), 6).confidence;
  const double large = measure(step(10), 6).confidence;
  EXPECT_LT(none, 0.35);
  EXPECT_GT(small, none);
  EXPECT_GT(large, 0.98);
}

TEST(Onset, AnOldIncidentThatRecoveredDoesNotCount) {
  std::vector<double> sli;
  for (int row = 0; row < 120; ++row) {
    const bool bad = (row >= 30 && row < 45) || row >= 110;
    sli.push_back((bad ? 9.0 : 1.0) + 0.1 * (row % 3));
  }
  const Result<Onset> onset = estimate_onset(sli, 115);
  ASSERT_TRUE(onset.ok());
  EXPECT_EQ(onset->row, 110);
  EXPECT_NEAR(onset->before, 1.1, 0.2);
  EXPECT_NEAR(onset->after, 9.1, 0.3);
}

TEST(Onset, SeriesWithoutNoise) {
  std::vector<double> sli(100, 0.0);
  for (std::size_t row = 80; row < 100; ++row) sli[row] = 0.3;
  const Result<Onset> onset = estimate_onset(sli, 90, {Direction::rises, 12});
  ASSERT_TRUE(onset.ok());
  EXPECT_EQ(onset->row, 80);
  EXPECT_GT(onset->confidence, 0.95);
  EXPECT_EQ(onset->ramp_rows, 0);
  EXPECT_DOUBLE_EQ(onset->after, 0.3);
}

TEST(Onset, NothingDeviates) {
  const std::vector<double> flat(50, 3.0);
  const Result<Onset> onset = estimate_onset(flat, 40);
  ASSERT_TRUE(onset.ok());
  EXPECT_EQ(onset->row, 40);
  EXPECT_EQ(onset->confidence, 0);
  // It rises, but only falling is bad.
  std::vector<double> rising(50, 3.0);
  for (std::size_t row = 30; row < 50; ++row) rising[row] = 9;
  EXPECT_EQ(estimate_onset(rising, 40, {Direction::falls, 12})->confidence, 0);
}

TEST(Onset, AGapBeforeTheOnsetMakesItUnsure) {
  std::vector<double> sli(100, 1.0);
  for (std::size_t row = 80; row < 100; ++row) sli[row] = 5;
  for (std::size_t row = 60; row < 80; ++row) sli[row] = kMissing;
  const Result<Onset> onset = estimate_onset(sli, 95);
  ASSERT_TRUE(onset.ok());
  EXPECT_EQ(onset->row, 80);
  EXPECT_LT(onset->confidence, 0.2);
}

TEST(Onset, ErrorsSayWhy) {
  const std::vector<double> short_series = {1, 2, kMissing, 3, kMissing, 9};
  EXPECT_EQ(estimate_onset(short_series, 6).error().kind, ErrorKind::invalid_argument);
  EXPECT_EQ(estimate_onset(short_series, -1).error().kind, ErrorKind::invalid_argument);
  EXPECT_EQ(estimate_onset(short_series, 5).error().kind, ErrorKind::missing_input);
  EXPECT_EQ(estimate_onset({}, 0).error().kind, ErrorKind::invalid_argument);
}

TEST(Onset, AnyShortSeriesGivesARowOfTheSeries) {
  std::mt19937_64 random(99);
  for (int i = 0; i < 3000; ++i) {
    std::vector<double> sli(1 + random() % 30);
    for (double& value : sli) {
      const auto kind = random() % 6;
      value = kind == 0 ? kMissing : kind == 1 ? 1e300 : kind == 2 ? -1e300 : static_cast<double>(random() % 5);
    }
    const auto detection = static_cast<Eigen::Index>(random() % sli.size());
    const Result<Onset> onset = estimate_onset(sli, detection);
    if (!onset.ok()) continue;
    ASSERT_GE(onset->row, 0);
    ASSERT_LE(onset->row, detection);
    ASSERT_GE(onset->confidence, 0);
    ASSERT_LE(onset->confidence, 1 + 1e-9);
  }
}

}  // namespace
}  // namespace rca
