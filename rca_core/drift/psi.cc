// psi: population stability index, the symmetric Kullback-Leibler divergence of the shares per bucket.
// N. Siddiqi, "Credit Risk Scorecards", 2006: below 0.1 stable, above 0.25 shifted; H. Jeffreys 1946 for the
// divergence.
//
// Histograms keep their buckets. Raw values are put into buckets between the deciles of the reference, (a, b], deciles
// that coincide merged. Shares below 10⁻⁴ count as that, so that an empty bucket does not make it infinite.
//
// The effect is the index with half an observation added to each bucket, less what sampling alone adds on average
// (added_by_sampling()): a hundred observations in ten buckets reach 0.2 by chance.

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <vector>

#include "rca_core/drift/shares.h"
#include "rca_core/drift/statistic.h"
#include "rca_core/stats/robust.h"

namespace rca {
namespace {

constexpr int kBuckets = 10;

// Upper bounds of all but the last bucket.
std::vector<double> decile_edges(const std::vector<double>& sorted) {
  std::vector<double> edges;
  std::vector<double> scratch;
  for (int i = 1; i < kBuckets; ++i) {
    scratch = sorted;
    const double edge = quantile_in_place(scratch, static_cast<double>(i) / kBuckets);
    if (edges.empty() || edge > edges.back()) edges.push_back(edge);
  }
  return edges;
}

std::vector<double> counts_between(const std::vector<double>& sorted, const std::vector<double>& edges) {
  std::vector<double> counts;
  auto begin = sorted.begin();
  for (std::size_t i = 0; i <= edges.size(); ++i) {
    const auto end = i < edges.size() ? std::upper_bound(begin, sorted.end(), edges[i]) : sorted.end();
    counts.push_back(static_cast<double>(end - begin));
    begin = end;
  }
  return counts;
}

// Cells that hold an observation of either side; the others say nothing.
struct Counts {
  std::vector<double> reference;
  std::vector<double> current;
};

Counts filled_cells(const std::vector<double>& reference, const std::vector<double>& current) {
  Counts out;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    if (reference[i] + current[i] <= 0) continue;
    out.reference.push_back(reference[i]);
    out.current.push_back(current[i]);
  }
  return out;
}

double sum_of(const std::vector<double>& counts) {
  return std::accumulate(counts.begin(), counts.end(), 0.0);
}

// `dependence`: see SamplePair.
StatisticValue stability_index(const Counts& counts, double dependence) {
  StatisticValue out;
  const double n = sum_of(counts.reference);
  const double m = sum_of(counts.current);
  const std::vector<double> reference = smoothed_shares(counts.reference);
  const std::vector<double> current = smoothed_shares(counts.current);
  double smoothed = 0;
  for (std::size_t i = 0; i < counts.reference.size(); ++i) {
    out.value += stability_term(counts.reference[i] / n, counts.current[i] / m);
    smoothed += stability_term(reference[i], current[i]);
  }
  out.effect = std::max(0.0, smoothed - added_by_sampling(counts.reference, counts.current) / dependence);
  return out;
}

class PopulationStabilityIndex final : public DriftStatistic {
 public:
  [[nodiscard]] std::string_view name() const override { return "psi"; }
  [[nodiscard]] std::string_view series() const override { return "psi"; }
  [[nodiscard]] std::string_view description() const override {
    return "population stability index, 0 (alike) to about 18; above 0.2 is commonly called a shift";
  }
  [[nodiscard]] std::string_view reference() const override { return "N. Siddiqi, Credit Risk Scorecards, 2006"; }
  [[nodiscard]] bool has_p_value() const override { return false; }
  [[nodiscard]] double default_threshold() const override { return 0.2; }
  [[nodiscard]] std::string_view effect_name() const override { return "value less what sampling adds"; }
  [[nodiscard]] bool takes(DistributionKind kind) const override { return kind != DistributionKind::embeddings; }

  [[nodiscard]] std::optional<StatisticValue> on_bins(const BinnedPair& pair, const StatisticOptions&) const override {
    return stability_index(filled_cells(pair.reference_counts, pair.current_counts), 1);
  }

  [[nodiscard]] std::optional<StatisticValue> on_samples(const SamplePair& pair,
                                                         const StatisticOptions&) const override {
    const std::vector<double> edges = decile_edges(pair.reference->values);
    return stability_index(
        filled_cells(counts_between(pair.reference->values, edges), counts_between(pair.current->values, edges)),
        pair.dependence);
  }
};

const DriftStatisticRegistration registration(std::make_unique<PopulationStabilityIndex>());

}  // namespace
}  // namespace rca
