// hellinger: the distance of the square roots of the shares: 0 alike, 1 nothing in common.
// E. Hellinger, Neue Begründung der Theorie quadratischer Formen, Journal für die reine und angewandte Mathematik 1909

#include <algorithm>
#include <cmath>
#include <memory>

#include "rca_core/drift/shares.h"
#include "rca_core/drift/statistic.h"

namespace rca {
namespace {

class Hellinger final : public DriftStatistic {
 public:
  [[nodiscard]] std::string_view name() const override { return "hellinger"; }
  [[nodiscard]] std::string_view series() const override { return "hellinger_distance"; }
  [[nodiscard]] std::string_view description() const override {
    return "Hellinger distance, 0 (alike) to 1 (nothing in common)";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "E. Hellinger, Neue Begründung der Theorie quadratischer Formen, Journal für die reine und angewandte "
           "Mathematik 1909";
  }
  [[nodiscard]] bool has_p_value() const override { return false; }
  [[nodiscard]] double default_threshold() const override { return 0.16; }
  [[nodiscard]] std::string_view effect_name() const override { return "value less what sampling adds"; }
  [[nodiscard]] bool takes(DistributionKind kind) const override { return kind == DistributionKind::binned; }

  [[nodiscard]] std::optional<StatisticValue> on_bins(const BinnedPair& pair, const StatisticOptions&) const override {
    StatisticValue out;
    double sum = 0;
    for (std::size_t i = 0; i < pair.reference_shares.size(); ++i) {
      const double difference = std::sqrt(pair.reference_shares[i]) - std::sqrt(pair.current_shares[i]);
      sum += difference * difference;
    }
    out.value = std::min(1.0, std::sqrt(sum / 2));
    out.effect = std::sqrt(std::max(0.0, out.value * out.value - added_by_sampling(pair) / 8));
    return out;
  }
};

const DriftStatisticRegistration registration(std::make_unique<Hellinger>());

}  // namespace
}  // namespace rca
