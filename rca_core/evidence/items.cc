#include "rca_core/evidence/items.h"

#include <algorithm>

#include "rca_core/evidence/signal_kind.h"
#include "rca_core/methods/evidence.h"
#include "rca_core/stats/robust.h"

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

double rise_beyond_peers(const EvidenceContext& context, const SignalScore& change) {
  const std::vector<Signal>& signals = context.view->frame.signals;
  const Signal& own = signals[static_cast<std::size_t>(change.column)];
  std::vector<double> factors;
  for (std::size_t i = 0; i < signals.size() && !own.peer_group.empty(); ++i) {
    const std::optional<SignalScore>& other = context.changes[i];
    if (!other || other->column == change.column || !(other->before > 0)) continue;
    if (signals[i].role == own.role && signals[i].peer_group == own.peer_group) {
      factors.push_back(other->after / other->before);
    }
  }
  const double factor = factors.empty() ? 1.0 : std::max(1.0, median_in_place(factors));
  return std::max(0.0, finite_score((change.after - change.before * factor) / change.scale));
}

}  // namespace rca
