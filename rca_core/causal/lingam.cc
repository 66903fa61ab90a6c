#include "rca_core/causal/lingam.h"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <iterator>

#include "rca_core/stats/regression.h"

namespace rca {
namespace {

constexpr double kDependent = 1e-6;  // of a column's norm that the columns before it leave unexplained

Eigen::VectorXd deviations(const Eigen::MatrixXd& values) {
  return (values.rowwise() - values.colwise().mean()).colwise().norm();
}

}  // namespace

Eigen::MatrixXd LingamModel::standardized_causes(const Eigen::MatrixXd& values) const {
  const Eigen::VectorXd deviation = deviations(values);
  const Eigen::VectorXd inverse = (deviation.array() > 0).select(deviation.cwiseInverse(), 0.0);
  return deviation.asDiagonal() * b.cwiseAbs().transpose() * inverse.asDiagonal();
}

std::vector<Eigen::Index> independent_columns(const Eigen::MatrixXd& values) {
  const Eigen::VectorXd deviation = deviations(values);
  Eigen::MatrixXd scaled = values.rowwise() - values.colwise().mean();
  for (Eigen::Index column = 0; column < scaled.cols(); ++column) {
    if (deviation(column) > 0) scaled.col(column) /= deviation(column);
  }
  Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr;
  qr.setThreshold(kDependent);
  qr.compute(scaled);
  const Eigen::Index kept = std::min(qr.rank(), std::max<Eigen::Index>(values.rows() / 2, 1));
  const auto& pivots = qr.colsPermutation().indices();
  std::vector<Eigen::Index> columns;
  for (Eigen::Index k = 0; k < kept; ++k) columns.push_back(pivots(k));
  std::sort(columns.begin(), columns.end());
  return columns;
}

Result<Eigen::MatrixXd> lingam_edges(const Eigen::MatrixXd& values, const std::vector<Eigen::Index>& order,
                                     const Eigen::MatrixXi& prior_knowledge) {
  Eigen::MatrixXd b = Eigen::MatrixXd::Zero(values.cols(), values.cols());
  if (prior_knowledge.size() == 0) {
    RCA_ASSIGN(b(order, order), adaptive_lasso_sequence(values(Eigen::all, order)));
    return b;
  }
  std::vector<Eigen::Index> causes;
  for (std::size_t i = 1; i < order.size(); ++i) {
    causes.clear();
    std::copy_if(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(i), std::back_inserter(causes),
                 [&](Eigen::Index cause) { return prior_knowledge(order[i], cause) != 0; });
    if (causes.empty()) continue;
    RCA_ASSIGN(const Eigen::VectorXd weights, adaptive_lasso(values(Eigen::all, causes), values.col(order[i])));
    b(order[i], causes) = weights.transpose();
  }
  return b;
}

}  // namespace rca
