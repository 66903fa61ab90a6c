// FCI: causal discovery that allows for hidden common causes.
// P. Spirtes, C. Glymour, R. Scheines, "Causation, Prediction, and Search", 2000; orientation rules complete as in
// J. Zhang, "On the completeness of orientation rules for causal discovery in the presence of latent confounders and
// selection bias", Artificial Intelligence 172, 2008.
#pragma once

#include "common/result.h"
#include "rca_core/causal/causal_graph.h"
#include "rca_core/causal/independence.h"
#include "rca_core/causal/skeleton.h"

namespace rca {

struct FciOptions {
  SkeletonOptions skeleton = {};
  // Bounds of the second search, for sets out of Possible-D-SEP; as in SkeletonOptions.
  Eigen::Index max_possible_d_sep_size = -1;
  std::size_t max_possible_d_sep_sets = 0;
};

// The partial ancestral graph: an arrowhead at x says that x is no cause of the other, a tail that it is one, a circle
// that the data do not say; ↔ is a hidden common cause. Skeleton as of PC, v-structures, a second search among
// Possible-D-SEP, then Zhang's rules R1 to R10. Errors: as find_skeleton.
Result<CausalGraph> fci(const IndependenceTest& test, const FciOptions& options = {});

}  // namespace rca
