// Small sums that several statistics are made of.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "rca_core/drift/pair.h"

namespace rca {

// Σ p ln (p / q), in nats: 0 ln 0 = 0; infinite where q is 0 and p is not. Both hold shares of the same cells.
inline double kullback_leibler(std::span<const double> p, std::span<const double> q) {
  double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    if (p[i] <= 0) continue;
    if (q[i] <= 0) return std::numeric_limits<double>::infinity();
    sum += p[i] * std::log(p[i] / q[i]);
  }
  return std::max(sum, 0.0);  // rounding
}

// ½ KL(p ‖ m) + ½ KL(q ‖ m), m the mean of both: 0 … ln 2. J. Lin, IEEE Trans. Information Theory 1991.
inline double jensen_shannon(std::span<const double> p, std::span<const double> q) {
  double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double mean = (p[i] + q[i]) / 2;
    if (p[i] > 0) sum += p[i] * std::log(p[i] / mean) / 2;
    if (q[i] > 0) sum += q[i] * std::log(q[i] / mean) / 2;
  }
  return std::max(sum, 0.0);
}

// One cell's part of the population stability index: shares below kPsiFloor count as that.
inline constexpr double kPsiFloor = 1e-4;
inline double stability_term(double reference, double current) {
  const double from = std::max(reference, kPsiFloor);
  const double to = std::max(current, kPsiFloor);
  return (to - from) * std::log(to / from);
}

// Shares after half an observation was added to each cell (Jeffreys' prior), so that a cell that is empty by chance
// says little.
inline std::vector<double> smoothed_shares(std::span<const double> counts) {
  constexpr double kAdded = 0.5;
  double all = 0;
  for (const double count : counts) all += count + kAdded;
  std::vector<double> shares;
  shares.reserve(counts.size());
  for (const double count : counts) shares.push_back((count + kAdded) / all);
  return shares;
}

// What sampling alone adds on average to Σ (p − q)² / p, p and q shares of n and m observations of one distribution in
// B cells that hold any: (B − 1) (1/n + 1/m). The population stability index grows by as much (B. Yurdakul, J. Naranjo,
// "Statistical properties of the population stability index", Journal of Risk Model Validation 2020), the
// Kullback-Leibler divergence by half of it, the Jensen-Shannon divergence (in nats) and the squared Hellinger distance
// by an eighth, to which they are equal for small differences.
inline double added_by_sampling(std::span<const double> reference_counts, std::span<const double> current_counts) {
  double n = 0;
  double m = 0;
  double cells = 0;
  for (std::size_t i = 0; i < reference_counts.size(); ++i) {
    n += reference_counts[i];
    m += current_counts[i];
    if (reference_counts[i] + current_counts[i] > 0) ++cells;
  }
  return (cells - 1) * (1 / n + 1 / m);
}
inline double added_by_sampling(const BinnedPair& pair) {
  return added_by_sampling(pair.reference_counts, pair.current_counts);
}

// Half the sum of the differences: 0 … 1.
inline double total_variation(std::span<const double> p, std::span<const double> q) {
  double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i) sum += std::fabs(p[i] - q[i]);
  return sum / 2;
}

// Cells as values that tie: what a rank test sees of a histogram. Cells that are empty in both are left out.
inline std::vector<SamplePair::Tie> ties_of_cells(const BinnedPair& pair) {
  std::vector<SamplePair::Tie> ties;
  ties.reserve(pair.upper_bounds.size());
  for (std::size_t i = 0; i < pair.upper_bounds.size(); ++i) {
    SamplePair::Tie tie;
    tie.value = pair.upper_bounds[i];
    tie.reference = pair.reference_counts[i];
    tie.current = pair.current_counts[i];
    if (tie.reference + tie.current > 0) ties.push_back(tie);
  }
  return ties;
}

}  // namespace rca
