#include "tests/evaluation/scenarios/calibration.h"

#include <algorithm>
#include <cmath>

namespace scenarios {
namespace {

constexpr std::size_t kBins = 10;

}  // namespace

Calibration calibrate(const std::vector<Forecast>& forecasts) {
  Calibration out;
  for (std::size_t i = 0; i < kBins; ++i) {
    out.bins.push_back({static_cast<double>(i) / kBins, static_cast<double>(i + 1) / kBins, 0, 0, 0});
  }
  for (const Forecast& forecast : forecasts) {
    const double at = std::floor(std::clamp(forecast.probability, 0.0, 1.0) * kBins);
    ReliabilityBin& bin = out.bins[std::min(static_cast<std::size_t>(at), kBins - 1)];
    ++bin.count;
    bin.mean_probability += forecast.probability;
    bin.share_right += forecast.right ? 1 : 0;
    const double miss = forecast.probability - (forecast.right ? 1 : 0);
    out.brier += miss * miss;
  }
  const auto all = static_cast<double>(forecasts.size());
  for (ReliabilityBin& bin : out.bins) {
    const auto count = static_cast<double>(bin.count);
    bin.mean_probability /= count;
    bin.share_right /= count;
    if (bin.count > 0) out.expected_error += count * std::abs(bin.mean_probability - bin.share_right);
  }
  out.expected_error /= all;
  out.brier /= all;
  return out;
}

}  // namespace scenarios
