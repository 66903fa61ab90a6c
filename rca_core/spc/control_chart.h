// Statistical process control of one signal: Shewhart chart with Western Electric rules, EWMA, two-sided CUSUM, against
// a centre and a standard deviation from its own in-control past. D. C. Montgomery, "Introduction to Statistical
// Quality Control", chapters 6 and 9.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "rca_core/spc/baseline.h"
#include "rca_core/spc/charts.h"
#include "rca_core/spc/western_electric.h"

namespace rca {

// The limits of EWMA and CUSUM are wider than the textbook's (3 and 5), which alarm once in about 400 points: a chart
// with a point every five minutes would do so every day and a half. These alarm once in about 10,000 points of a
// process in control, a month of such points.
struct ChartOptions {
  double ewma_lambda = 0.2;  // weight of the newest value, (0, 1]
  double ewma_limit = 3.75;  // standard deviations of the EWMA
  double cusum_slack = 0.5;  // k, standard deviations: half the shift that is to be found quickly
  double cusum_limit = 8.0;  // h, standard deviations
  // What lies further out enters EWMA and CUSUM as this, so that one wild value does not alarm for an hour (J. M.
  // Lucas, R. B. Crosier, "Robust CUSUM", Communications in Statistics 1982); standard deviations.
  double largest_deviation = 4;
};

enum class SpcRule { beyond_3_sigma, two_of_three, four_of_five, eight_in_a_row, ewma, cusum_high, cusum_low };
inline constexpr std::array<SpcRule, 7> kSpcRules = {
    SpcRule::beyond_3_sigma, SpcRule::two_of_three, SpcRule::four_of_five, SpcRule::eight_in_a_row,
    SpcRule::ewma,           SpcRule::cusum_high,   SpcRule::cusum_low};
constexpr std::string_view to_string(SpcRule rule) {
  switch (rule) {
    case SpcRule::beyond_3_sigma: return "beyond_3_sigma";
    case SpcRule::two_of_three: return "two_of_three";
    case SpcRule::four_of_five: return "four_of_five";
    case SpcRule::eight_in_a_row: return "eight_in_a_row";
    case SpcRule::ewma: return "ewma";
    case SpcRule::cusum_high: return "cusum_high";
    case SpcRule::cusum_low: return "cusum_low";
  }
  return "ewma";
}

// All in the signal's unit.
struct ControlPoint {
  std::int64_t time_ms = 0;
  double value = 0;
  double center = 0;  // of this hour, where the baseline is seasonal
  double sigma = 0;
  double upper_limit = 0;  // center ± 3 sigma
  double lower_limit = 0;
  double ewma = 0;  // around the centre of this point: center + EWMA of the deviations
  double ewma_upper_limit = 0;
  double ewma_lower_limit = 0;
  double cusum_high = 0;
  double cusum_low = 0;
  double cusum_limit = 0;
  std::array<bool, kSpcRules.size()> violations = {};

  [[nodiscard]] bool violates(SpcRule rule) const { return violations[static_cast<std::size_t>(rule)]; }
};

// Autocorrelation (the lag-one coefficient φ of the baseline, where it is positive) is taken into account thus:
//  - EWMA: limits of the EWMA of an AR(1) process (N. F. Zhang, "A Statistical Control Chart for Stationary Process
//    Data", Technometrics 1998);
//  - CUSUM: h grows by (1 + φ) / (1 − φ), the long-run variance, with which a drifting sum keeps its run length;
//  - the three run rules look at one-step forecast errors x_t − centre − φ (x_{t−1} − centre), which are
//    independent (L. C. Alwan, H. V. Roberts, "Time-Series Modeling for Statistical Process Control", JBES 1988): in
//    correlated values eight neighbours on one side are the rule. "Beyond 3 sigma" looks at the value itself.
// That the centre is itself an estimate widens the EWMA's limits, and adds its standard error to k: an hour whose
// centre is a little off must not look like a shift of every day. With φ = 0 and a known centre all of them are the
// textbook's.
class ControlChart {
 public:
  static constexpr std::int64_t kRestartSteps = 10;

  ControlChart(const Baseline& baseline, const ChartOptions& options);

  // The next value; times ascend. A value that is not finite is left out: the point before stays the last one. After a
  // gap of more than kRestartSteps steps of the baseline the charts start afresh.
  const ControlPoint& add(std::int64_t time_ms, double value);

  [[nodiscard]] const ControlPoint& last() const { return point_; }

 private:
  Baseline baseline_;
  ChartOptions options_;
  ControlPoint point_;
  WesternElectric shewhart_;
  Ewma ewma_;    // of deviations from the centre, in sigmas
  Cusum cusum_;  // likewise
  double cusum_limit_;
  double previous_ = 0;  // deviation of the value before, in sigmas
  bool started_ = false;
};

}  // namespace rca
