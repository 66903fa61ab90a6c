// pdiagnose: anomalies of metrics, traces and logs wait in three queues, and vote.
// C. Hou, T. Jia, Y. Wu, Y. Li, J. Han, "Diagnosing Performance Issues in Microservices with Heterogeneous Data Source"
// (PDiagnose), ISPA 2021.
//
//  metrics  a kernel density (Gaussian, Silverman's bandwidth) of the normal window; a value after the onset with less
//           than 0.1 % of the density's mass beyond it is an anomaly
//  traces   a span after the onset that is more than 3 standard deviations slower than its operation was, in the time
//           that it works itself or that its caller waits longer, or that failed where calls used to succeed
//  logs     a line after the onset that reports an error (log_errors.h), beyond what the rate before lets expect
// A queue takes part in the vote when it holds at least 3 anomalies. Each queue has one vote, which it divides among
// the entities by their anomalies; a metric counts by the share of its values that are anomalous, so that a long window
// or a fast grid has no more weight. The entity with most votes is the root cause; its signals, operations and log
// lines are ordered by what they contributed.
//
// Metrics and at least one of traces and logs are needed; the evidence says which sources had a say.
//
// Where the reference (RCAEval) differs: a constant signal counts every row after the onset (x ≥ mean + 0); error lines
// before the onset count as well; anomalies of all kinds are added up in one number, so that the source with the most
// rows decides; the vote and its thresholds are not used.

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "rca_core/methods/candidates.h"
#include "rca_core/methods/evidence.h"
#include "rca_core/methods/log_errors.h"
#include "rca_core/methods/registry.h"
#include "rca_core/methods/scoring.h"
#include "rca_core/methods/trace_windows.h"
#include "rca_core/stats/robust.h"
#include "rca_core/stats/scalers.h"

namespace rca {
namespace {

constexpr double kSigmas = 3;
constexpr double kTailMass = 0.001;
constexpr double kFewestAnomalies = 3;

// One source: what it holds against whom. `anomalies` decides whether it votes, `weights` how.
struct Queue {
  std::string_view name;
  double anomalies = 0;
  std::vector<Candidate> candidates;  // score: weight
};

class KernelDensity {
 public:
  // `floor`: smallest standard deviation.
  KernelDensity(std::vector<double> values, double floor) : values_(std::move(values)) {
    const Scale scale = standard_scale(values_);
    constexpr double kSilverman = 1.06;
    bandwidth_ = kSilverman * std::max(scale.spread, floor) * std::pow(static_cast<double>(values_.size()), -0.2);
  }

  // The smaller of the masses on both sides of x.
  [[nodiscard]] double tail(double x) const {
    double below = 0;
    for (const double value : values_) below += 0.5 * std::erfc((value - x) / bandwidth_ / std::sqrt(2.0));
    below /= static_cast<double>(values_.size());
    return std::min(below, 1 - below);
  }

 private:
  std::vector<double> values_;
  double bandwidth_ = 1;
};

// Anomalous values of one column, and how many there are in all.
std::pair<double, double> count_anomalies(const Frame& frame, const Windows& windows, const SignalScore& change,
                                          std::vector<double>& scratch) {
  copy_present(column_rows(frame, change.column, windows.normal_begin, windows.normal_rows), scratch);
  const std::string& unit = frame.signals[static_cast<std::size_t>(change.column)].unit;
  const double floor = scale_floor(unit, change.before, std::max(std::fabs(change.before), std::fabs(change.after)));
  const KernelDensity density(scratch, floor);
  double anomalies = 0;
  double values = 0;
  for (const double value : column_rows(frame, change.column, windows.anomalous_begin, windows.anomalous_rows)) {
    if (!std::isfinite(value)) continue;
    values += 1;
    anomalies += density.tail(value) < kTailMass ? 1 : 0;
  }
  return {anomalies, values};
}

Queue metric_queue(const Frame& frame, const Windows& windows) {
  Queue queue{"metrics", 0, {}};
  const std::vector<SignalScore> changes = median_changes(frame, windows);
  std::vector<std::pair<double, double>> counts(changes.size());
  for_each_column(static_cast<Eigen::Index>(changes.size()), windows.normal_rows * windows.anomalous_rows,
                  [&](Eigen::Index at, std::vector<double>& scratch) {
                    const auto i = static_cast<std::size_t>(at);
                    counts[i] = count_anomalies(frame, windows, changes[i], scratch);
                  });
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const auto& [anomalies, values] = counts[i];
    const Signal& signal = frame.signals[static_cast<std::size_t>(changes[i].column)];
    Candidate& candidate = queue.candidates.emplace_back();
    candidate.entity = signal.entity;
    candidate.signal = signal.role;
    candidate.score = values > 0 ? anomalies / values : 0.0;
    candidate.evidence = evidence_of(
        frame, changes[i],
        format_quantity(anomalies, "") + " of " + format_quantity(values, "") + " values are outside what was normal");
    queue.anomalies += anomalies;
  }
  return queue;
}

Queue trace_queue(const TraceWindows& windows) {
  Queue queue{"traces", 0, {}};
  const TraceIndex& index = windows.index;
  std::vector<double> anomalies(index.operations.size(), 0);
  for (const std::size_t trace : windows.after) {
    for (const std::size_t span : index.traces[trace]) {
      const std::size_t operation = index.operation_of[span];
      constexpr double kFailsAnyway = 0.5;
      const bool abnormal = deviations_above(windows.own[operation], index.own_ms[span]) > kSigmas ||
                            deviations_above(windows.waited[operation], index.waited_ms[span]) > kSigmas ||
                            (index.failed[span] != 0 && windows.error_ratio[operation] < kFailsAnyway);
      anomalies[operation] += abnormal ? 1 : 0;
    }
  }
  for (std::size_t operation = 0; operation < anomalies.size(); ++operation) {
    Candidate& candidate = queue.candidates.emplace_back();
    candidate.entity = index.operations[operation].entity;
    candidate.signal = index.operations[operation].name;
    candidate.score = anomalies[operation];
    candidate.evidence = evidence_of_operation(
        windows, operation, format_quantity(anomalies[operation], "") + " of its spans are abnormal");
    queue.anomalies += anomalies[operation];
  }
  return queue;
}

Queue log_queue(const IncidentView& view) {
  Queue queue{"logs", 0, {}};
  for (const LogErrors& errors : count_log_errors(view)) {
    Candidate& candidate = queue.candidates.emplace_back();
    candidate.entity = errors.entity;
    candidate.signal = "log_errors";
    candidate.score = std::max(0.0, errors.after - errors.rate_before() * errors.seconds_after);
    candidate.evidence = errors.evidence();
    queue.anomalies += candidate.score;
  }
  return queue;
}

// Divides each queue's vote; every candidate then has the votes of its entity, times its part in what the entity's
// strongest candidate contributed.
std::vector<Candidate> vote(std::vector<Queue> queues, std::string_view voters) {
  std::map<std::string, double, std::less<>> votes;
  std::map<std::string, double, std::less<>> strongest;
  std::vector<Candidate> all;
  for (Queue& queue : queues) {
    double sum = 0;
    for (const Candidate& candidate : queue.candidates) sum += candidate.score;
    const bool silent = queue.anomalies < kFewestAnomalies || sum <= 0;
    for (Candidate& candidate : queue.candidates) {
      candidate.score = silent ? 0.0 : candidate.score / sum;
      votes[candidate.entity] += candidate.score;
      double& largest = strongest[candidate.entity];
      largest = std::max(largest, candidate.score);
      all.push_back(std::move(candidate));
    }
  }
  for (Candidate& candidate : all) {
    const double own = candidate.score;
    const double of_entity = votes.find(candidate.entity)->second;
    const double largest = strongest.find(candidate.entity)->second;
    candidate.score = largest > 0 ? of_entity * own / largest : 0.0;
    candidate.evidence.text +=
        "; " + candidate.entity + " has " + format_quantity(of_entity, "") + " of the votes of " + std::string(voters);
  }
  return all;
}

class PDiagnose final : public Method {
 public:
  [[nodiscard]] std::string_view name() const override { return "pdiagnose"; }
  [[nodiscard]] std::string_view description() const override {
    return "votes of the anomalies in metrics, traces and logs";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "Hou et al., Diagnosing Performance Issues in Microservices with Heterogeneous Data Source, ISPA 2021";
  }
  [[nodiscard]] Need needs() const override { return Need::metrics | Need::logs | Need::traces; }

  [[nodiscard]] Result<Ranking> rank(const IncidentView& view, const MethodOptions& options) const override {
    RCA_ASSIGN(const Windows windows, make_windows(view, options, view.onset_row));
    const Result<TraceWindows> traces = make_trace_windows(view);
    if (view.logs.empty() && !traces.ok()) {
      return Error{ErrorKind::missing_input, traces.error().message + ", and there are no log lines"};
    }
    std::vector<Queue> queues;
    queues.push_back(metric_queue(view.frame, windows));
    std::string voters = "metrics";
    if (traces.ok()) {
      queues.push_back(trace_queue(*traces));
      voters += view.logs.empty() ? " and traces (no logs)" : ", traces and logs";
    }
    if (!view.logs.empty()) {
      queues.push_back(log_queue(view));
      if (!traces.ok()) voters += " and logs (no traces)";
    }
    return rank_candidates(name(), vote(std::move(queues), voters));
  }
};

const MethodRegistration registration(std::make_unique<PDiagnose>());

}  // namespace
}  // namespace rca
