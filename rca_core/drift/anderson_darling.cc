// anderson_darling: as cramer_von_mises, with the tails weighted up.
// F. W. Scholz, M. A. Stephens, "K-Sample Anderson-Darling Tests", JASA 1987, equation 7 (midranks): values that tie,
// or that a histogram has in one bucket, are ties of a discrete distribution, which that form is made for.
//
// The value is standardised: without a difference its mean is 0 and its standard deviation 1. p-value: interpolated in
// the paper's table from 0.25 to 0.001 (0.25 stands for "0.25 or more"), beyond that from the tail of the limit, √3
// erfc(√A²): the largest of the weights 1 / (j (j + 1)) of that sum of χ² variables decides there. The effect is √∫ (F
// − G)² / (H (1 − H)) dH.

#include <Eigen/QR>
#include <algorithm>
#include <array>
#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/trigamma.hpp>
#include <cmath>
#include <memory>
#include <numbers>
#include <span>
#include <vector>

#include "rca_core/drift/shares.h"
#include "rca_core/drift/statistic.h"

namespace rca {
namespace {

constexpr double kSamples = 2;

// A²_akN for two samples.
double tied_statistic(std::span<const SamplePair::Tie> ties, double n, double m) {
  const double size = n + m;
  double below = 0;
  double below_reference = 0;
  double below_current = 0;
  double sum = 0;
  for (const SamplePair::Tie& tie : ties) {
    const double all = tie.reference + tie.current;
    const double middle = below + all / 2;
    const double reference = size * (below_reference + tie.reference / 2) - n * middle;
    const double current = size * (below_current + tie.current / 2) - m * middle;
    const double weight = middle * (size - middle) - size * all / 4;
    if (weight > 0) sum += all / size * (reference * reference / n + current * current / m) / weight;
    below += all;
    below_reference += tie.reference;
    below_current += tie.current;
  }
  return (size - 1) / size * sum;
}

// Equation 4 of the paper for k = 2. Its double sum in closed form: g = H⁽²⁾_N − 2 H_{N−1} / N − 1 / N².
double standard_deviation(double n, double m) {
  const double size = n + m;
  const double k = kSamples;
  const double inverse = 1 / n + 1 / m;
  const double h = boost::math::digamma(size) + std::numbers::egamma;
  const double squares = std::numbers::pi * std::numbers::pi / 6 - boost::math::trigamma(size + 1);
  const double g = squares - 2 * h / size - 1 / (size * size);
  const double a = (4 * g - 6) * (k - 1) + (10 - 6 * g) * inverse;
  const double b = (2 * g - 4) * k * k + 8 * h * k + (2 * g - 14 * h - 4) * inverse - 8 * h + 4 * g - 6;
  const double c = (6 * h + 2 * g - 2) * k * k + (4 * h - 4 * g + 6) * k + (2 * h - 6) * inverse + 4 * h;
  const double d = (2 * h + 6) * k * k - 4 * h * k;
  return std::sqrt((((a * size + b) * size + c) * size + d) / ((size - 1) * (size - 2) * (size - 3)));
}

// A parabola through the logarithms of the table's probabilities, by least squares (the paper, section 5).
double interpolate(double standardised) {
  constexpr std::array<double, 7> kCritical = {0.325, 1.226, 1.961, 2.718, 3.752, 4.592, 6.546};
  constexpr std::array<double, 7> kProbability = {0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001};
  Eigen::Matrix<double, 7, 3> powers;
  Eigen::Matrix<double, 7, 1> logarithms;
  for (Eigen::Index i = 0; i < 7; ++i) {
    const double x = kCritical[static_cast<std::size_t>(i)];
    powers.row(i) << 1, x, x * x;
    logarithms(i) = std::log(kProbability[static_cast<std::size_t>(i)]);
  }
  const Eigen::Vector3d parabola = powers.colPivHouseholderQr().solve(logarithms);
  return std::exp(parabola(0) + standardised * (parabola(1) + standardised * parabola(2)));
}

double p_value(double standardised, double statistic) {
  constexpr double kFirst = 0.325;
  constexpr double kLast = 6.546;
  if (standardised < kFirst) return 0.25;
  if (standardised <= kLast) return std::clamp(interpolate(standardised), 0.001, 0.25);
  return std::min(0.001, std::numbers::sqrt3 * std::erfc(std::sqrt(std::max(statistic, 0.0))));
}

std::optional<StatisticValue> test(std::span<const SamplePair::Tie> ties, double n, double m, double dependence) {
  if (n + m <= 3) return std::nullopt;
  const double statistic = tied_statistic(ties, n, m);
  const double deviation = standard_deviation(n, m);
  if (!(deviation > 0) || !std::isfinite(deviation) || !std::isfinite(statistic)) return std::nullopt;
  StatisticValue out;
  out.value = (statistic - (kSamples - 1)) / deviation;
  const double independent = statistic * dependence;
  out.p_value = p_value((independent - (kSamples - 1)) / deviation, independent);
  out.effect = std::sqrt(std::max(statistic, 0.0) * (n + m) / (n * m));
  return out;
}

class AndersonDarling final : public DriftStatistic {
 public:
  [[nodiscard]] std::string_view name() const override { return "anderson_darling"; }
  [[nodiscard]] std::string_view series() const override { return "anderson_darling_statistic"; }
  [[nodiscard]] std::string_view description() const override {
    return "Anderson-Darling statistic, standardised: mean 0, standard deviation 1 without a difference";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "F. W. Scholz, M. A. Stephens, K-Sample Anderson-Darling Tests, JASA 1987";
  }
  [[nodiscard]] bool has_p_value() const override { return true; }
  [[nodiscard]] double default_threshold() const override { return 0.3; }
  [[nodiscard]] std::string_view effect_name() const override { return "root mean weighted squared difference"; }
  [[nodiscard]] bool takes(DistributionKind kind) const override { return kind != DistributionKind::embeddings; }

  [[nodiscard]] std::optional<StatisticValue> on_bins(const BinnedPair& pair, const StatisticOptions&) const override {
    return test(ties_of_cells(pair), pair.reference_total, pair.current_total, 1);
  }
  [[nodiscard]] std::optional<StatisticValue> on_samples(const SamplePair& pair,
                                                         const StatisticOptions&) const override {
    return test(pair.ties, static_cast<double>(pair.reference->values.size()),
                static_cast<double>(pair.current->values.size()), pair.dependence);
  }
};

const DriftStatisticRegistration registration(std::make_unique<AndersonDarling>());

}  // namespace
}  // namespace rca
