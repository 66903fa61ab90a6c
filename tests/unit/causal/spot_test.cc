#include "rca_core/stats/spot.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "rca_core/stats/random.h"

namespace rca {
namespace {

std::vector<double> pareto(std::size_t n, double shape, double scale, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> out(n);
  for (double& y : out) {
    const double u = 1 - random.uniform();
    y = shape == 0 ? -scale * std::log(u) : scale / shape * (std::pow(u, -shape) - 1);
  }
  return out;
}

TEST(ParetoTail, FindsTheParametersOfLargeSamples) {
  for (const double shape : {-0.3, 0.0, 0.25, 0.8}) {
    const ParetoTail tail = fit_pareto_tail(pareto(20'000, shape, 2.5, 7));
    EXPECT_NEAR(tail.shape, shape, 0.03);
    EXPECT_NEAR(tail.scale, 2.5, 0.1);
  }
}

// The gradient of the likelihood is 0 at the maximum, and nothing near it is likelier.
TEST(ParetoTail, IsAMaximumOfTheLikelihood) {
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U}) {
    const std::vector<double> sample = pareto(40, 0.3, 1, seed);
    const ParetoTail best = fit_pareto_tail(sample);
    const double likelihood = log_likelihood(best, sample);
    for (const double shape : {-0.02, 0.0, 0.02}) {
      for (const double scale : {0.98, 1.0, 1.02}) {
        EXPECT_LE(log_likelihood({best.shape + shape, best.scale * scale}, sample), likelihood + 1e-9);
      }
    }
  }
}

TEST(ParetoTail, IsExponentialForEqualExcesses) {
  const std::vector<double> equal(6, 3.0);
  EXPECT_EQ(fit_pareto_tail(equal).shape, 0);
  EXPECT_EQ(fit_pareto_tail(equal).scale, 3);
}

TEST(Spot, AlarmsAsRarelyAsItWasAsked) {
  Random random(11);
  std::vector<double> calibration(2000);
  for (double& value : calibration) value = random.normal();
  Spot spot(calibration, {1e-3, 0.98});
  EXPECT_NEAR(spot.alarm_threshold(), 3.09, 0.4);  // Φ⁻¹(0.999)
  int alarms = 0;
  for (int i = 0; i < 20'000; ++i) alarms += spot.observe(random.normal()) ? 1 : 0;
  EXPECT_GT(alarms, 5);
  EXPECT_LT(alarms, 60);
  EXPECT_TRUE(spot.observe(9));
}

TEST(Spot, HasAThresholdForShortAndFlatCalibrations) {
  EXPECT_FALSE(Spot({}, {}).observe(1e300));
  const std::vector<double> flat(20, 5.0);
  Spot constant(flat, {});
  EXPECT_FALSE(constant.observe(5.0));
  EXPECT_TRUE(constant.observe(5.1));
  Random random(2);
  std::vector<double> few(12);
  for (double& value : few) value = random.normal();
  const Spot spot(few, {});
  EXPECT_TRUE(std::isfinite(spot.alarm_threshold()));
  EXPECT_GE(spot.alarm_threshold(), *std::max_element(few.begin(), few.end()) * 0.99);
}

TEST(Dspot, FollowsADriftThatFoolsSpot) {
  Random random(5);
  const auto stream = [&](int t) { return 0.01 * t + random.normal(); };
  std::vector<double> calibration;
  for (int t = 0; t < 1000; ++t) calibration.push_back(stream(t));
  Spot spot(calibration, {1e-4, 0.98});
  Dspot dspot(calibration, 20, {1e-4, 0.98});
  int fooled = 0;
  int alarms = 0;
  for (int t = 1000; t < 3000; ++t) {
    const double value = stream(t);
    fooled += spot.observe(value) ? 1 : 0;
    alarms += dspot.observe(value) ? 1 : 0;
  }
  EXPECT_GT(fooled, 1000);
  EXPECT_LT(alarms, 10);
  EXPECT_TRUE(dspot.observe(45));
  EXPECT_LT(dspot.alarm_threshold(), 45);
}

}  // namespace
}  // namespace rca
