// What both stages of PCMCI (causal/pcmci.h) work with: lagged series and partial correlations of them.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <vector>

#include "rca_core/causal/pcmci.h"

namespace rca::pcmci_detail {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

// A variable is determined by others when less than this share of its variance is left.
inline constexpr double kDetermined = 1e-11;

// The series at lags 0 … 2 tau_max on the rows that all tests share; columns have length 1, so that products are
// correlations. A constant column is 0.
struct LaggedSeries {
  Index variables = 0;
  MatrixXd columns;  // rows × variables (2 tau_max + 1), column lag · variables + variable

  [[nodiscard]] Index rows() const { return columns.rows(); }
  [[nodiscard]] Index column(LaggedVariable v) const { return v.lag * variables + v.variable; }
};

// What is left of variables when a growing set of conditioners explains what it can: the rows of the triangular factor
// of their correlations. A conditioner that the others determine is skipped.
class Conditioners {
 public:
  explicit Conditioners(Index capacity) : factor_(capacity, capacity) {}

  [[nodiscard]] Index rank() const { return rank_; }

  // Becomes `other`, within its own capacity.
  void start_from(const Conditioners& other) {
    rank_ = other.rank_;
    factor_.topLeftCorner(rank_, rank_) = other.factor_.topLeftCorner(rank_, rank_);
  }

  // In place, from the correlations of a variable with the conditioners to its coefficients, the first `done` of which
  // are there already; gives the variance left.
  double project(Eigen::Ref<VectorXd> own, double variance, Index done = 0) const {
    for (Index i = done; i < rank_; ++i) {
      own(i) = (own(i) - factor_.col(i).head(i).dot(own.head(i))) / factor_(i, i);
    }
    return variance - own.head(rank_).squaredNorm();
  }

  // Takes a variable that was projected; false when it is skipped.
  bool add(const Eigen::Ref<const VectorXd>& own, double rest) {
    if (rest <= kDetermined) return false;
    factor_.col(rank_).head(rank_) = own.head(rank_);
    factor_(rank_, rank_) = std::sqrt(rest);
    ++rank_;
    return true;
  }

 private:
  MatrixXd factor_;
  Index rank_ = 0;
};

// From what is left of a covariance and of two variances; 0 where nothing is left of one of them.
double partial(double xy, double xx, double yy);

LaggedSeries lag_series(const MatrixXd& data, Index tau_max);

// Stage 1: the parents of one target, strongest first.
std::vector<LaggedVariable> find_parents(const LaggedSeries& series, Index target, const PcmciOptions& options);

}  // namespace rca::pcmci_detail
