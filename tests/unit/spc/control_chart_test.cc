#include "rca_core/spc/control_chart.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "rca_core/spc/autocorrelation.h"
#include "rca_core/stats/random.h"

namespace rca {
namespace {

constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kDay = 24 * 60 * kMinute;
constexpr std::int64_t kMonday = 1'700'438'400'000;  // 2023-11-20 00:00 UTC
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// A value every five minutes; AR(1) noise of standard deviation 1 around a daily swing.
struct Signal {
  double phi = 0;
  double swing = 0;
  std::uint64_t seed = 1;

  [[nodiscard]] Samples days(int count) const {
    Random random(seed);
    Samples samples;
    double noise = random.normal();
    for (std::int64_t time = 0; time < count * kDay; time += 5 * kMinute) {
      const double part = static_cast<double>(time % kDay) / static_cast<double>(kDay);
      samples.push_back(kMonday + time, 100 + swing * std::sin(2 * std::numbers::pi * part) + noise);
      noise = phi * noise + std::sqrt(1 - phi * phi) * random.normal();
    }
    return samples;
  }
};

BaselineOptions without_season() {
  BaselineOptions options;
  options.longest = Seasonality::none;
  return options;
}

SampleView first_days(const Samples& samples, std::size_t days) {
  return samples.view().subview(0, days * 288);
}

TEST(Baseline, OfNoiseIsItsMedianAndDeviation) {
  const Samples samples = Signal{}.days(2);
  const auto baseline = fit_baseline(samples.view(), without_season());
  ASSERT_TRUE(baseline.ok()) << baseline.error().message;
  EXPECT_EQ(baseline->seasonality, Seasonality::none);
  EXPECT_NEAR(baseline->center(kMonday), 100, 0.2);
  EXPECT_NEAR(baseline->sigma, 1, 0.15);
  EXPECT_LT(baseline->autocorrelation, 0.1);
  EXPECT_EQ(baseline->step_ms, 5 * kMinute);
}

TEST(Baseline, TakesTheLongestSeasonThatTheHistoryCovers) {
  const Samples samples = Signal{0, 20}.days(22);
  EXPECT_EQ(fit_baseline(first_days(samples, 1), {})->seasonality, Seasonality::none);
  EXPECT_FALSE(fit_baseline(first_days(samples, 1), {})->season_known);
  EXPECT_EQ(fit_baseline(first_days(samples, 2), {})->seasonality, Seasonality::hour_of_day);
  EXPECT_TRUE(fit_baseline(first_days(samples, 2), {})->season_known);
  EXPECT_EQ(fit_baseline(first_days(samples, 13), {})->seasonality, Seasonality::hour_of_day);
  const auto weekly = fit_baseline(samples.view(), {});
  EXPECT_EQ(weekly->seasonality, Seasonality::hour_of_week);
  EXPECT_EQ(weekly->centers.size(), 168U);
  // A quarter of the day after midnight the sine is at its top.
  EXPECT_NEAR(weekly->center(kMonday + kDay / 4), 120, 1);
  EXPECT_NEAR(weekly->center(kMonday + 3 * kDay / 4), 80, 1);
  EXPECT_LT(weekly->sigma, 1.6);
  EXPECT_GT(fit_baseline(samples.view(), without_season())->sigma, 8);
  EXPECT_TRUE(fit_baseline(first_days(samples, 1), without_season())->season_known);
}

// The centre of two days lies between them, so that their own deviations from it are too small.
TEST(Baseline, SigmaIsThatOfADayThatTheCentreHasNotSeen) {
  double ratio = 0;
  constexpr std::uint64_t kSeeds = 20;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Samples samples = Signal{0.9, 20, seed}.days(3);
    const auto baseline = fit_baseline(first_days(samples, 2), {});
    double squares = 0;
    for (std::size_t i = 576; i < 864; ++i) {
      const double deviation = samples.values[i] - baseline->center(samples.times[i]);
      squares += deviation * deviation / 288;
    }
    ratio += std::sqrt(squares) / baseline->sigma / kSeeds;
  }
  EXPECT_LE(ratio, 1.05);
  EXPECT_GE(ratio, 0.6);
}

// Which of two days was the normal one cannot be told: both are.
TEST(Baseline, AnHourThatDiffersBetweenTwoDaysIsNotLeftOut) {
  Samples samples = Signal{0, 20}.days(2);
  for (std::size_t i = 120; i < 132; ++i) samples.values[i] += 50;
  const auto baseline = fit_baseline(samples.view(), {});
  EXPECT_NEAR(baseline->center(samples.times[126]), samples.values[126] - 25, 5);
  EXPECT_GT(baseline->sigma, 10);
  samples = Signal{0, 20}.days(3);
  for (std::size_t i = 120; i < 132; ++i) samples.values[i] += 50;
  EXPECT_EQ(fit_baseline(samples.view(), {})->excluded, 12U);
  EXPECT_LT(fit_baseline(samples.view(), {})->sigma, 2.5);
}

TEST(Autocorrelation, OfAFirstOrderProcessIsItsCoefficient) {
  for (const double phi : {0.0, 0.5, 0.8}) {
    const Samples samples = Signal{phi}.days(40);
    std::vector<double> deviations;
    for (const double value : samples.values) deviations.push_back(value - 100);
    const std::vector<bool> all(deviations.size(), true);
    EXPECT_NEAR(first_order_autocorrelation({samples.times, deviations, all}, 5 * kMinute, 1e9), phi, 0.05) << phi;
    EXPECT_EQ(first_order_autocorrelation({samples.times, deviations, all}, kMinute, 1e9), 0) << "no neighbours";
  }
}

// Four parts of noise and one of a slow wander: the lag-one coefficient is 0.2, but the means of an hour vary as those
// of a process with a coefficient above 0.4.
TEST(Autocorrelation, FindsASlowWanderUnderNoise) {
  const Samples slow = Signal{0.98}.days(40);
  Random random(3);
  std::vector<double> deviations;
  for (const double value : slow.values) deviations.push_back((value - 100) + 2 * random.normal());
  const std::vector<bool> all(deviations.size(), true);
  const double phi = first_order_autocorrelation({slow.times, deviations, all}, 5 * kMinute, 1e9);
  EXPECT_GT(phi, 0.4);
  EXPECT_LT(phi, 0.65);
}

TEST(Baseline, HoursBeginInTheZone) {
  const Samples samples = Signal{0, 20}.days(4);
  BaselineOptions options;
  options.utc_offset_minutes = -90;
  const auto shifted = fit_baseline(samples.view(), options);
  EXPECT_NEAR(shifted->center(kMonday + kDay / 4), 120, 1.5);
}

TEST(Baseline, LeavesOutStretchesOutOfControl) {
  Samples samples = Signal{}.days(2);
  for (std::size_t i = 200; i < 260; ++i) samples.values[i] += 50;
  const auto baseline = fit_baseline(samples.view(), without_season());
  EXPECT_EQ(baseline->excluded, 60U);
  EXPECT_NEAR(baseline->sigma, 1, 0.15);
  EXPECT_NEAR(baseline->center(kMonday), 100, 0.2);
}

TEST(Baseline, MoreThanAQuarterIsHowTheSignalIs) {
  Samples samples = Signal{}.days(2);
  for (std::size_t i = 0; i < samples.values.size(); ++i) {
    if (i / 10 % 3 == 0) samples.values[i] += 50;
  }
  const auto baseline = fit_baseline(samples.view(), {});
  EXPECT_EQ(baseline->excluded, 0U);
  EXPECT_GT(baseline->sigma, 10);
}

TEST(Baseline, SkewedSignalsDoNotAlarmByTheirNature) {
  Random random(2);
  Samples samples;
  for (int i = 0; i < 5000; ++i) samples.push_back(kMonday + i * kMinute, std::exp(random.normal()));
  const auto baseline = fit_baseline(samples.view(), without_season());
  int beyond = 0;
  for (const double value : samples.values) {
    if (std::fabs(value - baseline->center(0)) > 3 * baseline->sigma) ++beyond;
  }
  EXPECT_LE(beyond, 15);  // 0.27 % of 5000
}

TEST(Baseline, DegenerateHistories) {
  EXPECT_EQ(fit_baseline({}, {}).error().kind, ErrorKind::missing_input);
  Samples samples;
  for (int i = 0; i < 100; ++i) samples.push_back(kMonday + i * kMinute, 5);
  EXPECT_EQ(fit_baseline(samples.view(), {}).error().kind, ErrorKind::missing_input);  // constant
  samples.values[50] = 6;
  const auto rare = fit_baseline(samples.view(), {});
  ASSERT_TRUE(rare.ok());
  EXPECT_GT(rare->sigma, 0);
  for (std::size_t i = 0; i < 80; ++i) samples.values[i] = i % 2 == 0 ? kNaN : std::numeric_limits<double>::infinity();
  EXPECT_EQ(fit_baseline(samples.view(), {}).error().kind, ErrorKind::missing_input);
  for (std::size_t i = 0; i < 100; ++i) samples.values[i] = i % 2 == 0 ? 1.7e308 : -1.7e308;
  EXPECT_EQ(fit_baseline(samples.view(), {}).error().kind, ErrorKind::invalid_argument);
}

Baseline standard(double phi = 0) {
  Baseline baseline;
  baseline.centers = {0};
  baseline.sigma = 1;
  baseline.autocorrelation = phi;
  baseline.step_ms = kMinute;
  baseline.values = 100;
  return baseline;
}

TEST(ControlChart, WithIndependentValuesIsTheTextbooks) {
  ChartOptions options;
  options.ewma_lambda = 0.1;
  options.ewma_limit = 2.7;
  options.cusum_limit = 5;
  Baseline baseline = standard();
  baseline.centers = {10};
  ControlChart chart(baseline, options);
  // D. C. Montgomery, table 9.1: CUSUM and EWMA of the first two values.
  chart.add(0, 9.45);
  EXPECT_NEAR(chart.last().ewma, 9.945, 1e-12);
  EXPECT_NEAR(chart.last().cusum_low, 0.05, 1e-12);
  EXPECT_NEAR(chart.last().ewma_upper_limit, 10.27, 1e-12);
  const ControlPoint& second = chart.add(kMinute, 7.99);
  EXPECT_NEAR(second.ewma, 9.7495, 1e-12);
  EXPECT_NEAR(second.cusum_low, 1.56, 1e-12);
  EXPECT_NEAR(second.cusum_limit, 5, 1e-12);
  EXPECT_EQ(second.upper_limit, 13);
  EXPECT_EQ(second.lower_limit, 7);
}

TEST(ControlChart, EachRuleHasItsViolation) {
  ControlChart chart(standard(), {});
  EXPECT_TRUE(chart.add(0, 3.5).violates(SpcRule::beyond_3_sigma));
  chart = ControlChart(standard(), {});
  chart.add(0, 0);
  chart.add(1 * kMinute, 2.5);
  EXPECT_TRUE(chart.add(2 * kMinute, 2.5).violates(SpcRule::two_of_three));
  chart = ControlChart(standard(), {});
  for (int i = 0; i < 5; ++i) chart.add(i * kMinute, 1.5);
  EXPECT_TRUE(chart.last().violates(SpcRule::four_of_five));
  EXPECT_FALSE(chart.last().violates(SpcRule::eight_in_a_row));
  for (int i = 5; i < 20; ++i) chart.add(i * kMinute, 1.5);
  EXPECT_TRUE(chart.last().violates(SpcRule::eight_in_a_row));
  EXPECT_TRUE(chart.last().violates(SpcRule::ewma));
  EXPECT_TRUE(chart.last().violates(SpcRule::cusum_high));
  EXPECT_FALSE(chart.last().violates(SpcRule::cusum_low));
  chart = ControlChart(standard(), {});
  for (int i = 0; i < 12; ++i) chart.add(i * kMinute, -1.5);
  EXPECT_TRUE(chart.last().violates(SpcRule::cusum_low));
  EXPECT_FALSE(chart.last().violates(SpcRule::cusum_high));
}

TEST(ControlChart, OneWildValueIsNoShift) {
  ControlChart chart(standard(), {});
  for (int i = 0; i < 10; ++i) chart.add(i * kMinute, 0);
  chart.add(10 * kMinute, 1000);
  EXPECT_TRUE(chart.last().violates(SpcRule::beyond_3_sigma));
  EXPECT_FALSE(chart.last().violates(SpcRule::ewma));
  EXPECT_FALSE(chart.last().violates(SpcRule::cusum_high));
}

TEST(ControlChart, ValuesThatAreMissingAreLeftOut) {
  ControlChart chart(standard(), {});
  chart.add(0, 1);
  const double ewma = chart.last().ewma;
  EXPECT_EQ(chart.add(kMinute, kNaN).ewma, ewma);
  EXPECT_EQ(chart.last().time_ms, 0);
  // After a long gap the past no longer counts.
  chart.add(60 * kMinute, 1);
  EXPECT_EQ(chart.last().ewma, ewma);
}

int alarms(const Baseline& baseline, SampleView samples) {
  ControlChart chart(baseline, {});
  int found = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const ControlPoint& point = chart.add(samples.times[i], samples.values[i]);
    if (point.violates(SpcRule::ewma) || point.violates(SpcRule::cusum_high) || point.violates(SpcRule::cusum_low)) {
      ++found;
    }
  }
  return found;
}

// Autocorrelated signals with a daily swing, a day each after four days of reference.
TEST(ControlChart, AQuietDayIsQuiet) {
  int with_alarm = 0;
  for (const double phi : {0.0, 0.5, 0.9}) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const Samples samples = Signal{phi, 10, seed}.days(5);
      const auto baseline = fit_baseline(first_days(samples, 4), {});
      ASSERT_TRUE(baseline.ok());
      with_alarm += alarms(*baseline, samples.view().subview(std::size_t{4} * 288, 288)) > 0 ? 1 : 0;
    }
  }
  EXPECT_LE(with_alarm, 2);  // of 60 signal-days
}

TEST(ControlChart, AShiftIsFoundWithinHours) {
  for (const double phi : {0.0, 0.5}) {
    Samples samples = Signal{phi, 10}.days(5);
    const auto baseline = fit_baseline(first_days(samples, 4), {});
    for (std::size_t i = std::size_t{4} * 288; i < samples.values.size(); ++i) samples.values[i] += 3;
    ControlChart chart(*baseline, {});
    std::size_t steps = 0;
    for (std::size_t i = std::size_t{4} * 288; i < samples.values.size(); ++i, ++steps) {
      const ControlPoint& point = chart.add(samples.times[i], samples.values[i]);
      if (point.violates(SpcRule::cusum_high)) break;
    }
    EXPECT_LE(steps, 24U) << phi;  // two hours
  }
}

TEST(Ewma, LimitsOfCorrelatedValuesAreTheirStandardDeviation) {
  constexpr double kPhi = 0.7;
  Random random(9);
  Ewma chart(0, 1, 0.2, 1, kPhi);
  double value = random.normal();
  double squares = 0;
  constexpr int kSteps = 200'000;
  for (int i = 0; i < kSteps; ++i) {
    chart.add(value);
    squares += chart.value() * chart.value();
    value = kPhi * value + std::sqrt(1 - kPhi * kPhi) * random.normal();
  }
  EXPECT_NEAR(std::sqrt(squares / kSteps), chart.half_width(), 0.02 * chart.half_width());
}

}  // namespace
}  // namespace rca
