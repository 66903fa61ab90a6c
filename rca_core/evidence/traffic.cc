// traffic: how much more is asked of the entity than before, where its callers do not explain it. A surge is a cause
// (a hot tenant, a retry storm, a shift of traffic); a loss of traffic is nearly always what a cause elsewhere does, so
// only rises count. What the callers' own rise explains is taken off:
//
//   value = (1 + rise of its traffic) / (1 + largest rise of a caller's traffic) − 1, rises in robust deviations

#include <algorithm>
#include <memory>
#include <vector>

#include "rca_core/evidence/evidence_source.h"
#include "rca_core/evidence/items.h"
#include "rca_core/evidence/signal_kind.h"

namespace rca {
namespace {

const SignalScore* largest_rise(const EvidenceContext& context, const EvidenceContext::Entity& entity) {
  const SignalScore* largest = nullptr;
  for (const Eigen::Index column : entity.columns) {
    const auto at = static_cast<std::size_t>(column);
    const Signal& signal = context.view->frame.signals[at];
    if (!context.changes[at] || nature_for_evidence(signal) != SignalNature::traffic || seen_by_caller(signal.role)) {
      continue;
    }
    const SignalScore& change = *context.changes[at];
    if (change.deviation >= 0 && (largest == nullptr || change.deviation > largest->deviation)) largest = &change;
  }
  return largest;
}

class Traffic final : public EvidenceSource {
 public:
  [[nodiscard]] std::string_view name() const override { return "traffic"; }
  [[nodiscard]] std::string_view description() const override {
    return "how much more is asked of the entity, beyond what its callers' own traffic explains";
  }
  [[nodiscard]] std::vector<EvidenceItem> measure(const EvidenceContext& context) const override {
    std::vector<const SignalScore*> rises;
    for (const EvidenceContext::Entity& entity : context.entities) rises.push_back(largest_rise(context, entity));
    std::vector<std::size_t> entity_of_node(context.view->graph == nullptr ? 0 : context.view->graph->size());
    for (std::size_t i = 0; i < context.entities.size(); ++i) {
      if (context.entities[i].node) entity_of_node[*context.entities[i].node] = i;
    }
    std::vector<EvidenceItem> items;
    for (std::size_t i = 0; i < context.entities.size(); ++i) {
      const EvidenceContext::Entity& entity = context.entities[i];
      if (rises[i] == nullptr) continue;
      double explained = 0;
      if (entity.node) {
        for (const EntityGraph::Node caller : context.view->graph->callers(*entity.node)) {
          const SignalScore* rise = rises[entity_of_node[caller]];
          if (rise != nullptr && caller != *entity.node) explained = std::max(explained, rise->deviation);
        }
      }
      const double value = (1 + rises[i]->deviation) / (1 + explained) - 1;
      items.push_back(item_of_change(context, entity, *rises[i], std::max(0.0, value)));
    }
    return items;
  }
};

const EvidenceRegistration traffic_registration(std::make_unique<Traffic>());

}  // namespace
}  // namespace rca
