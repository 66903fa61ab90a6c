#include "exporter/pipeline/incident_input.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "exporter/incident/sli.h"
#include "exporter/incident/time_text.h"
#include "exporter/incident/traffic_shift.h"

namespace exporter {
namespace {

constexpr std::string_view kGatewayRate = "gateway_request_rate";

// Roles that say how good the answers are, whatever kind of SLO watches them.
constexpr std::array<std::string_view, 10> kQualityRoles{
    "groundedness",       "answer_relevance", "answer_similarity", "refusal_ratio",   "hallucination_ratio",
    "format_error_ratio", "output_logprob",   "repetition_ratio",  "retrieval_score", "retrieval_relevance"};

// The column of the SLO's own signal; a service-wide indicator is no signal of an entity, and in no frame.
std::optional<Eigen::Index> sli_column(const rca::Frame& frame, const Slo* slo) {
  if (slo == nullptr || slo->entity.empty()) return std::nullopt;
  const Eigen::Index column =
      frame.column(slo->entity, slo->role.empty() ? default_role(slo->sli) : std::string_view(slo->role));
  return column < 0 ? std::nullopt : std::optional(column);
}

std::vector<double> sli_rows(const SignalStore& store, const IncidentRows& rows, const Slo& slo) {
  for (SliSeries& series : store.levels().series(rows.first, rows.last, store.step_ms())) {
    if (series.slo->name != slo.name) continue;
    // Infinite stands for "too few requests to judge".
    for (double& value : series.values) {
      if (!std::isfinite(value)) value = std::numeric_limits<double>::quiet_NaN();
    }
    return std::move(series.values);
  }
  return {};
}

std::size_t reached_from(const rca::EntityGraph& graph, rca::EntityGraph::Node start) {
  std::set<rca::EntityGraph::Node> seen{start};
  std::vector<rca::EntityGraph::Node> open{start};
  while (!open.empty()) {
    const rca::EntityGraph::Node node = open.back();
    open.pop_back();
    for (const rca::EntityGraph::Node callee : graph.callees(node)) {
      if (seen.insert(callee).second) open.push_back(callee);
    }
  }
  return seen.size();
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

rca::IncidentView IncidentInput::view() const {
  rca::IncidentView view{frame, onset_row, sli_column, &graph, changes};
  view.entry = entry;
  view.sli_nature = nature;
  view.sli = sli;
  view.sli_name = sli_name;
  return view;
}

IncidentInput make_incident_input(SignalStore& store, const IncidentRows& rows, const Incident& incident,
                                  const Config& config, const rca::EntityGraph& graph,
                                  std::span<const rca::ChangeEvent> changes) {
  IncidentInput input;
  input.frame = store.frame(rows.first, rows.last);
  input.onset_row = static_cast<Eigen::Index>(rows.onset - rows.first);
  input.graph = graph;
  input.entry = entry_entity(input.frame, graph);
  // Traffic that shifts later answers the incident: clients retry, or go away.
  const auto last_ms = [&](const rca::ChangeEvent& change) {
    return is_shift(change) ? rows.onset * store.step_ms() + kShiftSlackMs : rows.last * store.step_ms();
  };
  std::copy_if(changes.begin(), changes.end(), std::back_inserter(input.changes),
               [&](const rca::ChangeEvent& change) { return change.time_ms <= last_ms(change); });
  // The newest shifts are not yet among the changes: those are sure of a level first.
  for (rca::ChangeEvent& shift : traffic_shifts(input.frame, input.onset_row)) {
    const bool known = std::any_of(input.changes.begin(), input.changes.end(),
                                   [&](const rca::ChangeEvent& change) { return same_shift(change, shift); });
    if (!known) input.changes.push_back(std::move(shift));
  }
  const auto slo =
      std::find_if(config.slos.begin(), config.slos.end(), [&](const Slo& one) { return one.name == incident.slo; });
  if (slo == config.slos.end()) return input;
  input.slo = &*slo;
  input.sli_column = sli_column(input.frame, input.slo);
  input.sli = sli_rows(store, rows, *slo);
  input.nature = sli_nature(*slo);
  input.sli_name = indicator_words(incident);
  if (!input.sli_name.empty() && !slo->entity.empty()) input.sli_name += " of " + slo->entity;
  return input;
}

rca::SliNature sli_nature(const Slo& slo) {
  if (std::find(kQualityRoles.begin(), kQualityRoles.end(), slo.role) != kQualityRoles.end()) {
    return rca::SliNature::quality;
  }
  switch (slo.sli) {
    case SliKind::time_to_first_token:
    case SliKind::inter_token_latency:
    case SliKind::end_to_end_latency:
    case SliKind::slow_request_ratio: return rca::SliNature::latency;
    case SliKind::error_ratio:
    case SliKind::bad_event_ratio:
    case SliKind::availability: return rca::SliNature::failures;
    case SliKind::throughput: return rca::SliNature::throughput;
    case SliKind::quality:
    case SliKind::quality_defect: return rca::SliNature::quality;
  }
  return rca::SliNature::unknown;
}

std::string entry_entity(const rca::Frame& frame, const rca::EntityGraph& graph) {
  const auto is_gateway = [&frame](const std::string& name) { return frame.column(name, kGatewayRate) >= 0; };
  std::optional<rca::EntityGraph::Node> best;
  std::pair<bool, std::size_t> best_key;
  for (rca::EntityGraph::Node node = 0; node < graph.size(); ++node) {
    if (!graph.callers(node).empty() || graph.callees(node).empty()) continue;
    const std::pair<bool, std::size_t> key(is_gateway(graph.name(node)), reached_from(graph, node));
    if (best && key <= best_key) continue;
    best = node;
    best_key = key;
  }
  if (best) return graph.name(*best);
  const auto gateway = std::find_if(frame.signals.begin(), frame.signals.end(),
                                    [](const rca::Signal& signal) { return signal.role == kGatewayRate; });
  return gateway == frame.signals.end() ? std::string() : gateway->entity;
}

}  // namespace exporter
