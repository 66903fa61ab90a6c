// Orientation rules for graphs of directed and undirected edges.
#pragma once

#include "rca_core/causal/causal_graph.h"

namespace rca {

// C. Meek, "Causal Inference and Causal Explanation with Background Knowledge", UAI 1995, rules 1 to 3: directs every
// undirected edge whose other direction would make a new v-structure or a cycle, until none is left. With the
// v-structures of a DAG directed, that gives its CPDAG. An edge whose direction would close a directed cycle (the data
// contradict themselves) is left undirected.
void apply_meek_rules(CausalGraph& graph);

}  // namespace rca
