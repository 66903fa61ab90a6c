// js_divergence: how far both distributions are from their mean, in bits: 0 alike, 1 nothing in common.
// J. Lin, Divergence Measures Based on the Shannon Entropy, IEEE Transactions on Information Theory 1991

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>

#include "rca_core/drift/shares.h"
#include "rca_core/drift/statistic.h"

namespace rca {
namespace {

class JensenShannon final : public DriftStatistic {
 public:
  [[nodiscard]] std::string_view name() const override { return "js_divergence"; }
  [[nodiscard]] std::string_view series() const override { return "js_divergence"; }
  [[nodiscard]] std::string_view description() const override {
    return "Jensen-Shannon divergence in bits, 0 (alike) to 1 (nothing in common)";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "J. Lin, Divergence Measures Based on the Shannon Entropy, IEEE Transactions on Information Theory 1991";
  }
  [[nodiscard]] bool has_p_value() const override { return false; }
  [[nodiscard]] double default_threshold() const override { return 0.035; }
  [[nodiscard]] std::string_view effect_name() const override { return "value less what sampling adds"; }
  [[nodiscard]] bool takes(DistributionKind kind) const override { return kind == DistributionKind::binned; }

  [[nodiscard]] std::optional<StatisticValue> on_bins(const BinnedPair& pair, const StatisticOptions&) const override {
    StatisticValue out;
    out.value = std::min(1.0, jensen_shannon(pair.reference_shares, pair.current_shares) / std::numbers::ln2);
    out.effect = std::max(0.0, out.value - added_by_sampling(pair) / 8 / std::numbers::ln2);
    return out;
  }
};

const DriftStatisticRegistration registration(std::make_unique<JensenShannon>());

}  // namespace
}  // namespace rca
