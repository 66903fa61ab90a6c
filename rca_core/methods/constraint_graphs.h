// The causal graphs that methods learn by tests of independence, with bounds that suit an incident.
#pragma once

#include <Eigen/Core>

#include "common/result.h"
#include "rca_core/causal/causal_graph.h"
#include "rca_core/causal/skeleton.h"

namespace rca {

// Condition sets of at most 3 variables, at most 250 of a size for each side of a pair: 200 series of 720 rows take
// about a second on one core. Sets of 4 and more need far more independent rows than an incident has.
SkeletonOptions incident_bounds(double alpha);

// PC with Fisher's z (causal/pc.h) on rows × variables without holes. Errors: as pc().
Result<CausalGraph> learn_pc(const Eigen::MatrixXd& values, double alpha);

// FCI with Fisher's z (causal/fci.h). The second search takes sets of at most 2. Errors: as fci().
Result<CausalGraph> learn_fci(const Eigen::MatrixXd& values, double alpha);

}  // namespace rca
