// Correlations and partial correlations of columns.
#pragma once

#include <Eigen/Core>
#include <span>

namespace rca {

// Pearson correlation of the columns of `values` (T rows × n columns, no missing values): n × n, symmetric, diagonal 1,
// values in [-1, 1]. A column that does not vary is uncorrelated with every other.
Eigen::MatrixXd correlation_matrix(const Eigen::MatrixXd& values);

// Partial correlation of the variables x and y given others, from their correlation matrix: what is left of their
// correlation once the linear influence of `given` is taken from both; in [-1, 1]. Equals −P(x, y) / √(P(x, x) P(y, y))
// for the inverse P of the matrix of all of them, but needs no inverse to exist: a variable that the others before it
// determine (a duplicate, a sum; 1 − R² ≤ 1e-10) is left out of `given`. NaN when `given` determines x or y: nothing is
// left then that could be correlated. x, y and `given` are different columns of `correlation`. O(|given|³).
double partial_correlation(const Eigen::MatrixXd& correlation, Eigen::Index x, Eigen::Index y,
                           std::span<const Eigen::Index> given);

}  // namespace rca
