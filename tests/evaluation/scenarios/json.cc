// The figures as JSON.
#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/evaluation/scenarios/summary.h"

namespace scenarios {
namespace {

using Json = nlohmann::ordered_json;

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
          {"all_named", number(group.all_named)},
          {"needless_root_cause", number(group.needless)},
          {"unknown", number(group.unknown)},
          {"methods", methods}};
}

Json to_json(const SuiteSummary& summary) {
  Json groups = Json::object();
  for (const GroupFigures& group : summary.groups) groups[group.name.empty() ? "all" : group.name] = to_json(group);
  return {{"runs", summary.runs}, {"early_incidents", summary.early}, {"groups", groups}};
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
  Json causes = Json::array();
  for (const auto& [entity, fault_class] : answer.root_causes) {
    causes.push_back({{"entity", entity}, {"fault_class", fault_class}});
  }
  return {{"entity", answer.entity},
          {"fault_class", answer.fault_class},
          {"probability", answer.probability},
          {"confidence", answer.confidence},
          {"unknown", answer.unknown},
          {"entity_right", answer.entity_right},
          {"class_right", answer.class_right},
          {"both_right", answer.pair_right},
          {"root_causes", causes},
          {"all_named", answer.all_named},
          {"needless_root_cause", answer.needless},
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
  out["delay_seconds"] = number(result.delay_seconds);
  out["onset_error_seconds"] = number(result.onset_error_seconds);
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

}  // namespace

std::string to_json(const std::vector<SuiteSummary>& summaries, const std::vector<RunResult>& results) {
  Json out = {{"suites", Json::object()}, {"runs", Json::array()}};
  for (const SuiteSummary& summary : summaries) out["suites"][summary.suite] = to_json(summary);
  const CalibrationSummary calibration = calibration_of(results);
  out["calibration"] = {{"entity", to_json(calibration.entity)}, {"entity_and_class", to_json(calibration.pair)}};
  for (const RunResult& result : results) out["runs"].push_back(to_json(result));
  return out.dump(1) + "\n";
}

}  // namespace scenarios
