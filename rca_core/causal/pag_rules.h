// The orientation rules R1 to R10 of J. Zhang, "On the completeness of orientation rules for causal discovery in the
// presence of latent confounders and selection bias", Artificial Intelligence 172, 2008.
#pragma once

#include "rca_core/causal/causal_graph.h"
#include "rca_core/causal/skeleton.h"

namespace rca {

// Turns circles of a partial ancestral graph into tails and arrowheads until no rule applies. Only circles are changed,
// so that contradicting data cannot turn a mark to and fro. Paths are searched by their last two variables, which finds
// every uncovered path of a valid graph.
void apply_pag_rules(const SeparatingSets& separating, CausalGraph& graph);

}  // namespace rca
