#include "rca_core/stats/correlation.h"

#include <cmath>

namespace rca {

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

}  // namespace rca
