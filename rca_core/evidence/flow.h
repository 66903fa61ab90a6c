// How the calls of entities go, by entity and by call: what evidence from the call graph shares.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rca_core/evidence/evidence_source.h"
#include "rca_core/methods/call_quality.h"

namespace rca {

// A signal of calls that changed, and by how much users may mind.
struct FlowChange {
  SignalScore change;
  // Deviations where calls became slower or failed more. Where they became better √(1 + deviations) − 1: that hints at
  // something too (a service that fails early is fast), but nobody complains of it.
  double size = 0;
};

// Of a latency or failure signal that changed so.
double flow_size(const Signal& signal, const SignalScore& change);

// One per entity of the context: the latency or failure signal of its own (`seen_by_callers` false) or as its callers
// see it (true) that changed most in size; nullopt: it has none.
std::vector<std::optional<FlowChange>> flow_changes(const EvidenceContext& context, bool seen_by_callers);

// Per entity of the context the entities that it calls, by the view's graph; replicas stand for their service
// (node_of_entity, methods/budget.h). Empty without a graph.
std::vector<std::vector<std::size_t>> callees_of_entities(const EvidenceContext& context);

// As callees_of_entities, the other way round.
std::vector<std::vector<std::size_t>> callers_of_entities(const EvidenceContext& context);

// As item_of_change (items.h); `because` follows the sentence and may be empty.
EvidenceItem item_of_flow(const EvidenceContext& context, std::size_t entity, const SignalScore& change, double value,
                          std::string_view because);

}  // namespace rca
