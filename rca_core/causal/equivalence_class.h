// DAGs and the completed partially directed graphs (CPDAGs) that stand for all DAGs with the same independences.
#pragma once

#include <optional>

#include "rca_core/causal/causal_graph.h"

namespace rca {

// A DAG with the edges of `pdag`, its directed edges as they are, and no new collider; nothing if there is none. Edges
// must be directed or undirected. D. Dor, M. Tarsi, "A Simple Algorithm to Construct a Consistent Extension of a
// Partially Oriented Graph", 1992.
std::optional<CausalGraph> dag_extension(const CausalGraph& pdag);

// The CPDAG of a DAG: directed where all equivalent DAGs agree. D. M. Chickering, "A Transformational Characterization
// of Equivalent Bayesian Network Structures", UAI 1995.
CausalGraph cpdag_of(const CausalGraph& dag);

}  // namespace rca
