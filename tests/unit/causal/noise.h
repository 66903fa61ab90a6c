// Matrices of standard normal numbers for tests.
#pragma once

#include <Eigen/Core>
#include <cstdint>

#include "rca_core/stats/random.h"

namespace rca::testing {

inline Eigen::MatrixXd noise(Eigen::Index rows, Eigen::Index columns, std::uint64_t seed) {
  Random random(seed);
  Eigen::MatrixXd out(rows, columns);
  for (Eigen::Index i = 0; i < out.size(); ++i) out(i) = random.normal();
  return out;
}

}  // namespace rca::testing
