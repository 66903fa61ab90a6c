#include "exporter/pipeline/incident_ranker.h"

#include <optional>
#include <utility>

#include "common/parallel_for.h"
#include "exporter/incident/impact.h"
#include "rca_core/methods/registry.h"

namespace exporter {
namespace {

rca::Result<rca::Ranking> run_method(const std::string& name, const rca::IncidentView& view,
                                     const rca::MethodOptions& options) {
  RCA_ASSIGN(const rca::Method* method, rca::find_method(name));
  return method->rank(view, options);
}

}  // namespace

RankingSet rank_incident(const IncidentInput& input, const Config& config, std::span<const std::string> methods,
                         [[maybe_unused]] std::span<const rca::ObservabilityGap> gaps) {
  const rca::IncidentView view = input.view();
  rca::MethodOptions options;
  options.seed = config.seed;
  std::vector<std::optional<rca::Result<rca::Ranking>>> results(methods.size());
  rca::parallel_for(0, methods.size(), 1, [&](std::size_t i) { results[i] = run_method(methods[i], view, options); });
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
  set.impact = input.slo != nullptr ? measure_impact(input.frame, input.onset_row, input.sli, *input.slo)
                                    : measure_traffic(input.frame, input.onset_row);
  return set;
}

}  // namespace exporter
