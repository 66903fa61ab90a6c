// Neural Granger causality with component-wise multilayer perceptrons (cMLP).
#pragma once

#include <Eigen/Core>
#include <cstdint>

#include "common/result.h"

namespace rca {

// One hidden layer of rectified linear units: w2ᵀ max(0, W1ᵀ x + b1) + b2.
struct CmlpNetwork {
  Eigen::MatrixXd input;   // W1: inputs × hidden
  Eigen::VectorXd bias;    // b1
  Eigen::VectorXd output;  // w2
  double offset = 0;       // b2
};

// The smooth part of what is minimised: mean squared error of predicting y (rows) from x (rows × inputs), plus
// ridge · ‖w2‖². Fills `gradient`.
double cmlp_loss(const CmlpNetwork& network, const Eigen::Ref<const Eigen::MatrixXd>& x, const Eigen::VectorXd& y,
                 double ridge, CmlpNetwork& gradient);

struct CmlpOptions {
  Eigen::Index lag = 5;      // rows of the past that are inputs, ≥ 1
  Eigen::Index hidden = 10;  // units, ≥ 1
  double penalty = 0;        // λ of the group penalty; 0: 0.5 √(log(inputs) / rows), what noise alone would need
  int max_iterations = 100;
  std::uint64_t seed = 1;
};

// A. Tank et al., "Neural Granger Causality", TPAMI 2022: one network per series predicts it from the last `lag` rows
// of all. A hierarchical group penalty on the first layer, λ Σ_j Σ_k ‖weights of series j at lags k … lag‖, makes the
// weights of series that do not help exactly 0, the farther past first. Minimised by proximal gradient steps with
// momentum. All first layers start at 0, and series enter when their gradient exceeds the penalty; between the passes
// that look for such series only those inside are computed.
//
// data: T × n, zero mean and unit variance per column (or all 0). Gives n × n, (i, j) = norm of the first-layer weights
// of series i in the network that predicts j: 0 where i does not Granger-cause j. Errors: invalid_argument (options,
// holes), missing_input (fewer than 3 rows to predict).
Result<Eigen::MatrixXd> cmlp_granger(const Eigen::MatrixXd& data, const CmlpOptions& options);

}  // namespace rca
