// trace_errors: errors that begin in a span of the entity: it failed, and not just because something that it called
// did.
//
// Value: how many more failed spans than expected from the share before the onset, in standard deviations of a Poisson
// count (of at least one).

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

struct Failures {
  double spans_before = 0;
  double failed_before = 0;
  double spans_after = 0;
  double failed_after = 0;
  std::map<std::string_view, double> failed_of_operation;  // after the onset
};

std::string most_failed(const Failures& failures) {
  std::string_view best;
  double most = 0;
  for (const auto& [operation, count] : failures.failed_of_operation) {
    if (count <= most) continue;
    most = count;
    best = operation;
  }
  return std::string(best);
}

EvidenceItem item_of(const std::string& entity, const Failures& failures) {
  EvidenceItem item;
  item.entity = entity;
  // As if one in a thousand failed before, on top of what did: a share of 0 of ten spans proves little.
  constexpr double kPrior = 1000;
  const double expected = (failures.failed_before + 1) / (failures.spans_before + kPrior) * failures.spans_after;
  const double deviation = std::sqrt(std::max(1.0, expected));
  const double spans_after = std::max(1.0, failures.spans_after);
  item.evidence.before = failures.spans_before > 0 ? failures.failed_before / failures.spans_before : 0.0;
  item.evidence.after = failures.failed_after / spans_after;
  item.evidence.scale = deviation / spans_after;
  item.evidence.deviation = finite_score((failures.failed_after - expected) / deviation);
  item.value = std::max(0.0, item.evidence.deviation);
  item.evidence.text = format_quantity(item.evidence.after, "ratio") + " of the spans of " + entity +
                       " fail by themselves, not because of what they call; before the onset " +
                       format_quantity(item.evidence.before, "ratio");
  if (const std::string operation = most_failed(failures); !operation.empty()) {
    item.evidence.text += "; most of them " + operation;
  }
  return item;
}

class TraceErrors final : public EvidenceSource {
 public:
  [[nodiscard]] std::string_view name() const override { return "trace_errors"; }
  [[nodiscard]] std::string_view description() const override {
    return "errors that begin in its spans, with no failing child";
  }

  [[nodiscard]] std::vector<EvidenceItem> measure(const EvidenceContext& context) const override {
    const Result<TraceWindows> windows = make_trace_windows(*context.view);
    if (!windows.ok()) return {};
    const TraceIndex& index = windows->index;
    std::map<std::string_view, Failures> by_entity;
    const auto count = [&](const std::vector<std::size_t>& traces, bool after) {
      for (const std::size_t trace : traces) {
        for (const std::size_t span : index.traces[trace]) {
          if (index.client[span] != 0) continue;  // not work of its own: its failures count for the callee
          const TraceIndex::Operation& operation = index.operations[index.operation_of[span]];
          Failures& failures = by_entity[operation.entity];
          const double failed = index.failed[span] != 0 ? 1 : 0;
          (after ? failures.spans_after : failures.spans_before) += 1;
          (after ? failures.failed_after : failures.failed_before) += failed;
          if (after && failed > 0) failures.failed_of_operation[operation.name] += 1;
        }
      }
    };
    count(windows->before, false);
    count(windows->after, true);
    std::vector<EvidenceItem> items;
    for (const EvidenceContext::Entity& entity : context.entities) {
      const auto found = by_entity.find(entity.name);
      if (found != by_entity.end()) items.push_back(item_of(entity.name, found->second));
    }
    return items;
  }
};

const EvidenceRegistration registration(std::make_unique<TraceErrors>());

}  // namespace
}  // namespace rca
