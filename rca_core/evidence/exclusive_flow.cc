// exclusive_flow: the entity's own latency or failures changed more than those of what it calls.
//
// Value: (1 + own size) / √(1 + the largest of its callees) − 1, sizes of changes as flow_size (flow.h) has them. What
// a callee does explains its caller only in part: deviations are in units of each signal's own noise, so a quiet callee
// shows a fault of its caller more loudly than the caller itself, and taking all of it away would clear the culprit.

#include <algorithm>
#include <cmath>
#include <memory>

#include "rca_core/evidence/evidence_source.h"
#include "rca_core/evidence/flow.h"
#include "rca_core/methods/evidence.h"

namespace rca {
namespace {

class ExclusiveFlow final : public EvidenceSource {
 public:
  [[nodiscard]] std::string_view name() const override { return "exclusive_flow"; }
  [[nodiscard]] std::string_view description() const override {
    return "change of its own latency or failures beyond that of what it calls";
  }

  [[nodiscard]] std::vector<EvidenceItem> measure(const EvidenceContext& context) const override {
    const auto flows = flow_changes(context, false);
    const auto callees = callees_of_entities(context);
    std::vector<EvidenceItem> items;
    for (std::size_t i = 0; i < flows.size(); ++i) {
      if (!flows[i]) continue;
      std::optional<std::size_t> worst;
      for (const std::size_t callee : callees[i]) {
        if (flows[callee] && (!worst || flows[callee]->size > flows[*worst]->size)) worst = callee;
      }
      const double below = worst ? flows[*worst]->size : 0.0;
      const double value = std::max(0.0, (1 + flows[i]->size) / std::sqrt(1 + below) - 1);
      std::string because = "nothing that it calls is known to have changed";
      if (worst) {
        because = "of what it calls, " + context.entities[*worst].name + " changed most (" +
                  format_deviation(flows[*worst]->change.deviation) + " robust deviations)";
      }
      items.push_back(item_of_flow(context, i, flows[i]->change, value, because));
    }
    return items;
  }
};

const EvidenceRegistration registration(std::make_unique<ExclusiveFlow>());

}  // namespace
}  // namespace rca
