// cramer_von_mises: the squared difference of the distribution functions, averaged over the observations.
// T. W. Anderson, "On the Distribution of the Two-Sample Cramér-von Mises Criterion", Annals of Mathematical Statistics
// 1962. p-value: the limiting distribution (S. Csörgő, J. J. Faraway, JRSS B 1996).
//
// Raw values: midranks for ties; the p-value is that of T brought to the limit's mean and variance. Histograms:
// T = nm / (n + m) ∫ (F − G)² dH with H the distribution of both together, all three straight within a bucket; this is
// a little smaller than T of the raw values, so that the test is on the safe side. The effect is √∫ (F − G)² dH.

#include <algorithm>
#include <boost/math/special_functions/bessel.hpp>
#include <cmath>
#include <memory>
#include <numbers>

#include "rca_core/drift/polygon_integrals.h"
#include "rca_core/drift/statistic.h"

namespace rca {
namespace {

// P(T ≥ x) of the limit.
double limit_survival(double x) {
  constexpr double kSurely = 0.003;  // below, the probability of less is under 10⁻¹³
  constexpr double kSmallTerm = 1e-16;
  constexpr int kMostTerms = 200;
  if (x < kSurely) return 1;
  double sum = 0;
  double weight = 1 / (std::numbers::pi * std::sqrt(x));  // Γ(k + ½) / (Γ(k + 1) π^1.5 √x)
  for (int k = 0; k < kMostTerms; ++k) {
    const double order = 4.0 * k + 1;
    const double q = order * order / (16 * x);
    const double term = q > 700 ? 0 : weight * std::sqrt(order) * std::exp(-q) * boost::math::cyl_bessel_k(0.25, q);
    sum += term;
    if (term < kSmallTerm) break;
    weight *= (k + 0.5) / (k + 1);
  }
  return std::clamp(1 - sum, 0.0, 1.0);
}

// Σ (R − i)² over the values of one sample in a tie of `all` values after `before` smaller ones, `own` of them its own
// after `own_before`; R the midrank.
double squared_rank_shift(double before, double all, double own_before, double own) {
  const double midrank = before + (all + 1) / 2;
  const double centre = own_before + (own + 1) / 2;
  return own * (midrank - centre) * (midrank - centre) + (own * own * own - own) / 12;
}

class CramerVonMises final : public DriftStatistic {
 public:
  [[nodiscard]] std::string_view name() const override { return "cramer_von_mises"; }
  [[nodiscard]] std::string_view series() const override { return "cramer_von_mises_statistic"; }
  [[nodiscard]] std::string_view description() const override {
    return "Cramér-von Mises statistic; about 1/6 without a difference, grows with the observations";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "T. W. Anderson, On the Distribution of the Two-Sample Cramér-von Mises Criterion, Annals of Mathematical "
           "Statistics 1962";
  }
  [[nodiscard]] bool has_p_value() const override { return true; }
  [[nodiscard]] double default_threshold() const override { return 0.12; }
  [[nodiscard]] std::string_view effect_name() const override { return "root mean squared difference"; }
  [[nodiscard]] bool takes(DistributionKind kind) const override { return kind != DistributionKind::embeddings; }

  [[nodiscard]] std::optional<StatisticValue> on_bins(const BinnedPair& pair, const StatisticOptions&) const override {
    const double n = pair.reference_total;
    const double m = pair.current_total;
    double before = 0;  // F − G
    double height = 0;  // H
    double mean = 0;
    const auto go_to = [&](double f, double g) {
      const double next_height = (n * f + m * g) / (n + m);
      mean += (next_height - height) * mean_of_square(before, f - g);
      before = f - g;
      height = next_height;
    };
    for (const BinnedPair::Knot& knot : pair.knots) {
      go_to(knot.reference_left, knot.current_left);
      go_to(knot.reference_right, knot.current_right);
    }
    StatisticValue out;
    out.value = std::max(mean, 0.0) * n * m / (n + m);
    out.effect = std::sqrt(std::max(mean, 0.0));
    out.p_value = limit_survival(out.value);
    return out;
  }

  [[nodiscard]] std::optional<StatisticValue> on_samples(const SamplePair& pair,
                                                         const StatisticOptions&) const override {
    const auto n = static_cast<double>(pair.reference->values.size());
    const auto m = static_cast<double>(pair.current->values.size());
    if (n < 2 || m < 2) return std::nullopt;
    double x_before = 0;
    double y_before = 0;
    double sum = 0;
    double mean = 0;  // ∫ (F − G)² dH
    for (const SamplePair::Tie& tie : pair.ties) {
      const double before = x_before + y_before;
      const double all = tie.reference + tie.current;
      sum += n * squared_rank_shift(before, all, x_before, tie.reference) +
             m * squared_rank_shift(before, all, y_before, tie.current);
      x_before += tie.reference;
      y_before += tie.current;
      const double difference = x_before / n - y_before / m;
      mean += all / (n + m) * difference * difference;
    }
    const double k = n * m;
    const double size = n + m;
    StatisticValue out;
    out.value = std::max(0.0, sum / (k * size) - (4 * k - 1) / (6 * size));
    out.effect = std::sqrt(mean);
    const double expected = (1 + 1 / size) / 6;
    const double variance = (size + 1) * (4 * k * size - 3 * (n * n + m * m) - 2 * k) / (45 * size * size * 4 * k);
    const double standardised = 1.0 / 6 + (out.value - expected) / std::sqrt(45 * variance);
    out.p_value = limit_survival(pair.dependence * standardised);
    return out;
  }
};

const DriftStatisticRegistration registration(std::make_unique<CramerVonMises>());

}  // namespace
}  // namespace rca
