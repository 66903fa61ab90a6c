// A snapshot in which every family has a series.
#pragma once

#include <cmath>
#include <string>

#include "exporter/pipeline/snapshot.h"
#include "tests/unit/incident/sample_diagnosis.h"

namespace exporter {

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
  Incident resolved = open;
  resolved.id = "itl-20261121T000000Z";
  resolved.detected_ms = kNow - 86'400'000;
  resolved.resolved_ms = kNow - 86'000'000;
  resolved.rankings.clear();
  resolved.answer_method.clear();
  resolved.diagnosis = nullptr;
  resolved.objective = 0;
  resolved.recurrence_cost = std::nan("");
  Incident alert = resolved;
  alert.id = "GpuLost-20261121T000000Z";
  alert.slo = "GpuLost";
  alert.source = IncidentSource::alertmanager;
  snapshot.incidents = {open, resolved, alert};
  snapshot.gaps = sample_diagnosis().gaps;
  return snapshot;
}

}  // namespace exporter
