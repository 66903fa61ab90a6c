#include "exporter/pipeline/incident_ranker.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/parallel_for.h"
#include "exporter/incident/time_text.h"
#include "rca_core/methods/registry.h"

namespace exporter {
namespace {

// The column of the SLO's own signal; a service-wide indicator is no signal of an entity, and in no frame.
std::optional<Eigen::Index> sli_column(const rca::Frame& frame, const Incident& incident, const Config& config) {
  const auto slo =
      std::find_if(config.slos.begin(), config.slos.end(), [&](const Slo& one) { return one.name == incident.slo; });
  if (slo == config.slos.end() || slo->entity.empty()) return std::nullopt;
  const Eigen::Index column =
      frame.column(slo->entity, slo->role.empty() ? default_role(slo->sli) : std::string_view(slo->role));
  return column < 0 ? std::nullopt : std::optional(column);
}

rca::Result<rca::Ranking> run_method(const std::string& name, const rca::IncidentView& view,
                                     const rca::MethodOptions& options) {
  RCA_ASSIGN(const rca::Method* method, rca::find_method(name));
  return method->rank(view, options);
}

}  // namespace

rca::Result<IncidentRows> incident_rows(const SignalStore& store, const Config& config, const Incident& incident) {
  const auto missing = [&](const std::string& what) {
    return rca::Error{rca::ErrorKind::missing_input,
                      "there is no history " + what + " the onset at " + format_time(incident.onset_ms)};
  };
  if (!store.last_row()) return missing("around");
  const std::int64_t step = store.step_ms();
  IncidentRows rows;
  rows.onset = (incident.onset_ms + step - 1) / step;
  rows.first = std::max(store.first_row(), rows.onset - config.normal_window.count() / step);
  rows.last =
      std::min(*store.last_row(), rows.onset + std::max<std::int64_t>(config.anomalous_window.count() / step, 1) - 1);
  if (!incident.open()) rows.last = std::min(rows.last, std::max(rows.onset, incident.resolved_ms / step));
  if (rows.first >= rows.onset) return missing("before");
  if (rows.last < rows.onset) return missing("from");
  return rows;
}

RankingSet rank_incident(SignalStore& store, const IncidentRows& rows, const Incident& incident, const Config& config,
                         std::span<const std::string> methods, const rca::EntityGraph& graph,
                         std::span<const rca::ChangeEvent> changes, const ViewInspector& inspect) {
  const rca::Frame frame = store.frame(rows.first, rows.last);
  const rca::IncidentView view{frame, static_cast<Eigen::Index>(rows.onset - rows.first),
                               sli_column(frame, incident, config), &graph, changes};
  if (inspect) inspect(view);
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
  return set;
}

}  // namespace exporter
