// monitorrank: a random walk on the call graph, drawn to what looks like what users feel.
// M. Kim, R. Sumbaly, S. Shah, "Root Cause Detection in a Service-Oriented Architecture" (MonitorRank), SIGMETRICS
// 2013.
//
// Similarity S of each entity: |correlation| of what callers see of it with what users feel (the SLI, or the entry's
// latency), over the anomalous rows and as many before them; 0 for the entry itself. The walk goes from a caller to a
// callee j with weight S_j, back to a caller i with ρ S_i (ρ = 0.5), and stays at i with max(0, S_i − the largest S of
// its callees); it restarts by S. Entities are ranked by how often it is where (personalized PageRank, damping 0.85).
//
// Where we differ from the paper: no pseudo-anomaly clustering, which learns from past incidents what entities have in
// common for external reasons. Where the reference (RCAEval) differs: the walk is confined to the anomalous calls that
// its BIRCH threshold finds, usually none, which gives an empty answer; it walks the reversed graph; the entry's name
// is fixed; latencies of all calls that touch an entity, also the calls it makes, are added up.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "rca_core/graph/pagerank.h"
#include "rca_core/graph/random_walk.h"
#include "rca_core/methods/call_series.h"
#include "rca_core/methods/candidates.h"
#include "rca_core/methods/evidence.h"
#include "rca_core/methods/registry.h"

namespace rca {
namespace {

constexpr double kBackward = 0.5;  // ρ

class MonitorRank final : public Method {
 public:
  [[nodiscard]] std::string_view name() const override { return "monitorrank"; }
  [[nodiscard]] std::string_view description() const override {
    return "random walk on the call graph, drawn to what correlates with what users feel";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "Kim, Sumbaly and Shah, Root Cause Detection in a Service-Oriented Architecture, SIGMETRICS 2013";
  }
  [[nodiscard]] Need needs() const override { return Need::metrics | Need::graph; }

  [[nodiscard]] Result<Ranking> rank(const IncidentView& view, const MethodOptions& options) const override {
    RCA_ASSIGN(const CallSeries calls, make_call_series(view, options));
    const EntityGraph& graph = calls.graph;
    const auto n = static_cast<Eigen::Index>(graph.size());
    const Eigen::VectorXd felt = felt_series(view, calls);
    Eigen::VectorXd similarity = Eigen::VectorXd::Zero(n);
    Eigen::MatrixXd causes = Eigen::MatrixXd::Zero(n, n);
    for (EntityGraph::Node node = 0; node < graph.size(); ++node) {
      const auto at = static_cast<Eigen::Index>(node);
      if (graph.name(node) != view.entry) similarity(at) = calls.similarity(felt, node_series(view, calls, node));
      for (const EntityGraph::Node callee : graph.callees(node)) {
        if (callee != node) causes(static_cast<Eigen::Index>(callee), at) = 1;
      }
    }
    RCA_ASSIGN(const Eigen::MatrixXd transition, walk_transition(causes, affinity_to(similarity), kBackward));
    RCA_ASSIGN(const Eigen::VectorXd score, pagerank(transition, similarity));
    std::vector<Candidate> candidates;
    for (EntityGraph::Node node = 0; node < graph.size(); ++node) {
      if (graph.callers(node).empty() && graph.callees(node).empty()) continue;  // a Kubernetes node
      const auto at = static_cast<Eigen::Index>(node);
      candidates.push_back(node_candidate(view, calls, node, score(at), std::nullopt,
                                          "correlation with what users feel " + format_quantity(similarity(at), "")));
    }
    return rank_candidates(name(), std::move(candidates));
  }
};

const MethodRegistration registration(std::make_unique<MonitorRank>());

}  // namespace
}  // namespace rca
