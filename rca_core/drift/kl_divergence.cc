// kl_divergence: what coding the current observations with the reference costs, in nats.
// S. Kullback, R. A. Leibler, On Information and Sufficiency, Annals of Mathematical Statistics 1951
//
// Each bucket gets half an observation more in both: a bucket that the reference never had would make it infinite
// (Krichevsky & Trofimov 1981).
#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "rca_core/drift/shares.h"
#include "rca_core/drift/statistic.h"

namespace rca {
namespace {

class KullbackLeibler final : public DriftStatistic {
 public:
  [[nodiscard]] std::string_view name() const override { return "kl_divergence"; }
  [[nodiscard]] std::string_view series() const override { return "kl_divergence"; }
  [[nodiscard]] std::string_view description() const override {
    return "Kullback-Leibler divergence of current from reference, in nats, half an observation added to each bucket";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "S. Kullback, R. A. Leibler, On Information and Sufficiency, Annals of Mathematical Statistics 1951";
  }
  [[nodiscard]] bool has_p_value() const override { return false; }
  [[nodiscard]] double default_threshold() const override { return 0.1; }
  [[nodiscard]] std::string_view effect_name() const override { return "value less what sampling adds"; }
  [[nodiscard]] bool takes(DistributionKind kind) const override { return kind == DistributionKind::binned; }

  [[nodiscard]] std::optional<StatisticValue> on_bins(const BinnedPair& pair, const StatisticOptions&) const override {
    StatisticValue out;
    const std::vector<double> p = smoothed_shares(pair.current_counts);
    const std::vector<double> q = smoothed_shares(pair.reference_counts);
    out.value = kullback_leibler(p, q);
    out.effect = std::max(0.0, out.value - added_by_sampling(pair) / 2);
    return out;
  }
};

const DriftStatisticRegistration registration(std::make_unique<KullbackLeibler>());

}  // namespace
}  // namespace rca
