#include "rca_core/stats/energy_distance.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "rca_core/stats/random.h"

namespace rca {
namespace {

struct Moments {
  double distance = 0;
  double between = 0;
};

// In one dimension both are integrals over the two distribution functions: E|X − Y| = ∫ F (1 − G) + G (1 − F),
// distance = 2 ∫ (F − G)². `gaps[i]` = sorted[i + 1] − sorted[i]; `from_x` tells which sample each value is from.
Moments moments(const std::vector<double>& gaps, const std::vector<char>& from_x, double n, double m) {
  Moments out;
  double seen_x = 0;
  double seen_y = 0;
  for (std::size_t i = 0; i < gaps.size(); ++i) {
    (from_x[i] != 0 ? seen_x : seen_y) += 1;
    const double f = seen_x / n;
    const double g = seen_y / m;
    out.distance += 2 * gaps[i] * (f - g) * (f - g);
    out.between += gaps[i] * (f * (1 - g) + g * (1 - f));
  }
  return out;
}

}  // namespace

EnergyTest energy_test(std::span<const double> x, std::span<const double> y, int permutations, std::uint64_t seed) {
  std::vector<std::pair<double, char>> pooled;
  pooled.reserve(x.size() + y.size());
  for (const double value : x) {
    if (std::isfinite(value)) pooled.emplace_back(value, char{1});
  }
  const auto n = static_cast<double>(pooled.size());
  for (const double value : y) {
    if (std::isfinite(value)) pooled.emplace_back(value, char{0});
  }
  const double m = static_cast<double>(pooled.size()) - n;
  EnergyTest out;
  if (n == 0 || m == 0) return out;
  std::sort(pooled.begin(), pooled.end());
  std::vector<char> from_x;
  std::vector<double> gaps;
  for (std::size_t i = 0; i < pooled.size(); ++i) {
    from_x.push_back(pooled[i].second);
    if (i > 0) gaps.push_back(pooled[i].first - pooled[i - 1].first);
  }
  const Moments observed = moments(gaps, from_x, n, m);
  if (!std::isfinite(observed.distance) || !std::isfinite(observed.between)) return out;  // the range overflows
  out.distance = observed.distance;
  out.between = observed.between;
  Random random(seed);
  int as_large = 1;
  for (int i = 0; i < permutations; ++i) {
    random.shuffle(from_x);
    if (moments(gaps, from_x, n, m).distance >= observed.distance * (1 - 1e-12)) ++as_large;
  }
  out.p_value = static_cast<double>(as_large) / (permutations + 1.0);
  return out;
}

}  // namespace rca
