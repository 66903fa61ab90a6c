// Correlation matrices.
#pragma once

#include <Eigen/Core>

namespace rca {

// Pearson correlation of the columns of `values` (T rows × n columns, no missing values): n × n, symmetric, diagonal 1,
// values in [-1, 1]. A column that does not vary is uncorrelated with every other.
Eigen::MatrixXd correlation_matrix(const Eigen::MatrixXd& values);

}  // namespace rca
