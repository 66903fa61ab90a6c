// Linear regression that has an answer for every input: rank-deficient, constant and duplicate columns, more columns
// than rows.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "common/result.h"

namespace rca {

struct LinearFit {
  Eigen::VectorXd coefficients;  // p, in the units of the columns; 0 for a constant column
  double intercept = 0;
  Eigen::VectorXd residuals;  // T
  double rss = 0;             // Σ residual²
  Eigen::Index rank = 0;      // independent columns, the intercept not counted

  [[nodiscard]] Eigen::VectorXd predict(const Eigen::Ref<const Eigen::MatrixXd>& x) const {
    return (x * coefficients).array() + intercept;
  }
};

// Ordinary least squares of y (T) on the columns of x (T × p) and, unless `with_intercept` is false, a constant. Of the
// solutions of a rank-deficient problem it takes the one whose coefficients of the columns scaled to norm 1 are
// smallest: duplicates share their weight. The scaling makes the rank independent of units. p = 0 fits the constant.
// Values must be finite; errors: invalid_argument (different numbers of rows, no rows).
Result<LinearFit> ordinary_least_squares(const Eigen::Ref<const Eigen::MatrixXd>& x,
                                         const Eigen::Ref<const Eigen::VectorXd>& y, bool with_intercept = true);

// Moore–Penrose inverse by singular values; those up to `rcond` × the largest count as 0. n × m for an m × n matrix.
Eigen::MatrixXd pseudo_inverse(const Eigen::Ref<const Eigen::MatrixXd>& matrix, double rcond = 1e-15);

// The lasso at one penalty.
struct LassoFit {
  Eigen::VectorXd coefficients;  // p
  double intercept = 0;
  double alpha = 0;                    // penalty: ‖y − Xβ‖² / 2T + alpha ‖β‖₁
  std::vector<double> alpha_path;      // at every knot of the path, falling
  std::vector<double> criterion_path;  // BIC at every knot
  double noise_variance = 0;           // RSS of least squares / (T − p − 1)
};

// The whole lasso path by least-angle regression (B. Efron, T. Hastie, I. Johnstone, R. Tibshirani, "Least Angle
// Regression", 2004), and on it the knot of smallest BIC = T ln 2πσ² + RSS / σ² + df ln T with σ² = noise_variance and
// df = non-zero coefficients (H. Zou, T. Hastie, R. Tibshirani, "On the degrees of freedom of the lasso", 2007; as
// scikit-learn's LassoLarsIC). Columns are centred, not scaled. Where T ≤ p + 1 leaves no degree of freedom, or least
// squares fits exactly, σ² is floored at 1e-12 of the variance of y. Errors: invalid_argument as above.
Result<LassoFit> lasso_bic(const Eigen::Ref<const Eigen::MatrixXd>& x, const Eigen::Ref<const Eigen::VectorXd>& y);

// Adaptive lasso (H. Zou, "The Adaptive Lasso and Its Oracle Properties", 2006) the way LiNGAM prunes its edges:
// columns standardized, weights |β of least squares|, penalty by BIC; then least squares on the columns that stay.
// Gives p coefficients in the original units, 0 = pruned. Errors: invalid_argument as above.
Result<Eigen::VectorXd> adaptive_lasso(const Eigen::Ref<const Eigen::MatrixXd>& x,
                                       const Eigen::Ref<const Eigen::VectorXd>& y);

// adaptive_lasso of every column of x (T × n) on all columns before it: row i of the n × n result has the coefficients
// of the columns before i. What the regressions share is computed once, from cross products; where columns are nearly
// dependent each regression is done on its own. Errors: invalid_argument (no rows).
Result<Eigen::MatrixXd> adaptive_lasso_sequence(const Eigen::MatrixXd& x);

}  // namespace rca
