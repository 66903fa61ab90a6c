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
Moments moments(const std::vector<double>& gaps, const std::vector<std::uint8_t>& from_x, double n, double m) {
  Moments out;
  double seen_x = 0;
  for (std::size_t i = 0; i < gaps.size(); ++i) {
    seen_x += from_x[i];
    const double f = seen_x / n;
    const double g = (static_cast<double>(i + 1) - seen_x) / m;
    out.distance += 2 * gaps[i] * (f - g) * (f - g);
    out.between += gaps[i] * (f * (1 - g) + g * (1 - f));
  }
  return out;
}

// The distance alone, for the permutations.
double distance(const std::vector<double>& gaps, const std::vector<std::uint8_t>& from_x, double n, double m) {
  const double per_x = 1 / n + 1 / m;  // f − g changes by 1/n with a value of x, by −1/m with one of y
  double difference = 0;
  double sum = 0;
  for (std::size_t i = 0; i < gaps.size(); ++i) {
    difference += from_x[i] * per_x - 1 / m;
    sum += gaps[i] * difference * difference;
  }
  return 2 * sum;
}

}  // namespace

Relabellings::Relabellings(std::size_t n, std::size_t m, int permutations, std::uint64_t seed)
    : n_(n), m_(m), seed_(seed) {
  std::vector<std::uint8_t> labels(n + m, 0);
  std::fill(labels.begin(), labels.begin() + static_cast<std::ptrdiff_t>(n), std::uint8_t{1});
  Random random(seed);
  for (int i = 0; i < permutations; ++i) {
    random.shuffle(labels);
    labels_.push_back(labels);
  }
}

EnergyTest energy_test(std::span<const double> x, std::span<const double> y, const Relabellings& relabellings) {
  std::vector<std::pair<double, std::uint8_t>> pooled;
  pooled.reserve(x.size() + y.size());
  for (const double value : x) {
    if (std::isfinite(value)) pooled.emplace_back(value, std::uint8_t{1});
  }
  const std::size_t n = pooled.size();
  for (const double value : y) {
    if (std::isfinite(value)) pooled.emplace_back(value, std::uint8_t{0});
  }
  const std::size_t m = pooled.size() - n;
  EnergyTest out;
  if (n == 0 || m == 0) return out;
  if (n != relabellings.n_ || m != relabellings.m_) {
    const auto permutations = static_cast<int>(relabellings.labels_.size());
    return energy_test(x, y, Relabellings(n, m, permutations, relabellings.seed_));
  }
  std::sort(pooled.begin(), pooled.end());
  std::vector<std::uint8_t> from_x;
  std::vector<double> gaps;
  for (std::size_t i = 0; i < pooled.size(); ++i) {
    from_x.push_back(pooled[i].second);
    if (i > 0) gaps.push_back(pooled[i].first - pooled[i - 1].first);
  }
  const auto size_x = static_cast<double>(n);
  const auto size_y = static_cast<double>(m);
  const Moments observed = moments(gaps, from_x, size_x, size_y);
  if (!std::isfinite(observed.distance) || !std::isfinite(observed.between)) return out;  // the range overflows
  out.distance = observed.distance;
  out.between = observed.between;
  int as_large = 1;
  for (const std::vector<std::uint8_t>& labels : relabellings.labels_) {
    constexpr double kRounding = 1e-9;
    if (distance(gaps, labels, size_x, size_y) >= observed.distance * (1 - kRounding)) ++as_large;
  }
  out.p_value = as_large / (static_cast<double>(relabellings.labels_.size()) + 1);
  return out;
}

}  // namespace rca
