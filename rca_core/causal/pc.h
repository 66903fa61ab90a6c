// PC: P. Spirtes, C. Glymour, R. Scheines, "Causation, Prediction, and Search", 2nd ed. 2000, in the stable form of
// D. Colombo, M. H. Maathuis, "Order-Independent Constraint-Based Causal Structure Learning", JMLR 15, 2014.
#pragma once

#include "common/result.h"
#include "rca_core/causal/causal_graph.h"
#include "rca_core/causal/independence.h"
#include "rca_core/causal/skeleton.h"

namespace rca {

// The CPDAG of the variables of `test`: i → j where all DAGs that fit say so, i — j where they differ. Assumes that
// there is no hidden common cause. A variable in the middle of an unshielded triple is a collider when it is in none of
// the sets that separate the other two; where two colliders want the same edge in different directions, the one whose
// variables come first has it. Then Meek's rules. Errors: as find_skeleton.
Result<CausalGraph> pc(const IndependenceTest& test, const SkeletonOptions& options = {});

}  // namespace rca
