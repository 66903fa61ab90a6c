// Granger causality: C. W. J. Granger, "Investigating Causal Relations by Econometric Models and Cross-spectral
// Methods", Econometrica 1969. i causes j when the past of i improves the prediction of j from its own past.
#pragma once

#include <Eigen/Core>

#include "common/result.h"

namespace rca {

// Of one pair and one lag L, on the n = T − L rows that have L rows before them. The restricted model has a constant
// and the L lags of the effect, the unrestricted one also the L lags of the cause; a lag that is linearly dependent on
// the others adds nothing and does not count.
struct GrangerTest {
  double rss_restricted = 0;
  double rss_unrestricted = 0;
  Eigen::Index added = 0;       // independent lags of the cause
  Eigen::Index df_error = 0;    // n − 1 − all independent lags
  double f = 0;                 // ((RSSr − RSSu) / added) / (RSSu / df_error)
  double f_p = 1;               // by F(added, df_error)
  double chi_squared = 0;       // n (RSSr − RSSu) / RSSu
  double chi_squared_p = 1;     // by χ²(added)
  double likelihood_ratio = 0;  // n ln(RSSr / RSSu)
  double likelihood_ratio_p = 1;
};

// Where nothing can be tested (constant columns, an effect that its own past explains fully, no degree of freedom) the
// statistics are 0 and p = 1. Errors: invalid_argument (different lengths, lag < 1), missing_input (T ≤ 3 lag + 1).
Result<GrangerTest> granger_test(const Eigen::Ref<const Eigen::VectorXd>& cause,
                                 const Eigen::Ref<const Eigen::VectorXd>& effect, Eigen::Index lag);

// n × n; (i, j) = p that i does not cause j: the F test's smallest p of the lags 1 … max_lag, times max_lag
// (Bonferroni, at most 1). Diagonal 1. values: T × n without holes. What pairs share (projections on an effect's own
// past, cross products of lags) is computed once. Errors: as granger_test.
Result<Eigen::MatrixXd> granger_p_values(const Eigen::MatrixXd& values, Eigen::Index max_lag = 3);

}  // namespace rca
