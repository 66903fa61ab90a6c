// microrca: PageRank over the anomalous part of the call graph.
// L. Wu, J. Tordsson, E. Elmroth, O. Kao, "MicroRCA: Root Cause Localization of Performance Issues in Microservices",
// NOMS 2020.
//
//  1. Calls whose latency is anomalous (BIRCH, methods/call_series.h) make their callees anomalous.
//  2. The subgraph of the anomalous entities and what calls them, is called by them and carries them (nodes). Weights:
//     an anomalous call has α = 0.55; another the |correlation| of its latency with that of the anomalous entity; the
//     placement on a node the mean weight of the calls to the entity times the largest |correlation| of its latency
//     with a signal of the node.
//  3. Personalization of an anomalous entity: the mean weight of its calls, times the largest |correlation| of its
//     latency with one of its internal signals, over its degree.
//  4. Personalized PageRank. The walk goes from callers to what they call and from entities to their nodes, where
//     faults come from. Nodes are not ranked; entities outside the subgraph follow with a score of 0.
//
// Where the reference (RCAEval) differs: series are divided by their Euclidean norm, so that what BIRCH sees depends on
// the length of the recording, and usually no call is anomalous and the answer empty; negative correlations make
// weights negative, and PageRank diverge; of several anomalous calls to an entity the last one decides; all edges are
// walked against the calls, towards what is affected, because the test that should turn those of hosts reads a stale
// variable.

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "rca_core/graph/pagerank.h"
#include "rca_core/methods/call_series.h"
#include "rca_core/methods/candidates.h"
#include "rca_core/methods/evidence.h"
#include "rca_core/methods/registry.h"

namespace rca {
namespace {

constexpr double kAnomalousCall = 0.55;     // α
constexpr double kSmallestResource = 0.01;  // an entity without matching resources is not out of question

struct Subgraph {
  Eigen::MatrixXd weights;  // n × n, from caller to callee, from entity to node
  Eigen::VectorXd personalization;
  std::vector<bool> member;
  std::vector<ResourceMatch> resource;
};

// The latency that makes a node anomalous: the mean of the anomalous calls to it.
Eigen::VectorXd anomalous_latency(const CallSeries& calls, EntityGraph::Node node) {
  Eigen::VectorXd sum;
  double count = 0;
  for (const CallEdge& edge : calls.edges) {
    if (edge.callee != node || !edge.anomalous) continue;
    if (sum.size() == 0) sum = Eigen::VectorXd::Zero(edge.latency.size());
    sum += edge.latency;
    count += 1;
  }
  return count > 0 ? Eigen::VectorXd(sum / count) : sum;
}

Subgraph anomalous_subgraph(const Frame& frame, const CallSeries& calls) {
  const auto n = static_cast<Eigen::Index>(calls.graph.size());
  Subgraph out{Eigen::MatrixXd::Zero(n, n), Eigen::VectorXd::Zero(n), calls.anomalous_nodes(), {}};
  out.resource.resize(calls.graph.size());
  const std::vector<bool> anomalous = out.member;
  for (EntityGraph::Node node = 0; node < calls.graph.size(); ++node) {
    if (!anomalous[node]) continue;
    const Eigen::VectorXd latency = anomalous_latency(calls, node);
    double weight_in = 0;
    double weight_all = 0;
    double calls_in = 0;
    double calls_all = 0;
    for (const CallEdge& edge : calls.edges) {
      if (edge.caller != node && edge.callee != node) continue;
      const double weight = edge.anomalous ? kAnomalousCall : calls.similarity(latency, edge.latency);
      double& entry = out.weights(static_cast<Eigen::Index>(edge.caller), static_cast<Eigen::Index>(edge.callee));
      entry = std::max(entry, weight);
      out.member[edge.caller] = true;
      out.member[edge.callee] = true;
      weight_all += weight;
      calls_all += 1;
      if (edge.callee != node) continue;
      weight_in += weight;
      calls_in += 1;
    }
    for (const EntityGraph::Node host : calls.graph.placed_on(node)) {
      const ResourceMatch match = best_resource(frame, calls, calls.graph.name(host), latency);
      out.weights(static_cast<Eigen::Index>(node), static_cast<Eigen::Index>(host)) =
          weight_in / std::max(1.0, calls_in) * std::max(kSmallestResource, match.correlation);
      out.member[host] = true;
    }
    out.resource[node] = best_resource(frame, calls, calls.graph.name(node), latency);
    const double degree = calls_all + static_cast<double>(calls.graph.placed_on(node).size());
    out.personalization(static_cast<Eigen::Index>(node)) = weight_all / std::max(1.0, calls_all) *
                                                           std::max(kSmallestResource, out.resource[node].correlation) /
                                                           std::max(1.0, degree);
  }
  return out;
}

bool is_host(const EntityGraph& graph, EntityGraph::Node node) {
  if (!graph.callers(node).empty() || !graph.callees(node).empty()) return false;
  for (EntityGraph::Node other = 0; other < graph.size(); ++other) {
    const auto& hosts = graph.placed_on(other);
    if (std::find(hosts.begin(), hosts.end(), node) != hosts.end()) return true;
  }
  return false;
}

class MicroRca final : public Method {
 public:
  [[nodiscard]] std::string_view name() const override { return "microrca"; }
  [[nodiscard]] std::string_view description() const override {
    return "PageRank over the anomalous part of the call graph, drawn to entities whose resources follow their latency";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "Wu et al., MicroRCA: Root Cause Localization of Performance Issues in Microservices, NOMS 2020";
  }
  [[nodiscard]] Need needs() const override { return Need::metrics | Need::graph; }

  [[nodiscard]] Result<Ranking> rank(const IncidentView& view, const MethodOptions& options) const override {
    RCA_ASSIGN(const CallSeries calls, make_call_series(view, options));
    const Subgraph subgraph = anomalous_subgraph(view.frame, calls);
    RCA_ASSIGN(const Eigen::VectorXd score, pagerank(subgraph.weights, subgraph.personalization));
    const std::vector<bool> anomalous = calls.anomalous_nodes();
    std::vector<Candidate> candidates;
    for (EntityGraph::Node node = 0; node < calls.graph.size(); ++node) {
      if (is_host(calls.graph, node)) continue;
      const bool inside = subgraph.member[node];
      const double rank = inside ? score(static_cast<Eigen::Index>(node)) : 0.0;
      const ResourceMatch& resource = subgraph.resource[node];
      std::string because = anomalous[node] ? "calls to it are anomalous"
                            : inside        ? "it calls, or is called by, an entity with anomalous calls"
                                            : "no anomalous calls near it";
      if (resource.column) {
        because += ", and their latency follows this signal with a correlation of " +
                   format_quantity(resource.correlation, "");
      }
      if (!calls.seen_by_callers) because += " (latency as measured by the callee)";
      candidates.push_back(node_candidate(view, calls, node, rank, resource.column, because));
    }
    return rank_candidates(name(), std::move(candidates));
  }
};

const MethodRegistration registration(std::make_unique<MicroRca>());

}  // namespace
}  // namespace rca
