// mann_whitney: how often a current value is larger than one of the reference.
// H. B. Mann, D. R. Whitney, "On a Test of Whether One of Two Random Variables is Stochastically Larger than the
// Other", Annals of Mathematical Statistics 1947. p-value: normal approximation with continuity correction, corrected
// for ties; the observations of one bucket of a histogram tie. The effect is |Cliff's delta| = |2 U / (n m) − 1|.

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>
#include <span>

#include "rca_core/drift/shares.h"
#include "rca_core/drift/statistic.h"

namespace rca {
namespace {

std::optional<StatisticValue> test(std::span<const SamplePair::Tie> ties, double n, double m, double dependence) {
  double below = 0;   // values of the reference
  double larger = 0;  // pairs
  double cubes = 0;
  for (const SamplePair::Tie& tie : ties) {
    larger += tie.current * (below + tie.reference / 2);
    below += tie.reference;
    const double all = tie.reference + tie.current;
    cubes += all * all * all - all;
  }
  const double size = n + m;
  if (size <= 1) return std::nullopt;
  StatisticValue out;
  out.value = larger;
  out.effect = std::fabs(2 * larger / (n * m) - 1);
  const double variance = n * m / 12 * (size + 1 - cubes / (size * (size - 1)));
  const double distance = std::max(larger, n * m - larger) - n * m / 2 - 0.5;
  if (!std::isfinite(out.effect) || !std::isfinite(variance)) return std::nullopt;
  out.p_value = 1;
  if (variance > 0) {
    const double z = distance / std::sqrt(variance) * std::sqrt(dependence);
    out.p_value = std::min(1.0, std::erfc(z / std::numbers::sqrt2));
  }
  return out;
}

class MannWhitney final : public DriftStatistic {
 public:
  [[nodiscard]] std::string_view name() const override { return "mann_whitney"; }
  [[nodiscard]] std::string_view series() const override { return "mann_whitney_statistic"; }
  [[nodiscard]] std::string_view description() const override {
    return "Mann-Whitney U, pairs in which the current value is the larger one";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "H. B. Mann, D. R. Whitney, On a Test of Whether One of Two Random Variables is Stochastically Larger than "
           "the Other, Annals of Mathematical Statistics 1947";
  }
  [[nodiscard]] bool has_p_value() const override { return true; }
  [[nodiscard]] double default_threshold() const override { return 0.25; }
  [[nodiscard]] std::string_view effect_name() const override { return "Cliff's delta"; }
  [[nodiscard]] bool takes(DistributionKind kind) const override { return kind != DistributionKind::embeddings; }

  [[nodiscard]] std::optional<StatisticValue> on_bins(const BinnedPair& pair, const StatisticOptions&) const override {
    return test(ties_of_cells(pair), pair.reference_total, pair.current_total, 1);
  }
  [[nodiscard]] std::optional<StatisticValue> on_samples(const SamplePair& pair,
                                                         const StatisticOptions&) const override {
    return test(pair.ties, static_cast<double>(pair.reference->values.size()),
                static_cast<double>(pair.current->values.size()), pair.dependence);
  }
};

const DriftStatisticRegistration registration(std::make_unique<MannWhitney>());

}  // namespace
}  // namespace rca
