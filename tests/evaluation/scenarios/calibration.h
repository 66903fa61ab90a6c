// Whether probabilities mean what they say.
#pragma once

#include <cstddef>
#include <vector>

namespace scenarios {

struct Forecast {
  double probability = 0;  // 0..1
  bool right = false;
};

// Forecasts with probabilities in [low, high), the last one up to 1.
struct ReliabilityBin {
  double low = 0;
  double high = 0;
  std::size_t count = 0;
  double mean_probability = 0;  // NaN: of none
  double share_right = 0;
};

struct Calibration {
  std::vector<ReliabilityBin> bins;
  // Expected calibration error (Naeini, Cooper, Hauskrecht: "Obtaining well calibrated probabilities using Bayesian
  // binning", AAAI 2015): mean of |mean probability − share right| over the bins, weighted by their counts. NaN: no
  // forecasts.
  double expected_error = 0;
  double brier = 0;  // mean of (probability − right)²
};

// Ten bins of equal width.
Calibration calibrate(const std::vector<Forecast>& forecasts);

}  // namespace scenarios
