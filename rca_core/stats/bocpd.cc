#include "rca_core/stats/bocpd.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numbers>

namespace rca {
namespace {

constexpr double kMinusInfinity = -std::numeric_limits<double>::infinity();

double log_gamma(double x) {
  // std::lgamma writes the global signgam, which threads must not share.
  int sign = 0;
  return lgamma_r(x, &sign);
}

// ln Σ exp(weights)
template <typename Runs>
double log_sum(const Runs& runs) {
  double largest = kMinusInfinity;
  for (const auto& run : runs) largest = std::max(largest, run.log_weight);
  if (largest == kMinusInfinity) return kMinusInfinity;
  double sum = 0;
  for (const auto& run : runs) sum += std::exp(run.log_weight - largest);
  return largest + std::log(sum);
}

}  // namespace

Bocpd::Bocpd(NormalGamma prior, double hazard_lambda, double prune_below)
    : prior_(prior),
      log_hazard_(-std::log(hazard_lambda)),
      log_survival_(std::log1p(-1 / hazard_lambda)),
      log_prune_(prune_below > 0 ? std::log(prune_below) : kMinusInfinity) {
  assert(hazard_lambda > 1 && prior.kappa > 0 && prior.alpha > 0 && prior.beta > 0);
  runs_.push_back({0, 0, prior.mu, prior.beta});
}

void Bocpd::observe(double value) {
  if (!std::isfinite(value)) return;
  // Only lengths up to the number of observations can occur.
  while (log_normaliser_.size() <= observations_) {
    const double alpha = prior_.alpha + 0.5 * static_cast<double>(log_normaliser_.size());
    log_normaliser_.push_back(log_gamma(alpha + 0.5) - log_gamma(alpha) - 0.5 * std::log(2 * alpha * std::numbers::pi));
  }
  for (Run& run : runs_) {
    const double length = static_cast<double>(run.length);
    const double kappa = prior_.kappa + length;
    const double alpha = prior_.alpha + 0.5 * length;
    const double scale_squared = run.beta * (kappa + 1) / (alpha * kappa);
    const double distance = value - run.mu;
    run.log_weight += log_normaliser_[run.length] - 0.5 * std::log(scale_squared) -
                      (alpha + 0.5) * std::log1p(distance * distance / (2 * alpha * scale_squared));
    run.beta += kappa * distance * distance / (2 * (kappa + 1));
    run.mu += distance / (kappa + 1);
    ++run.length;
  }
  const double evidence = log_sum(runs_);
  for (Run& run : runs_) run.log_weight += log_survival_ - evidence;
  // Everything that went on may have ended with this observation.
  runs_.insert(runs_.begin(), {0, log_hazard_, prior_.mu, prior_.beta});
  log_predictive_ = evidence;
  ++observations_;
  if (log_prune_ == kMinusInfinity) return;
  std::erase_if(runs_, [this](const Run& run) { return run.length > 0 && run.log_weight < log_prune_; });
  const double kept = log_sum(runs_);
  for (Run& run : runs_) run.log_weight -= kept;
}

double Bocpd::probability(std::size_t run_length) const {
  const auto it = std::lower_bound(runs_.begin(), runs_.end(), run_length,
                                   [](const Run& run, std::size_t length) { return run.length < length; });
  return it != runs_.end() && it->length == run_length ? std::exp(it->log_weight) : 0;
}

std::size_t Bocpd::most_likely_run_length() const {
  return std::max_element(runs_.begin(), runs_.end(),
                          [](const Run& a, const Run& b) { return a.log_weight < b.log_weight; })
      ->length;
}

double Bocpd::expected_run_length() const {
  double sum = 0;
  for (const Run& run : runs_) sum += static_cast<double>(run.length) * std::exp(run.log_weight);
  return sum;
}

MultivariateBocpd::MultivariateBocpd(Eigen::Index dimensions, double hazard_lambda)
    : dimensions_(dimensions), log_hazard_(-std::log(hazard_lambda)), log_survival_(std::log1p(-1 / hazard_lambda)) {
  assert(dimensions >= 1 && hazard_lambda > 1);
  runs_.push_back({0, 0, Eigen::VectorXd::Zero(dimensions), Eigen::MatrixXd::Identity(dimensions, dimensions)});
}

void MultivariateBocpd::observe(const Eigen::VectorXd& value) {
  const double d = static_cast<double>(dimensions_);
  for (std::size_t length = 0; length < runs_.size(); ++length) {
    Run& run = runs_[length];
    const double kappa = 1 + static_cast<double>(length);
    const double freedom = 2 + static_cast<double>(length);  // (d + 1 + length) − d + 1
    const Eigen::VectorXd distance = value - run.mu;
    const Eigen::VectorXd projected = run.inverse_scale * distance;
    const double squared = distance.dot(projected);  // Mahalanobis, before the predictive's factor
    const double weight = kappa / (kappa + 1);
    // Shape matrix of the predictive: scale (kappa + 1) / (kappa freedom), so that squared / shape / freedom is:
    const double ratio = squared * weight;
    run.log_weight += log_gamma((freedom + d) / 2) - log_gamma(freedom / 2) - d / 2 * std::log(std::numbers::pi) -
                      (run.log_determinant - d * std::log(weight)) / 2 - (freedom + d) / 2 * std::log1p(ratio);
    // Rank-one update of the inverse and the determinant (Sherman & Morrison 1950).
    run.inverse_scale.noalias() -= weight / (1 + ratio) * projected * projected.transpose();
    run.log_determinant += std::log1p(ratio);
    run.mu += distance / (kappa + 1);
  }
  const double evidence = log_sum(runs_);
  for (Run& run : runs_) run.log_weight += log_survival_ - evidence;
  runs_.insert(runs_.begin(), {log_hazard_, 0, Eigen::VectorXd::Zero(dimensions_),
                               Eigen::MatrixXd::Identity(dimensions_, dimensions_)});
  ++observations_;
}

double MultivariateBocpd::probability(std::size_t run_length) const {
  return run_length < runs_.size() ? std::exp(runs_[run_length].log_weight) : 0;
}

namespace {

// The columns that vary, scaled to [0, 1], gaps filled with the last value; NaN before the first one.
Eigen::MatrixXd scaled_and_filled(const Eigen::MatrixXd& series) {
  Eigen::MatrixXd out(series.rows(), series.cols());
  Eigen::Index used = 0;
  for (Eigen::Index column = 0; column < series.cols(); ++column) {
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (const double value : series.col(column)) {
      if (!std::isfinite(value)) continue;
      low = std::min(low, value);
      high = std::max(high, value);
    }
    if (!(high > low) || !std::isfinite(high - low)) continue;
    double last = std::numeric_limits<double>::quiet_NaN();
    for (Eigen::Index row = 0; row < series.rows(); ++row) {
      const double value = series(row, column);
      if (std::isfinite(value)) last = (value - low) / (high - low);
      out(row, used) = last;
    }
    ++used;
  }
  return out.leftCols(used);
}

}  // namespace

std::vector<double> baro_change_probability(const Eigen::MatrixXd& series) {
  constexpr double kHazardLambda = 50;
  constexpr std::size_t kRun = 10;
  const auto rows = static_cast<std::size_t>(series.rows());
  std::vector<double> probability(rows, 0.0);
  const Eigen::MatrixXd scaled = scaled_and_filled(series);
  if (scaled.cols() == 0) return probability;
  MultivariateBocpd detector(scaled.cols(), kHazardLambda);
  for (std::size_t row = 0; row < rows; ++row) {
    const Eigen::VectorXd value = scaled.row(static_cast<Eigen::Index>(row));
    if (!value.allFinite()) continue;
    detector.observe(value);
    // A run of length 10 now began 10 observations ago; at the very beginning every run does.
    if (detector.observations() > kRun) probability[row + 1 - kRun] = detector.probability(kRun);
  }
  return probability;
}

}  // namespace rca
