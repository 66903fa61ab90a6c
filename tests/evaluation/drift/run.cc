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
};

class ChartTally {
 public:
  explicit ChartTally(RunResult& result) : result_(result) {}

  void add(const exporter::SpcReport& report) {
    for (const exporter::SpcChart& chart : report.charts) {
      const TargetName name = {chart.signal, chart.entity};
      std::int64_t& last = last_[name];
      if (chart.point.time_ms <= last) continue;
      last = chart.point.time_ms;
      ++result_.chart_points;
      const bool alarm = chart.point.violates(rca::SpcRule::ewma) || chart.point.violates(rca::SpcRule::cusum_high) ||
                         chart.point.violates(rca::SpcRule::cusum_low);
      if (alarm && alarmed_.insert(name).second) result_.alarmed.push_back(name.first + " of " + name.second);
    }
    result_.charts = last_.size();
    result_.chart_alarms = alarmed_.size();
  }

 private:
  RunResult& result_;
  std::map<TargetName, std::int64_t> last_;
  std::set<TargetName> alarmed_;
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
  ChartTally chart_tally(result);
  const auto interval = static_cast<double>(config.drift.interval.count()) / 1000;
  const double begin = timing.history + (scenario.fault.empty() ? 0 : timing.fault);
  for (double now = timing.history; now <= length_of(scenario, timing); now += interval) {
    const std::int64_t now_ms = std::llround((kStart + now) * 1000) + 20'000;
    RCA_ASSIGN(const bool evaluated, engine->update(now_ms, sources));
    if (evaluated) {
      tally.add(*engine->report(), static_cast<double>(engine->report()->evaluated_ms) / 1000 - kStart - begin);
    }
    if (!scenario.fault.empty()) continue;
    RCA_ASSIGN(const bool drawn, charts->update(now_ms, sources));
    if (drawn) chart_tally.add(*charts->report());
  }
  return result;
}

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> all = {
      {.name = "no drift"},
      {.name = "template change",
       .planted = "a new version of the template `support-rag`: longer, vague about documents and format",
       .fault = "prompt_template_drift",
       .target = "support-rag",
       .signals = {"groundedness", "answer_similarity", "format_error_ratio"},
       .entity = "support-rag"},
      {.name = "longer prompts",
       .planted = "users of `chat-assistant` write 2.2 times as much, half of them in another language",
       .fault = "input_drift",
       .target = "chat-assistant",
       .signals = {"template_input_tokens"},
       .entity = "chat-assistant"},
      {.name = "a new tenant's mix",
       .planted = "the tenant `umbrella` sends 8 times as many requests, with inputs 4 times as long",
       .fault = "tenant_mix",
       .target = "umbrella",
       .signals = {"tenant_prompt_tokens"},
       .label = "tenant",
       .value = "umbrella"},
      {.name = "shorter outputs after a model change",
       .planted = "an old release of the model under the same name: answers are 40 % shorter",
       .fault = "wrong_model_version",
       .target = "",
       .signals = {"generation_tokens", "template_output_tokens"}},
      {.name = "embedding shift",
       .planted = "another encoder: all embeddings move by half their length",
       .fault = "embedding_shift",
       .target = "",
       .signals = {"input_embedding"}},
  };
  return all;
}

}  // namespace drift_eval
