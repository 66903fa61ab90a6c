#include "rca_core/stats/correlation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace rca {
namespace {

constexpr double kDetermined = 1e-10;  // 1 − R² from which on a variable counts as a linear function of others

// Eliminates variables one by one: a Cholesky factorisation that skips those that add nothing to the ones before.
// `kept` and `work` are memory of the caller: one Index, and size + 3 doubles, per variable.
class Elimination {
 public:
  Elimination(const Eigen::MatrixXd& correlation, Eigen::Index x, Eigen::Index y, std::size_t size, Eigen::Index* kept,
              double* work)
      : correlation_(correlation),
        x_(x),
        y_(y),
        size_(size),
        kept_(kept),
        rows_(work),
        to_x_(work + size * size),
        to_y_(to_x_ + size),
        pivots_(to_y_ + size) {}

  void add(Eigen::Index variable) {
    double* const row = rows_ + rank_ * size_;
    double rest = 1;
    double x = correlation_(variable, x_);
    double y = correlation_(variable, y_);
    for (std::size_t j = 0; j < rank_; ++j) {
      double value = correlation_(variable, kept_[j]);
      for (std::size_t i = 0; i < j; ++i) value -= rows_[j * size_ + i] * row[i];
      value *= pivots_[j];
      row[j] = value;
      rest -= value * value;
      x -= value * to_x_[j];
      y -= value * to_y_[j];
    }
    if (rest <= kDetermined) return;
    const double pivot = 1 / std::sqrt(rest);
    pivots_[rank_] = pivot;
    to_x_[rank_] = x * pivot;
    to_y_[rank_] = y * pivot;
    kept_[rank_++] = variable;
  }

  [[nodiscard]] double partial() const {
    double xx = 1;
    double yy = 1;
    double xy = correlation_(x_, y_);
    for (std::size_t j = 0; j < rank_; ++j) {
      xx -= to_x_[j] * to_x_[j];
      yy -= to_y_[j] * to_y_[j];
      xy -= to_x_[j] * to_y_[j];
    }
    if (xx <= kDetermined || yy <= kDetermined) return std::numeric_limits<double>::quiet_NaN();
    return std::clamp(xy / std::sqrt(xx * yy), -1.0, 1.0);
  }

 private:
  const Eigen::MatrixXd& correlation_;
  Eigen::Index x_;
  Eigen::Index y_;
  std::size_t size_;
  Eigen::Index* kept_;
  double* rows_;  // size × size, lower triangle, without the diagonal
  double* to_x_;  // what each kept variable explains of x
  double* to_y_;
  double* pivots_;  // 1 / diagonal
  std::size_t rank_ = 0;
};

}  // namespace

Eigen::MatrixXd correlation_matrix(const Eigen::MatrixXd& values) {
  Eigen::MatrixXd centred = values.rowwise() - values.colwise().mean();
  for (Eigen::Index column = 0; column < centred.cols(); ++column) {
    // The norm is taken of values scaled to 1 at most, so that neither large nor tiny ones lose it.
    const double largest = centred.rows() > 0 ? centred.col(column).lpNorm<Eigen::Infinity>() : 0;
    const double norm = largest > 0 ? (centred.col(column) / largest).norm() : 0;
    if (norm > 0) {
      centred.col(column) = (centred.col(column) / largest) / norm;
    } else {
      centred.col(column).setZero();
    }
  }
  Eigen::MatrixXd out = (centred.transpose() * centred).cwiseMin(1).cwiseMax(-1);
  out.diagonal().setOnes();
  return out;
}

double partial_correlation(const Eigen::MatrixXd& correlation, Eigen::Index x, Eigen::Index y,
                           std::span<const Eigen::Index> given) {
  const auto run = [&](Eigen::Index* kept, double* work) {
    Elimination elimination(correlation, x, y, given.size(), kept, work);
    for (const Eigen::Index variable : given) elimination.add(variable);
    return elimination.partial();
  };
  constexpr std::size_t kUsual = 6;  // searches ask for small sets, millions of times: those must not allocate
  if (given.size() <= kUsual) {
    std::array<Eigen::Index, kUsual> kept;         // NOLINT(cppcoreguidelines-pro-type-member-init)
    std::array<double, kUsual*(kUsual + 3)> work;  // NOLINT(cppcoreguidelines-pro-type-member-init)
    return run(kept.data(), work.data());
  }
  std::vector<Eigen::Index> kept(given.size());
  std::vector<double> work(given.size() * (given.size() + 3));
  return run(kept.data(), work.data());
}

}  // namespace rca
