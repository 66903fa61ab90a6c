// breadth: how many of an entity's signals moved, against how many would have by chance. The entity at fault shows in
// most of what is measured of it; what it does to others shows in one or two of their signals.
//
//   value = moved − kByChance × signals, at least 0; a signal moved when its |deviation| is 3 or more

#include <algorithm>
#include <memory>
#include <string>

#include "rca_core/evidence/evidence_source.h"
#include "rca_core/evidence/items.h"

namespace rca {
namespace {

// Of signals without a fault. The normal distribution's 0.3 % does not hold for what is measured in practice.
constexpr double kByChance = 0.05;

class Breadth final : public EvidenceSource {
 public:
  [[nodiscard]] std::string_view name() const override { return "breadth"; }
  [[nodiscard]] std::string_view description() const override {
    return "how many of the entity's signals moved, less those that move by chance";
  }
  [[nodiscard]] std::vector<EvidenceItem> measure(const EvidenceContext& context) const override {
    std::vector<EvidenceItem> items;
    for (const EvidenceContext::Entity& entity : context.entities) {
      std::size_t signals = 0;
      std::size_t moved = 0;
      for (const Eigen::Index column : entity.columns) {
        const auto& change = context.changes[static_cast<std::size_t>(column)];
        if (!change) continue;
        ++signals;
        if (change->score >= kMoved) ++moved;
      }
      const SignalScore* strongest = strongest_change(context, entity, [](const Signal&) { return true; });
      if (strongest == nullptr) continue;
      const double value = std::max(0.0, static_cast<double>(moved) - kByChance * static_cast<double>(signals));
      EvidenceItem item = item_of_change(context, entity, *strongest, value);
      item.evidence.text = std::to_string(moved) + " of the " + std::to_string(signals) + " signals of " + entity.name +
                           " moved by 3 robust deviations or more";
      items.push_back(std::move(item));
    }
    return items;
  }
};

const EvidenceRegistration breadth_registration(std::make_unique<Breadth>());

}  // namespace
}  // namespace rca
