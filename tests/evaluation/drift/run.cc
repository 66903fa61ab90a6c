#include "tests/evaluation/drift/run.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "exporter/drift/engine.h"
#include "exporter/drift/spc.h"
#include "exporter/pipeline/daemon.h"
#include "exporter/signals/catalog.h"
#include "tests/evaluation/scenarios/memory_source.h"
#include "tests/testbed/llmsim/simulation.h"

namespace drift_eval {
namespace {

using scenarios::MemoryStore;
using TargetName = std::pair<std::string, std::string>;  // signal, entity

constexpr double kStart = 1'700'006'400;  // a midnight, UTC

llmsim::SimConfig simulated(const Timing& timing, std::uint64_t seed) {
  llmsim::SimConfig config = llmsim::full_stack_config();
  config.seed = seed;
  config.start = kStart;
  config.rate = timing.rate;
  config.swing = timing.swing;
  config.swing_period = timing.swing_period;
  return config;
}

double length_of(const Scenario& scenario, const Timing& timing) {
  return timing.history + (scenario.fault.empty() ? timing.quiet : timing.fault + timing.watched);
}

rca::Result<void> simulate(const Scenario& scenario, const Timing& timing, std::uint64_t seed, MemoryStore& store) {
  llmsim::Simulation simulation(simulated(timing, seed));
  if (!scenario.fault.empty()) {
    const double begin = timing.history + timing.fault;
    RCA_TRY(simulation.plan_fault(scenario.fault, scenario.target, begin, timing.watched));
  }
  const std::vector<llmsim::Target> targets =
      llmsim::make_targets(simulation.topology(), {"vllm", "otel-collector", "retriever"});
  scenarios::StoreReceiver receiver(targets, store);
  const auto scraped =
      llmsim::run_scrapes(simulation, targets, {length_of(scenario, timing), timing.scrape_interval, 0}, receiver);
  if (!scraped) return scraped.error();
  return {};
}

// The statistic whose effect is the most times its threshold.
const rca::StatisticVerdict* strongest(const rca::Comparison& comparison) {
  const rca::StatisticVerdict* best = nullptr;
  for (const rca::StatisticVerdict& verdict : comparison.statistics) {
    const double ratio = verdict.result.effect / verdict.threshold;
    if (best == nullptr || ratio > best->result.effect / best->threshold) best = &verdict;
  }
  return best;
}

Detection detection_of(const exporter::DriftComparison& comparison, double after) {
  Detection out;
  out.signal = comparison.signal;
  out.entity = comparison.entity;
  out.after = after;
  if (const rca::StatisticVerdict* verdict = strongest(comparison.result)) {
    out.statistic = verdict->statistic->name();
    out.effect = verdict->result.effect;
    out.threshold = verdict->threshold;
  }
  for (const exporter::DriftAttribution& attribution : comparison.attributions) {
    if (attribution.value.total() <= out.attribution) continue;
    out.attribution = attribution.value.total();
    out.attributed = attribution.label + "=" + attribution.value.value;
  }
  return out;
}

// What the evaluations of one run add up to.
class Tally {
 public:
  Tally(const Scenario& scenario, RunResult& result) : scenario_(scenario), result_(result) {}

  // `after`: seconds since the drift.
  void add(const exporter::DriftReport& report, double after) {
    ++result_.evaluations;
    for (const exporter::DriftComparison& comparison : report.comparisons) {
      if (!comparison.result.enough_data) continue;
      ++result_.comparisons;
      seen_.insert({comparison.signal, comparison.entity});
      note_largest(comparison);
      if (comparison.result.detected) note_detection(comparison, after);
      note_alert(comparison, after);
    }
    result_.pairs = seen_.size();
  }

 private:
  void note_largest(const exporter::DriftComparison& comparison) {
    const rca::StatisticVerdict* verdict = strongest(comparison.result);
    if (verdict == nullptr || !verdict->significant) return;
    const double ratio = verdict->result.effect / verdict->threshold;
    if (ratio <= result_.largest) return;
    result_.largest = ratio;
    result_.largest_at =
        comparison.signal + " of " + comparison.entity + ", " + std::string(verdict->statistic->name());
  }

  void note_detection(const exporter::DriftComparison& comparison, double after) {
    const bool early = scenario_.fault.empty() || after <= 0;
    auto& known = early ? early_ : found_;
    if (!known.insert({comparison.signal, comparison.entity}).second) return;
    if (early) ++result_.early;
    if (early && !scenario_.fault.empty()) return;
    const Detection detection = detection_of(comparison, after);
    result_.detections.push_back(detection);
    if (!result_.right && is_right(detection)) result_.right = detection;
  }

  void note_alert(const exporter::DriftComparison& comparison, double after) {
    constexpr int kAlertEvaluations = 3;
    int& so_far = in_a_row_[{comparison.signal, comparison.entity}];
    so_far = comparison.result.detected ? so_far + 1 : 0;
    const bool early = scenario_.fault.empty() || after <= 0;
    if (early && so_far == kAlertEvaluations) ++result_.early_alerts;
  }

  [[nodiscard]] bool is_right(const Detection& detection) const {
    const auto& signals = scenario_.signals;
    return std::find(signals.begin(), signals.end(), detection.signal) != signals.end() &&
           (scenario_.entity.empty() || scenario_.entity == detection.entity) &&
           (scenario_.label.empty() || detection.attributed == scenario_.label + "=" + scenario_.value);
  }

  const Scenario& scenario_;
  RunResult& result_;
  std::set<TargetName> seen_;
  std::set<TargetName> early_;
  std::set<TargetName> found_;
  std::map<TargetName, int> in_a_row_;  // evaluations that detected it
};

class ChartTally {
 public:
  ChartTally(const Scenario& scenario, RunResult& result) : scenario_(scenario), result_(result) {}

  // `after`: seconds since the drift.
  void add(const exporter::SpcReport& report, double after) {
    const bool early = scenario_.fault.empty() || after <= 0;
    for (const exporter::SpcChart& chart : report.charts) {
      if (!chart.enough_data) continue;
      Chart& seen = charts_[{chart.signal, chart.entity}];
      if (chart.point.time_ms <= seen.last_ms) continue;
      seen.last_ms = chart.point.time_ms;
      if (early) ++result_.chart_points;
      if (early) note_violation(chart, seen);
      const bool out = memory_rule(chart).has_value() || chart.point.violates(rca::SpcRule::beyond_3_sigma);
      seen.out_of_control = out ? seen.out_of_control + 1 : 0;
      if (seen.out_of_control < kAlertPoints || seen.alerted) continue;
      seen.alerted = true;
      if (early) {
        ++result_.chart_alerts;
      } else {
        note_alert(chart, after);
      }
    }
    result_.charts = charts_.size();
  }

 private:
  static constexpr int kAlertPoints = 3;  // five minutes apart: the alert's ten minutes
  struct Chart {
    std::int64_t last_ms = 0;
    int out_of_control = 0;  // points one after the other
    bool violated = false;
    bool alerted = false;
  };

  static std::string name_of(const exporter::SpcChart& chart) { return chart.signal + " of " + chart.entity; }

  // The rule with memory that the newest point violates.
  static std::optional<rca::SpcRule> memory_rule(const exporter::SpcChart& chart) {
    for (const rca::SpcRule rule : {rca::SpcRule::ewma, rca::SpcRule::cusum_high, rca::SpcRule::cusum_low}) {
      if (chart.point.violates(rule)) return rule;
    }
    return std::nullopt;
  }

  void note_violation(const exporter::SpcChart& chart, Chart& seen) {
    const std::optional<rca::SpcRule> rule = memory_rule(chart);
    if (seen.violated || !rule) return;
    seen.violated = true;
    ++result_.chart_alarms;
    result_.alarmed.push_back(name_of(chart) + ", " + std::string(to_string(*rule)));
  }

  void note_alert(const exporter::SpcChart& chart, double after) {
    const auto& asked = scenario_.charts;
    if (result_.chart_right || std::find(asked.begin(), asked.end(), chart.signal) == asked.end()) return;
    if (!scenario_.entity.empty() && scenario_.entity != chart.entity) return;
    result_.chart_right = after;
    result_.chart_right_at = name_of(chart);
  }

  const Scenario& scenario_;
  RunResult& result_;
  std::map<TargetName, Chart> charts_;
};

}  // namespace

rca::Result<RunResult> run(const Scenario& scenario, const Timing& timing, std::uint64_t seed) {
  RCA_ASSIGN(exporter::Config config, exporter::load_checked_config(DRIFT_CONFIG, ":memory:"));
  if (timing.rolling > 0) {
    exporter::DriftReference reference;
    reference.name = "rolling";
    reference.kind = exporter::ReferenceKind::rolling;
    reference.window = exporter::milliseconds(std::llround(timing.rolling * 1000));
    reference.gap = std::chrono::minutes(10);
    config.drift.references = {reference};
  }
  const exporter::CatalogResult catalog = exporter::load_catalog(config);
  if (!catalog.catalog) return rca::Error{rca::ErrorKind::invalid_argument, exporter::to_string(catalog.diagnostics)};
  RCA_ASSIGN(const auto engine, exporter::DriftEngine::create(config, *catalog.catalog));
  RCA_ASSIGN(const auto charts, exporter::SpcEngine::create(config, *catalog.catalog));
  MemoryStore store;
  RCA_TRY(simulate(scenario, timing, seed, store));
  exporter::Sources sources = scenarios::memory_sources(store);

  RunResult result;
  result.seed = seed;
  Tally tally(scenario, result);
  ChartTally chart_tally(scenario, result);
  const auto interval = static_cast<double>(config.drift.interval.count()) / 1000;
  const double begin = timing.history + (scenario.fault.empty() ? 0 : timing.fault);
  for (double now = timing.history; now <= length_of(scenario, timing); now += interval) {
    const std::int64_t now_ms = std::llround((kStart + now) * 1000) + 20'000;
    RCA_ASSIGN(const bool evaluated, engine->update(now_ms, sources));
    if (evaluated) {
      tally.add(*engine->report(), static_cast<double>(engine->report()->evaluated_ms) / 1000 - kStart - begin);
    }
    RCA_ASSIGN(const bool drawn, charts->update(now_ms, sources));
    if (drawn) {
      chart_tally.add(*charts->report(), static_cast<double>(charts->report()->evaluated_ms) / 1000 - kStart - begin);
    }
  }
  return result;
}

}  // namespace drift_eval
