// What the two LiNGAM estimators share: S. Shimizu, P. O. Hoyer, A. Hyvärinen, A. Kerminen, "A Linear Non-Gaussian
// Acyclic Model for Causal Discovery", JMLR 2006. x = B x + e with B strictly lower triangular in the causal order and
// independent, non-Gaussian e.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "common/result.h"

namespace rca {

struct LingamModel {
  std::vector<Eigen::Index> order;  // causes before effects; the variables that were analysed
  Eigen::MatrixXd b;                // n × n, in the units of the data; (i, j) = direct effect of j on i, 0 = no edge

  // n × n; (i, j) = |effect of i on j| in standard deviations of both: comparable between units.
  [[nodiscard]] Eigen::MatrixXd standardized_causes(const Eigen::MatrixXd& values) const;
};

// LiNGAM needs columns that are linearly independent and clearly fewer than the rows. Gives columns of `values` (T ×
// n), ascending: duplicates and linear combinations of others are left out (those are kept that a pivoted QR of the
// standardized columns takes first), as is what is beyond T / 2 columns.
std::vector<Eigen::Index> independent_columns(const Eigen::MatrixXd& values);

// The edges of an order: each variable is regressed on those before it, and the adaptive lasso decides which of them
// stay (stats/regression.h). n × n as LingamModel::b. `prior_knowledge`: where it (n × n, or empty) is 0 at (i, j), j
// is not among the causes of i that are tried.
Result<Eigen::MatrixXd> lingam_edges(const Eigen::MatrixXd& values, const std::vector<Eigen::Index>& order,
                                     const Eigen::MatrixXi& prior_knowledge = {});

}  // namespace rca
