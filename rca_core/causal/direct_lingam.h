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

// How the causal direction of a pair is judged.
struct PairwiseMeasure {
  double entropy_x = 0;  // of x and y standardized
  double entropy_y = 0;
  Eigen::VectorXd residual;  // T; what regression on y leaves of x, both standardized; 0 where it is nothing
  double difference = 0;     // D(x, y): positive where x rather causes y, 0 where they are the same variable
};
PairwiseMeasure pairwise_measure(const Eigen::VectorXd& x, const Eigen::VectorXd& y);

// n × n: whether i has to come before j; transitively closed.
using CausalPrecedence = Eigen::Matrix<bool, Eigen::Dynamic, Eigen::Dynamic>;

// What prior knowledge (n × n; (i, j): 1 = a directed path leads from j to i, 0 = none does, negative = unknown) says
// about the order: the cause of a path comes first, and where no path leads from j to i, but one may from i to j, i
// does. Errors: invalid_argument (not square, entries other than these, or paths that contradict each other).
Result<CausalPrecedence> known_precedence(const Eigen::MatrixXi& prior_knowledge);

// One round of the search: what remains, and −Σ min(0, D)² of each, D > 0 speaking for it as a cause of another; −∞ for
// what has to come after one of the others.
struct DirectLingamStep {
  std::vector<Eigen::Index> remaining;
  std::vector<double> scores;
  Eigen::Index chosen = 0;
};

// The causal order of all columns of values (T × n, no holes); ties go to the first column. A column that the ones
// before it explain fully (a duplicate) comes right after them. `steps`: where each round is recorded, may be null.
// `before`: as known_precedence() gives it, or empty.
std::vector<Eigen::Index> direct_lingam_order(const Eigen::MatrixXd& values,
                                              std::vector<DirectLingamStep>* steps = nullptr,
                                              const CausalPrecedence& before = {});

// Order and edges of independent_columns(values). O(n³ T). `prior_knowledge` as above, or empty: it restricts the
// order, and where no path leads from j to i there is no edge either. Errors: missing_input (fewer than 4 rows),
// invalid_argument (known_precedence(); knowledge of another number of variables).
Result<LingamModel> direct_lingam(const Eigen::MatrixXd& values, const Eigen::MatrixXi& prior_knowledge = {});

}  // namespace rca
