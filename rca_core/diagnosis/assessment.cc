#include "rca_core/diagnosis/assessment.h"

#include <iterator>
#include <utility>

#include "rca_core/diagnosis/class_match.h"
#include "rca_core/evidence/evidence_source.h"
#include "rca_core/evidence/signal_kind.h"
#include "rca_core/evidence/weighing.h"

namespace rca {
namespace {

std::vector<std::string> missing_telemetry(const EvidenceContext& context) {
  std::vector<std::string> missing;
  const IncidentView& view = *context.view;
  bool traffic = false;
  bool internal = false;
  for (const Signal& signal : view.frame.signals) {
    const SignalNature nature = nature_for_evidence(signal);
    traffic = traffic || nature == SignalNature::traffic;
    internal = internal || nature == SignalNature::internal;
  }
  if (context.sli == SliNature::unknown) {
    missing.emplace_back("No SLI was given: what each entity adds to it cannot be accounted for.");
  }
  if (view.graph == nullptr || view.graph->size() == 0) {
    missing.emplace_back("There is no call graph: an entity that suffers cannot be told from what it calls.");
  }
  if (!traffic) missing.emplace_back("No request rates: a rare slow call cannot be told from a frequent one.");
  if (!internal) missing.emplace_back("No resource signals: only latency and failures can be compared.");
  if (view.spans.empty() && view.call_latencies == nullptr && view.counts == nullptr) {
    missing.emplace_back("No traces: time that is spent between two entities cannot be told from time inside them.");
  }
  if (view.logs.empty() && view.counts == nullptr)
    missing.emplace_back("No logs: errors that are only written down are not seen.");
  return missing;
}

}  // namespace

Result<Assessment> assess(const IncidentView& view, const MethodOptions& options) {
  RCA_ASSIGN(const EvidenceContext context, make_evidence_context(view, options));
  const RoleMovements movements(context);
  return assess(context, movements, match_classes(movements));
}

Assessment assess(const EvidenceContext& context, const RoleMovements& movements,
                  std::span<const EntityClasses> classes) {
  std::vector<EvidenceItem> items = gather_evidence(context);
  std::vector<EvidenceItem> signatures = signature_evidence(movements, classes);
  items.insert(items.end(), std::make_move_iterator(signatures.begin()), std::make_move_iterator(signatures.end()));
  WeighedEntities weighed =
      weigh_entities(context, std::move(items), consensus_weighing(), explained_by_mechanism(classes));
  Assessment assessment;
  assessment.classes = join_classes(movements, weighed.entities, classes);
  assessment.none_of_these = weighed.none_of_these;
  assessment.entities = std::move(weighed.entities);
  assessment.confidence = assessment.entities.empty() ? 0 : assessment.entities.front().probability;
  assessment.unknown = assessment.confidence < kLeastConfidence;
  assessment.missing_telemetry = missing_telemetry(context);
  return assessment;
}

}  // namespace rca
