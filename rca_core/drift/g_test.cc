// g_test: likelihood-ratio test of homogeneity on the counts per bucket.
// R. R. Sokal, F. J. Rohlf, "Biometry", 1981. Cells are joined as for chi_squared.
// The effect is the Jensen-Shannon distance in bits, the square root of what G is with equally many observations.

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>

#include "rca_core/drift/contingency.h"
#include "rca_core/drift/shares.h"
#include "rca_core/drift/statistic.h"

namespace rca {
namespace {

double likelihood_term(double observed, double expected) {
  return observed > 0 ? 2 * observed * std::log(observed / expected) : 0;
}

class GTest final : public DriftStatistic {
 public:
  [[nodiscard]] std::string_view name() const override { return "g_test"; }
  [[nodiscard]] std::string_view series() const override { return "g_statistic"; }
  [[nodiscard]] std::string_view description() const override {
    return "G statistic of homogeneity of the counts per bucket; grows with the observations";
  }
  [[nodiscard]] std::string_view reference() const override { return "R. R. Sokal, F. J. Rohlf, Biometry, 1981"; }
  [[nodiscard]] bool has_p_value() const override { return true; }
  [[nodiscard]] double default_threshold() const override { return 0.19; }
  [[nodiscard]] std::string_view effect_name() const override { return "Jensen-Shannon distance"; }
  [[nodiscard]] bool takes(DistributionKind kind) const override { return kind == DistributionKind::binned; }

  [[nodiscard]] std::optional<StatisticValue> on_bins(const BinnedPair& pair,
                                                      const StatisticOptions& options) const override {
    const ContingencyTable table = make_table(pair, options.min_expected_count);
    const double n = pair.reference_total;
    const double m = pair.current_total;
    StatisticValue out;
    for (std::size_t i = 0; i < table.reference.size(); ++i) {
      const double both = table.reference[i] + table.current[i];
      out.value += likelihood_term(table.reference[i], both * n / (n + m)) +
                   likelihood_term(table.current[i], both * m / (n + m));
    }
    out.value = std::max(out.value, 0.0);  // rounding
    out.p_value = homogeneity_p_value(table, out.value);
    out.effect =
        std::sqrt(std::min(1.0, jensen_shannon(pair.reference_shares, pair.current_shares) / std::numbers::ln2));
    return out;
  }
};

const DriftStatisticRegistration registration(std::make_unique<GTest>());

}  // namespace
}  // namespace rca
