#include "rca_core/spc/control_chart.h"

#include <algorithm>
#include <cmath>

namespace rca {
namespace {

double long_run_variance(double autocorrelation) {
  return (1 + autocorrelation) / (1 - autocorrelation);
}

double error_in_sigmas(const Baseline& baseline) {
  return baseline.sigma > 0 ? baseline.center_error / baseline.sigma : 0;
}

}  // namespace

ControlChart::ControlChart(const Baseline& baseline, const ChartOptions& options)
    : baseline_(baseline),
      options_(options),
      ewma_(0, 1, options.ewma_lambda, options.ewma_limit, baseline.autocorrelation, error_in_sigmas(baseline)),
      cusum_(0, options.cusum_slack + error_in_sigmas(baseline),
             options.cusum_limit * long_run_variance(baseline.autocorrelation)),
      cusum_limit_(options.cusum_limit * long_run_variance(baseline.autocorrelation)) {}

const ControlPoint& ControlChart::add(std::int64_t time_ms, double value) {
  if (!std::isfinite(value)) return point_;
  if (started_ && baseline_.step_ms > 0 && time_ms - point_.time_ms > kRestartSteps * baseline_.step_ms) {
    ewma_.restart();
    cusum_.restart();
    shewhart_ = {};
    started_ = false;
  }
  const double sigma = baseline_.sigma;
  const double center = baseline_.center(time_ms);
  const double z = (value - center) / sigma;
  const double phi = started_ ? baseline_.autocorrelation : 0;
  const WesternElectricSignals run_rules = shewhart_.add((z - phi * previous_) / std::sqrt(1 - phi * phi));
  const double limited = std::clamp(z, -options_.largest_deviation, options_.largest_deviation);
  ewma_.add(limited);
  cusum_.add(limited);
  previous_ = z;
  started_ = true;

  point_.time_ms = time_ms;
  point_.value = value;
  point_.center = center;
  point_.sigma = sigma;
  point_.upper_limit = center + 3 * sigma;
  point_.lower_limit = center - 3 * sigma;
  point_.ewma = center + ewma_.value() * sigma;
  point_.ewma_upper_limit = center + ewma_.half_width() * sigma;
  point_.ewma_lower_limit = center - ewma_.half_width() * sigma;
  point_.cusum_high = cusum_.high() * sigma;
  point_.cusum_low = cusum_.low() * sigma;
  point_.cusum_limit = cusum_limit_ * sigma;
  point_.violations = {std::fabs(z) > 3, run_rules.two_of_three, run_rules.four_of_five, run_rules.eight_in_a_row,
                       ewma_.signals(),  cusum_.signals_high(),  cusum_.signals_low()};
  return point_;
}

}  // namespace rca
