#include "exporter/pipeline/incident_ranker.h"

#include <optional>
#include <utility>

#include "common/parallel_for.h"
#include "exporter/incident/impact.h"
#include "rca_core/methods/consensus.h"
#include "rca_core/methods/registry.h"

namespace exporter {
namespace {

rca::Result<rca::Ranking> run_method(const std::string& name, const rca::IncidentView& view,
                                     const rca::MethodOptions& options) {
  RCA_ASSIGN(const rca::Method* method, rca::find_method(name));
  return method->rank(view, options);
}

std::string peer_group_of(const rca::Frame& frame, const std::string& entity) {
  for (const rca::Signal& signal : frame.signals) {
    if (signal.entity == entity && !signal.peer_group.empty()) return signal.peer_group;
  }
  return {};
}

}  // namespace

RankingSet rank_incident(const IncidentInput& input, const Config& config, std::span<const std::string> methods,
                         std::span<const rca::ObservabilityGap> gaps) {
  const rca::IncidentView view = input.view();
  rca::MethodOptions options;
  options.seed = config.seed;
  std::vector<std::optional<rca::Result<rca::Ranking>>> results(methods.size());
  std::optional<rca::Result<rca::Diagnosis>> diagnosis;
  rca::parallel_for(0, methods.size() + 1, 1, [&](std::size_t i) {
    if (i == methods.size()) {
      diagnosis = rca::diagnose(view, options, gaps);
    } else if (methods[i] != rca::kConsensus) {
      results[i] = run_method(methods[i], view, options);
    }
  });
  // The diagnosis has weighed the same evidence.
  for (std::size_t i = 0; i < methods.size(); ++i) {
    if (results[i]) continue;
    if (diagnosis->ok()) {
      results[i] = rca::consensus_ranking(view.frame, (*diagnosis)->assessment);
    } else {
      results[i] = diagnosis->error();
    }
  }
  RankingSet set;
  for (std::size_t i = 0; i < methods.size(); ++i) {
    rca::Result<rca::Ranking>& result = *results[i];
    if (!result.ok()) {
      set.failures.push_back({methods[i], std::move(result).error()});
      continue;
    }
    if (set.answer_method.empty() && !result->entities.empty()) set.answer_method = methods[i];
    set.rankings.push_back(std::move(result).value());
  }
  if (diagnosis->ok()) {
    set.diagnosis = std::make_shared<const rca::Diagnosis>(std::move(*diagnosis).value());
    set.peer_group = peer_group_of(input.frame, set.diagnosis->entity);
  } else {
    set.failures.push_back({std::string(kDiagnosis), std::move(*diagnosis).error()});
  }
  set.impact = input.slo != nullptr ? measure_impact(input.frame, input.onset_row, input.sli, *input.slo)
                                    : measure_traffic(input.frame, input.onset_row);
  return set;
}

}  // namespace exporter
