// pc_pagerank, pc_randomwalk: the PC graph of all metrics over both windows, ranked by PageRank or by a random walk.
// L. Pham, H. Ha, H. Zhang, "Root Cause Analysis for Microservice System based on Causal Inference: How Far Are We?",
// ASE 2024; PC: P. Spirtes, C. Glymour, R. Scheines, "Causation, Prediction, and Search", 2000.
//
// Fisher's z at α = 0.05; undirected edges count both ways; score flows from effects to causes (graph_heads.h).
//
// Where the reference differs:
//  - it drops variables without an edge from the graph, but hands the scores to the names of the first variables, so
//    that all names after the first isolated one are wrong; here every variable keeps its name and is ranked;
//  - its PageRank stops after 10 iterations, ours when it has converged;
//  - its random walk is called without weights, so that it ignores the graph and is the same for every incident; ours
//    is drawn to what correlates with the SLI, or without one with the onset;
//  - it ends with an error for duplicate columns; here a singular matrix has a defined result (causal/independence.h);
//  - it tests every set of neighbours, ours has the bounds of constraint_graphs.h.

#include "rca_core/methods/constraint_graphs.h"
#include "rca_core/methods/graph_heads.h"
#include "rca_core/methods/registry.h"

namespace rca {
namespace {

constexpr double kAlpha = 0.05;

Result<Eigen::MatrixXd> learn(const DataMatrix& data, const MethodOptions& /*options*/) {
  RCA_ASSIGN(const CausalGraph graph, learn_pc(data.values, kAlpha));
  return possible_causes(graph);
}

constexpr std::string_view kReference =
    "Pham et al., Root Cause Analysis for Microservice System based on Causal Inference: How Far Are We?, ASE 2024; "
    "Spirtes et al., Causation, Prediction, and Search, 2000";

const MethodRegistration pagerank_registration(
    make_graph_method({"pc_pagerank", "PageRank from effects to causes on the PC causal graph of all metrics",
                       kReference, "PC graph", GraphHead::pagerank, learn}));

const MethodRegistration randomwalk_registration(
    make_graph_method({"pc_randomwalk", "random walk from the SLI to its causes on the PC causal graph of all metrics",
                       kReference, "PC graph", GraphHead::random_walk, learn}));

}  // namespace
}  // namespace rca
