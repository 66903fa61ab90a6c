// microscope: follow the anomalous calls down from the entry; what has no anomalous callee is a candidate.
// J. Lin, P. Chen, Z. Zheng, "Microscope: Pinpoint Performance Issues with Causal Graphs in Micro-service
// Environments", ICSOC 2018.
//
// From the entry, an entity's anomalous callees are visited; an entity that is reached and has none is a candidate.
// Candidates are ranked by the |correlation| of what callers see of them with what users feel (the SLI, or the entry's
// latency). Anomalous calls: methods/call_series.h. The entities on the way come after the candidates and the rest of
// the graph after these, each by the same correlation.
//
// Where the entry makes no anomalous call, the search starts at the entities that do: between them and the entry the
// slow calls are too few among the others to show.
//
// Where we differ from the paper: its causal graph is the communication graph refined by a PC search on co-located
// services; here the call graph of the view is used as it is.
// Where the reference (RCAEval) differs: the entry's name is fixed; callees are visited in the order of a hash set; the
// correlation is signed and with the last entity visited instead of the entry; candidates only are returned, and its
// BIRCH threshold usually finds no anomalous call, which leaves the entry alone.

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "rca_core/methods/call_series.h"
#include "rca_core/methods/candidates.h"
#include "rca_core/methods/evidence.h"
#include "rca_core/methods/registry.h"

namespace rca {
namespace {

enum class Place { elsewhere, on_the_way, candidate };

// Where the search starts: the entry of the view, else the callers that nobody calls, else all callers.
std::vector<EntityGraph::Node> starts(const IncidentView& view, const EntityGraph& graph) {
  if (const auto entry = graph.find(view.entry); entry && !graph.callees(*entry).empty()) return {*entry};
  std::vector<EntityGraph::Node> roots;
  std::vector<EntityGraph::Node> callers;
  for (EntityGraph::Node node = 0; node < graph.size(); ++node) {
    if (graph.callees(node).empty()) continue;
    callers.push_back(node);
    if (graph.callers(node).empty()) roots.push_back(node);
  }
  return roots.empty() ? callers : roots;
}

std::vector<Place> search(const CallSeries& calls, std::vector<EntityGraph::Node> open) {
  std::vector<Place> places(calls.graph.size(), Place::elsewhere);
  std::vector<bool> seen(calls.graph.size());
  for (const EntityGraph::Node node : open) seen[node] = true;
  while (!open.empty()) {
    const EntityGraph::Node node = open.back();
    open.pop_back();
    places[node] = Place::candidate;
    for (const CallEdge& edge : calls.edges) {
      if (edge.caller != node || !edge.anomalous || edge.callee == node) continue;
      places[node] = Place::on_the_way;
      if (seen[edge.callee]) continue;
      seen[edge.callee] = true;
      open.push_back(edge.callee);
    }
  }
  return places;
}

std::vector<EntityGraph::Node> anomalous_callers(const CallSeries& calls) {
  std::vector<EntityGraph::Node> callers;
  for (const CallEdge& edge : calls.edges) {
    if (edge.anomalous && std::find(callers.begin(), callers.end(), edge.caller) == callers.end()) {
      callers.push_back(edge.caller);
    }
  }
  return callers;
}

class Microscope final : public Method {
 public:
  [[nodiscard]] std::string_view name() const override { return "microscope"; }
  [[nodiscard]] std::string_view description() const override {
    return "the ends of the chains of anomalous calls from the entry, by correlation with what users feel";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "Lin, Chen and Zheng, Microscope: Pinpoint Performance Issues with Causal Graphs in Micro-service "
           "Environments, ICSOC 2018";
  }
  [[nodiscard]] Need needs() const override { return Need::metrics | Need::graph; }

  [[nodiscard]] Result<Ranking> rank(const IncidentView& view, const MethodOptions& options) const override {
    RCA_ASSIGN(const CallSeries calls, make_call_series(view, options));
    const std::vector<EntityGraph::Node> entries = starts(view, calls.graph);
    std::vector<Place> places = search(calls, entries);
    if (std::find(places.begin(), places.end(), Place::on_the_way) == places.end()) {
      places = search(calls, anomalous_callers(calls));
    }
    const Eigen::VectorXd felt = felt_series(view, calls);
    std::vector<Candidate> candidates;
    for (EntityGraph::Node node = 0; node < calls.graph.size(); ++node) {
      if (calls.graph.callers(node).empty() && calls.graph.callees(node).empty()) continue;  // a Kubernetes node
      const double correlation = calls.similarity(felt, node_series(view, calls, node));
      const char* where = places[node] == Place::candidate    ? "a chain of anomalous calls ends here"
                          : places[node] == Place::on_the_way ? "anomalous calls go on from here"
                                                              : "no chain of anomalous calls leads here";
      // A place counts more than any correlation.
      const double score = static_cast<double>(places[node]) + correlation / 2;
      candidates.push_back(node_candidate(
          view, calls, node, score, std::nullopt,
          std::string(where) + "; correlation with what users feel " + format_quantity(correlation, "")));
    }
    return rank_candidates(name(), std::move(candidates));
  }
};

const MethodRegistration registration(std::make_unique<Microscope>());

}  // namespace
}  // namespace rca
