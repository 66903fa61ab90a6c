// How far the anomalous window of a signal is beyond what its normal window makes likely.
#pragma once

#include <Eigen/Core>

#include "rca_core/methods/data_matrix.h"
#include "rca_core/methods/method.h"

namespace rca {

struct Extreme {
  double beyond = 0;      // MicroCause's η: largest (x − φ) / φ; 0: no value is extreme
  Eigen::Index row = -1;  // row of the frame with the first extreme value; −1: none
};

// SPOT on both sides of one variable, calibrated on its normal window. x and the thresholds φ are distances from the
// normal mean in standard deviations, the scale floor of scoring.h included; φ is at least 1.
Extreme find_extreme(const IncidentView& view, const DataMatrix& data, Eigen::Index variable);

}  // namespace rca
