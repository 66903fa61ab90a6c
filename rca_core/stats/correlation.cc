#include "rca_core/stats/correlation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace rca {
namespace {

constexpr double kDetermined = 1e-10;  // 1 − R² from which on a variable counts as a linear function of others

using Rest = PartialCorrelations::Rest;

// A Cholesky factorisation of the given variables' correlations, one row each, which skips those that add nothing to
// the ones before. The memory is the caller's: one Index, and size + 3 doubles, per variable.
struct Factor {
  Factor(const Eigen::MatrixXd& all, Eigen::Index* kept_memory, double* work, std::size_t largest)
      : correlation(all),
        size(largest),
        kept(kept_memory),
        rows(work),
        to_x(work + largest * largest),
        to_y(to_x + largest),
        pivots(to_y + largest) {}

  // Makes `variable` row `rank`, takes what it explains from `rest`, and gives the new rank.
  std::size_t add(Eigen::Index x, Eigen::Index y, Eigen::Index variable, std::size_t rank, Rest& rest) const {
    double* const row = rows + rank * size;
    double left = 1;
    double on_x = correlation(variable, x);
    double on_y = correlation(variable, y);
    for (std::size_t j = 0; j < rank; ++j) {
      double value = correlation(variable, kept[j]);
      for (std::size_t i = 0; i < j; ++i) value -= rows[j * size + i] * row[i];
      value *= pivots[j];
      row[j] = value;
      left -= value * value;
      on_x -= value * to_x[j];
      on_y -= value * to_y[j];
    }
    if (left <= kDetermined) return rank;
    const double pivot = 1 / std::sqrt(left);
    on_x *= pivot;
    on_y *= pivot;
    pivots[rank] = pivot;
    to_x[rank] = on_x;
    to_y[rank] = on_y;
    kept[rank] = variable;
    rest.xx -= on_x * on_x;
    rest.yy -= on_y * on_y;
    rest.xy -= on_x * on_y;
    return rank + 1;
  }

  const Eigen::MatrixXd& correlation;
  std::size_t size;
  Eigen::Index* kept;
  double* rows;  // size × size, lower triangle, without the diagonal
  double* to_x;  // what each kept variable explains of x
  double* to_y;
  double* pivots;  // 1 / diagonal
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

bool PartialCorrelations::Rest::determined() const {
  return xx <= kDetermined || yy <= kDetermined;
}

double PartialCorrelations::Rest::partial() const {
  if (determined()) return std::numeric_limits<double>::quiet_NaN();
  return std::clamp(xy / std::sqrt(xx * yy), -1.0, 1.0);
}

PartialCorrelations::PartialCorrelations(const Eigen::MatrixXd& correlation, Eigen::Index x, Eigen::Index y,
                                         std::size_t largest)
    : correlation_(correlation), x_(x), y_(y), largest_(largest), kept_(largest), work_(largest * (largest + 3)) {
  steps_.reserve(largest + 1);
  steps_.push_back({0, {1, 1, correlation(x, y)}});
}

void PartialCorrelations::push(Eigen::Index variable) {
  Step next = steps_.back();
  next.rank = Factor(correlation_, kept_.data(), work_.data(), largest_).add(x_, y_, variable, next.rank, next.rest);
  steps_.push_back(next);
}

Rest PartialCorrelations::rest_with(Eigen::Index last) {
  Step next = steps_.back();
  Factor(correlation_, kept_.data(), work_.data(), largest_).add(x_, y_, last, next.rank, next.rest);
  return next.rest;
}

double partial_correlation(const Eigen::MatrixXd& correlation, Eigen::Index x, Eigen::Index y,
                           std::span<const Eigen::Index> given) {
  const auto run = [&](Eigen::Index* kept, double* work) {
    const Factor factor(correlation, kept, work, given.size());
    Rest rest{1, 1, correlation(x, y)};
    std::size_t rank = 0;
    for (const Eigen::Index variable : given) rank = factor.add(x, y, variable, rank, rest);
    return rest.partial();
  };
  constexpr std::size_t kUsual = 6;  // asked for small sets, often: those must not allocate
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
