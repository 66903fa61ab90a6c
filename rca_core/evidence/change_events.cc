// change_events: somebody or something changed the entity shortly before the incident: a deployment, a new
// configuration, another model version. Most incidents begin with a change.
//
//   value = largest exp(−age / 30 min) of its changes; age = time from the change to the onset. A change up to two
//   minutes after the onset counts as if it were at the onset: onsets are estimates.

#include <cmath>
#include <memory>
#include <optional>
#include <string>

#include "rca_core/evidence/evidence_source.h"
#include "rca_core/methods/evidence.h"

namespace rca {
namespace {

constexpr double kFadesMs = 30 * 60 * 1000.0;
constexpr std::int64_t kSlackMs = std::int64_t{2} * 60 * 1000;
constexpr std::int64_t kOldestMs = std::int64_t{4} * 60 * 60 * 1000;  // e^−8: nothing is left

std::string describe_event(const ChangeEvent& event, std::int64_t age_ms) {
  std::string text = event.kind + " of " + event.entity;
  if (!event.from.empty() || !event.to.empty()) text += " (" + event.from + " → " + event.to + ")";
  text += " at " + format_time_of_day(event.time_ms);
  if (age_ms > 0)
    return text + ", " + format_quantity(static_cast<double>(age_ms) / 1000, "seconds") + " before the onset";
  return text + ", at the onset";
}

class ChangeEvents final : public EvidenceSource {
 public:
  [[nodiscard]] std::string_view name() const override { return "change_events"; }
  [[nodiscard]] std::string_view description() const override {
    return "a deployment or another change of the entity shortly before the onset";
  }
  [[nodiscard]] std::vector<EvidenceItem> measure(const EvidenceContext& context) const override {
    const std::int64_t onset = context.view->onset_time_ms();
    std::vector<EvidenceItem> items;
    for (const EvidenceContext::Entity& entity : context.entities) {
      const ChangeEvent* latest = nullptr;
      for (const ChangeEvent& event : context.view->changes) {
        if (event.entity != entity.name || event.time_ms > onset + kSlackMs || event.time_ms < onset - kOldestMs)
          continue;
        if (latest == nullptr || event.time_ms > latest->time_ms) latest = &event;
      }
      if (latest == nullptr) continue;
      const std::int64_t age = std::max<std::int64_t>(0, onset - latest->time_ms);
      EvidenceItem item;
      item.entity = entity.name;
      item.value = std::exp(-static_cast<double>(age) / kFadesMs);
      item.evidence.since_ms = latest->time_ms;
      item.evidence.text = describe_event(*latest, age);
      items.push_back(std::move(item));
    }
    return items;
  }
};

const EvidenceRegistration change_events_registration(std::make_unique<ChangeEvents>());

}  // namespace
}  // namespace rca
