// saturation: a resource of the entity that rose and is now near its limit. That explains latency: queues grow without
// bound as utilisation comes near 1, while a rise far below the limit slows nobody.
//
//   value = min(deviation, 20) × (share of the limit in use − 0.8) / 0.2, at least 0
//
// The limit: 1 for a ratio; else the entity's signal of the same words with "limit", "max", "total", "size" or
// "capacity" in place of "used", "usage" or "in-use", where there is one.

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <optional>
#include <string>

#include "rca_core/evidence/evidence_source.h"
#include "rca_core/evidence/items.h"
#include "rca_core/evidence/signal_kind.h"
#include "rca_core/methods/evidence.h"

namespace rca {
namespace {

constexpr double kNearLimit = 0.8;
constexpr double kMostDeviation = 20;  // beyond, how full it is tells more than how quiet it was before
constexpr std::array<std::string_view, 6> kInUse = {"used", "usage", "in-use", "in_use", "working_set", "rss"};
constexpr std::array<std::string_view, 5> kLimits = {"limit", "max", "total", "size", "capacity"};
constexpr std::array<std::string_view, 12> kConsumption = {"util",   "usage",  "used",     "in-use",
                                                           "in_use", "busy",   "pressure", "saturation",
                                                           "cpu",    "memory", "throttle", "throttling"};

bool is_consumption(std::string_view role) {
  if (role.find("available") != std::string_view::npos || role.find("free") != std::string_view::npos ||
      role.find("hit") != std::string_view::npos) {
    return false;
  }
  return std::any_of(kConsumption.begin(), kConsumption.end(),
                     [&](std::string_view word) { return role.find(word) != std::string_view::npos; });
}

std::optional<double> limit_of(const EvidenceContext& context, const EvidenceContext::Entity& entity,
                               const Signal& signal) {
  if (signal.unit == "ratio") return is_consumption(signal.role) ? std::optional<double>(1.0) : std::nullopt;
  for (const std::string_view used : kInUse) {
    const std::size_t at = signal.role.find(used);
    if (at == std::string::npos) continue;
    const std::string before = signal.role.substr(0, at);
    for (const Eigen::Index column : entity.columns) {
      const auto& change = context.changes[static_cast<std::size_t>(column)];
      const std::string& other = context.view->frame.signals[static_cast<std::size_t>(column)].role;
      if (!change || !other.starts_with(before)) continue;
      const bool is_limit = std::any_of(kLimits.begin(), kLimits.end(), [&](std::string_view word) {
        return other.find(word, before.size()) == before.size();
      });
      if (is_limit && change->after > 0) return change->after;
    }
  }
  return std::nullopt;
}

class Saturation final : public EvidenceSource {
 public:
  [[nodiscard]] std::string_view name() const override { return "saturation"; }
  [[nodiscard]] std::string_view description() const override {
    return "a resource of the entity that rose and is near its limit, which explains latency";
  }
  [[nodiscard]] std::vector<EvidenceItem> measure(const EvidenceContext& context) const override {
    std::vector<EvidenceItem> items;
    for (const EvidenceContext::Entity& entity : context.entities) {
      if (std::optional<EvidenceItem> item = fullest(context, entity)) items.push_back(*std::move(item));
    }
    return items;
  }

 private:
  static std::optional<EvidenceItem> fullest(const EvidenceContext& context, const EvidenceContext::Entity& entity) {
    std::optional<EvidenceItem> best;
    for (const Eigen::Index column : entity.columns) {
      const auto at = static_cast<std::size_t>(column);
      const Signal& signal = context.view->frame.signals[at];
      const std::optional<SignalScore>& change = context.changes[at];
      if (!change || nature_for_evidence(signal) != SignalNature::internal || seen_by_caller(signal.role)) continue;
      const std::optional<double> limit = limit_of(context, entity, signal);
      if (!limit) continue;
      const double in_use = std::clamp(change->after / *limit, 0.0, 1.0);
      const double rise = std::clamp(change->deviation, 0.0, kMostDeviation);
      const double value = rise * std::max(0.0, (in_use - kNearLimit) / (1 - kNearLimit));
      if (best && value <= best->value) continue;
      best = item_of_change(context, entity, *change, value);
      best->evidence.text += "; " + format_quantity(in_use, "ratio") + " of its limit is in use";
    }
    return best;
  }
};

const EvidenceRegistration saturation_registration(std::make_unique<Saturation>());

}  // namespace
}  // namespace rca
