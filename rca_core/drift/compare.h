// Has a distribution drifted? All statistics of one pair, and the verdict over many pairs.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/result.h"
#include "rca_core/drift/distribution.h"
#include "rca_core/drift/statistic.h"

namespace rca {

struct CompareOptions {
  StatisticOptions statistic;
  std::vector<std::string> statistics;                    // names; empty: all that take the kind
  std::map<std::string, double, std::less<>> thresholds;  // of the effect, by statistic; else its default_threshold()
  double significance = 0.01;  // false discovery rate after Benjamini and Hochberg, over what decide() is given
  // Below these, on either side, there is no verdict.
  double min_observations = 100;  // of a histogram
  double min_values = 30;         // of a raw sample, in independent values (Sample::effective_size)
  std::size_t min_vectors = 20;
};

struct StatisticVerdict {
  const DriftStatistic* statistic = nullptr;
  StatisticValue result;
  double threshold = 0;                    // of result.effect
  std::optional<double> adjusted_p_value;  // where there is a p-value
  bool large = false;                      // effect ≥ threshold
  // Tests: adjusted p-value ≤ significance. The others have no test of their own: whether any test of this comparison
  // is significant.
  bool significant = false;
  [[nodiscard]] bool detected() const { return large && significant; }
};

struct Comparison {
  DistributionKind kind = DistributionKind::binned;
  std::vector<StatisticVerdict> statistics;  // ordered by name; values are given also without enough data
  double reference_size = 0;                 // observations, values or vectors
  double current_size = 0;
  bool enough_data = false;
  bool detected = false;  // enough data, and a statistic is large and significant

  [[nodiscard]] const StatisticVerdict* find(std::string_view name) const;  // null: not in it
};

// Every statistic that fits. `detected` as if it were the only comparison; when many are made at once, hand all of them
// to decide(). Empty distributions: no statistics, enough_data false. Errors: not_found (an unknown statistic),
// invalid_argument (a statistic that does not take this kind; vectors of different lengths).
Result<Comparison> compare(const BinnedDistribution& reference, const BinnedDistribution& current,
                           const CompareOptions& options);
Result<Comparison> compare(const Sample& reference, const Sample& current, const CompareOptions& options);
Result<Comparison> compare(const EmbeddingSample& reference, const EmbeddingSample& current,
                           const CompareOptions& options);

// Corrects the p-values of all these comparisons as one family and sets adjusted_p_value, significant and detected
// anew. Comparisons without enough data are left out of the family.
void decide(std::span<Comparison* const> comparisons, double significance);

// Step-up adjusted p-values: the smallest false discovery rate at which each is rejected. Y. Benjamini, Y. Hochberg,
// "Controlling the False Discovery Rate", JRSS B 1995. A p-value that is not a number counts as 1.
std::vector<double> benjamini_hochberg(std::span<const double> p_values);

}  // namespace rca
