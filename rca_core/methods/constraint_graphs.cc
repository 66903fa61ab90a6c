#include "rca_core/methods/constraint_graphs.h"

#include "rca_core/causal/fci.h"
#include "rca_core/causal/independence.h"
#include "rca_core/causal/pc.h"

namespace rca {

SkeletonOptions incident_bounds(double alpha) {
  return {.alpha = alpha, .max_condition_size = 3, .max_sets = 250};
}

Result<CausalGraph> learn_pc(const Eigen::MatrixXd& values, double alpha) {
  return pc(FisherZ(values), incident_bounds(alpha));
}

Result<CausalGraph> learn_fci(const Eigen::MatrixXd& values, double alpha) {
  const SkeletonOptions bounds = incident_bounds(alpha);
  return fci(FisherZ(values),
             {.skeleton = bounds, .max_possible_d_sep_size = 2, .max_possible_d_sep_sets = bounds.max_sets});
}

}  // namespace rca
