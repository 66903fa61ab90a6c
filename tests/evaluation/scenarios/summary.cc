#include "tests/evaluation/scenarios/summary.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace scenarios {
namespace {

constexpr std::size_t kMost = 5;
constexpr std::uint64_t kIntervalSeed = 1;

// By linear interpolation between the order statistics, as numpy does; NaN of nothing.
double quantile(std::vector<double> values, double q) {
  if (values.empty()) return std::nan("");
  std::sort(values.begin(), values.end());
  const double at = q * static_cast<double>(values.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const std::size_t high = std::min(low + 1, values.size() - 1);
  return values[low] + (at - static_cast<double>(low)) * (values[high] - values[low]);
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return values.empty() ? std::nan("") : sum / static_cast<double>(values.size());
}

// Place of the truth, 0: not ranked.
std::size_t place_of(const std::vector<MethodScore>& scores, const std::string& method) {
  const auto at =
      std::find_if(scores.begin(), scores.end(), [&](const MethodScore& score) { return score.method == method; });
  return at == scores.end() ? 0 : at->place;
}

double ac1(std::size_t place) {
  return place == 1 ? 1 : 0;
}

double avg5(std::size_t place) {
  return place == 0 || place > kMost ? 0 : static_cast<double>(kMost - place + 1) / kMost;
}

MethodFigures figures_of(const std::vector<const RunResult*>& runs, const std::string& method) {
  std::vector<double> first;
  std::vector<double> average;
  std::vector<double> given_first;
  std::vector<double> given_average;
  for (const RunResult* run : runs) {
    const std::size_t place = place_of(run->methods, method);
    first.push_back(ac1(place));
    average.push_back(avg5(place));
    const std::size_t given = place_of(run->given, method);
    given_first.push_back(ac1(given));
    given_average.push_back(avg5(given));
  }
  return {method,
          mean(first),
          mean(average),
          rca::bootstrap_mean(first, kIntervalSeed),
          mean(given_first),
          mean(given_average)};
}

// "entity: class (n)".
std::string wrong_answer(const std::vector<const RunResult*>& runs) {
  std::map<std::string, std::size_t> wrong;
  for (const RunResult* run : runs) {
    const Answer& answer = run->answer;
    if (run->detected && !answer.pair_right) ++wrong[answer.entity + ": " + answer.fault_class];
  }
  const auto most =
      std::max_element(wrong.begin(), wrong.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == wrong.end() ? "" : most->first + " (" + std::to_string(most->second) + ")";
}

GroupFigures group_of(const std::string& name, const std::vector<const RunResult*>& runs,
                      const std::vector<std::string>& methods) {
  GroupFigures group;
  group.name = name;
  group.runs = runs.size();
  std::vector<double> delays;
  std::vector<double> errors;
  std::vector<double> entity;
  std::vector<double> kind;
  std::vector<double> both;
  std::vector<double> all_named;
  std::vector<double> needless;
  std::vector<double> unknown;
  for (const RunResult* run : runs) {
    const Answer& answer = run->answer;
    entity.push_back(answer.entity_right ? 1 : 0);
    kind.push_back(answer.class_right ? 1 : 0);
    both.push_back(answer.pair_right ? 1 : 0);
    all_named.push_back(answer.all_named ? 1 : 0);
    needless.push_back(answer.needless ? 1 : 0);
    unknown.push_back(answer.unknown ? 1 : 0);
    if (!run->detected) continue;
    ++group.detected;
    if (std::isnan(run->delay_seconds)) continue;  // found by the audit
    delays.push_back(run->delay_seconds);
    errors.push_back(std::abs(run->onset_error_seconds));
  }
  group.delay_median = quantile(delays, 0.5);
  group.delay_p95 = quantile(delays, 0.95);
  group.onset_error_median = quantile(errors, 0.5);
  group.entity_right = mean(entity);
  group.class_right = mean(kind);
  group.both_right = mean(both);
  group.all_named = mean(all_named);
  group.needless = mean(needless);
  group.unknown = mean(unknown);
  group.instead = wrong_answer(runs);
  for (const std::string& method : methods) group.methods.push_back(figures_of(runs, method));
  return group;
}

std::vector<std::string> methods_of(const std::vector<RunResult>& results) {
  for (const RunResult& result : results) {
    std::vector<std::string> names;
    for (const MethodScore& score : result.given) names.push_back(score.method);
    if (!names.empty()) return names;
  }
  return {};
}

}  // namespace

CalibrationSummary calibration_of(const std::vector<RunResult>& results) {
  std::vector<Forecast> entity;
  std::vector<Forecast> pair;
  for (const RunResult& result : results) {
    if (result.suite != "reference" && result.suite != "catalogue") continue;
    if (!result.detected || result.answer.entity.empty() || std::isnan(result.delay_seconds)) continue;
    entity.push_back({result.answer.confidence, result.answer.place == 1});
    pair.push_back({result.answer.probability, result.answer.pair_right});
  }
  return {calibrate(entity), calibrate(pair)};
}

std::vector<Goal> goals_of(const std::vector<RunResult>& results) {
  std::vector<double> reference_entity;
  std::vector<double> reference_class;
  std::vector<double> catalogue;
  double false_incidents = std::nan("");
  for (const RunResult& result : results) {
    if (result.suite == "reference") {
      reference_entity.push_back(result.answer.entity_right ? 1 : 0);
      reference_class.push_back(result.answer.class_right ? 1 : 0);
    } else if (result.suite == "catalogue") {
      catalogue.push_back(result.answer.pair_right ? 1 : 0);
    } else if (result.suite == "healthy") {
      false_incidents = std::fmax(false_incidents, static_cast<double>(result.incidents.size()));
    }
  }
  return {{"the reference's faults: entity right, first place", mean(reference_entity), 0.95},
          {"the reference's faults: class right", mean(reference_class), 0.95},
          {"the catalogue: entity and class right, first place", mean(catalogue), 0.90},
          {"a healthy day: false incidents, the worse of two stacks", false_incidents, 1, true},
          {"expected calibration error of the first entity's probability",
           calibration_of(results).entity.expected_error, 0.10, true}};
}

SuiteSummary summarize(const std::string& suite, const std::vector<RunResult>& results) {
  SuiteSummary summary;
  summary.suite = suite;
  std::vector<const RunResult*> all;
  std::map<std::string, std::vector<const RunResult*>> by_group;
  for (const RunResult& result : results) {
    if (result.suite != suite) continue;
    all.push_back(&result);
    summary.early += result.early;
    by_group[result.group].push_back(&result);
  }
  summary.runs = all.size();
  const std::vector<std::string> methods = methods_of(results);
  summary.groups.push_back(group_of("", all, methods));
  for (const auto& [name, runs] : by_group) summary.groups.push_back(group_of(name, runs, methods));
  return summary;
}

}  // namespace scenarios
