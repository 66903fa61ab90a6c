#include "rca_core/stats/robust.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace rca {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

struct Position {
  std::size_t below = 0;
  double fraction = 0;
};

Position position(std::size_t count, double q) {
  const double h = static_cast<double>(count - 1) * q;
  const double below = std::floor(h);
  return {static_cast<std::size_t>(below), h - below};
}

// The order statistics at `at` and after it, interpolated. values[begin, end) must hold them, everything before `begin`
// being smaller and everything from `end` on greater.
double select(std::span<double> values, Position at, std::size_t begin, std::size_t end) {
  const auto first = values.begin() + static_cast<std::ptrdiff_t>(begin);
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(at.below);
  const auto last = values.begin() + static_cast<std::ptrdiff_t>(end);
  if (nth >= first && nth < last) std::nth_element(first, nth, last);
  const double low = *nth;
  if (at.fraction == 0 || at.below + 1 >= values.size()) return low;
  const double high = *std::min_element(nth + 1, nth + 1 < last ? last : values.end());
  return low + (high - low) * at.fraction;
}

}  // namespace

void copy_present(std::span<const double> values, std::vector<double>& present) {
  present.resize(values.size());
  std::size_t count = 0;
  for (const double value : values) {
    present[count] = value;
    count += std::isfinite(value) ? 1U : 0U;
  }
  present.resize(count);
}

double median_in_place(std::span<double> values) {
  return quantile_in_place(values, 0.5);
}

double quantile_in_place(std::span<double> values, double q) {
  if (values.empty()) return kMissing;
  return select(values, position(values.size(), q), 0, values.size());
}

Quartiles quartiles_in_place(std::span<double> values) {
  if (values.empty()) return {kMissing, kMissing, kMissing};
  const Position middle = position(values.size(), 0.5);
  const Position low = position(values.size(), 0.25);
  const Position high = position(values.size(), 0.75);
  Quartiles out;
  out.median = select(values, middle, 0, values.size());
  // Below the middle everything is smaller, above it everything is greater: each side is partitioned by itself.
  out.lower = select(values, low, 0, middle.below);
  out.upper = select(values, high, middle.below + 1, values.size());
  return out;
}

double median(std::span<const double> values) {
  return quantile(values, 0.5);
}

double quantile(std::span<const double> values, double q) {
  std::vector<double> present;
  copy_present(values, present);
  return quantile_in_place(present, q);
}

double median_absolute_deviation(std::span<const double> values, double centre) {
  std::vector<double> present;
  copy_present(values, present);
  for (double& value : present) value = std::fabs(value - centre);
  return median_in_place(present);
}

}  // namespace rca
