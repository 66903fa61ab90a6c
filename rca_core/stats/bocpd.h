// Bayesian online change-point detection.
// R. P. Adams and D. J. C. MacKay, "Bayesian Online Changepoint Detection", arXiv:0710.3742 (2007).
//
// After every observation it holds the posterior probability of every run length, i.e. of how many observations ago the
// current regime began. Constant hazard 1 / lambda. As in the paper, the reset comes after the observation: x_t is
// scored under the runs that were going on, so that P(run length 0) always equals the hazard and holds no information;
// look at short runs, or at the probability of a run of length w, w observations later.
// All weights are kept as logarithms. O(t) per observation, times d² for d dimensions.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <span>
#include <vector>

namespace rca {

// Gaussian observations of unknown mean and precision, with their conjugate prior; Student-t predictive with
// 2 alpha degrees of freedom (K. P. Murphy, "Conjugate Bayesian analysis of the Gaussian distribution", 2007).
struct NormalGamma {
  double mu = 0;
  double kappa = 1;  // > 0: how many observations the prior mean is worth
  double alpha = 1;  // > 0
  double beta = 1;   // > 0
};

// Run lengths of one series.
class Bocpd {
 public:
  // `hazard_lambda` > 1: expected observations between changes. Runs whose probability falls below `prune_below` are
  // given up (0: never; then results are exact), which bounds the work for long series.
  Bocpd(NormalGamma prior, double hazard_lambda, double prune_below = 0);

  // Takes the next observation; one that is not finite is missing and changes nothing.
  void observe(double value);

  // Of run length l: probability(l), 0 ≤ l ≤ observations(). 0 for a run that was given up.
  [[nodiscard]] double probability(std::size_t run_length) const;
  [[nodiscard]] std::size_t observations() const { return observations_; }
  [[nodiscard]] std::size_t most_likely_run_length() const;  // the shortest of equals
  [[nodiscard]] double expected_run_length() const;
  [[nodiscard]] double log_predictive() const { return log_predictive_; }  // ln p(x_t | x_<t) of the last observation

 private:
  struct Run {
    std::size_t length = 0;
    double log_weight = 0;  // normalised
    double mu = 0;
    double beta = 0;
  };

  NormalGamma prior_;
  double log_hazard_;
  double log_survival_;
  double log_prune_;
  std::size_t observations_ = 0;
  double log_predictive_ = 0;
  std::vector<Run> runs_;               // by length, ascending
  std::vector<double> log_normaliser_;  // of the predictive, by run length: it depends on nothing else
};

// Run lengths of d series at once, with full covariance: Gaussian observations of unknown mean and precision matrix,
// Normal–Wishart prior with mean 0, kappa 1, d + 1 degrees of freedom and identity scale, as BARO uses it on columns
// scaled to [0, 1]; multivariate Student-t predictive.
class MultivariateBocpd {
 public:
  MultivariateBocpd(Eigen::Index dimensions, double hazard_lambda);  // dimensions ≥ 1, hazard_lambda > 1

  // Takes the next observation, of `dimensions` finite values.
  void observe(const Eigen::VectorXd& value);

  [[nodiscard]] double probability(std::size_t run_length) const;
  [[nodiscard]] std::size_t observations() const { return observations_; }

 private:
  struct Run {
    double log_weight = 0;  // normalised
    double log_determinant = 0;
    Eigen::VectorXd mu;
    Eigen::MatrixXd inverse_scale;  // inverse of the matrix whose determinant is above
  };

  Eigen::Index dimensions_;
  double log_hazard_;
  double log_survival_;
  std::size_t observations_ = 0;
  std::vector<Run> runs_;  // runs_[l] = run of length l
};

// BARO's detector (L. Pham, H. Ha, H. Zhang, "BARO: Robust Root Cause Analysis for Microservices via Multivariate
// Bayesian Online Change Point Detection", FSE 2024): columns scaled to [0, 1], gaps filled with the last value,
// hazard 1/50, and for every row t the probability that a run of length 10 is going on at row t + 10, that is, that a
// new regime began at t.
//
// series: rows × dimensions, NaN = missing; constant columns and columns without values are left out.
// Gives one probability per row; 0 for the rows before the first complete observation and for the last 10.
std::vector<double> baro_change_probability(const Eigen::MatrixXd& series);

}  // namespace rca
