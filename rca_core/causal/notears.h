// NOTEARS: X. Zheng, B. Aragam, P. Ravikumar, E. P. Xing, "DAGs with NO TEARS: Continuous Optimization for Structure
// Learning", NeurIPS 2018; low rank: Z. Fang, S. Zhu, J. Zhang, Y. Liu, Z. Chen, Y. He, "On Low-Rank Directed Acyclic
// Graphs and Causal Structure Learning", 2020.
//
// Minimises ‖X − XW‖² / 2T (+ lambda ‖W‖₁) subject to h(W) = 0, where h is 0 exactly for the weights of a DAG, by the
// augmented Lagrangian method.
#pragma once

#include <Eigen/Core>
#include <cstdint>

#include "common/result.h"

namespace rca {

// h(W) = tr((I + W∘W / k)ᵏ) − n and its gradient: 0 exactly when no cycle is of at most k edges. With k = n, the
// default, as in Y. Yu et al., "DAG-GNN", ICML 2019, which is without the overflow of the exponential; shorter as in Z.
// Zhang et al., "Truncated Matrix Power Iteration for Differentiable DAG Learning", NeurIPS 2022.
double acyclicity(const Eigen::MatrixXd& weights, Eigen::MatrixXd* gradient = nullptr, Eigen::Index longest_cycle = 0);

struct NotearsOptions {
  double lambda = 0.1;     // L1 penalty; of notears() only
  double threshold = 0.3;  // weights of a smaller absolute value become 0 in `weights`
  double h_tolerance = 1e-8;
  double rho_max = 1e16;           // the constraint is not enforced harder than this
  int max_rounds = 100;            // of the augmented Lagrangian
  int max_evaluations = 20'000;    // of the objective, in all rounds together: what bounds the time
  Eigen::Index longest_cycle = 0;  // that is looked for; 0: of any length
};

struct NotearsResult {
  Eigen::MatrixXd weights;  // n × n; (i, j) = effect of i on j, thresholded
  Eigen::MatrixXd unthresholded;
  double loss = 0;  // of `unthresholded`, without penalty
  double h = 0;     // of `unthresholded`
  int evaluations = 0;
};

// values: T × n without holes, centred inside, not scaled: the result depends on units, so callers standardize columns
// that have different ones. Out of evaluations it gives what it has, whose h says how far from a DAG it is.
// Errors: missing_input (fewer than 2 rows).
Result<NotearsResult> notears(const Eigen::MatrixXd& values, const NotearsOptions& options = {});

// W = U Vᵀ with n × rank factors from a random start; no L1 penalty (lambda is not read).
Result<NotearsResult> notears_low_rank(const Eigen::MatrixXd& values, Eigen::Index rank, std::uint64_t seed,
                                       const NotearsOptions& options = {});

}  // namespace rca
