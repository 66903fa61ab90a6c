// energy_distance: √(2 E|X − Y| − E|X − X'| − E|Y − Y'|) = √(2 ∫ (F − G)²).
// G. J. Székely, M. L. Rizzo, Energy statistics, Journal of Statistical Planning and Inference 2013
//
// The effect is their coefficient of inhomogeneity, 2 ∫ (F − G)² over 2 E|X − Y|: 0 alike, 1 all apart.

#include <cmath>
#include <memory>

#include "rca_core/drift/polygon_integrals.h"
#include "rca_core/drift/statistic.h"

namespace rca {
namespace {

std::optional<StatisticValue> value_of(const PolygonIntegrals& integrals) {
  StatisticValue out;
  out.value = std::sqrt(2 * integrals.squared);
  if (!std::isfinite(out.value) || !std::isfinite(integrals.between)) return std::nullopt;  // the range overflows
  out.effect = integrals.between > 0 ? integrals.squared / integrals.between : 0;
  return out;
}

class EnergyDistance final : public DriftStatistic {
 public:
  [[nodiscard]] std::string_view name() const override { return "energy_distance"; }
  [[nodiscard]] std::string_view series() const override { return "energy_distance"; }
  [[nodiscard]] std::string_view description() const override {
    return "energy distance, in the square root of the unit of the signal";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "G. J. Székely, M. L. Rizzo, Energy statistics, Journal of Statistical Planning and Inference 2013";
  }
  [[nodiscard]] bool has_p_value() const override { return false; }
  [[nodiscard]] double default_threshold() const override { return 0.045; }
  [[nodiscard]] std::string_view effect_name() const override { return "coefficient of inhomogeneity"; }
  [[nodiscard]] bool takes(DistributionKind kind) const override { return kind != DistributionKind::embeddings; }

  [[nodiscard]] std::optional<StatisticValue> on_bins(const BinnedPair& pair, const StatisticOptions&) const override {
    return value_of(integrate(pair));
  }
  [[nodiscard]] std::optional<StatisticValue> on_samples(const SamplePair& pair,
                                                         const StatisticOptions&) const override {
    return value_of(integrate(pair));
  }
};

const DriftStatisticRegistration registration(std::make_unique<EnergyDistance>());

}  // namespace
}  // namespace rca
