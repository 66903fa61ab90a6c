// causalrca: R. Xin, P. Chen, Z. Zhao, "CausalRCA: Causal inference based precise fine-grained root cause localization
// for microservice applications", Journal of Systems and Software 203, 2023: a graph auto-encoder (causal/dag_gnn.h)
// learns a weighted graph from both windows, and PageRank ranks along effect → cause.
//
// Bounded for incidents: 100 epochs per value of the acyclicity penalty instead of 500, and at most 100 … 2000 over
// all, by the size of the data; the stopping rule is otherwise the published one. Weights below 0.1 are dropped, not
// below 0.3: on standardised columns, causes that move together share a weight, and an incident moves many together.
//
// Where the reference (RCAEval as forked by rca-llm) differs: columns are divided by their maximum instead of
// standardised; the graph is transposed twice, so that it ranks effects above causes; PageRank stops after 10
// iterations; no seed is set; it runs for minutes.

#include <memory>

#include "rca_core/causal/dag_gnn.h"
#include "rca_core/methods/graph_heads.h"
#include "rca_core/methods/registry.h"

namespace rca {
namespace {

constexpr double kThreshold = 0.1;

Result<Eigen::MatrixXd> learn_causes(const DataMatrix& data, const MethodOptions& options) {
  DagGnnOptions dag;
  dag.seed = options.seed;
  dag.threshold = kThreshold;
  RCA_ASSIGN(const Eigen::MatrixXd graph, dag_gnn(standardized(data.values), dag));
  return Eigen::MatrixXd(graph.cwiseAbs());
}

const MethodRegistration causalrca_registration(make_graph_method(
    {.name = "causalrca",
     .description = "PageRank over the weighted graph of a graph auto-encoder (DAG-GNN)",
     .reference = "Xin et al., CausalRCA: Causal inference based precise fine-grained root cause localization for "
                  "microservice applications, Journal of Systems and Software 2023",
     .graph = "graph of the auto-encoder",
     .head = GraphHead::pagerank,
     .learn_causes = learn_causes}));

}  // namespace
}  // namespace rca
