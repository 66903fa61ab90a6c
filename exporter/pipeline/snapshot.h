// What one finished evaluation found. Immutable once published: /metrics, the API and the store read nothing else.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "exporter/incident/incident.h"
#include "exporter/slo/error_budget.h"
#include "rca_core/graph/entity_graph.h"
#include "remote_read/client.h"

namespace exporter {

struct DriftReport;  // exporter/drift/report.h
struct SpcReport;

struct AnomalyScore {
  std::string entity;
  std::string signal;
  double score = 0;  // robust standard deviations from the normal window, now
};

struct PeerDeviation {
  std::string peer_group;
  std::string entity;
  std::string signal;
  double deviation = 0;  // difference from the peers' median, in the signal's unit, now
};

struct SliStatus {
  std::string slo;
  double value = 0;  // NaN: no data
  double threshold = 0;
  double objective = 0;
  SliKind sli = SliKind::end_to_end_latency;
  double quantile = 0;  // of the latencies; 0: the indicator is no quantile
  std::string entity;   // of which entity; empty: the whole service
};

// Of one remote-read endpoint, over the life of the process.
struct EndpointStatus {
  std::string name;
  bool up = false;                   // the last read succeeded
  std::int64_t last_success_ms = 0;  // 0: never
  remote_read::ReadStats totals;
  std::map<std::string, std::uint64_t>
      failures;  // by reason (rca::to_string(ErrorKind)); every known reason is present, 0 included
  double last_read_seconds = 0;
};

struct Snapshot {
  std::int64_t evaluated_ms = 0;  // when the evaluation whose results these are started; 0: none yet
  double evaluation_seconds = 0;
  std::int64_t last_success_ms = 0;  // of the last whole cycle that succeeded
  bool last_evaluation_ok = false;
  std::uint64_t evaluations = 0;                             // total
  std::map<std::string, std::uint64_t> evaluation_failures;  // total by reason
  std::size_t signals = 0;                                   // tracked
  std::size_t series = 0;                                    // tracked
  std::size_t max_signals = 0;                               // the configured bounds
  int top_k = 0;
  int incidents_kept = 0;
  bool config_reload_ok = true;
  std::int64_t config_reload_ms = 0;  // of the last successful (re)load

  std::vector<Incident> incidents;  // open ones and the newest `incidents_kept` resolved ones, newest first
  std::vector<SliStatus> slis;
  std::vector<SloStatus> slos;
  std::vector<AnomalyScore> anomalies;
  std::vector<PeerDeviation> peers;
  std::vector<EndpointStatus> endpoints;
  std::vector<rca::ChangeEvent> changes;
  rca::EntityGraph graph;
  std::vector<rca::ObservabilityGap> gaps;  // what the audit of the telemetry found

  std::shared_ptr<const DriftReport> drift;  // null: not configured, or nothing compared yet
  std::shared_ptr<const SpcReport> spc;
  std::uint64_t drift_failures = 0;  // total
  std::uint64_t spc_failures = 0;
  std::size_t max_drift_targets = 0;  // the configured bounds
  std::size_t max_drift_parts = 0;
  std::size_t max_drift_buckets = 0;
  std::size_t max_spc_signals = 0;
};

}  // namespace exporter
