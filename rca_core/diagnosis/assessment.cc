#include "rca_core/diagnosis/assessment.h"

#include <algorithm>
#include <utility>

#include "rca_core/diagnosis/fault_class.h"
#include "rca_core/evidence/evidence_source.h"
#include "rca_core/evidence/signal_kind.h"
#include "rca_core/evidence/weighing.h"

namespace rca {
namespace {

// The joint probabilities of one entity's fault classes; they sum to its probability.
void add_classes(const EntityPosterior& entity, std::vector<ClassProbability>& classes) {
  classes.push_back({entity.entity, std::string(kUnknownFaultClass), entity.probability, {}});
}

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
  WeighedEntities weighed = weigh_entities(context, gather_evidence(context), consensus_weighing());
  Assessment assessment;
  for (const EntityPosterior& entity : weighed.entities) add_classes(entity, assessment.classes);
  std::stable_sort(assessment.classes.begin(), assessment.classes.end(),
                   [](const ClassProbability& a, const ClassProbability& b) { return a.probability > b.probability; });
  assessment.none_of_these = weighed.none_of_these;
  assessment.entities = std::move(weighed.entities);
  assessment.confidence = assessment.entities.empty() ? 0 : assessment.entities.front().probability;
  assessment.unknown = assessment.confidence < kLeastConfidence;
  assessment.missing_telemetry = missing_telemetry(context);
  return assessment;
}

}  // namespace rca
