#include "tests/evaluation/drift/page.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>

namespace drift_eval {
namespace {

std::string number(double value, int digits = 0) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

std::string minutes(double seconds) {
  return number(seconds / 60) + " min";
}

// Of what a run finds: how often over the runs, most often first.
std::string counted(const std::map<std::string, std::size_t>& found, std::size_t runs) {
  std::vector<std::pair<std::string, std::size_t>> ordered(found.begin(), found.end());
  std::stable_sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string out;
  for (const auto& [name, count] : ordered) {
    out += (out.empty() ? "" : ", ") + name;
    if (count < runs) out += " (" + std::to_string(count) + ")";
  }
  return out.empty() ? "–" : out;
}

std::string quiet_lines(const ScenarioRuns& quiet) {
  std::size_t detected = 0;
  std::size_t drift_alerts = 0;
  std::size_t evaluations = 0;
  std::size_t comparisons = 0;
  std::size_t pairs = 0;
  std::size_t charts = 0;
  std::size_t points = 0;
  std::size_t alarms = 0;
  std::size_t alerts = 0;
  const RunResult* largest = nullptr;
  for (const RunResult& run : quiet.runs) {
    detected += run.early;
    drift_alerts += run.early_alerts;
    evaluations += run.evaluations;
    comparisons += run.comparisons;
    pairs = std::max(pairs, run.pairs);
    charts += run.charts;
    points += run.chart_points;
    alarms += run.chart_alarms;
    alerts += run.chart_alerts;
    if (largest == nullptr || run.largest > largest->largest) largest = &run;
  }
  std::string out = "| days without drift | " + std::to_string(quiet.runs.size()) + " |\n";
  out += "| evaluations | " + std::to_string(evaluations) + " |\n";
  out += "| (signal, entity) pairs with enough data | " + std::to_string(pairs) + " |\n";
  out += "| comparisons with a verdict | " + std::to_string(comparisons) + " |\n";
  out += "| drifts detected in any evaluation | " + std::to_string(detected) + " |\n";
  out += "| **drifts with an alert** (RcaDriftDetected, ten minutes) | **" + std::to_string(drift_alerts) + "** |\n";
  if (largest != nullptr) {
    out += "| largest significant effect, over its threshold | " + number(largest->largest, 2) + " (" +
           largest->largest_at + ") |\n";
  }
  out += "| control charts × days, points | " + std::to_string(charts) + ", " + std::to_string(points) + " |\n";
  out += "| **charts × days with an alert** (RcaSpcViolation) | **" + std::to_string(alerts) + "** |\n";
  out += "| charts × days with any point that violates EWMA or CUSUM | " + std::to_string(alarms) + " |\n";
  return out;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

// "5 of 5 | 20 min | 25 min", median and maximum.
std::string delay_cells(const std::vector<double>& delays, std::size_t runs) {
  const std::string found = std::to_string(delays.size()) + " of " + std::to_string(runs);
  if (delays.empty()) return found + " | – | –";
  return found + " | " + minutes(median(delays)) + " | " + minutes(*std::max_element(delays.begin(), delays.end()));
}

std::string drift_line(const ScenarioRuns& drift) {
  std::vector<double> delays;
  std::map<std::string, std::size_t> by;
  std::map<std::string, std::size_t> others;
  std::size_t early = 0;
  for (const RunResult& run : drift.runs) {
    early += run.early;
    std::set<std::string> also;
    for (const Detection& detection : run.detections) {
      const bool same = run.right && detection.signal == run.right->signal;
      if (!same) also.insert("`" + detection.signal + "`");
    }
    for (const std::string& signal : also) ++others[signal];
    if (!run.right) continue;
    delays.push_back(run.right->after);
    ++by["`" + run.right->signal + "` of `" + run.right->entity + "`, `" + run.right->statistic + "`" +
         (drift.scenario->label.empty() ? "" : ", carried by `" + run.right->attributed + "`")];
  }
  const bool all_found = delays.size() == drift.runs.size();
  const bool in_time = all_found && std::all_of(delays.begin(), delays.end(),
                                                [&](double delay) { return delay <= drift.scenario->stated_delay; });
  std::string out = "| " + drift.scenario->name + ": " + drift.scenario->planted + " | ";
  out += minutes(drift.scenario->stated_delay) + " | " + delay_cells(delays, drift.runs.size()) + " | ";
  out += std::string(in_time ? "yes" : "**no**") + " | ";
  out += counted(by, drift.runs.size()) + " | " + counted(others, drift.runs.size()) + " | " + std::to_string(early);
  return out + " |\n";
}

// What the control charts say of the same drift.
std::string chart_line(const ScenarioRuns& drift) {
  std::vector<double> delays;
  std::map<std::string, std::size_t> by;
  std::size_t charts = 0;
  std::size_t early = 0;
  for (const RunResult& run : drift.runs) {
    charts += run.charts;
    early += run.chart_alerts;
    if (!run.chart_right) continue;
    delays.push_back(*run.chart_right);
    ++by[run.chart_right_at];
  }
  return "| " + drift.scenario->name + " | " + delay_cells(delays, drift.runs.size()) + " | " +
         counted(by, drift.runs.size()) + " | " + std::to_string(early) + " of " + std::to_string(charts) + " |\n";
}

std::string stated_lines(std::span<const ScenarioRuns> all) {
  std::string out;
  for (const ScenarioRuns& runs : all) {
    if (runs.scenario->fault.empty()) continue;
    out += (out.empty() ? "" : "; ") + runs.scenario->name + " (" + runs.scenario->derivation + " min)";
  }
  return out;
}

}  // namespace

std::string to_markdown(std::span<const ScenarioRuns> all, const Timing& timing) {
  std::string quiet;
  std::string drifts;
  std::string charts;
  for (const ScenarioRuns& runs : all) {
    if (runs.scenario->fault.empty()) {
      quiet += quiet_lines(runs);
      continue;
    }
    drifts += drift_line(runs);
    if (!runs.scenario->charts.empty()) charts += chart_line(runs);
  }
  std::string out;
  if (!quiet.empty()) out += "| a day like the days before | |\n| --- | --- |\n" + quiet + "\n";
  if (!drifts.empty()) {
    out +=
        "Planted " + number(timing.fault / 3600) + " hours into the fourth day and watched for " +
        number(timing.watched / 3600) +
        " hours. Numbers in brackets: in so many of the runs, where not in all. The stated delay is derived in "
        "`tests/evaluation/drift/scenarios.cc` from window and thresholds: a shift by D standard deviations is large "
        "when 0.45 / D of the window are new, to which come 15 minutes for the next evaluation and for chance: " +
        stated_lines(all) + ".\n\n";
    out +=
        "| planted drift | stated delay | detected | median delay | longest | within the stated delay | first by the "
        "right signal, and the statistic furthest beyond its threshold | also detected | before the drift |\n";
    out += "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n" + drifts;
  }
  if (!charts.empty()) {
    out += "\nThe control charts of the same runs, by the alert RcaSpcViolation (ten minutes out of control):\n\n";
    out += "| planted drift | alert | median delay | longest | chart | alerts before the drift, of charts × runs |\n";
    out += "| --- | --- | --- | --- | --- | --- |\n" + charts;
  }
  return out;
}

}  // namespace drift_eval
