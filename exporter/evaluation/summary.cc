#include "exporter/evaluation/summary.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace exporter::evaluation {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::string full_id(const dataset::CaseFolder& folder) {
  return folder.dataset + "/" + folder.id;
}

// The smallest value that at least `q` of the values do not exceed.
double quantile(std::vector<double> values, double q) {
  if (values.empty()) return kNan;
  std::sort(values.begin(), values.end());
  const auto at = static_cast<std::size_t>(std::ceil(q * static_cast<double>(values.size())));
  return values[std::clamp<std::size_t>(at, 1, values.size()) - 1];
}

double median(std::vector<double> values) {
  if (values.empty()) return kNan;
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

double mean(const std::vector<double>& values) {
  if (values.empty()) return kNan;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// One value per case.
struct Columns {
  std::array<std::vector<double>, kMeasures> accuracy;
  std::array<std::vector<double>, kMeasures> chance;
  std::vector<double> reciprocal_place;
  std::vector<double> seconds;
};

void add_case(const CaseOutcome& one, const Outcome& outcome, Columns& columns) {
  const Measures accuracy = measures_of(outcome.accuracy);
  const Measures chance = measures_of(one.chance);
  for (std::size_t i = 0; i < kMeasures; ++i) {
    columns.accuracy[i].push_back(accuracy[i]);
    columns.chance[i].push_back(chance[i]);
  }
  columns.reciprocal_place.push_back(outcome.place == 0 ? 0 : 1 / static_cast<double>(outcome.place));
  columns.seconds.push_back(outcome.seconds);
}

using Group = std::vector<const CaseOutcome*>;

DatasetSummary summarize_group(const Request& request, const std::string& name, const Group& cases, bool by_fault) {
  std::map<std::string, Group> faults;
  if (by_fault) {
    for (const CaseOutcome* one : cases) faults[one->fault].push_back(one);
  }
  std::vector<double> reading;
  for (const CaseOutcome* one : cases) reading.push_back(one->seconds_reading);
  DatasetSummary out{name, median(std::move(reading)), {}};
  for (std::size_t i = 0; i < request.methods.size(); ++i) {
    MethodSummary& method = out.methods.emplace_back();
    method.method = request.methods[i]->name();
    method.all = figures_of(cases, i, request.options.seed);
    for (const auto& [fault, group] : faults) method.by_fault[fault] = figures_of(group, i, request.options.seed);
  }
  return out;
}

}  // namespace

Measures measures_of(const std::vector<double>& accuracy) {
  return {accuracy.at(0), accuracy.at(2), accuracy.at(4), mean(accuracy)};
}

Figures figures_of(const std::vector<const CaseOutcome*>& cases, std::size_t method, std::uint64_t seed) {
  Figures out;
  Columns columns;
  for (const CaseOutcome* one : cases) {
    const Outcome& outcome = one->methods.at(method);
    if (outcome.state == Outcome::State::not_applicable) {
      ++out.not_applicable;
      ++out.missing[outcome.reason];
      continue;
    }
    if (outcome.state == Outcome::State::failed) {
      ++out.failed;
      out.failures.push_back({full_id(one->folder), outcome.reason});
    }
    ++out.cases;
    add_case(*one, outcome, columns);
  }
  for (std::size_t i = 0; i < kMeasures; ++i) {
    out.mean[i] = mean(columns.accuracy[i]);
    out.chance[i] = mean(columns.chance[i]);
    out.interval[i] = rca::bootstrap_mean(columns.accuracy[i], seed);
  }
  out.mrr = mean(columns.reciprocal_place);
  out.seconds_median = median(columns.seconds);
  out.seconds_p95 = quantile(std::move(columns.seconds), 0.95);
  return out;
}

Summary summarize(const Request& request, const std::vector<CaseOutcome>& outcomes) {
  Summary out;
  std::map<std::string, Group> datasets;
  Group all;
  for (const CaseOutcome& one : outcomes) {
    if (one.skipped) {
      out.skipped.push_back({full_id(one.folder), one.skipped->message});
      continue;
    }
    datasets[one.folder.dataset].push_back(&one);
    all.push_back(&one);
  }
  for (const auto& [name, group] : datasets) out.datasets.push_back(summarize_group(request, name, group, true));
  out.overall = summarize_group(request, "all", all, false);
  return out;
}

}  // namespace exporter::evaluation
