// simple_rca: the entity with the most alerts.
// SimpleRCA, the rule-based baseline of A. Fang et al., "An Empirical Study of SOTA RCA Models: From Oversimplified
// Benchmarks to Realistic Failures", arXiv:2510.04711, 2025: threshold alerts on metrics (three standard deviations),
// traces (95th percentile of the latency beyond three times what it was) and logs (error keywords), counted per
// service.
//
//   metric  one alert per signal whose anomalous rows are, in their median, more than 3 standard deviations from the
//           normal mean (the scale has the floor of scoring.h). The median, not a single row: of 300 normal rows one is
//           beyond 3σ anyway.
//   trace   one alert per operation whose 95th percentile of duration after the onset is beyond 3 times that before it,
//           where it had spans on both sides
//   log     one alert per entity that logs more error lines per second than before the onset, and at least 3
// Entities are ranked by their alerts; of two with the same number the one whose signals moved further comes first.
// Spans and log lines are used where the view has them; metrics are needed.
//
// The reference does not have this method.

#include <algorithm>
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
#include "rca_core/stats/robust.h"
#include "rca_core/stats/scalers.h"

namespace rca {
namespace {

constexpr double kSigmas = 3;
constexpr double kSlower = 3;
constexpr double kPercentile = 0.95;

// One alert that fired, or a signal that did not.
struct Alert {
  Candidate candidate;  // score: how far it moved, in deviations
  double severity = 0;  // in [0, 1)
  bool fired = false;
};

double squash(double deviations) {
  return deviations / (1 + deviations);
}

std::vector<Alert> metric_alerts(const Frame& frame, const Windows& windows) {
  std::vector<Alert> alerts;
  std::vector<double> scratch;
  for (Eigen::Index column = 0; column < frame.values.cols(); ++column) {
    const Scale scale = standard_scale(column_rows(frame, column, windows.normal_begin, windows.normal_rows));
    copy_present(column_rows(frame, column, windows.anomalous_begin, windows.anomalous_rows), scratch);
    if (scale.count == 0 || scratch.empty() || !std::isfinite(scale.centre)) continue;
    const Signal& signal = frame.signals[static_cast<std::size_t>(column)];
    SignalScore change;
    change.column = column;
    change.before = scale.centre;
    change.after = median_in_place(scratch);
    const double floor =
        scale_floor(signal.unit, change.before, std::max(std::fabs(change.before), std::fabs(change.after)));
    change.scale = scale.constant || !std::isfinite(scale.spread) ? floor : std::max(scale.spread, floor);
    change.deviation = finite_score((change.after - change.before) / change.scale);
    const double size = std::fabs(change.deviation);
    Evidence evidence = evidence_of(frame, change, "");
    alerts.push_back({{signal.entity, signal.role, 0, std::move(evidence)}, squash(size), size > kSigmas});
  }
  return alerts;
}

void add_trace_alerts(const IncidentView& view, std::vector<Alert>& alerts) {
  struct Durations {
    std::vector<double> before;
    std::vector<double> after;
  };
  std::map<std::pair<std::string_view, std::string_view>, Durations> operations;
  const std::int64_t onset_us = view.onset_time_ms() * 1000;
  for (const Span& span : view.spans) {
    Durations& durations = operations[{span.entity, span.operation}];
    const bool before = span.start_us + span.duration_us < onset_us;
    (before ? durations.before : durations.after).push_back(static_cast<double>(span.duration_us) * 1e-6);
  }
  for (auto& [operation, durations] : operations) {
    if (durations.before.empty() || durations.after.empty()) continue;
    Alert alert;
    alert.candidate.entity = operation.first;
    alert.candidate.signal = operation.second;
    Evidence& evidence = alert.candidate.evidence;
    evidence.before = quantile_in_place(durations.before, kPercentile);
    evidence.after = quantile_in_place(durations.after, kPercentile);
    evidence.scale = std::max(evidence.before, scale_floor("seconds", 0, 0));
    evidence.deviation = (evidence.after - evidence.before) / evidence.scale;
    evidence.text = "the 95th percentile of " + alert.candidate.signal + " of " + alert.candidate.entity +
                    " went from " + format_quantity(evidence.before, "seconds") + " to " +
                    format_quantity(evidence.after, "seconds");
    alert.severity = squash(std::fabs(evidence.deviation));
    alert.fired = evidence.after > kSlower * evidence.scale;
    alerts.push_back(std::move(alert));
  }
}

void add_log_alerts(const IncidentView& view, std::vector<Alert>& alerts) {
  for (const LogErrors& errors : count_log_errors(view)) {
    constexpr double kFewestLines = 3;
    Alert alert;
    alert.candidate.entity = errors.entity;
    alert.candidate.signal = "log_errors";
    alert.candidate.evidence = errors.evidence();
    alert.fired = errors.after >= kFewestLines && errors.rate_after() > errors.rate_before();
    alert.severity = alert.fired ? squash(alert.candidate.evidence.deviation) : 0;
    alerts.push_back(std::move(alert));
  }
}

class SimpleRca final : public Method {
 public:
  [[nodiscard]] std::string_view name() const override { return "simple_rca"; }
  [[nodiscard]] std::string_view description() const override { return "number of alerts per entity"; }
  [[nodiscard]] std::string_view reference() const override {
    return "Fang et al., An Empirical Study of SOTA RCA Models: From Oversimplified Benchmarks to Realistic Failures, "
           "arXiv:2510.04711, 2025 (SimpleRCA)";
  }
  [[nodiscard]] Need needs() const override { return Need::metrics; }

  [[nodiscard]] Result<Ranking> rank(const IncidentView& view, const MethodOptions& options) const override {
    RCA_ASSIGN(const Windows windows, make_windows(view, options, view.onset_row));
    std::vector<Alert> alerts = metric_alerts(view.frame, windows);
    add_trace_alerts(view, alerts);
    add_log_alerts(view, alerts);

    struct Count {
      int fired = 0;
      double severity = 0;
      double largest = 0;
    };
    std::map<std::string, Count, std::less<>> counts;
    for (const Alert& alert : alerts) {
      Count& count = counts[alert.candidate.entity];
      count.fired += alert.fired ? 1 : 0;
      count.severity += alert.severity;
      count.largest = std::max(count.largest, alert.severity);
    }
    std::vector<Candidate> candidates;
    for (Alert& alert : alerts) {
      const Count& count = counts.find(alert.candidate.entity)->second;
      const double entity_score = count.fired + squash(count.severity);
      alert.candidate.score = count.largest > 0 ? entity_score * alert.severity / count.largest : entity_score;
      alert.candidate.evidence.text += "; " + alert.candidate.entity + " has " + std::to_string(count.fired) +
                                       (count.fired == 1 ? " alert" : " alerts");
      candidates.push_back(std::move(alert.candidate));
    }
    return rank_candidates(name(), std::move(candidates));
  }
};

const MethodRegistration registration(std::make_unique<SimpleRca>());

}  // namespace
}  // namespace rca
