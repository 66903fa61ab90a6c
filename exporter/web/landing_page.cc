#include "exporter/web/landing_page.h"

#include <algorithm>
#include <cmath>

#include "exporter/incident/action_list.h"
#include "exporter/incident/quantity.h"
#include "exporter/incident/time_text.h"
#include "exporter/web/http.h"

namespace exporter {
namespace {

constexpr std::string_view kHead = R"html(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>rca_exporter</title>
<style>
body { font-family: -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif; margin: 0; color: #222; }
header { background: #e6522c; color: #fff; padding: 0.6rem 1.2rem; }
header h1 { font-size: 1.3rem; margin: 0; }
main { padding: 1rem 1.2rem; }
table { border-collapse: collapse; }
th, td { border: 1px solid #ccc; padding: 0.3rem 0.6rem; text-align: left; }
th { background: #f3f3f3; }
</style>
</head>
<body>
<header><h1>rca_exporter</h1></header>
<main>
<p>Root cause analysis for LLM inference, as Prometheus series.</p>
)html";

constexpr std::string_view kLinks = R"html(<ul>
<li><a href="metrics">Metrics</a></li>
<li><a href="api/v1/incidents">Incidents (JSON)</a></li>
<li><a href="api/v1/actions">Corrective actions (JSON)</a></li>
<li><a href="-/healthy">Health</a></li>
<li><a href="-/ready">Readiness</a></li>
</ul>
)html";

// Ids hold letters, digits and _-.: only, but one from an older store may hold anything.
std::string escape_path(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
    if (plain) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

std::string cause_of(const Incident& incident) {
  if (incident.diagnosis) {
    if (incident.diagnosis->entity.empty()) return "unknown";
    return incident.diagnosis->entity + " (" + incident.diagnosis->fault_class + ")";
  }
  const rca::Candidate* answer = incident.answer();
  return answer == nullptr ? "not known yet" : answer->entity + " (" + answer->signal + ")";
}

std::string share_text(double share) {
  return std::isfinite(share) ? quantity(share, "ratio") : "";
}

std::string incident_row(const Incident& incident) {
  const std::string cause = cause_of(incident);
  const std::string state = incident.open() ? "open" : "resolved " + format_time(incident.resolved_ms);
  return "<tr><td><a href=\"api/v1/incidents/" + escape_path(incident.id) + "/report\">" + escape_html(incident.id) +
         "</a></td><td>" + escape_html(incident.slo) + "</td><td>" + format_time(incident.onset_ms) + "</td><td>" +
         state + "</td><td>" + escape_html(cause) + "</td><td>" + share_text(incident.budget_consumed()) +
         "</td></tr>\n";
}

std::string table(const Snapshot& snapshot, bool open) {
  std::string rows;
  for (const Incident& incident : by_budget(snapshot.incidents)) {
    if (incident.open() == open) rows += incident_row(incident);
  }
  if (rows.empty()) return "<p>None.</p>\n";
  return "<table>\n<tr><th>Report</th><th>SLO</th><th>Onset (UTC)</th><th>State</th><th>Root cause</th><th>Of the "
         "error budget</th></tr>\n" +
         rows + "</table>\n";
}

// What would keep the dearest kinds of fault from coming again.
std::string action_table(const Snapshot& snapshot) {
  constexpr std::size_t kMost = 20;
  const std::vector<RankedAction> actions = ranked_actions(snapshot.incidents);
  if (actions.empty()) return "<p>None.</p>\n";
  std::string rows;
  for (std::size_t i = 0; i < std::min(actions.size(), kMost); ++i) {
    const Incident& incident = *actions[i].incident;
    const rca::Action& action = incident.diagnosis->actions[actions[i].action];
    rows += "<tr><td>" + escape_html(action.text) + "</td><td>" + escape_html(rca::to_string(action.kind)) +
            "</td><td>" + escape_html(incident.diagnosis->entity + " (" + incident.diagnosis->fault_class + ")") +
            "</td><td>" + share_text(actions[i].cost) + "</td></tr>\n";
  }
  return "<table>\n<tr><th>Action</th><th>Kind</th><th>Root cause</th><th>Recurrences use of the error "
         "budget</th></tr>\n" +
         rows + "</table>\n";
}

// What there is left of each error budget.
std::string budget_table(const Snapshot& snapshot) {
  std::string rows;
  for (const SloStatus& slo : snapshot.slos) {
    rows += "<tr><td>" + escape_html(slo.slo) + "</td><td>" + share_text(slo.objective) + "</td><td>" +
            escape_html(slo.budget.name) + "</td><td>" + share_text(slo.remaining) + "</td><td>" +
            (slo.exhausted_ms > 0 ? format_time(slo.exhausted_ms - slo.exhausted_ms % 1000) : "it lasts") +
            "</td><td>" + share_text(slo.budget.coverage) + "</td></tr>\n";
  }
  if (rows.empty()) return "<p>None.</p>\n";
  return "<table>\n<tr><th>SLO</th><th>Objective</th><th>Window</th><th>Left</th><th>Used up (UTC)</th><th>Data of the "
         "window</th></tr>\n" +
         rows + "</table>\n";
}

// What should arrive and does not; the first ones, since one exporter that is down may be the cause of many.
std::string gap_list(const Snapshot& snapshot) {
  constexpr std::size_t kMost = 50;
  if (snapshot.gaps.empty()) return "<p>None.</p>\n";
  std::string rows;
  for (std::size_t i = 0; i < std::min(snapshot.gaps.size(), kMost); ++i) {
    const rca::ObservabilityGap& gap = snapshot.gaps[i];
    rows += "<tr><td>" + escape_html(gap.entity) + "</td><td>" + escape_html(gap.signal) + "</td><td>" +
            escape_html(gap.kind) + "</td><td>" + escape_html(gap.text) + "</td></tr>\n";
  }
  std::string out =
      "<table>\n<tr><th>Entity</th><th>Signal</th><th>Kind</th><th>What is missing</th></tr>\n" + rows + "</table>\n";
  if (snapshot.gaps.size() > kMost) {
    out += "<p>And " + std::to_string(snapshot.gaps.size() - kMost) + " more.</p>\n";
  }
  return out;
}

}  // namespace

std::string landing_page(const Snapshot& snapshot, const BuildLabels& build) {
  std::string out(kHead);
  out += "<p>Version " + escape_html(build.version) + " (revision " + escape_html(build.revision) + ", " +
         escape_html(build.compiler) + ")</p>\n";
  out += kLinks;
  out += "<h2>Open incidents</h2>\n" + table(snapshot, true);
  out += "<h2>Resolved incidents</h2>\n" + table(snapshot, false);
  out += "<h2>Error budgets</h2>\n" + budget_table(snapshot);
  out += "<h2>Corrective actions</h2>\n" + action_table(snapshot);
  out += "<h2>Observability gaps</h2>\n" + gap_list(snapshot);
  out += snapshot.evaluated_ms > 0 ? "<p>As of the evaluation of " + format_time(snapshot.evaluated_ms) + ".</p>\n"
                                   : std::string("<p>No evaluation has succeeded yet.</p>\n");
  return out + "</main>\n</body>\n</html>\n";
}

}  // namespace exporter
