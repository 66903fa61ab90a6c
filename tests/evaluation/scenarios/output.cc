// The figures as JSON and Markdown.
#include <array>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "tests/evaluation/scenarios/summary.h"

namespace scenarios {
namespace {

using Json = nlohmann::ordered_json;

std::string fixed(double value, int digits) {
  if (!std::isfinite(value)) return "–";
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json to_json(const GroupFigures& group) {
  Json methods = Json::object();
  for (const MethodFigures& one : group.methods) {
    methods[one.method] = {{"ac@1", number(one.ac1)},
                           {"avg@5", number(one.avg5)},
                           {"interval", {number(one.ac1_interval.low), number(one.ac1_interval.high)}},
                           {"given_ac@1", number(one.given_ac1)},
                           {"given_avg@5", number(one.given_avg5)}};
  }
  return {{"runs", group.runs},
          {"detected", group.detected},
          {"delay_seconds_median", number(group.delay_median)},
          {"delay_seconds_p95", number(group.delay_p95)},
          {"onset_error_seconds_median", number(group.onset_error_median)},
          {"entity_right", number(group.entity_right)},
          {"class_right", number(group.class_right)},
          {"both_right", number(group.both_right)},
          {"unknown", number(group.unknown)},
          {"methods", methods}};
}

Json to_json(const SuiteSummary& summary) {
  Json groups = Json::object();
  for (const GroupFigures& group : summary.groups) groups[group.fault.empty() ? "all" : group.fault] = to_json(group);
  return {{"runs", summary.runs}, {"early_incidents", summary.early}, {"faults", groups}};
}

Json to_json(const std::vector<MethodScore>& scores) {
  Json out = Json::object();
  for (const MethodScore& score : scores) {
    out[score.method] =
        score.ranked ? Json{{"place", score.place}, {"first", score.first}} : Json{{"reason", score.reason}};
  }
  return out;
}

Json to_json(const Answer& answer) {
  return {{"entity", answer.entity},
          {"fault_class", answer.fault_class},
          {"probability", answer.probability},
          {"confidence", answer.confidence},
          {"unknown", answer.unknown},
          {"entity_right", answer.entity_right},
          {"class_right", answer.class_right},
          {"both_right", answer.pair_right},
          {"place", answer.place},
          {"second_place", answer.second_place}};
}

Json to_json(const RunResult& result) {
  Json truth = Json::array();
  for (const TrueFault& fault : result.truth) {
    truth.push_back({{"type", fault.type}, {"entity", fault.entity}, {"fault_class", fault.fault_class}});
  }
  Json out = {{"suite", result.suite}, {"name", result.name},        {"seed", result.seed},
              {"truth", truth},        {"signals", result.signals},  {"series", result.series},
              {"early", result.early}, {"detected", result.detected}};
  out["incidents"] = Json::array();
  for (const FoundIncident& one : result.incidents) {
    out["incidents"].push_back({{"slo", one.slo},
                                {"onset", one.onset},
                                {"detected", one.detected},
                                {"resolved", one.resolved},
                                {"worst", number(one.worst)}});
  }
  if (!result.failure.empty()) out["failure"] = result.failure;
  out["given"] = to_json(result.given);
  if (!result.given.empty()) out["given_answer"] = to_json(result.given_answer);
  if (!result.detected) return out;
  out["slo"] = result.slo;
  out["delay_seconds"] = result.delay_seconds;
  out["onset_error_seconds"] = result.onset_error_seconds;
  out["methods"] = to_json(result.methods);
  out["answer"] = to_json(result.answer);
  return out;
}

Json to_json(const Calibration& calibration) {
  Json bins = Json::array();
  for (const ReliabilityBin& bin : calibration.bins) {
    bins.push_back({{"low", bin.low},
                    {"count", bin.count},
                    {"mean_probability", number(bin.mean_probability)},
                    {"share_right", number(bin.share_right)}});
  }
  return {{"expected_calibration_error", number(calibration.expected_error)},
          {"brier", number(calibration.brier)},
          {"bins", bins}};
}

std::string method_table(const SuiteSummary& summary, bool given) {
  std::string out = "| method |";
  for (const GroupFigures& group : summary.groups) out += " " + (group.fault.empty() ? "all" : group.fault) + " |";
  out += given ? "\n| --- |" : " 95 % of AC@1 |\n| --- |";
  for (std::size_t i = 0; i < summary.groups.size() + (given ? 0 : 1); ++i) out += " ---: |";
  out += "\n";
  const std::vector<MethodFigures>& all = summary.groups.front().methods;
  for (std::size_t method = 0; method < all.size(); ++method) {
    out += "| `" + all[method].method + "` |";
    for (const GroupFigures& group : summary.groups) {
      const MethodFigures& one = group.methods[method];
      out +=
          " " + fixed(given ? one.given_ac1 : one.ac1, 2) + " / " + fixed(given ? one.given_avg5 : one.avg5, 2) + " |";
    }
    if (!given)
      out += " " + fixed(all[method].ac1_interval.low, 2) + " … " + fixed(all[method].ac1_interval.high, 2) + " |";
    out += "\n";
  }
  return out;
}

}  // namespace

std::string to_markdown(const CalibrationSummary& calibration) {
  std::string out =
      "### Calibration\n\nOf the incidents that were found. Expected calibration error: entity " +
      fixed(calibration.entity.expected_error, 3) + ", entity and class " + fixed(calibration.pair.expected_error, 3) +
      ".\n\n" + "| probability | entity: incidents | mean | right | entity and class: incidents | mean | right |\n" +
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

std::string to_json(const std::vector<SuiteSummary>& summaries, const std::vector<RunResult>& results) {
  Json out = {{"suites", Json::object()}, {"runs", Json::array()}};
  for (const SuiteSummary& summary : summaries) out["suites"][summary.suite] = to_json(summary);
  const CalibrationSummary calibration = calibration_of(results);
  out["calibration"] = {{"entity", to_json(calibration.entity)}, {"entity_and_class", to_json(calibration.pair)}};
  for (const RunResult& result : results) out["runs"].push_back(to_json(result));
  return out.dump(1) + "\n";
}

std::string to_markdown(const SuiteSummary& summary) {
  std::string out =
      "### Suite `" + summary.suite + "`\n\n" + std::to_string(summary.runs) + " runs, " +
      std::to_string(summary.early) + " incidents before anything was at fault.\n\n" +
      "| fault | runs | detected | delay, s | p95 | onset error, s | entity | class | both | unknown |\n" +
      "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n";
  for (const GroupFigures& group : summary.groups) {
    out += "| " + (group.fault.empty() ? "all" : group.fault) + " | " + std::to_string(group.runs) + " | " +
           std::to_string(group.detected) + " | " + fixed(group.delay_median, 0) + " | " + fixed(group.delay_p95, 0) +
           " | " + fixed(group.onset_error_median, 0) + " | " + fixed(group.entity_right, 2) + " | " +
           fixed(group.class_right, 2) + " | " + fixed(group.both_right, 2) + " | " + fixed(group.unknown, 2) + " |\n";
  }
  out += "\nAC@1 / Avg@5 of the entity; an incident that was not found, or found before the fault, is a miss.\n\n" +
         method_table(summary, false);
  out += "\nThe same with the fault's begin given as the onset, as the reference evaluates.\n\n" +
         method_table(summary, true);
  return out + "\n";
}

}  // namespace scenarios
