// PCMCI: which series drive which, and with what delay.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "common/result.h"

namespace rca {

// Variable `variable` at `lag` rows before the row that is explained.
struct LaggedVariable {
  Eigen::Index variable = 0;
  Eigen::Index lag = 0;

  friend bool operator==(const LaggedVariable&, const LaggedVariable&) = default;
};

struct PcmciOptions {
  Eigen::Index tau_min = 0;  // smallest lag that is tested in the second stage: 0 or 1
  Eigen::Index tau_max = 3;  // largest lag, ≥ 1
  std::vector<double> pc_alpha = {
      0.2};  // significance level of the first stage; of several the best by AIC, per target
};

struct PcmciResult {
  // Of each variable the lagged parents that the first stage found, strongest first.
  std::vector<std::vector<LaggedVariable>> parents;
  // One n × n matrix per lag 0 … tau_max: (i, j) = momentary partial correlation of i at t − lag with j at t, and its
  // two-sided p-value. Lag 0 is symmetric. What was not tested has value 0 and p-value 1.
  std::vector<Eigen::MatrixXd> value;
  std::vector<Eigen::MatrixXd> p_value;
};

// J. Runge et al., "Detecting and quantifying causal associations in large nonlinear time series datasets", Science
// Advances 5, 2019, with linear partial correlations.
//
// Stage 1 (PC1), per target j: all i at lags 1 … tau_max are candidates; in round d = 0, 1, … each is tested given the
// d other candidates that were strongest so far, and those with p > pc_alpha leave after the round.
// Stage 2 (MCI): i(t − τ) with j(t), given the parents of j without i(t − τ) and the parents of i, shifted by τ.
//
// All tests use the rows t = 2 tau_max … T − 1. On a fixed set of rows the partial correlation is a function of the
// correlations of the lagged series, so that no test goes back to the rows. A conditioner that others determine is
// left out; where a variable is determined by its conditioners the value is 0 and the p-value 1.
//
// data: T × n, without holes. Errors: invalid_argument (options, holes), missing_input (T ≤ 2 tau_max + 3: no degrees
// of freedom are left).
Result<PcmciResult> pcmci(const Eigen::MatrixXd& data, const PcmciOptions& options);

// Two-sided p-value of a partial correlation under the t-distribution; 1 without degrees of freedom.
double partial_correlation_p(double correlation, double degrees_of_freedom);

}  // namespace rca
