#include "rca_core/stats/scalers.h"

#include <cmath>
#include <limits>

#include "rca_core/stats/robust.h"

namespace rca {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

}  // namespace

Scale standard_scale(std::span<const double> values) {
  double sum = 0;
  std::size_t count = 0;
  for (const double value : values) {
    const bool present = std::isfinite(value);
    sum += present ? value : 0.0;
    count += present ? 1U : 0U;
  }
  if (count == 0) return {kNothing, 0, true, 0};
  const double n = static_cast<double>(count);
  const double mean = sum / n;
  double squares = 0;
  double residue = 0;  // 0 but for rounding of the mean
  for (const double value : values) {
    const double deviation = std::isfinite(value) ? value - mean : 0.0;
    squares += deviation * deviation;
    residue += deviation;
  }
  const double variance = std::max(0.0, (squares - residue * residue / n) / n);
  const double rounding = n * kEpsilon * variance + (n * mean * kEpsilon) * (n * mean * kEpsilon);
  return {mean, std::sqrt(variance), variance <= rounding, count};
}

Scale robust_scale(std::span<const double> values, std::vector<double>& scratch) {
  copy_present(values, scratch);
  if (scratch.empty()) return {kNothing, 0, true, 0};
  const Quartiles quartiles = quartiles_in_place(scratch);
  const double range = quartiles.upper - quartiles.lower;
  return {quartiles.median, range, range < 10 * kEpsilon, scratch.size()};
}

Scale mad_scale(std::span<const double> values, std::vector<double>& scratch) {
  copy_present(values, scratch);
  if (scratch.empty()) return {kNothing, 0, true, 0};
  const double centre = median_in_place(scratch);
  for (double& value : scratch) value = std::fabs(value - centre);
  const double spread = kMadToSigma * median_in_place(scratch);
  return {centre, spread, spread < 10 * kEpsilon, scratch.size()};
}

Scale or_standard(Scale robust, std::span<const double> values, double per_sigma) {
  if (!robust.constant || robust.count == 0) return robust;
  const Scale standard = standard_scale(values);
  robust.spread = per_sigma * standard.spread;
  robust.constant = standard.constant;
  return robust;
}

}  // namespace rca
