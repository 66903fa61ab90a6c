// wasserstein_distance: how far the observations moved on average, in the signal's unit.
// L. V. Kantorovich, On the Translocation of Masses, 1942; S. S. Vallender, Theory of Probability and its Applications
// 1974
//
// The effect is the distance over the mean difference of two observations of both windows together (0 … 2), but at most
// four times the largest difference of the distribution functions: of what hardly ever happens (one refusal in a
// hundred answers) a second one is far away in mean differences, yet concerns one observation in a hundred.

#include <algorithm>
#include <cmath>
#include <memory>

#include "rca_core/drift/polygon_integrals.h"
#include "rca_core/drift/statistic.h"

namespace rca {
namespace {

std::optional<StatisticValue> value_of(const PolygonIntegrals& integrals) {
  StatisticValue out;
  out.value = integrals.absolute;
  const double scale = pooled_mean_difference(integrals);
  if (!std::isfinite(out.value) || !std::isfinite(scale)) return std::nullopt;  // the range overflows
  constexpr double kMostPerObservation = 4;
  out.effect = scale > 0 ? std::min(out.value / scale, kMostPerObservation * integrals.largest) : 0;
  return out;
}

class Wasserstein final : public DriftStatistic {
 public:
  [[nodiscard]] std::string_view name() const override { return "wasserstein_distance"; }
  [[nodiscard]] std::string_view series() const override { return "wasserstein_distance"; }
  [[nodiscard]] std::string_view description() const override {
    return "Wasserstein-1 distance, how far observations moved on average, in the unit of the signal";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "L. V. Kantorovich, On the Translocation of Masses, 1942; S. S. Vallender, Theory of Probability and its "
           "Applications 1974";
  }
  [[nodiscard]] bool has_p_value() const override { return false; }
  [[nodiscard]] double default_threshold() const override { return 0.35; }
  [[nodiscard]] std::string_view effect_name() const override { return "distance over mean difference"; }
  [[nodiscard]] bool takes(DistributionKind kind) const override { return kind != DistributionKind::embeddings; }

  [[nodiscard]] std::optional<StatisticValue> on_bins(const BinnedPair& pair, const StatisticOptions&) const override {
    return value_of(integrate(pair));
  }
  [[nodiscard]] std::optional<StatisticValue> on_samples(const SamplePair& pair,
                                                         const StatisticOptions&) const override {
    return value_of(integrate(pair));
  }
};

const DriftStatisticRegistration registration(std::make_unique<Wasserstein>());

}  // namespace
}  // namespace rca
