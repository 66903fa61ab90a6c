// persistence: whether what moved stayed where it went. A cause lasts as long as the incident; noise and the transients
// of a recovery do not.
//
//   value = share of the rows from the strongest signal's first deviating row on that deviate to the same side by 3 or
//   more; 0 where no signal moved

#include <cmath>
#include <cstdio>
#include <memory>
#include <string>

#include "rca_core/evidence/evidence_source.h"
#include "rca_core/evidence/items.h"

namespace rca {
namespace {

double share_that_stays(const EvidenceContext& context, const SignalScore& change) {
  if (change.since_row < 0) return 0;
  const auto rows =
      column_rows(context.view->frame, change.column, change.since_row, context.windows.end() - change.since_row);
  const double side = change.deviation > 0 ? 1 : -1;
  std::size_t present = 0;
  std::size_t deviating = 0;
  for (const double value : rows) {
    if (!std::isfinite(value)) continue;
    ++present;
    if (side * (value - change.before) >= kMoved * change.scale) ++deviating;
  }
  return present == 0 ? 0 : static_cast<double>(deviating) / static_cast<double>(present);
}

class Persistence final : public EvidenceSource {
 public:
  [[nodiscard]] std::string_view name() const override { return "persistence"; }
  [[nodiscard]] std::string_view description() const override {
    return "whether the entity's strongest signal stayed where it went";
  }
  [[nodiscard]] std::vector<EvidenceItem> measure(const EvidenceContext& context) const override {
    std::vector<EvidenceItem> items;
    for (const EvidenceContext::Entity& entity : context.entities) {
      const SignalScore* strongest = strongest_change(context, entity, [](const Signal&) { return true; });
      if (strongest == nullptr) continue;
      const double share = share_that_stays(context, *strongest);
      EvidenceItem item = item_of_change(context, entity, *strongest, share);
      item.evidence.text +=
          "; it stayed there for " + std::to_string(std::lround(100 * share)) + " % of the time since";
      items.push_back(std::move(item));
    }
    return items;
  }
};

const EvidenceRegistration persistence_registration(std::make_unique<Persistence>());

}  // namespace
}  // namespace rca
