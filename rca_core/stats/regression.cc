#include "rca_core/stats/regression.h"

#include <Eigen/QR>
#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace rca {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

}  // namespace

Result<LinearFit> ordinary_least_squares(const Eigen::Ref<const Eigen::MatrixXd>& x,
                                         const Eigen::Ref<const Eigen::VectorXd>& y, bool with_intercept) {
  const Eigen::Index rows = x.rows();
  if (rows != y.size() || rows == 0) {
    return Error{ErrorKind::invalid_argument, "regression of " + std::to_string(y.size()) + " values on " +
                                                  std::to_string(rows) + " rows of predictors"};
  }
  LinearFit fit;
  fit.coefficients = Eigen::VectorXd::Zero(x.cols());
  const Eigen::RowVectorXd centre =
      with_intercept ? Eigen::RowVectorXd(x.colwise().mean()) : Eigen::RowVectorXd(Eigen::RowVectorXd::Zero(x.cols()));
  const double level = with_intercept ? y.mean() : 0.0;
  Eigen::MatrixXd scaled = x.rowwise() - centre;
  Eigen::VectorXd norms = scaled.colwise().norm();
  for (Eigen::Index column = 0; column < x.cols(); ++column) {
    // What centring leaves of a constant column is rounding noise, which scaling would blow up to a predictor.
    const double noise = kEpsilon * static_cast<double>(rows) * std::fabs(centre(column));
    if (norms(column) <= noise) {
      scaled.col(column).setZero();
      norms(column) = 1;
    } else {
      scaled.col(column) /= norms(column);
    }
  }
  const Eigen::VectorXd centred = y.array() - level;
  if (x.cols() > 0) {
    Eigen::CompleteOrthogonalDecomposition<Eigen::MatrixXd> decomposition;
    decomposition.setThreshold(kEpsilon * static_cast<double>(std::max(rows, x.cols())));
    decomposition.compute(scaled);
    fit.rank = decomposition.rank();
    const Eigen::VectorXd weights = decomposition.solve(centred);
    fit.residuals = centred - scaled * weights;
    fit.coefficients = weights.cwiseQuotient(norms);
  } else {
    fit.residuals = centred;
  }
  fit.intercept = level - centre.dot(fit.coefficients);
  fit.rss = fit.residuals.squaredNorm();
  return fit;
}

Eigen::MatrixXd pseudo_inverse(const Eigen::Ref<const Eigen::MatrixXd>& matrix, double rcond) {
  if (matrix.size() == 0) return Eigen::MatrixXd::Zero(matrix.cols(), matrix.rows());
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(matrix, Eigen::ComputeThinU | Eigen::ComputeThinV);
  const Eigen::VectorXd& values = svd.singularValues();
  const double smallest = rcond * values(0);
  const Eigen::VectorXd inverse = (values.array() > smallest).select(values.cwiseInverse(), 0.0);
  return svd.matrixV() * inverse.asDiagonal() * svd.matrixU().transpose();
}

}  // namespace rca
