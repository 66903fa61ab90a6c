// change: how far the entity's own state moved: the resources it uses and how it is (processor, memory, GPU, disk,
// clocks, quality of its answers), rises and falls alike. Latency and failures are left to exclusive_flow: they are
// mostly what a cause does to others. Of what brings load and has no other state, a rise of what it asks for
// beyond that of its peers.
//
//   value = largest |deviation| of its internal signals, in robust deviations with the scale floor of scoring.h

#include <cmath>
#include <memory>

#include "rca_core/evidence/evidence_source.h"
#include "rca_core/evidence/items.h"
#include "rca_core/evidence/signal_kind.h"

namespace rca {
namespace {

class Change final : public EvidenceSource {
 public:
  [[nodiscard]] std::string_view name() const override { return "change"; }
  [[nodiscard]] std::string_view description() const override {
    return "how far the entity's own resources, or the load that it brings, moved";
  }
  [[nodiscard]] std::vector<EvidenceItem> measure(const EvidenceContext& context) const override {
    std::vector<EvidenceItem> items;
    for (const EvidenceContext::Entity& entity : context.entities) {
      const bool load = brings_load(context, entity);
      const SignalScore* strongest = strongest_change(context, entity, [&](const Signal& signal) {
        return load || (nature_for_evidence(signal) == SignalNature::internal && !seen_by_caller(signal.role));
      });
      if (strongest == nullptr) continue;
      const double value = load ? rise_beyond_peers(context, *strongest) : strongest->score;
      if (value > 0 || !load) items.push_back(item_of_change(context, entity, *strongest, value));
    }
    return items;
  }
};

const EvidenceRegistration change_registration(std::make_unique<Change>());

}  // namespace
}  // namespace rca
