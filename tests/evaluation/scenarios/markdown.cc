// The figures as a section of docs/evaluation.md.
#include <array>
#include <cmath>
#include <cstdio>

#include "tests/evaluation/scenarios/summary.h"

namespace scenarios {
namespace {

std::string fixed(double value, int digits) {
  if (!std::isfinite(value)) return "–";
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

std::string title(const GroupFigures& group) {
  return group.name.empty() ? "all" : group.name;
}

// Columns for all and, where they are few, for each group.
std::string method_table(const SuiteSummary& summary, bool given) {
  constexpr std::size_t kMostColumns = 6;
  const std::size_t columns = summary.groups.size() <= kMostColumns ? summary.groups.size() : 1;
  std::string out = "| method |";
  for (std::size_t i = 0; i < columns; ++i) out += " " + title(summary.groups[i]) + " |";
  out += given ? "\n| --- |" : " 95 % of AC@1 |\n| --- |";
  for (std::size_t i = 0; i < columns + (given ? 0 : 1); ++i) out += " ---: |";
  out += "\n";
  const std::vector<MethodFigures>& all = summary.groups.front().methods;
  for (std::size_t method = 0; method < all.size(); ++method) {
    out += "| `" + all[method].method + "` |";
    for (std::size_t i = 0; i < columns; ++i) {
      const MethodFigures& one = summary.groups[i].methods[method];
      out +=
          " " + fixed(given ? one.given_ac1 : one.ac1, 2) + " / " + fixed(given ? one.given_avg5 : one.avg5, 2) + " |";
    }
    const rca::Interval& interval = all[method].ac1_interval;
    if (!given) out += " " + fixed(interval.low, 2) + " … " + fixed(interval.high, 2) + " |";
    out += "\n";
  }
  return out;
}

std::string answer_table(const SuiteSummary& summary) {
  std::string out =
      "| scenario | runs | found | delay, s | p95 | onset off, s | entity | class | both | all named | needless | "
      "unknown | instead |\n"
      "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |\n";
  for (const GroupFigures& group : summary.groups) {
    out += "| " + title(group) + " | " + std::to_string(group.runs) + " | " + std::to_string(group.detected) + " | " +
           fixed(group.delay_median, 0) + " | " + fixed(group.delay_p95, 0) + " | " +
           fixed(group.onset_error_median, 0) + " | " + fixed(group.entity_right, 2) + " | " +
           fixed(group.class_right, 2) + " | " + fixed(group.both_right, 2) + " | " + fixed(group.all_named, 2) +
           " | " + fixed(group.needless, 2) + " | " + fixed(group.unknown, 2) + " | " +
           (group.name.empty() ? "" : group.instead) + " |\n";
  }
  return out;
}

std::string suite_section(const SuiteSummary& summary) {
  return "### Suite `" + summary.suite + "`\n\n" + std::to_string(summary.runs) + " runs, " +
         std::to_string(summary.early) + " incidents before anything was at fault.\n\n" + answer_table(summary) +
         "\nAll named: every entity at fault is named as a root cause. Needless: a second root cause is named that is "
         "not at fault.\n\nMethods: AC@1 / Avg@5 of the entity.\n\n" +
         method_table(summary, false) +
         "\nThe same with the fault's begin given as the onset, as the reference evaluates.\n\n" +
         method_table(summary, true) + "\n";
}

std::string healthy_section(const std::vector<RunResult>& results) {
  std::string out = "### Suite `healthy`\n\n| run | hours | false incidents | which |\n| --- | ---: | ---: | --- |\n";
  for (const RunResult& result : results) {
    if (result.suite != "healthy") continue;
    std::string which;
    for (const FoundIncident& one : result.incidents) {
      which += (which.empty() ? "" : ", ") + one.slo + " at " + fixed(one.detected / 3600, 1) + " h";
    }
    out += "| " + result.name + " | " + fixed(result.hours, 0) + " | " + std::to_string(result.incidents.size()) +
           " | " + which + " |\n";
  }
  return out + "\n";
}

std::string calibration_section(const CalibrationSummary& calibration) {
  std::string out =
      "### Calibration\n\nOf the incidents that were found in the suites `reference` and `catalogue`. "
      "Expected calibration error (ten bins): entity " +
      fixed(calibration.entity.expected_error, 3) + ", entity with class " + fixed(calibration.pair.expected_error, 3) +
      ".\n\n| probability | entity: incidents | mean | right | with class: incidents | mean | right |\n" +
      "| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n";
  for (std::size_t i = 0; i < calibration.entity.bins.size(); ++i) {
    const ReliabilityBin& entity = calibration.entity.bins[i];
    const ReliabilityBin& pair = calibration.pair.bins[i];
    if (entity.count + pair.count == 0) continue;
    out += "| " + fixed(entity.low, 1) + " … " + fixed(entity.high, 1) + " | " + std::to_string(entity.count) + " | " +
           fixed(entity.mean_probability, 2) + " | " + fixed(entity.share_right, 2) + " | " +
           std::to_string(pair.count) + " | " + fixed(pair.mean_probability, 2) + " | " + fixed(pair.share_right, 2) +
           " |\n";
  }
  return out + "\n";
}

std::string goal_table(const std::vector<RunResult>& results) {
  std::string out = "| goal | wanted | reached | |\n| --- | ---: | ---: | --- |\n";
  for (const Goal& goal : goals_of(results)) {
    if (!std::isfinite(goal.value)) continue;
    const bool met = goal.at_most ? goal.value <= goal.wanted : goal.value >= goal.wanted;
    const int digits = goal.wanted < 1 ? 2 : 0;
    out += "| " + goal.what + " | " + (goal.at_most ? "≤ " : "≥ ") + fixed(goal.wanted, digits) + " | " +
           fixed(goal.value, goal.at_most && digits > 0 ? 3 : digits) + " | " + (met ? "reached" : "**missed**") +
           " |\n";
  }
  return out + "\n";
}

}  // namespace

std::string to_markdown(const std::vector<SuiteSummary>& summaries, const std::vector<RunResult>& results) {
  std::string out = goal_table(results);
  bool calibrated = false;
  for (const SuiteSummary& summary : summaries) {
    out += summary.suite == "healthy" ? healthy_section(results) : suite_section(summary);
    calibrated = calibrated || summary.suite == "reference" || summary.suite == "catalogue";
  }
  if (calibrated) out += calibration_section(calibration_of(results));
  return out;
}

}  // namespace scenarios
