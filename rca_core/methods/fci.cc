// fci_pagerank, fci_randomwalk: the partial ancestral graph of all metrics over both windows, which allows for hidden
// common causes (the load, a node that is not measured), ranked by PageRank or by a random walk.
// L. Pham, H. Ha, H. Zhang, "Root Cause Analysis for Microservice System based on Causal Inference: How Far Are We?",
// ASE 2024; FCI: J. Zhang, Artificial Intelligence 172, 2008.
//
// Fisher's z at α = 0.05. Score flows from effect to cause over i → j and i o→ j, and both ways over i o—o j, i — j and
// i ↔ j: a hidden cause of both is nearer to either than to the rest.
//
// Where the reference differs:
//  - its score flows from cause to effect over i o→ j, the opposite of what it does over i → j;
//  - of the ten orientation rules its library has R1, R2, and R4 in some passes; ours has all (causal/pag_rules.h);
//  - its random walk ignores the graph (see pc.cc);
//  - it ends with an error for duplicate columns;
//  - it tests every set, ours has the bounds of constraint_graphs.h.

#include "rca_core/methods/constraint_graphs.h"
#include "rca_core/methods/graph_heads.h"
#include "rca_core/methods/registry.h"

namespace rca {
namespace {

constexpr double kAlpha = 0.05;

Result<Eigen::MatrixXd> learn(const DataMatrix& data, const MethodOptions& /*options*/) {
  RCA_ASSIGN(const CausalGraph graph, learn_fci(data.values, kAlpha));
  return possible_causes(graph);
}

constexpr std::string_view kReference =
    "Pham et al., Root Cause Analysis for Microservice System based on Causal Inference: How Far Are We?, ASE 2024; "
    "Zhang, On the completeness of orientation rules for causal discovery, Artificial Intelligence 172, 2008";

const MethodRegistration pagerank_registration(
    make_graph_method({"fci_pagerank", "PageRank from effects to causes on a graph that allows for hidden causes",
                       kReference, "FCI graph", GraphHead::pagerank, learn}));

const MethodRegistration randomwalk_registration(
    make_graph_method({"fci_randomwalk", "random walk from the SLI on a graph that allows for hidden causes",
                       kReference, "FCI graph", GraphHead::random_walk, learn}));

}  // namespace
}  // namespace rca
