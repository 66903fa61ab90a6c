#include "rca_core/drift/kolmogorov.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace rca {

double kolmogorov_survival(double x) {
  constexpr double kWhereBothConverge = 1.0;
  constexpr int kMostTerms = 100;
  if (!(x > 0)) return 1;
  if (x < kWhereBothConverge) {
    double sum = 0;
    for (int k = 1; k <= kMostTerms; ++k) {
      const double odd = 2 * k - 1;
      const double term = std::exp(-odd * odd * std::numbers::pi * std::numbers::pi / (8 * x * x));
      sum += term;
      if (term <= sum * 1e-17) break;
    }
    return std::clamp(1 - std::sqrt(2 * std::numbers::pi) / x * sum, 0.0, 1.0);
  }
  double sum = 0;
  for (int k = 1; k <= kMostTerms; ++k) {
    const double term = std::exp(-2.0 * k * k * x * x);
    sum += k % 2 == 1 ? term : -term;
    if (term <= sum * 1e-17) break;
  }
  return std::clamp(2 * sum, 0.0, 1.0);
}

double smirnov_survival(std::size_t n, std::size_t m, double scaled) {
  const auto size_x = static_cast<double>(n);
  const auto size_y = static_cast<double>(m);
  if (!(scaled > 0)) return 1;
  // touched[j]: share of the paths from (0, 0) to (i, j) that somewhere are at least d apart. All terms are positive,
  // so that small probabilities keep their digits.
  std::vector<double> touched(m + 1, 0);
  constexpr double kHalf = 0.5;  // scaled is whole, but for rounding
  for (std::size_t i = 0; i <= n; ++i) {
    const auto a = static_cast<double>(i);
    for (std::size_t j = 0; j <= m; ++j) {
      const auto b = static_cast<double>(j);
      if (std::fabs(a * size_y - b * size_x) >= scaled - kHalf) {
        touched[j] = 1;
      } else if (i + j > 0) {
        const double from_x = i > 0 ? touched[j] * a : 0;
        const double from_y = j > 0 ? touched[j - 1] * b : 0;
        touched[j] = (from_x + from_y) / (a + b);
      }
    }
  }
  return std::min(1.0, touched[m]);
}

double stephens_survival(double effective_size, double d) {
  const double root = std::sqrt(effective_size);
  return kolmogorov_survival((root + 0.12 + 0.11 / root) * d);
}

}  // namespace rca
