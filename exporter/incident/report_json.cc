// Incidents and reports as the API gives them.
#include <cmath>
#include <utility>

#include "exporter/incident/diagnosis_json.h"
#include "exporter/incident/quantity.h"
#include "exporter/incident/report_content.h"
#include "exporter/incident/score.h"
#include "exporter/incident/time_text.h"

namespace exporter {
namespace {

Json finite(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json time_or_null(std::int64_t ms) {
  return ms > 0 ? Json(format_time(ms)) : Json(nullptr);
}

Json seconds_or_null(std::int64_t ms) {
  return ms >= 0 ? Json(static_cast<double>(ms) / 1000) : Json(nullptr);
}

// Text from methods and old files may hold anything; JSON must be UTF-8.
std::string dump(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json candidates_json(const std::vector<rca::Candidate>& candidates, std::size_t top_k) {
  Json list = Json::array();
  const std::vector<double> shares = score_shares(candidates, top_k);
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const rca::Candidate& candidate = candidates[i];
    const rca::Evidence& evidence = candidate.evidence;
    list.push_back(Json{{"rank", i + 1},
                        {"entity", candidate.entity},
                        {"signal", candidate.signal},
                        {"score", finite(candidate.score)},
                        {"share", shares[i]},
                        {"evidence",
                         {{"before", finite(evidence.before)},
                          {"after", finite(evidence.after)},
                          {"scale", finite(evidence.scale)},
                          {"deviation", finite(evidence.deviation)},
                          {"since", time_or_null(evidence.since_ms)},
                          {"text", evidence.text}}}});
  }
  return list;
}

Json root_cause_json(const Incident& incident) {
  if (!incident.diagnosis) return nullptr;
  const rca::Diagnosis& diagnosis = *incident.diagnosis;
  const bool known = !diagnosis.entity.empty();
  const std::string fault(rca::kUnknownFaultClass);
  return {{"entity", known ? Json(diagnosis.entity) : Json(nullptr)},
          {"category", diagnosis.category.empty() ? Json(nullptr) : Json(diagnosis.category)},
          {"fault_class", diagnosis.fault_class.empty() ? fault : diagnosis.fault_class},
          {"confidence", finite(diagnosis.assessment.confidence)}};
}

Json summary_json(const Incident& incident) {
  const rca::Candidate* answer = incident.answer();
  Json json{
      {"id", incident.id},
      {"slo", incident.slo},
      {"source", incident.source == IncidentSource::slo ? "slo" : "alertmanager"},
      {"state", incident.open() ? "open" : "resolved"},
      {"onset", time_or_null(incident.onset_ms)},
      {"detected", time_or_null(incident.detected_ms)},
      {"mitigated", time_or_null(incident.mitigated_ms)},
      {"resolved", time_or_null(incident.resolved_ms)},
      {"sli", incident.sli},
      {"quantile", incident.quantile > 0 ? Json(incident.quantile) : Json(nullptr)},
      {"unit", incident.unit},
      {"scope", incident.scope},
      {"sli_value", finite(incident.sli_value)},
      {"threshold", finite(incident.threshold)},
      {"alert", incident.alert},
      {"summary", incident.summary},
      {"root_cause", root_cause_json(incident)},
      {"recurrences", incident.recurrence.entity_class.empty() ? Json(nullptr) : Json(incident.recurrence.earlier)},
      {"budget_consumed_ratio", finite(incident.budget_consumed())},
      {"recurrence_budget_ratio", finite(incident.recurrence_cost)},
      {"answer_method", incident.answer_method}};
  json["answer"] =
      answer == nullptr
          ? Json(nullptr)
          : Json{{"entity", answer->entity}, {"signal", answer->signal}, {"evidence", answer->evidence.text}};
  return json;
}

Json full_json(const Incident& incident, std::size_t top_k) {
  Json json = summary_json(incident);
  Json rankings = Json::array();
  for (const rca::Ranking& ranking : incident.rankings) {
    rankings.push_back(Json{{"method", ranking.method},
                            {"entities", candidates_json(ranking.entities, top_k)},
                            {"signals", candidates_json(ranking.signals, top_k)}});
  }
  json["rankings"] = std::move(rankings);
  return json;
}

Json timeline_json(const report::Source& source) {
  Json list = Json::array();
  for (const report::TimelineEntry& entry : report::timeline(source)) {
    list.push_back(Json{{"time", format_time(entry.time_ms)}, {"kind", entry.kind}, {"event", entry.text}});
  }
  return list;
}

Json changes_json(const report::Source& source) {
  Json list = Json::array();
  for (const rca::ChangeAnalysis& one : report::changes_around(source)) {
    list.push_back(Json{{"time", format_time(one.change.time_ms)},
                        {"kind", one.change.kind},
                        {"entity", one.change.entity},
                        {"from", one.change.from},
                        {"to", one.change.to},
                        {"likelihood", finite(one.likelihood)},
                        {"why", one.text}});
  }
  return list;
}

Json actions_json(const Incident& incident) {
  Json list = Json::array();
  if (!incident.diagnosis) return list;
  const Json diagnosis = to_json(*incident.diagnosis);
  for (std::size_t i = 0; i < incident.diagnosis->actions.size(); ++i) {
    Json action = diagnosis["actions"][i];
    action["check"] = nullptr;
    for (const ActionCheck& check : incident.checks) {
      if (check.action == i) action["check"] = to_json(check);
    }
    list.push_back(std::move(action));
  }
  return list;
}

Json budget_json(const Incident& incident) {
  const double consumed = incident.budget_consumed();
  if (!std::isfinite(consumed)) return nullptr;
  const bool events = incident.budget_events > 0;
  return {{"objective", incident.objective},
          {"window_seconds", static_cast<double>(incident.budget_window_ms) / 1000},
          {"broken_seconds", static_cast<double>(incident.bad_ms) / 1000},
          {"bad_events", events ? Json(incident.bad_events) : Json(nullptr)},
          {"budget_events", events ? Json(incident.budget_events) : Json(nullptr)},
          {"consumed_ratio", consumed}};
}

}  // namespace

std::string report_json(const Incident& incident, std::span<const rca::ChangeEvent> changes,
                        const ReportOptions& options) {
  const report::Source source{incident, changes, options};
  Json json{{"problem_statement", problem_statement(incident, options.now_ms)},
            {"incident", full_json(incident, options.top_k)},
            {"root_cause", root_cause_json(incident)},
            {"impact", to_json(incident.impact)},
            {"timeline", timeline_json(source)},
            {"time_to_detect_seconds", seconds_or_null(report::time_to_detect_ms(incident))},
            {"time_to_repair_seconds", seconds_or_null(report::time_to_repair_ms(incident))},
            {"changes", changes_json(source)},
            {"actions", actions_json(incident)},
            {"error_budget", budget_json(incident)},
            {"recurrence", to_json(incident.recurrence)}};
  const Json diagnosis = incident.diagnosis ? to_json(*incident.diagnosis) : Json(nullptr);
  for (const char* part : {"findings", "whys", "fishbone", "propagation", "scope", "gaps", "assessment"}) {
    json[part] = diagnosis.is_null() ? Json(nullptr) : diagnosis[part];
  }
  return dump(json);
}

std::string incident_json(const Incident& incident, std::size_t top_k) {
  return dump(full_json(incident, top_k));
}

std::string incidents_json(std::span<const Incident> incidents) {
  Json list = Json::array();
  for (const Incident& incident : incidents) list.push_back(summary_json(incident));
  return dump(Json{{"incidents", std::move(list)}});
}

}  // namespace exporter
