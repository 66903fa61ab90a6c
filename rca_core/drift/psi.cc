// psi: population stability index, the symmetric Kullback-Leibler divergence of the shares per bucket.
// N. Siddiqi, "Credit Risk Scorecards", 2006: below 0.1 stable, above 0.25 shifted; H. Jeffreys 1946 for the
// divergence.
//
// Histograms keep their buckets. Raw values are put into buckets between the deciles of the reference, (a, b], deciles
// that coincide merged. Shares below 10⁻⁴ count as that, so that an empty bucket does not make it infinite.

#include <algorithm>
#include <cmath>
#include <memory>
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

std::vector<double> shares_between(const std::vector<double>& sorted, const std::vector<double>& edges) {
  std::vector<double> shares;
  auto begin = sorted.begin();
  for (std::size_t i = 0; i <= edges.size(); ++i) {
    const auto end = i < edges.size() ? std::upper_bound(begin, sorted.end(), edges[i]) : sorted.end();
    shares.push_back(static_cast<double>(end - begin) / static_cast<double>(sorted.size()));
    begin = end;
  }
  return shares;
}

StatisticValue stability_index(const std::vector<double>& reference, const std::vector<double>& current) {
  StatisticValue out;
  for (std::size_t i = 0; i < reference.size(); ++i) out.value += stability_term(reference[i], current[i]);
  out.effect = out.value;
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
  [[nodiscard]] std::string_view effect_name() const override { return "value"; }
  [[nodiscard]] bool takes(DistributionKind kind) const override { return kind != DistributionKind::embeddings; }

  [[nodiscard]] std::optional<StatisticValue> on_bins(const BinnedPair& pair, const StatisticOptions&) const override {
    return stability_index(pair.reference_shares, pair.current_shares);
  }

  [[nodiscard]] std::optional<StatisticValue> on_samples(const SamplePair& pair,
                                                         const StatisticOptions&) const override {
    const std::vector<double> edges = decile_edges(pair.reference->values);
    return stability_index(shares_between(pair.reference->values, edges), shares_between(pair.current->values, edges));
  }
};

const DriftStatisticRegistration registration(std::make_unique<PopulationStabilityIndex>());

}  // namespace
}  // namespace rca
