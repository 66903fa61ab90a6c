// welch: the difference of the means in its standard error.
// B. L. Welch, "The Generalization of Student's Problem when Several Different Population Variances are Involved",
// Biometrika 1947. Positive: the current mean is the larger one. The effect is |Cohen's d|, the difference in standard
// deviations. Not defined for fewer than two values, and where neither sample varies but their means differ.

#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <memory>
#include <numeric>
#include <vector>

#include "rca_core/drift/statistic.h"

namespace rca {
namespace {

struct Moments {
  double size = 0;
  double mean = 0;
  double variance = 0;  // ddof 1
};

Moments moments(const std::vector<double>& values) {
  Moments out;
  out.size = static_cast<double>(values.size());
  out.mean = std::accumulate(values.begin(), values.end(), 0.0) / out.size;
  if (values.front() == values.back()) {  // they are sorted
    out.mean = values.front();
    return out;
  }
  for (const double value : values) out.variance += (value - out.mean) * (value - out.mean) / (out.size - 1);
  return out;
}

class Welch final : public DriftStatistic {
 public:
  [[nodiscard]] std::string_view name() const override { return "welch"; }
  [[nodiscard]] std::string_view series() const override { return "welch_statistic"; }
  [[nodiscard]] std::string_view description() const override {
    return "Welch's t, the difference of the means in its standard error; positive: the current mean is larger";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "B. L. Welch, The Generalization of Student's Problem when Several Different Population Variances are "
           "Involved, Biometrika 1947";
  }
  [[nodiscard]] bool has_p_value() const override { return true; }
  [[nodiscard]] double default_threshold() const override { return 0.45; }
  [[nodiscard]] std::string_view effect_name() const override { return "Cohen's d"; }
  [[nodiscard]] bool takes(DistributionKind kind) const override { return kind == DistributionKind::samples; }

  [[nodiscard]] std::optional<StatisticValue> on_samples(const SamplePair& pair,
                                                         const StatisticOptions&) const override {
    if (pair.reference->values.size() < 2 || pair.current->values.size() < 2) return std::nullopt;
    const Moments x = moments(pair.reference->values);
    const Moments y = moments(pair.current->values);
    const double of_x = x.variance / x.size;
    const double of_y = y.variance / y.size;
    const double error = std::sqrt(of_x + of_y);
    StatisticValue out;
    out.p_value = 1;
    if (!(error > 0)) return x.mean == y.mean ? std::optional(out) : std::nullopt;
    out.value = (y.mean - x.mean) / error;
    out.effect = std::fabs(y.mean - x.mean) / std::sqrt((x.variance + y.variance) / 2);
    const double freedom = (of_x + of_y) * (of_x + of_y) / (of_x * of_x / (x.size - 1) + of_y * of_y / (y.size - 1));
    if (!std::isfinite(out.value) || !std::isfinite(out.effect) || !std::isfinite(freedom)) return std::nullopt;
    const boost::math::students_t distribution(freedom);
    const double t = std::fabs(out.value) * std::sqrt(pair.dependence);
    out.p_value = 2 * boost::math::cdf(boost::math::complement(distribution, t));
    return out;
  }
};

const DriftStatisticRegistration registration(std::make_unique<Welch>());

}  // namespace
}  // namespace rca
