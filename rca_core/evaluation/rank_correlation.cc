#include "rca_core/evaluation/rank_correlation.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <numeric>
#include <vector>

namespace rca {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

bool usable(std::span<const double> values) {
  if (values.size() < 2) return false;
  const auto is_nan = [](double value) { return std::isnan(value); };
  if (std::any_of(values.begin(), values.end(), is_nan)) return false;
  return std::any_of(values.begin(), values.end(), [&](double value) { return value != values.front(); });
}

bool usable(std::span<const double> x, std::span<const double> y) {
  return x.size() == y.size() && usable(x) && usable(y);
}

std::vector<double> centred(std::span<const double> values) {
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  std::vector<double> out;
  for (const double value : values) out.push_back(value - mean);
  return out;
}

double p_of_r(double r, std::size_t n) {
  if (n < 3) return kNan;
  if (std::fabs(r) >= 1) return 0;
  const double freedom = static_cast<double>(n) - 2;
  const double t = std::fabs(r) * std::sqrt(freedom / ((1 - r) * (1 + r)));
  return 2 * boost::math::cdf(boost::math::complement(boost::math::students_t(freedom), t));
}

std::vector<double> ranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> out(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin + 1;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    for (std::size_t i = begin; i < end; ++i) out[order[i]] = static_cast<double>(begin + end + 1) / 2;
    begin = end;
  }
  return out;
}

// Sums over the groups of equal values of t(t−1)/2, t(t−1)(t−2) and t(t−1)(2t+5).
struct Ties {
  double pairs = 0;
  double triples = 0;
  double variance = 0;
  std::size_t distinct = 0;
};

Ties ties_of(std::span<const double> values) {
  std::map<double, double> groups;
  for (const double value : values) groups[value] += 1;
  Ties out;
  out.distinct = groups.size();
  for (const auto& [value, t] : groups) {
    out.pairs += t * (t - 1) / 2;
    out.triples += t * (t - 1) * (t - 2);
    out.variance += t * (t - 1) * (2 * t + 5);
  }
  return out;
}

struct Pairs {
  double concordant = 0;
  double discordant = 0;
};

Pairs count_pairs(std::span<const double> x, std::span<const double> y) {
  Pairs out;
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = i + 1; j < x.size(); ++j) {
      if (x[i] == x[j] || y[i] == y[j]) continue;
      ((x[i] < x[j]) == (y[i] < y[j]) ? out.concordant : out.discordant) += 1;
    }
  }
  return out;
}

// P(at most `inversions` in a random permutation of n), by the recurrence of the Mahonian numbers.
double inversions_at_most(std::size_t n, std::size_t inversions) {
  std::vector<double> probability(inversions + 1, 0.0);
  probability[0] = 1;
  for (std::size_t k = 2; k <= n; ++k) {
    std::vector<double> next(inversions + 1, 0.0);
    double window = 0;
    for (std::size_t j = 0; j <= inversions; ++j) {
      window += probability[j];
      if (j >= k) window -= probability[j - k];
      next[j] = window / static_cast<double>(k);
    }
    probability = std::move(next);
  }
  return std::accumulate(probability.begin(), probability.end(), 0.0);
}

double kendall_p(const Pairs& pairs, const Ties& x, const Ties& y, std::size_t size) {
  const auto n = static_cast<double>(size);
  const double fewer = std::min(pairs.concordant, pairs.discordant);
  if (x.pairs == 0 && y.pairs == 0 && (size <= 33 || fewer <= 1)) {
    const double total = n * (n - 1) / 2;
    if (2 * fewer == total) return 1;
    return std::min(1.0, 2 * inversions_at_most(size, static_cast<std::size_t>(fewer)));
  }
  const double m = n * (n - 1);
  double variance = (m * (2 * n + 5) - x.variance - y.variance) / 18 + 2 * x.pairs * y.pairs / m;
  if (size > 2) variance += x.triples * y.triples / (9 * m * (n - 2));
  return std::erfc(std::fabs(pairs.concordant - pairs.discordant) / std::sqrt(2 * variance));
}

}  // namespace

Correlation pearson(std::span<const double> x, std::span<const double> y) {
  if (!usable(x, y)) return {kNan, kNan};
  const std::vector<double> a = centred(x);
  const std::vector<double> b = centred(y);
  const double product = std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
  const double norms = std::sqrt(std::inner_product(a.begin(), a.end(), a.begin(), 0.0)) *
                       std::sqrt(std::inner_product(b.begin(), b.end(), b.begin(), 0.0));
  if (!(norms > 0) || !std::isfinite(product / norms)) return {kNan, kNan};
  const double r = std::clamp(product / norms, -1.0, 1.0);
  return {r, p_of_r(r, x.size())};
}

Correlation spearman(std::span<const double> x, std::span<const double> y) {
  if (!usable(x, y)) return {kNan, kNan};
  return pearson(ranks(x), ranks(y));
}

Correlation kendall(std::span<const double> x, std::span<const double> y) {
  if (!usable(x, y)) return {kNan, kNan};
  const Pairs pairs = count_pairs(x, y);
  const Ties ties_x = ties_of(x);
  const Ties ties_y = ties_of(y);
  const double total = static_cast<double>(x.size()) * (static_cast<double>(x.size()) - 1) / 2;
  const double tau =
      (pairs.concordant - pairs.discordant) / std::sqrt(total - ties_x.pairs) / std::sqrt(total - ties_y.pairs);
  return {std::clamp(tau, -1.0, 1.0), x.size() < 3 ? kNan : kendall_p(pairs, ties_x, ties_y, x.size())};
}

double kendall_tau_c(std::span<const double> x, std::span<const double> y) {
  if (!usable(x, y)) return kNan;
  const Pairs pairs = count_pairs(x, y);
  const auto classes = static_cast<double>(std::min(ties_of(x).distinct, ties_of(y).distinct));
  const auto n = static_cast<double>(x.size());
  return 2 * (pairs.concordant - pairs.discordant) / (n * n * (classes - 1) / classes);
}

}  // namespace rca
