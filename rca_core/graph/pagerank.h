// PageRank with weights and personalization: L. Page, S. Brin, R. Motwani, T. Winograd, "The PageRank Citation Ranking:
// Bringing Order to the Web", 1999; random walk with restart is the same with a restart vector.
#pragma once

#include <Eigen/Core>

#include "common/result.h"

namespace rca {

struct PageRankOptions {
  double damping = 0.85;     // 0 ≤ damping < 1: probability of following an edge
  double tolerance = 1e-12;  // of the 1-norm of the change
  int max_iterations = 10'000;
  Eigen::VectorXd dangling = {};  // n: where the walk goes from a node without out-weight; empty, or all 0: the restart
};

// The stationary distribution of the walk that from i goes to j with probability weights(i, j) / Σ_k weights(i, k), and
// with probability 1 − damping, or where a node has no out-weight, restarts by `personalization`.
// weights: n × n, not negative. personalization: n, not negative, need not sum to 1; empty, or all 0: uniform.
// Gives n values that sum to 1. Errors: invalid_argument (shapes, negative or non-finite values, damping).
Result<Eigen::VectorXd> pagerank(const Eigen::MatrixXd& weights, const Eigen::VectorXd& personalization = {},
                                 const PageRankOptions& options = {});

}  // namespace rca
