#include "rca_core/spc/autocorrelation.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace rca {
namespace {

constexpr double kLargest = 0.95;
constexpr std::size_t kBatch = 12;
constexpr std::size_t kFewestBatches = 8;  // from fewer their variance says nothing

bool are_neighbours(const Deviations& all, std::size_t i, std::int64_t step_ms) {
  return i > 0 && all.in_control[i] && all.in_control[i - 1] && (all.times[i] - all.times[i - 1]) * 2 <= step_ms * 3;
}

double variance(const Deviations& all, double limit) {
  double squares = 0;
  double count = 0;
  for (std::size_t i = 0; i < all.values.size(); ++i) {
    if (!all.in_control[i]) continue;
    const double value = std::clamp(all.values[i], -limit, limit);
    squares += value * value;
    ++count;
  }
  return count > 0 ? squares / count : 0;
}

double lag_one(const Deviations& all, std::int64_t step_ms, double limit, double variance) {
  double products = 0;
  double count = 0;
  for (std::size_t i = 1; i < all.values.size(); ++i) {
    if (!are_neighbours(all, i, step_ms)) continue;
    products += std::clamp(all.values[i], -limit, limit) * std::clamp(all.values[i - 1], -limit, limit);
    ++count;
  }
  return count > 0 ? products / count / variance : 0;
}

// Variance of the mean of kBatch values of an AR(1) process, over that of independent values.
double inflation(double phi) {
  double sum = 1;
  double power = 1;
  for (std::size_t lag = 1; lag < kBatch; ++lag) {
    power *= phi;
    sum += 2 * (1 - static_cast<double>(lag) / static_cast<double>(kBatch)) * power;
  }
  return sum;
}

double phi_with(double wanted) {
  if (!(wanted > 1)) return 0;
  double low = 0;
  double high = kLargest;
  if (wanted >= inflation(high)) return high;
  constexpr int kHalvings = 40;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = (low + high) / 2;
    (inflation(middle) < wanted ? low : high) = middle;
  }
  return low;
}

double of_batches(const Deviations& all, std::int64_t step_ms, double limit, double variance) {
  double squares = 0;  // of the means
  std::size_t batches = 0;
  double sum = 0;
  std::size_t run = 0;  // neighbours so far
  for (std::size_t i = 0; i < all.values.size(); ++i) {
    if (!all.in_control[i] || !are_neighbours(all, i, step_ms)) {
      sum = 0;
      run = 0;
    }
    if (!all.in_control[i]) continue;
    sum += std::clamp(all.values[i], -limit, limit);
    if (++run < kBatch) continue;
    const double mean = sum / static_cast<double>(kBatch);
    squares += mean * mean;
    ++batches;
    sum = 0;
    run = 0;
  }
  if (batches < kFewestBatches) return 0;
  return phi_with(squares / static_cast<double>(batches) * static_cast<double>(kBatch) / variance);
}

}  // namespace

double first_order_autocorrelation(const Deviations& deviations, std::int64_t step_ms, double limit) {
  const double spread = variance(deviations, limit);
  if (!(spread > 0) || !std::isfinite(spread)) return 0;
  const double phi =
      std::max(lag_one(deviations, step_ms, limit, spread), of_batches(deviations, step_ms, limit, spread));
  return std::isfinite(phi) ? std::clamp(phi, 0.0, kLargest) : 0;
}

}  // namespace rca
