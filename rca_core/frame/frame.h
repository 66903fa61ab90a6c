// Signals aligned to one time grid.
#pragma once

#include <Eigen/Core>
#include <string_view>
#include <vector>

#include "rca_core/frame/signal.h"
#include "rca_core/frame/time_grid.h"

namespace rca {

struct Frame {
  TimeGrid grid;                // T rows, oldest first
  std::vector<Signal> signals;  // N columns
  Eigen::MatrixXd values;       // T × N, column-major; NaN = missing, never 0 for missing

  // Column of (entity, role), or -1.
  [[nodiscard]] Eigen::Index column(std::string_view entity, std::string_view role) const;
};

}  // namespace rca
