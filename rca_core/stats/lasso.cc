// The lasso half of regression.h.

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>
#include <utility>
#include <vector>

#include "common/parallel_for.h"
#include "rca_core/stats/regression.h"

namespace rca {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kDependent = 1e-13;   // a column that active ones explain but for this share of its norm is not added
constexpr double kTie = 1e-10;         // relative difference of correlations that count as equal
constexpr double kMinNoise = 1e-12;    // of the variance of y
constexpr double kIndependent = 1e-5;  // of a column's norm must be left beside others to regress on cross products

// Least-angle regression on cross products. The columns in the active set have correlations with the residual of the
// same absolute value `level_`; a step goes where they stay equal while they fall, up to the next knot: a column joins
// because it has reached the level, or leaves because its coefficient has reached 0.
class LarsPath {
 public:
  // gram = xᵀx, target = xᵀy of centred columns x and y; size = ‖y‖.
  LarsPath(Eigen::MatrixXd gram, Eigen::VectorXd target, double rows, double size)
      : gram_(std::move(gram)),
        target_(std::move(target)),
        rows_(rows),
        beta_(Eigen::VectorXd::Zero(gram_.cols())),
        correlation_(target_),
        slope_(gram_.cols()),
        outside_(static_cast<std::size_t>(gram_.cols()), true),
        factor_(gram_.cols(), gram_.cols()) {
    if (gram_.cols() == 0) return;
    level_ = correlation_.cwiseAbs().maxCoeff();
    smallest_ = 10 * kEpsilon * std::sqrt(gram_.diagonal().maxCoeff()) * size;
  }

  [[nodiscard]] const Eigen::VectorXd& coefficients() const { return beta_; }
  [[nodiscard]] double alpha() const { return level_ / rows_; }

  // Goes to the next knot; false at the end of the path.
  bool step() {
    if (level_ <= smallest_) return false;
    join();
    if (active_.empty()) return false;
    const Eigen::VectorXd direction = solve();
    slope_.setZero();  // of the correlations
    for (std::size_t k = 0; k < active_.size(); ++k) {
      slope_ += direction(static_cast<Eigen::Index>(k)) * gram_.col(active_[k]);
    }
    double length = std::min(level_, until_next_joins(slope_));
    const Eigen::Index leaver = first_to_leave(direction, length);
    beta_(active_) += length * direction;
    level_ -= length;
    left_ = -1;
    if (leaver >= 0) leave(leaver);
    correlation_ = target_;  // anew at every knot, so that rounding does not add up; most coefficients are 0
    for (Eigen::Index column = 0; column < beta_.size(); ++column) {
      if (beta_(column) != 0) correlation_ -= beta_(column) * gram_.col(column);
    }
    return true;
  }

 private:
  // Columns that have reached the level join, unless they depend on active ones: those stay out for good.
  void join() {
    for (Eigen::Index column = 0; column < beta_.size(); ++column) {
      if (!outside_[static_cast<std::size_t>(column)] || column == left_) continue;
      if (std::fabs(correlation_(column)) < level_ * (1 - kTie)) continue;
      outside_[static_cast<std::size_t>(column)] = false;
      if (!append_to_factor(column)) continue;
      active_.push_back(column);
      signs_.push_back(correlation_(column) >= 0 ? 1.0 : -1.0);
    }
  }

  // Extends the Cholesky factor of the active columns' cross products by one row.
  bool append_to_factor(Eigen::Index column) {
    const auto size = static_cast<Eigen::Index>(active_.size());
    Eigen::VectorXd row = gram_(active_, column);
    factor_.topLeftCorner(size, size).triangularView<Eigen::Lower>().solveInPlace(row);
    const double rest = gram_(column, column) - row.squaredNorm();
    if (!(rest > kDependent * gram_(column, column))) return false;
    factor_.row(size).head(size) = row.transpose();
    factor_(size, size) = std::sqrt(rest);
    return true;
  }

  [[nodiscard]] Eigen::VectorXd solve() const {
    const auto size = static_cast<Eigen::Index>(active_.size());
    const auto lower = factor_.topLeftCorner(size, size).triangularView<Eigen::Lower>();
    Eigen::VectorXd direction = Eigen::Map<const Eigen::VectorXd>(signs_.data(), size);
    lower.solveInPlace(direction);
    lower.transpose().solveInPlace(direction);
    return direction;
  }

  [[nodiscard]] double until_next_joins(const Eigen::VectorXd& slope) const {
    double nearest = kInfinity;
    for (Eigen::Index column = 0; column < beta_.size(); ++column) {
      if (!outside_[static_cast<std::size_t>(column)]) continue;
      for (const double sign : {1.0, -1.0}) {
        // The column that has just left is at the level, and meets it again only on the other side.
        if (column == left_ && sign * correlation_(column) > 0) continue;
        const double rate = 1 - sign * slope(column);
        if (rate > kEpsilon) nearest = std::min(nearest, std::max(level_ - sign * correlation_(column), 0.0) / rate);
      }
    }
    return nearest;
  }

  // Position of the active column whose coefficient reaches 0 within `length`, which becomes shorter; -1: none.
  Eigen::Index first_to_leave(const Eigen::VectorXd& direction, double& length) const {
    Eigen::Index leaver = -1;
    for (Eigen::Index k = 0; k < direction.size(); ++k) {
      const double beta = beta_(active_[static_cast<std::size_t>(k)]);
      if (beta * direction(k) >= 0 || -beta / direction(k) >= length) continue;
      length = -beta / direction(k);
      leaver = k;
    }
    return leaver;
  }

  void leave(Eigen::Index position) {
    left_ = active_[static_cast<std::size_t>(position)];
    beta_(left_) = 0;
    outside_[static_cast<std::size_t>(left_)] = true;
    std::vector<Eigen::Index> rest;
    std::vector<double> rest_signs;
    rest.swap(active_);
    rest_signs.swap(signs_);
    for (std::size_t k = 0; k < rest.size(); ++k) {
      if (static_cast<Eigen::Index>(k) == position || !append_to_factor(rest[k])) continue;
      active_.push_back(rest[k]);
      signs_.push_back(rest_signs[k]);
    }
  }

  Eigen::MatrixXd gram_;
  Eigen::VectorXd target_;
  double rows_;
  Eigen::VectorXd beta_;
  Eigen::VectorXd correlation_;  // of every column with the residual
  Eigen::VectorXd slope_;
  std::vector<bool> outside_;  // may still join
  std::vector<Eigen::Index> active_;
  std::vector<double> signs_;  // of the active columns' correlations
  Eigen::MatrixXd factor_;     // Cholesky factor of the active columns, in their order
  double level_ = 0;
  double smallest_ = 0;
  Eigen::Index left_ = -1;  // the column that the last step removed
};

double noise_variance(const LinearFit& fit, const Eigen::VectorXd& centred, Eigen::Index predictors) {
  const auto rows = static_cast<double>(centred.size());
  const double freedom = rows - static_cast<double>(predictors) - 1;
  const double floor = kMinNoise * centred.squaredNorm() / rows;
  return std::max(freedom > 0 ? fit.rss / freedom : 0.0, floor);
}

// Follows the path and leaves the knot of smallest BIC in `fit`, whose noise_variance is known. `rss` gives the sum of
// squared residuals of coefficients.
template <typename Rss>
void choose_knot(LarsPath& path, double rows, LassoFit& fit, const Rss& rss) {
  const double fixed = rows * std::log(2 * std::numbers::pi * fit.noise_variance);
  double best = kInfinity;
  // Every step lets a column join or leave; leaving is rare, so that the bound only stops cycles of rounding.
  const Eigen::Index max_knots = 8 * path.coefficients().size() + 8;
  for (Eigen::Index knot = 0; knot < max_knots; ++knot) {
    const Eigen::VectorXd& beta = path.coefficients();
    const auto freedom = static_cast<double>((beta.array() != 0).count());
    const double criterion = fixed + rss(beta) / fit.noise_variance + std::log(rows) * freedom;
    fit.alpha_path.push_back(path.alpha());
    fit.criterion_path.push_back(criterion);
    if (criterion < best) {
      best = criterion;
      fit.alpha = path.alpha();
      fit.coefficients = beta;
    }
    if (!path.step()) break;
  }
}

// The adaptive lasso of column `target` of a correlation matrix on the columns before it, given the Cholesky factor of
// the matrix: its leading block is that of the predictors, its row `target` the solution's right-hand side.
Eigen::VectorXd adaptive_lasso_of(const Eigen::MatrixXd& correlation, const Eigen::MatrixXd& factor,
                                  Eigen::Index target, double rows) {
  const auto lower = factor.topLeftCorner(target, target).triangularView<Eigen::Lower>();
  Eigen::VectorXd first = factor.row(target).head(target).transpose();
  lower.transpose().solveInPlace(first);
  const auto weights = first.cwiseAbs().asDiagonal();
  LassoFit fit;
  fit.coefficients = Eigen::VectorXd::Zero(target);
  const double unexplained = rows * factor(target, target) * factor(target, target);  // by least squares
  const double freedom = rows - static_cast<double>(target) - 1;
  fit.noise_variance = std::max(freedom > 0 ? unexplained / freedom : 0.0, kMinNoise);
  LarsPath path(rows * (weights * correlation.topLeftCorner(target, target) * weights),
                rows * (weights * correlation.col(target).head(target)), rows, std::sqrt(rows));
  choose_knot(path, rows, fit, [&](const Eigen::VectorXd& beta) {
    const Eigen::VectorXd away = first - weights * beta;
    return unexplained + rows * (lower.transpose() * away).squaredNorm();
  });

  std::vector<Eigen::Index> kept;
  for (Eigen::Index column = 0; column < target; ++column) {
    if (fit.coefficients(column) != 0) kept.push_back(column);
  }
  Eigen::VectorXd coefficients = Eigen::VectorXd::Zero(target);
  if (!kept.empty()) {
    const Eigen::MatrixXd inner = correlation(kept, kept);
    const Eigen::VectorXd right = correlation(kept, target);
    coefficients(kept) = Eigen::VectorXd(inner.llt().solve(right));
  }
  return coefficients;
}

}  // namespace

Result<LassoFit> lasso_bic(const Eigen::Ref<const Eigen::MatrixXd>& x, const Eigen::Ref<const Eigen::VectorXd>& y) {
  RCA_ASSIGN(const LinearFit least_squares, ordinary_least_squares(x, y));
  const auto rows = static_cast<double>(x.rows());
  const Eigen::RowVectorXd centre = x.colwise().mean();
  const Eigen::MatrixXd columns = x.rowwise() - centre;
  const Eigen::VectorXd centred = y.array() - y.mean();

  LassoFit fit;
  fit.coefficients = Eigen::VectorXd::Zero(x.cols());
  fit.intercept = y.mean();
  fit.noise_variance = noise_variance(least_squares, centred, x.cols());
  if (!(fit.noise_variance > 0)) return fit;  // y is constant

  LarsPath path(columns.transpose() * columns, columns.transpose() * centred, rows, centred.norm());
  choose_knot(path, rows, fit, [&](const Eigen::VectorXd& beta) { return (centred - columns * beta).squaredNorm(); });
  fit.intercept -= centre.dot(fit.coefficients);
  return fit;
}

Result<Eigen::VectorXd> adaptive_lasso(const Eigen::Ref<const Eigen::MatrixXd>& x,
                                       const Eigen::Ref<const Eigen::VectorXd>& y) {
  Eigen::MatrixXd scaled = x.rowwise() - x.colwise().mean();
  for (Eigen::Index column = 0; column < scaled.cols(); ++column) {
    const double deviation = std::sqrt(scaled.col(column).squaredNorm() / static_cast<double>(scaled.rows()));
    if (deviation > 0) scaled.col(column) /= deviation;
  }
  Eigen::VectorXd target = y.array() - y.mean();
  const double deviation = std::sqrt(target.squaredNorm() / static_cast<double>(y.size()));
  if (deviation > 0) target /= deviation;
  RCA_ASSIGN(const LinearFit first, ordinary_least_squares(scaled, target));
  const Eigen::MatrixXd weighted = scaled * first.coefficients.cwiseAbs().asDiagonal();
  RCA_ASSIGN(const LassoFit lasso, lasso_bic(weighted, target));

  std::vector<Eigen::Index> kept;
  for (Eigen::Index column = 0; column < x.cols(); ++column) {
    if (lasso.coefficients(column) != 0) kept.push_back(column);
  }
  Eigen::VectorXd coefficients = Eigen::VectorXd::Zero(x.cols());
  if (kept.empty()) return coefficients;
  RCA_ASSIGN(const LinearFit refit, ordinary_least_squares(x(Eigen::all, kept), y));
  coefficients(kept) = refit.coefficients;
  return coefficients;
}

Result<Eigen::MatrixXd> adaptive_lasso_sequence(const Eigen::MatrixXd& x) {
  const Eigen::Index n = x.cols();
  Eigen::MatrixXd weights = Eigen::MatrixXd::Zero(n, n);
  if (x.rows() == 0) return Error{ErrorKind::invalid_argument, "regression on no rows"};
  const auto rows = static_cast<double>(x.rows());
  Eigen::MatrixXd scaled = x.rowwise() - x.colwise().mean();
  const Eigen::VectorXd deviation = (scaled.colwise().squaredNorm() / rows).cwiseSqrt();
  for (Eigen::Index column = 0; column < n; ++column) {
    if (deviation(column) > 0) scaled.col(column) /= deviation(column);
  }
  const Eigen::MatrixXd correlation = scaled.transpose() * scaled / rows;
  const Eigen::LLT<Eigen::MatrixXd> cholesky(correlation);
  const Eigen::MatrixXd factor = cholesky.matrixL();
  const bool independent =
      cholesky.info() == Eigen::Success && n > 0 && factor.diagonal().minCoeff() > kIndependent && n < x.rows();
  std::vector<std::optional<Error>> errors(static_cast<std::size_t>(n));
  parallel_for(1, n, 4, [&](Eigen::Index target) {
    if (independent) {
      weights.row(target).head(target) = (adaptive_lasso_of(correlation, factor, target, rows).array() *
                                          deviation(target) / deviation.head(target).array())
                                             .transpose();
      return;
    }
    auto one = adaptive_lasso(x.leftCols(target), x.col(target));
    if (one.ok()) {
      weights.row(target).head(target) = one->transpose();
    } else {
      errors[static_cast<std::size_t>(target)] = one.error();
    }
  });
  for (std::optional<Error>& error : errors) {
    if (error) return std::move(*error);
  }
  return weights;
}

}  // namespace rca
