// chi_squared: Pearson's test of homogeneity on the counts per bucket.
// K. Pearson, "On the criterion that a given system of deviations …", Philosophical Magazine 1900.
//
// Buckets with small counts are joined with their neighbours first (W. G. Cochran, Biometrics 1954), since the
// distribution of the statistic only holds for cells that are filled. The effect is Cramér's V as it would be with as
// many current as reference observations: √(½ Σ (p − q)² / (p + q)), 0 alike, 1 nothing in common.

#include <algorithm>
#include <cmath>
#include <memory>

#include "rca_core/drift/contingency.h"
#include "rca_core/drift/statistic.h"

namespace rca {
namespace {

class ChiSquared final : public DriftStatistic {
 public:
  [[nodiscard]] std::string_view name() const override { return "chi_squared"; }
  [[nodiscard]] std::string_view series() const override { return "chi_squared_statistic"; }
  [[nodiscard]] std::string_view description() const override {
    return "Pearson's chi-squared statistic of homogeneity of the counts per bucket; grows with the observations";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "K. Pearson, On the criterion that a given system of deviations from the probable is such that it can be "
           "reasonably supposed to have arisen from random sampling, Philosophical Magazine 1900";
  }
  [[nodiscard]] bool has_p_value() const override { return true; }
  [[nodiscard]] double default_threshold() const override { return 0.22; }
  [[nodiscard]] std::string_view effect_name() const override { return "Cramér's V"; }
  [[nodiscard]] bool takes(DistributionKind kind) const override { return kind == DistributionKind::binned; }

  [[nodiscard]] std::optional<StatisticValue> on_bins(const BinnedPair& pair,
                                                      const StatisticOptions& options) const override {
    const ContingencyTable table = make_table(pair, options.min_expected_count);
    const double n = pair.reference_total;
    const double m = pair.current_total;
    StatisticValue out;
    double discrimination = 0;
    for (std::size_t i = 0; i < table.reference.size(); ++i) {
      const double both = table.reference[i] + table.current[i];
      const double expected_reference = both * n / (n + m);
      const double expected_current = both * m / (n + m);
      const double of_reference = table.reference[i] - expected_reference;
      const double of_current = table.current[i] - expected_current;
      out.value += of_reference * of_reference / expected_reference + of_current * of_current / expected_current;
      const double p = table.reference[i] / n;
      const double q = table.current[i] / m;
      discrimination += (p - q) * (p - q) / (p + q);
    }
    out.p_value = homogeneity_p_value(table, out.value);
    out.effect = std::min(1.0, std::sqrt(discrimination / 2));
    return out;
  }
};

const DriftStatisticRegistration registration(std::make_unique<ChiSquared>());

}  // namespace
}  // namespace rca
