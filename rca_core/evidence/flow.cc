#include "rca_core/evidence/flow.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "rca_core/evidence/items.h"
#include "rca_core/evidence/signal_kind.h"
#include "rca_core/methods/budget.h"

namespace rca {
namespace {

bool is_flow(const Signal& signal) {
  const SignalNature nature = nature_for_evidence(signal);
  return nature == SignalNature::latency || nature == SignalNature::failures;
}

std::vector<std::vector<std::size_t>> neighbours(const EvidenceContext& context, bool callees) {
  std::vector<std::vector<std::size_t>> out(context.entities.size());
  const EntityGraph* const graph = context.view->graph;
  if (graph == nullptr) return out;
  std::vector<std::optional<EntityGraph::Node>> nodes;
  std::map<EntityGraph::Node, std::vector<std::size_t>> members;
  for (std::size_t i = 0; i < context.entities.size(); ++i) {
    nodes.push_back(node_of_entity(*graph, context.entities[i].name));
    if (nodes.back()) members[*nodes.back()].push_back(i);
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (!nodes[i]) continue;
    for (const EntityGraph::Node other : callees ? graph->callees(*nodes[i]) : graph->callers(*nodes[i])) {
      if (other == *nodes[i]) continue;
      const auto found = members.find(other);
      if (found != members.end()) out[i].insert(out[i].end(), found->second.begin(), found->second.end());
    }
  }
  return out;
}

}  // namespace

double flow_size(const Signal& signal, const SignalScore& change) {
  const bool falls = nature_for_evidence(signal) == SignalNature::failures && falls_when_bad(signal.role);
  const bool worse = falls ? change.deviation < 0 : change.deviation > 0;
  return worse ? change.score : std::sqrt(1 + change.score) - 1;
}

std::vector<std::optional<FlowChange>> flow_changes(const EvidenceContext& context, bool seen_by_callers) {
  const Frame& frame = context.view->frame;
  std::vector<std::optional<FlowChange>> out(context.entities.size());
  for (std::size_t i = 0; i < context.entities.size(); ++i) {
    for (const Eigen::Index column : context.entities[i].columns) {
      const auto& change = context.changes[static_cast<std::size_t>(column)];
      const Signal& signal = frame.signals[static_cast<std::size_t>(column)];
      if (!change || !is_flow(signal) || seen_by_caller(signal.role) != seen_by_callers) continue;
      const double size = flow_size(signal, *change);
      if (!out[i] || size > out[i]->size) out[i] = FlowChange{*change, size};
    }
  }
  return out;
}

std::vector<std::vector<std::size_t>> callees_of_entities(const EvidenceContext& context) {
  return neighbours(context, true);
}

std::vector<std::vector<std::size_t>> callers_of_entities(const EvidenceContext& context) {
  return neighbours(context, false);
}

EvidenceItem item_of_flow(const EvidenceContext& context, std::size_t entity, const SignalScore& change, double value,
                          std::string_view because) {
  EvidenceItem item = item_of_change(context, context.entities[entity], change, value);
  if (!because.empty()) item.evidence.text += "; " + std::string(because);
  return item;
}

}  // namespace rca
