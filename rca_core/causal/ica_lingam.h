// ICA-LiNGAM: S. Shimizu et al., JMLR 2006 (see lingam.h), with FastICA: A. Hyvärinen, "Fast and Robust Fixed-Point
// Algorithms for Independent Component Analysis", IEEE Transactions on Neural Networks 1999.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "common/result.h"
#include "rca_core/causal/lingam.h"

namespace rca {

struct FastIcaOptions {
  int max_iterations = 200;
  double tolerance = 1e-4;  // of the cosine between the directions of two iterations
};

// The unmixing matrix W (n × n) that makes the rows of W xᵀ independent and of variance 1: all components at once,
// contrast ln cosh, from a random start. The columns of values (T × n) must be linearly independent (lingam.h). Where
// the iterations do not converge (Gaussian data have no answer) it is what the last one gave.
Eigen::MatrixXd fast_ica(const Eigen::MatrixXd& values, std::uint64_t seed, const FastIcaOptions& options = {});

// What an unmixing matrix says about causes.
struct IcaLingamOrder {
  std::vector<Eigen::Index> assignment;  // of each row of W the variable whose noise it is
  Eigen::MatrixXd unmixing;              // W with its rows in that order and a diagonal of 1
  std::vector<Eigen::Index> order;       // causes before effects
};

// The rows of w (n × n, finite) are assigned to variables so that Σ 1 / |w| is smallest; then of B = I − W the smallest
// entries are set to 0, at least n (n + 1) / 2 and as many more as it takes until B has a causal order.
IcaLingamOrder ica_lingam_order(const Eigen::MatrixXd& w);

// Order and edges of independent_columns(values), which are standardized first: with raw units the size of an entry of
// W, and so the order, would depend on whether memory is counted in bytes or in gigabytes. Errors: missing_input (fewer
// than 4 rows).
Result<LingamModel> ica_lingam(const Eigen::MatrixXd& values, std::uint64_t seed);

}  // namespace rca
