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
  std::size_t evaluations = 0;
  std::size_t comparisons = 0;
  std::size_t pairs = 0;
  std::size_t charts = 0;
  std::size_t points = 0;
  std::size_t alarms = 0;
  const RunResult* largest = nullptr;
  for (const RunResult& run : quiet.runs) {
    detected += run.early;
    evaluations += run.evaluations;
    comparisons += run.comparisons;
    pairs = std::max(pairs, run.pairs);
    charts += run.charts;
    points += run.chart_points;
    alarms += run.chart_alarms;
    if (largest == nullptr || run.largest > largest->largest) largest = &run;
  }
  std::string out = "| days without drift | " + std::to_string(quiet.runs.size()) + " |\n";
  out += "| evaluations | " + std::to_string(evaluations) + " |\n";
  out += "| (signal, entity) pairs with enough data | " + std::to_string(pairs) + " |\n";
  out += "| comparisons with a verdict | " + std::to_string(comparisons) + " |\n";
  out += "| **drifts detected** | **" + std::to_string(detected) + "** |\n";
  if (largest != nullptr) {
    out += "| largest significant effect, over its threshold | " + number(largest->largest, 2) + " (" +
           largest->largest_at + ") |\n";
  }
  out += "| control charts × days, points | " + std::to_string(charts) + ", " + std::to_string(points) + " |\n";
  out += "| **charts × days with an EWMA or CUSUM violation** | **" + std::to_string(alarms) + "** |\n";
  return out;
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
  std::string out = "| " + drift.scenario->name + ": " + drift.scenario->planted + " | ";
  out += std::to_string(delays.size()) + " of " + std::to_string(drift.runs.size()) + " | ";
  if (delays.empty()) {
    out += "– | ";
  } else {
    const auto [least, most] = std::minmax_element(delays.begin(), delays.end());
    out += *least == *most ? minutes(*most) : number(*least / 60) + " – " + minutes(*most);
    out += " | ";
  }
  out += counted(by, drift.runs.size()) + " | " + counted(others, drift.runs.size()) + " | " + std::to_string(early);
  return out + " |\n";
}

}  // namespace

std::string to_markdown(std::span<const ScenarioRuns> all, const Timing& timing) {
  std::string quiet;
  std::string drifts;
  for (const ScenarioRuns& runs : all) {
    if (runs.scenario->fault.empty()) {
      quiet += quiet_lines(runs);
    } else {
      drifts += drift_line(runs);
    }
  }
  std::string out;
  if (!quiet.empty()) out += "| a day like the day before | |\n| --- | --- |\n" + quiet + "\n";
  if (!drifts.empty()) {
    out += "Planted " + number(timing.fault / 3600) + " hours into the second day and watched for " +
           number(timing.watched / 3600) + " hours. Numbers in brackets: in so many of the runs, where not in all.\n\n";
    out +=
        "| planted drift | detected | delay | first by the right signal, and the statistic furthest beyond its "
        "threshold | also detected | before the drift |\n";
    out += "| --- | --- | --- | --- | --- | --- |\n" + drifts;
  }
  return out;
}

}  // namespace drift_eval
