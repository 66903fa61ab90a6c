// total_variation: the share of observations that would have to change their bucket.
// A. L. Gibbs, F. E. Su, On Choosing and Bounding Probability Metrics, International Statistical Review 2002

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>

#include "rca_core/drift/shares.h"
#include "rca_core/drift/statistic.h"

namespace rca {
namespace {

class TotalVariation final : public DriftStatistic {
 public:
  [[nodiscard]] std::string_view name() const override { return "total_variation"; }
  [[nodiscard]] std::string_view series() const override { return "total_variation_distance"; }
  [[nodiscard]] std::string_view description() const override {
    return "total variation distance, the share of observations that changed their bucket, 0 to 1";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "A. L. Gibbs, F. E. Su, On Choosing and Bounding Probability Metrics, International Statistical Review 2002";
  }
  [[nodiscard]] bool has_p_value() const override { return false; }
  [[nodiscard]] double default_threshold() const override { return 0.18; }
  [[nodiscard]] std::string_view effect_name() const override { return "value less what sampling adds"; }
  [[nodiscard]] bool takes(DistributionKind kind) const override { return kind == DistributionKind::binned; }

  [[nodiscard]] std::optional<StatisticValue> on_bins(const BinnedPair& pair, const StatisticOptions&) const override {
    StatisticValue out;
    out.value = total_variation(pair.reference_shares, pair.current_shares);
    // The mean of |p − q| of one cell, normal about 0.
    const double sizes = 1 / pair.reference_total + 1 / pair.current_total;
    double by_chance = 0;
    for (std::size_t i = 0; i < pair.reference_counts.size(); ++i) {
      const double share =
          (pair.reference_counts[i] + pair.current_counts[i]) / (pair.reference_total + pair.current_total);
      by_chance += std::sqrt(std::max(0.0, share * (1 - share)) * sizes / (2 * std::numbers::pi));
    }
    out.effect = std::sqrt(std::max(0.0, out.value * out.value - by_chance * by_chance));
    return out;
  }
};

const DriftStatisticRegistration registration(std::make_unique<TotalVariation>());

}  // namespace
}  // namespace rca
