// A snapshot in which every family has a series.
#pragma once

#include <cmath>
#include <memory>
#include <string>

#include "exporter/drift/report.h"
#include "exporter/pipeline/snapshot.h"
#include "tests/unit/incident/sample_diagnosis.h"

namespace exporter {

// One comparison in which every statistic is defined.
inline std::shared_ptr<const DriftReport> sample_drift(std::int64_t now_ms) {
  auto report = std::make_shared<DriftReport>();
  report->evaluated_ms = now_ms;
  report->seconds = 0.5;
  report->targets = 1;
  report->parts = 2;
  report->references = {{"earlier_days", 82'800}};
  DriftComparison comparison;
  comparison.signal = "prompt_tokens";
  comparison.entity = "ray-replicas-1";
  comparison.reference = "earlier_days";
  comparison.result.enough_data = true;
  comparison.result.detected = true;
  comparison.result.current_size = 3600;
  comparison.result.reference_size = 25'200;
  for (const rca::DriftStatistic* statistic : rca::all_drift_statistics()) {
    rca::StatisticVerdict verdict;
    verdict.statistic = statistic;
    verdict.result.value = 0.5;
    if (statistic->has_p_value()) {
      verdict.result.p_value = 0.001;
      verdict.adjusted_p_value = 0.002;
    }
    comparison.result.statistics.push_back(verdict);
  }
  comparison.buckets = {{0, 100, 0.75, 0.5, 0.4}, {100, INFINITY, 0.25, 0.5, 0.6}};
  comparison.attributions = {{"tenant", {"acme", 0.1, 0.4, 0.7, 0.2}}};
  comparison.gaps = {DriftGap::bounds_changed};
  report->comparisons = {comparison};
  return report;
}

inline std::shared_ptr<const SpcReport> sample_charts(std::int64_t now_ms) {
  auto report = std::make_shared<SpcReport>();
  report->evaluated_ms = now_ms;
  SpcChart chart;
  chart.signal = "ttft";
  chart.entity = "ray-replicas-1";
  chart.point.value = 4;
  chart.point.center = 1;
  chart.point.sigma = 0.5;
  chart.point.upper_limit = 2.5;
  chart.point.violations[static_cast<std::size_t>(rca::SpcRule::beyond_3_sigma)] = true;
  chart.reference_samples = 250;
  SpcChart recent = chart;
  recent.entity = "new";
  recent.enough_data = false;
  report->charts = {recent, chart};
  return report;
}

inline Snapshot sample_snapshot() {
  constexpr std::int64_t kNow = 1795332600000;  // 2026-11-22T07:30:00Z
  Snapshot snapshot;
  snapshot.evaluated_ms = kNow;
  snapshot.evaluation_seconds = 0.25;
  snapshot.last_success_ms = kNow;
  snapshot.last_evaluation_ok = true;
  snapshot.evaluations = 7;
  snapshot.evaluation_failures = {{"timeout", 2}};
  snapshot.signals = 120;
  snapshot.series = 900;
  snapshot.max_signals = 20000;
  snapshot.top_k = 2;
  snapshot.incidents_kept = 20;
  snapshot.config_reload_ms = kNow - 1000;
  SloStatus slo;
  slo.slo = "itl";
  slo.service = "chat";
  slo.sli = "inter_token_latency";
  slo.budgeting = "occurrences";
  slo.objective = 0.99;
  slo.windows = {{"5m", 0.98, 2, 1}, {"3d", std::nan(""), std::nan(""), 0.5}};
  slo.budget = {"30d", 0.875, 0.25, 0.75};
  slo.remaining = 0.75;
  slo.exhausted_ms = kNow + 86'400'000;
  slo.burn_limits = {14.4, 6, 3, 1};
  snapshot.slos = {slo};
  snapshot.slis = {{"itl", 0.4, 0.2, 0.99, SliKind::inter_token_latency, 0.95, ""},
                   {"ttft", std::nan(""), 2, 0.99, SliKind::time_to_first_token, 0.95, ""}};
  snapshot.anomalies = {{"ray-replicas-1", "gpu_clock", 31.5}};
  snapshot.peers = {{"vllm", "ray-replicas-1", "gpu_clock", -3e8}};
  snapshot.changes = {{kNow - 5000, "deployment", "ray-head", "v1", "v2"},
                      {kNow, "deployment", "ray-head", "v1", "v2"}};
  EndpointStatus endpoint;
  endpoint.name = "prometheus";
  endpoint.up = true;
  endpoint.last_success_ms = kNow;
  endpoint.totals.requests = 12;
  endpoint.totals.retries = 1;
  endpoint.totals.bytes = 34567;
  endpoint.totals.series = 900;
  endpoint.totals.samples = 1e6;
  endpoint.failures = {{"http_server_error", 3}};
  endpoint.last_read_seconds = 0.1;
  snapshot.endpoints = {endpoint};

  Incident open;
  open.id = "itl-20261122T073000Z";
  open.slo = "itl";
  open.onset_ms = kNow - 20'000;
  open.detected_ms = kNow;
  open.answer_method = "baro";
  rca::Ranking ranking;
  ranking.method = "baro";
  ranking.signals = {
      {"ray-replicas-1", "gpu_clock", 3, {}}, {"ray-head", "gpu_power", 1, {}}, {"ray-head", "x", 0.5, {}}};
  ranking.entities = {
      {"ray-replicas-1", "gpu_clock", 3, {}}, {"ray-head", "gpu_power", 1, {}}, {"cpu-node-0", "x", 0.5, {}}};
  open.rankings = {ranking};
  open.objective = 0.5;
  open.budget_window_ms = 30LL * 24 * 3600 * 1000;
  open.bad_ms = 129'600'000;
  open.diagnosis = std::make_shared<rca::Diagnosis>(sample_diagnosis());
  open.recurrence.entity_class = "ray-replicas";
  open.recurrence.earlier = 2;
  open.checks = {{0, ActionState::holds, "", 0, 0, 0, 0, 0, ""}, {1, ActionState::pending, "", 0, 0, 0, 0, 0, ""}};
  open.recurrence_cost = 0.25;
  open.impact.worst_ms = kNow + 30'000;
  Incident resolved = open;
  resolved.id = "itl-20261121T000000Z";
  resolved.detected_ms = kNow - 86'400'000;
  resolved.resolved_ms = kNow - 86'000'000;
  resolved.mitigated_ms = kNow - 86'060'000;
  resolved.rankings.clear();
  resolved.answer_method.clear();
  resolved.diagnosis = nullptr;
  resolved.impact = {};
  resolved.objective = 0;
  resolved.recurrence_cost = std::nan("");
  Incident alert = resolved;
  alert.id = "GpuLost-20261121T000000Z";
  alert.slo = "GpuLost";
  alert.source = IncidentSource::alertmanager;
  snapshot.incidents = {open, resolved, alert};
  snapshot.gaps = sample_diagnosis().gaps;
  snapshot.drift = sample_drift(kNow);
  snapshot.spc = sample_charts(kNow);
  return snapshot;
}

}  // namespace exporter
