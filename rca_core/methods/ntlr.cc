// Low-rank NOTEARS causal graph, ranked by PageRank or by a random walk: Z. Fang et al., "On Low-Rank Directed Acyclic
// Graphs and Causal Structure Learning", 2020 (causal/notears.h). An edge is a weight above 0.3 standard deviations per
// standard deviation, and carries its absolute value.
//
// Where the reference (RCAEval as forked by rca-llm) differs:
//  - it runs on raw units, where the loss sees only the columns of large numbers; ours standardizes;
//  - its default start is zero, where the gradient vanishes, so that it fails, and the package is not in its
//    requirements; ours starts from small random factors drawn with options.seed;
//  - it has no bound on time; ours stops after a fixed number of evaluations, the same on every machine;
//  - every edge weighs 1; its PageRank stops after 10 iterations; its random walk ignores the graph.

#include "rca_core/causal/notears.h"
#include "rca_core/methods/graph_heads.h"
#include "rca_core/methods/registry.h"

namespace rca {
namespace {

constexpr Eigen::Index kRank = 10;
constexpr NotearsOptions kOptions{.h_tolerance = 1e-6, .max_rounds = 15, .max_evaluations = 400};
constexpr std::string_view kReference =
    "Fang et al., On Low-Rank Directed Acyclic Graphs and Causal Structure Learning, 2020";

Result<Eigen::MatrixXd> learn_causes(const DataMatrix& data, const MethodOptions& options) {
  RCA_ASSIGN(const NotearsResult result, notears_low_rank(standardized(data.values), kRank, options.seed, kOptions));
  return Eigen::MatrixXd(result.weights.cwiseAbs());
}

const MethodRegistration ntlr_pagerank_registration(make_graph_method({
    .name = "ntlr_pagerank",
    .description = "PageRank from effects to causes in the graph of low-rank NOTEARS",
    .reference = kReference,
    .graph = "NOTEARS graph",
    .head = GraphHead::pagerank,
    .learn_causes = learn_causes,
}));

const MethodRegistration ntlr_randomwalk_registration(make_graph_method({
    .name = "ntlr_randomwalk",
    .description = "random walk from the SLI towards causes in the graph of low-rank NOTEARS",
    .reference = kReference,
    .graph = "NOTEARS graph",
    .head = GraphHead::random_walk,
    .learn_causes = learn_causes,
}));

}  // namespace
}  // namespace rca
