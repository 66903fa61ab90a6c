// span_time: operations of the entity work longer themselves, or keep their callers waiting longer, than before the
// onset. What a span waits for its children is taken out (graph/trace_index.h).
//
// Value: √(deviations × share): by how many deviations of single spans the mean time of the entity's most slowed
// operation rose, and which share of all the time that was added after the onset, over all entities, its operations
// add.

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "rca_core/evidence/evidence_source.h"
#include "rca_core/methods/evidence.h"
#include "rca_core/methods/trace_windows.h"

namespace rca {
namespace {

struct SpanTime {
  double added_ms = 0;
  double deviations = 0;
  std::size_t operation = 0;  // that slowed most
};

class SpanTimeEvidence final : public EvidenceSource {
 public:
  [[nodiscard]] std::string_view name() const override { return "span_time"; }
  [[nodiscard]] std::string_view description() const override {
    return "its spans work longer themselves, or are waited for longer, than before";
  }

  [[nodiscard]] std::vector<EvidenceItem> measure(const EvidenceContext& context) const override {
    const Result<TraceWindows> windows = make_trace_windows(*context.view);
    if (!windows.ok()) return {};
    std::map<std::string_view, SpanTime> by_entity;
    double all = 0;
    for (std::size_t operation = 0; operation < windows->index.operations.size(); ++operation) {
      const TimeBaseline& before = windows->total_before[operation];
      const TimeBaseline& after = windows->total_after[operation];
      if (before.count < 2 || after.count == 0) continue;
      SpanTime& time = by_entity[windows->index.operations[operation].entity];
      const double added = std::max(0.0, after.mean - before.mean) * static_cast<double>(after.count);
      const double deviations = std::max(0.0, deviations_above(before, after.mean));
      time.added_ms += added;
      all += added;
      if (deviations <= time.deviations && (time.deviations > 0 || time.operation != 0)) continue;
      time.deviations = deviations;
      time.operation = operation;
    }
    std::vector<EvidenceItem> items;
    for (const EvidenceContext::Entity& entity : context.entities) {
      const auto found = by_entity.find(entity.name);
      if (found == by_entity.end()) continue;
      const SpanTime& time = found->second;
      const double share = all > 0 ? time.added_ms / all : 0.0;
      EvidenceItem& item = items.emplace_back();
      item.entity = entity.name;
      item.value = finite_score(std::sqrt(time.deviations * share));
      constexpr double kPercent = 100;
      item.evidence = evidence_of_operation(
          *windows, time.operation,
          "its operations hold " + format_quantity(std::round(kPercent * share), "") + " % of the time that was added");
    }
    return items;
  }
};

const EvidenceRegistration registration(std::make_unique<SpanTimeEvidence>());

}  // namespace
}  // namespace rca
