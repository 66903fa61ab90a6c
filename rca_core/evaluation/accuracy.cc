#include "rca_core/evaluation/accuracy.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <set>

#include "rca_core/stats/random.h"

namespace rca {
namespace {

struct Quadrature {
  std::vector<double> nodes;  // in (0, 1)
  std::vector<double> weights;
};

// Gauss-Legendre on (0, 1): roots of the Legendre polynomial by Newton's method (Press et al., Numerical Recipes, 4.6).
Quadrature gauss_legendre(std::size_t n) {
  Quadrature out{std::vector<double>(n), std::vector<double>(n)};
  const auto order = static_cast<double>(n);
  for (std::size_t i = 0; i < n; ++i) {
    double x = std::cos(std::numbers::pi * (static_cast<double>(i) + 0.75) / (order + 0.5));
    double slope = 0;
    for (int iteration = 0; iteration < 100; ++iteration) {
      double current = 1;
      double previous = 0;
      for (std::size_t k = 1; k <= n; ++k) {
        const auto degree = static_cast<double>(k);
        const double next = ((2 * degree - 1) * x * current - (degree - 1) * previous) / degree;
        previous = current;
        current = next;
      }
      slope = order * (x * current - previous) / (x * x - 1);
      const double change = current / slope;
      x -= change;
      if (std::fabs(change) < 1e-15) break;
    }
    out.nodes[i] = (1 - x) / 2;
    out.weights[i] = 1 / ((1 - x * x) * slope * slope);
  }
  return out;
}

// counts[j] = probability that j of the others come first, j = 0 … counts.size() - 1.
void add_other(std::vector<double>& counts, double probability) {
  for (std::size_t j = counts.size(); j-- > 0;) {
    counts[j] = counts[j] * (1 - probability) + (j > 0 ? counts[j - 1] * probability : 0);
  }
}

// Linear interpolation between order statistics.
double quantile_of_sorted(const std::vector<double>& sorted, double q) {
  const double at = q * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const std::size_t high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (at - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

}  // namespace

std::string service_of(std::string_view entity) {
  constexpr std::string_view kDatabase = "-db";
  if (entity.size() > kDatabase.size() && entity.ends_with(kDatabase)) entity.remove_suffix(kDatabase.size());
  return std::string(entity);
}

std::vector<std::string> distinct(std::span<const std::string> names) {
  std::set<std::string_view> seen;
  std::vector<std::string> out;
  for (const std::string& name : names) {
    if (seen.insert(name).second) out.push_back(name);
  }
  return out;
}

std::vector<double> accuracy_at(std::span<const std::string> ranked, std::span<const std::string> truth,
                                std::size_t most, Hits hits) {
  const std::set<std::string_view> all(truth.begin(), truth.end());
  std::set<std::string_view> found;
  std::vector<double> out;
  for (std::size_t k = 1; k <= most; ++k) {
    if (k <= ranked.size() && all.contains(ranked[k - 1])) found.insert(ranked[k - 1]);
    const auto there = static_cast<double>(found.size());
    switch (hits) {
      case Hits::any: out.push_back(found.empty() ? 0 : 1); break;
      case Hits::of_smaller: out.push_back(there / static_cast<double>(std::min(k, all.size()))); break;
      case Hits::of_truth: out.push_back(there / static_cast<double>(all.size())); break;
    }
  }
  return out;
}

std::size_t first_place(std::span<const std::string> ranked, std::span<const std::string> truth) {
  const auto it = std::find_first_of(ranked.begin(), ranked.end(), truth.begin(), truth.end());
  return it == ranked.end() ? 0 : static_cast<std::size_t>(it - ranked.begin()) + 1;
}

std::vector<double> chance_accuracy(std::span<const std::size_t> others, std::size_t signals_of_truth,
                                    std::size_t most) {
  std::vector<double> places(most, 0.0);
  if (signals_of_truth == 0) return places;
  const std::size_t signals = std::accumulate(others.begin(), others.end(), signals_of_truth);
  const Quadrature quadrature = gauss_legendre(std::min<std::size_t>(signals / 2 + 1, 512));
  const auto own = static_cast<double>(signals_of_truth);
  for (std::size_t i = 0; i < quadrature.nodes.size(); ++i) {
    const double later = quadrature.nodes[i];  // 1 − U
    std::vector<double> counts(most, 0.0);
    if (most > 0) counts[0] = 1;
    for (const std::size_t n : others) add_other(counts, 1 - std::pow(later, static_cast<double>(n)));
    const double density = own * std::pow(later, own - 1) * quadrature.weights[i];
    for (std::size_t j = 0; j < most; ++j) places[j] += density * counts[j];
  }
  std::partial_sum(places.begin(), places.end(), places.begin());
  for (double& value : places) value = std::min(value, 1.0);
  return places;
}

Interval bootstrap_mean(std::span<const double> values, std::uint64_t seed, std::size_t resamples) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  if (values.empty() || resamples == 0) return {kNan, kNan};
  Random random(seed);
  std::vector<double> means(resamples);
  for (double& mean : means) {
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) sum += values[random.below(values.size())];
    mean = sum / static_cast<double>(values.size());
  }
  std::sort(means.begin(), means.end());
  return {quantile_of_sorted(means, 0.025), quantile_of_sorted(means, 0.975)};
}

}  // namespace rca
