#include "rca_core/methods/constraint_graphs.h"

#include "rca_core/causal/independence.h"
#include "rca_core/causal/pc.h"

namespace rca {

SkeletonOptions incident_bounds(double alpha) {
  return {.alpha = alpha, .max_condition_size = 3, .max_sets = 250};
}

Result<CausalGraph> learn_pc(const Eigen::MatrixXd& values, double alpha) {
  return pc(FisherZ(values), incident_bounds(alpha));
}

}  // namespace rca
