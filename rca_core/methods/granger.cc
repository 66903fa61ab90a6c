// Granger causality graph, ranked by PageRank or by a random walk.
// The graph: A. Arnold, Y. Liu, N. Abe, "Temporal Causal Modeling with Graphical Granger Methods", KDD 2007 (pairwise
// variant). i → j where the F test rejects at 5 % that the last 1 … 3 values of i add nothing to those of j
// (causal/granger.h). Both windows are one series: the incident is what shows the order of changes. An edge weighs −ln
// p: hundreds of pairs pass at 5 %, and PageRank should follow the ones that could not be chance.
//
// Where the reference (RCAEval as forked by rca-llm) differs:
//  - it averages the p-values of four equivalent tests and takes an edge when any of three lags is below 5 %; ours is
//    the F test, its smallest p corrected for the number of lags;
//  - where a column makes the test impossible it ranks the whole case at random; ours leaves that pair without an edge;
//  - every edge weighs 1; its PageRank stops after 10 iterations; its random walk ignores the graph (all transition
//  weights are equal).

#include "rca_core/causal/granger.h"

#include "rca_core/methods/graph_heads.h"
#include "rca_core/methods/registry.h"

namespace rca {
namespace {

constexpr Eigen::Index kMaxLag = 3;
constexpr double kLevel = 0.05;
constexpr std::string_view kReference =
    "Arnold, Liu and Abe, Temporal Causal Modeling with Graphical Granger Methods, KDD 2007";

Result<Eigen::MatrixXd> learn_causes(const DataMatrix& data, const MethodOptions& /*options*/) {
  RCA_ASSIGN(const Eigen::MatrixXd p, granger_p_values(data.values, kMaxLag));
  constexpr double kSmallest = 1e-300;  // p can underflow to 0
  return Eigen::MatrixXd((p.array() < kLevel).select(-p.array().max(kSmallest).log(), 0.0));
}

const MethodRegistration granger_pagerank_registration(make_graph_method({
    .name = "granger_pagerank",
    .description = "PageRank from effects to causes in the graph of pairwise Granger causality",
    .reference = kReference,
    .graph = "Granger graph",
    .head = GraphHead::pagerank,
    .learn_causes = learn_causes,
}));

const MethodRegistration granger_randomwalk_registration(make_graph_method({
    .name = "granger_randomwalk",
    .description = "random walk from the SLI towards causes in the graph of pairwise Granger causality",
    .reference = kReference,
    .graph = "Granger graph",
    .head = GraphHead::random_walk,
    .learn_causes = learn_causes,
}));

}  // namespace
}  // namespace rca
