// budget: what the entity adds to what users feel, in the SLI's own unit and weighted by traffic, less what its callees
// explain (methods/budget_attribution.cc). Only where traffic is measured; exclusive_flow says the same in deviations.
//
// What the SLI is about counts in full. The other of latency and failures speaks half as loud, √(1 + value) − 1:
// services that refuse calls at once are fast, and an objective on latency alone sees the refusals late or never.
//
// Value: √(own part over the noise of the normal window × own part over that of all entities): an entity must both
// stand out from its own normal days and be a large part of the whole.

#include "rca_core/methods/budget.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "rca_core/evidence/evidence_source.h"
#include "rca_core/methods/evidence.h"

namespace rca {
namespace {

// Without calls the entry, which waits for all others, would seem to add what they do.
bool calls_anything(const EntityGraph* graph) {
  for (EntityGraph::Node node = 0; graph != nullptr && node < graph->size(); ++node) {
    if (!graph->callees(node).empty()) return true;
  }
  return false;
}

class BudgetEvidence final : public EvidenceSource {
 public:
  [[nodiscard]] std::string_view name() const override { return "budget"; }
  [[nodiscard]] std::string_view description() const override {
    return "lost requests or added time, weighted by traffic, that what it calls does not explain";
  }

  [[nodiscard]] std::vector<EvidenceItem> measure(const EvidenceContext& context) const override {
    if (context.sli != SliNature::latency && context.sli != SliNature::failures) return {};
    std::vector<EvidenceItem> items;
    for (const SliNature nature : {SliNature::latency, SliNature::failures}) {
      const bool other = context.sli != nature;
      for (EvidenceItem& item : items_of(context, nature)) {
        if (other) item.value = std::sqrt(1 + item.value) - 1;
        const auto same = std::find_if(items.begin(), items.end(),
                                       [&](const EvidenceItem& one) { return one.entity == item.entity; });
        if (same == items.end()) {
          items.push_back(std::move(item));
        } else if (item.value > same->value) {
          *same = std::move(item);
        }
      }
    }
    return items;
  }

 private:
  static std::vector<EvidenceItem> items_of(const EvidenceContext& context, SliNature nature) {
    const IncidentView& view = *context.view;
    if (!calls_anything(view.graph)) return {};
    const Result<Budget> budget = attribute_budget(view, context.windows, nature);
    if (!budget.ok() || !budget->by_traffic) return {};
    const double all = budget->own_of_all();
    if (!(all > 0)) return {};
    constexpr double kLeastNoise = 1e-3;  // of the whole: what never lost a request before must not be infinitely odd
    std::vector<EvidenceItem> items;
    for (const BudgetShare& share : budget->shares) {
      EvidenceItem& item = items.emplace_back();
      item.entity = share.entity;
      item.signal = view.frame.signals[static_cast<std::size_t>(share.quality.column)].role;
      const double part = share.own() / all;
      item.value = finite_score(std::sqrt(share.own() / std::max(share.noise, kLeastNoise * all) * part));
      item.evidence = evidence_of_share(view.frame, *budget, share);
      constexpr double kPercent = 100;
      item.evidence.text += "; " + format_quantity(std::round(kPercent * part), "") + " % of all that is added";
    }
    return items;
  }
};

const EvidenceRegistration registration(std::make_unique<BudgetEvidence>());

}  // namespace
}  // namespace rca
