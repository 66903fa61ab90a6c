// What happened, in the words of the indicator, and when.
#include <algorithm>
#include <cmath>
#include <utility>

#include "exporter/incident/quantity.h"
#include "exporter/incident/report_content.h"
#include "exporter/incident/sli.h"
#include "exporter/incident/time_text.h"

namespace exporter::report {
namespace {

// Traffic that changes by less counts as unchanged: a service's load is never quite steady.
constexpr double kUnchanged = 0.15;
constexpr std::size_t kMostNames = 4;

bool is(const Incident& incident, SliKind kind) {
  return incident.sli == sli_name(kind);
}

bool lower_breaks(const Incident& incident) {
  return is(incident, SliKind::availability) || is(incident, SliKind::throughput) || is(incident, SliKind::quality);
}

std::string subject(const Incident& incident) {
  if (!incident.scope.empty()) return incident.scope;
  return incident.impact.subject.empty() ? "the whole service" : incident.impact.subject;
}

std::string movement(const Incident& incident) {
  const Impact& impact = incident.impact;
  const double worst = std::isnan(impact.worst) ? incident.sli_value : impact.worst;
  if (std::isnan(worst)) return " has no value yet";
  const std::string to = quantity(worst, incident.unit);
  std::string text;
  if (std::isnan(impact.before)) {
    text = " reached " + to;
  } else {
    text =
        (worst >= impact.before ? " rose from " : " fell from ") + quantity(impact.before, incident.unit) + " to " + to;
  }
  if (impact.worst_ms > incident.onset_ms) {
    return text + " between " + clock(incident.onset_ms, incident.onset_ms) + " and " +
           clock(impact.worst_ms, incident.onset_ms) + " UTC on " + format_time(incident.onset_ms).substr(0, 10);
  }
  return text + " at " + clock(incident.onset_ms, incident.onset_ms) + " UTC on " +
         format_time(incident.onset_ms).substr(0, 10);
}

std::string reach(const Impact& impact) {
  if (impact.touched.empty() || impact.measured < 2) return "";
  const std::string share =
      std::isnan(impact.touched_share) ? "" : quantity(impact.touched_share, "ratio") + " of requests, ";
  if (impact.touched.size() == impact.measured) {
    return "; " + (share.empty() ? "" : share) + "all " + std::to_string(impact.measured) + " that serve it";
  }
  return "; " + share + "those served by " + join_names(impact.touched, kMostNames);
}

std::string traffic(const Impact& impact) {
  if (!std::isfinite(impact.traffic_before) || !std::isfinite(impact.traffic_after)) return "";
  const std::string change =
      " (" + quantity(impact.traffic_before, "") + " to " + quantity(impact.traffic_after, "") + " requests/s)";
  if (impact.traffic_before <= 0) return impact.traffic_after > 0 ? "; traffic began" + change : "; no traffic";
  const double ratio = impact.traffic_after / impact.traffic_before;
  if (std::abs(ratio - 1) <= kUnchanged) return "; traffic unchanged";
  return "; traffic " + std::string(ratio > 1 ? "rose" : "fell") + " by " + quantity(std::abs(ratio - 1), "ratio") +
         change;
}

std::string objective(const Incident& incident) {
  if (std::isnan(incident.threshold)) return "";
  return " The objective is at " + std::string(lower_breaks(incident) ? "least " : "most ") +
         quantity(incident.threshold, incident.unit) + ".";
}

std::string state(const Incident& incident, std::int64_t now_ms) {
  if (incident.open()) return " It is still open after " + duration(now_ms - incident.onset_ms) + ".";
  return " It lasted " +
         duration((incident.mitigated_ms > 0 ? incident.mitigated_ms : incident.resolved_ms) - incident.onset_ms) + ".";
}

void add_first_symptom(const Incident& incident, std::vector<TimelineEntry>& entries) {
  const rca::Finding* first = first_symptom(incident);
  if (first == nullptr) return;
  entries.push_back({first->evidence.since_ms, "first_symptom",
                     "First symptom: " + first->signal + " of " + first->entity + " leaves its usual range"});
}

}  // namespace

std::string clock(std::int64_t ms, std::int64_t day_ms) {
  const std::string text = format_time(ms - ms % 1000);
  return text.substr(0, 10) == format_time(day_ms).substr(0, 10) ? text.substr(11, 8) : text;
}

std::vector<TimelineEntry> timeline(const Source& source) {
  const Incident& incident = source.incident;
  std::vector<TimelineEntry> entries;
  for (const rca::ChangeAnalysis& one : changes_around(source)) {
    std::string text = "Change: " + one.change.kind + " of " + one.change.entity;
    if (!one.change.from.empty()) text += " from " + one.change.from;
    if (!one.change.to.empty()) text += " to " + one.change.to;
    entries.push_back({one.change.time_ms, "change", text});
  }
  add_first_symptom(incident, entries);
  entries.push_back({incident.onset_ms, "onset", "Onset (estimated)"});
  entries.push_back({incident.detected_ms, "detection",
                     incident.source == IncidentSource::alertmanager
                         ? "Detected: alert " + incident.alert + " fired"
                         : "Detected: the objective had been broken for long enough"});
  if (incident.impact.worst_ms > 0) {
    entries.push_back({incident.impact.worst_ms, "peak",
                       "Peak: " + indicator_words(incident) + " at " + quantity(incident.impact.worst, incident.unit)});
  }
  if (incident.mitigated_ms > 0) {
    entries.push_back({incident.mitigated_ms, "mitigation", "Mitigated: the objective is kept again"});
  }
  if (!incident.open()) {
    entries.push_back({incident.resolved_ms, "resolution", "Resolved: the objective was kept for long enough"});
  }
  std::stable_sort(entries.begin(), entries.end(),
                   [](const TimelineEntry& a, const TimelineEntry& b) { return a.time_ms < b.time_ms; });
  return entries;
}

std::int64_t time_to_detect_ms(const Incident& incident) {
  return std::max<std::int64_t>(incident.detected_ms - incident.onset_ms, 0);
}

std::int64_t time_to_repair_ms(const Incident& incident) {
  if (incident.open()) return -1;
  return std::max<std::int64_t>(
      (incident.mitigated_ms > 0 ? incident.mitigated_ms : incident.resolved_ms) - incident.onset_ms, 0);
}

Section problem_section(const Source& source) {
  return {"Problem statement", {Paragraph{"", problem_statement(source.incident, source.options.now_ms)}}};
}

Section timeline_section(const Source& source) {
  Table table{{"time (UTC)", "event"}, {}};
  for (const TimelineEntry& entry : timeline(source)) table.rows.push_back({format_time(entry.time_ms), entry.text});
  const std::int64_t repair = time_to_repair_ms(source.incident);
  const std::string times = "Time to detect " + duration(time_to_detect_ms(source.incident)) + ", time to repair " +
                            (repair < 0 ? std::string("not known yet") : duration(repair)) + ".";
  return {"Timeline", {std::move(table), Paragraph{"", times}}};
}

}  // namespace exporter::report

namespace exporter {

std::string problem_statement(const Incident& incident, std::int64_t now_ms) {
  std::string text;
  if (incident.sli.empty()) {
    text = "Alert " + incident.alert + " fired";
    if (!incident.summary.empty()) text += " (" + incident.summary + ")";
    text += ", since " + format_time(incident.onset_ms) + report::traffic(incident.impact) + ".";
  } else {
    text = indicator_words(incident) + " of " + report::subject(incident) + report::movement(incident) +
           report::reach(incident.impact) + report::traffic(incident.impact) + "." + report::objective(incident);
    if (!incident.alert.empty()) text += " Alert " + incident.alert + " opened the incident.";
  }
  return text + report::state(incident, now_ms);
}

}  // namespace exporter
