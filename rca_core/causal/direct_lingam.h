// DirectLiNGAM: S. Shimizu et al., "DirectLiNGAM: A Direct Method for Learning a Linear Non-Gaussian Structural
// Equation Model", JMLR 2011, with the pairwise likelihood-ratio measure of A. Hyvärinen, S. M. Smith, "Pairwise
// Likelihood Ratios for Estimation of Non-Gaussian Structural Equation Models", JMLR 2013.
//
// Again and again the variable is chosen whose residuals say least against its being a cause of all others, and its
// linear effect is removed from them. No parameters, no iterations to converge, no seed.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "common/result.h"
#include "rca_core/causal/lingam.h"

namespace rca {

// One round of the search: what remains, and −Σ min(0, D)² of each, D > 0 speaking for it as a cause of another.
struct DirectLingamStep {
  std::vector<Eigen::Index> remaining;
  std::vector<double> scores;
  Eigen::Index chosen = 0;
};

// The causal order of all columns of values (T × n, no holes); ties go to the first column. A column that the ones
// before it explain fully (a duplicate) comes right after them. `steps`: where each round is recorded, may be null.
std::vector<Eigen::Index> direct_lingam_order(const Eigen::MatrixXd& values,
                                              std::vector<DirectLingamStep>* steps = nullptr);

// Order and edges of independent_columns(values). O(n³ T). Errors: missing_input (fewer than 4 rows).
Result<LingamModel> direct_lingam(const Eigen::MatrixXd& values);

}  // namespace rca
