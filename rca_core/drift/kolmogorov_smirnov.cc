// kolmogorov_smirnov: the largest difference of the two distribution functions.
// N. V. Smirnov, "Table for Estimating the Goodness of Fit of Empirical Distributions", Annals of Mathematical
// Statistics 1948.
//
// p-value: raw values exactly where n m ≤ 50,000 and the values are independent, else by Stephens' approximation at the
// effective size. Histograms: the Kolmogorov limit with n and m the numbers of observations; the difference is only
// looked at between buckets, which makes it smaller than that of the raw values, so that the test is on the safe side.

#include <algorithm>
#include <cmath>
#include <memory>

#include "rca_core/drift/kolmogorov.h"
#include "rca_core/drift/statistic.h"

namespace rca {
namespace {

constexpr double kMostExactCells = 50'000;

class KolmogorovSmirnov final : public DriftStatistic {
 public:
  [[nodiscard]] std::string_view name() const override { return "kolmogorov_smirnov"; }
  [[nodiscard]] std::string_view series() const override { return "ks_statistic"; }
  [[nodiscard]] std::string_view description() const override {
    return "Kolmogorov-Smirnov statistic, the largest difference of the distribution functions, 0 to 1";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "N. V. Smirnov, Table for Estimating the Goodness of Fit of Empirical Distributions, Annals of Mathematical "
           "Statistics 1948";
  }
  [[nodiscard]] bool has_p_value() const override { return true; }
  [[nodiscard]] double default_threshold() const override { return 0.18; }
  [[nodiscard]] std::string_view effect_name() const override { return "value"; }
  [[nodiscard]] bool takes(DistributionKind kind) const override { return kind != DistributionKind::embeddings; }

  [[nodiscard]] std::optional<StatisticValue> on_bins(const BinnedPair& pair, const StatisticOptions&) const override {
    StatisticValue out;
    for (const BinnedPair::Knot& knot : pair.knots) {
      out.value = std::max({out.value, std::fabs(knot.reference_left - knot.current_left),
                            std::fabs(knot.reference_right - knot.current_right)});
    }
    const double n = pair.reference_total;
    const double m = pair.current_total;
    out.effect = out.value;
    out.p_value = kolmogorov_survival(std::sqrt(n * m / (n + m)) * out.value);
    return out;
  }

  [[nodiscard]] std::optional<StatisticValue> on_samples(const SamplePair& pair,
                                                         const StatisticOptions&) const override {
    const std::size_t n = pair.reference->values.size();
    const std::size_t m = pair.current->values.size();
    const auto size_x = static_cast<double>(n);
    const auto size_y = static_cast<double>(m);
    double largest = 0;  // of n m (F − G), whole numbers
    double difference = 0;
    for (const SamplePair::Tie& tie : pair.ties) {
      difference += tie.reference * size_y - tie.current * size_x;
      largest = std::max(largest, std::fabs(difference));
    }
    StatisticValue out;
    out.value = largest / (size_x * size_y);
    out.effect = out.value;
    const bool exact = size_x * size_y <= kMostExactCells && pair.dependence >= 1;
    out.p_value = exact ? smirnov_survival(n, m, largest)
                        : stephens_survival(pair.dependence * size_x * size_y / (size_x + size_y), out.value);
    return out;
  }
};

const DriftStatisticRegistration registration(std::make_unique<KolmogorovSmirnov>());

}  // namespace
}  // namespace rca
