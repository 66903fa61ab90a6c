// Greedy equivalence search, ranked by PageRank: D. M. Chickering, "Optimal Structure Identification With Greedy
// Search", JMLR 2002, with the Gaussian BIC (causal/ges.h). Both windows are learnt from; edges that the data leave
// undirected count both ways.
//
// Where the reference (RCAEval as forked by rca-llm) differs:
//  - its penalty is twice that of BIC (2 |Pa| ln T beside T ln σ², where BIC has |Pa| ln T), and a singular correlation
//    matrix ends it with an exception; ours gives collinear parents no credit;
//  - at most half of the variables may be parents of one; ours at most 8, which bounds the time;
//  - its PageRank stops after 10 iterations.

#include "rca_core/causal/ges.h"

#include "rca_core/methods/graph_heads.h"
#include "rca_core/methods/registry.h"

namespace rca {
namespace {

Result<Eigen::MatrixXd> learn_causes(const DataMatrix& data, const MethodOptions& /*options*/) {
  RCA_ASSIGN(const GesResult result, ges(data.values));
  return possible_causes(result.cpdag);
}

const MethodRegistration ges_pagerank_registration(make_graph_method({
    .name = "ges_pagerank",
    .description = "PageRank from effects to causes in the graph of greedy equivalence search",
    .reference = "Chickering, Optimal Structure Identification With Greedy Search, JMLR 2002",
    .graph = "GES graph",
    .head = GraphHead::pagerank,
    .learn_causes = learn_causes,
}));

}  // namespace
}  // namespace rca
