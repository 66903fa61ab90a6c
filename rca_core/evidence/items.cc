#include "rca_core/evidence/items.h"

#include <algorithm>

#include "rca_core/evidence/signal_kind.h"
#include "rca_core/methods/evidence.h"

namespace rca {

const SignalScore* strongest_change(const EvidenceContext& context, const EvidenceContext::Entity& entity,
                                    const std::function<bool(const Signal&)>& wanted) {
  const SignalScore* strongest = nullptr;
  for (const Eigen::Index column : entity.columns) {
    const auto at = static_cast<std::size_t>(column);
    const std::optional<SignalScore>& change = context.changes[at];
    if (!change || !wanted(context.view->frame.signals[at])) continue;
    if (strongest == nullptr || change->score > strongest->score) strongest = &*change;
  }
  return strongest;
}

EvidenceItem item_of_change(const EvidenceContext& context, const EvidenceContext::Entity& entity,
                            const SignalScore& change, double value) {
  const Frame& frame = context.view->frame;
  const Signal& signal = frame.signals[static_cast<std::size_t>(change.column)];
  EvidenceItem item;
  item.entity = entity.name;
  item.signal = signal.role;
  item.value = finite_score(value);
  item.evidence.before = change.before;
  item.evidence.after = change.after;
  item.evidence.scale = change.scale;
  item.evidence.deviation = change.deviation;
  item.evidence.since_ms = change.since_row < 0 ? 0 : frame.grid.time_ms(change.since_row);
  item.evidence.text = describe_change(signal, change, "robust deviations", item.evidence.since_ms);
  return item;
}

bool brings_load(const EvidenceContext& context, const EvidenceContext::Entity& entity) {
  const EntityGraph* const graph = context.view->graph;
  if (graph == nullptr || graph->size() == 0 || entity.columns.empty()) return false;
  if (entity.node && !graph->callers(*entity.node).empty()) return false;
  return std::all_of(entity.columns.begin(), entity.columns.end(), [&](Eigen::Index column) {
    const Signal& signal = context.view->frame.signals[static_cast<std::size_t>(column)];
    return nature_for_evidence(signal) == SignalNature::traffic && !seen_by_caller(signal.role);
  });
}

}  // namespace rca
