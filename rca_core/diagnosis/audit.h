// The audit of what can be observed: expected telemetry against what arrives, before any incident.
//
// Rules, each with a stated reason to expect something, so that an exporter's optional series raise no gap:
//  - missing: a role that more than half of the entity's peers have, or that its own exporter is known to give and that
//  a
//    row of the table of fault classes needs; also an entity that is called and sends no metrics at all.
//  - stale: a role that was there and whose last sample is older than `stale_after_ms`. What is computed from spans
//  ends
//    with the spans of either side of a call: while an entity lost its own, that is its gap, and none of the others'.
//  - no_tracing: an entity that serves requests and sends spans for less than `least_trace_coverage` of them, or none.
//  - unstructured, no_correlation_id: more than `most_bad_log_lines` of its log lines cannot be parsed into fields, or
//    carry no trace or request id. An entity that serves requests and sends no logs while others do is missing "logs".
//  - late_alerting: an objective whose alerts came later than its target, in the median of its past incidents;
//    an entity that evaluates rules and skips more than `most_missed_rules` of the evaluations that are due.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rca_core/diagnosis/diagnosis.h"

namespace rca {

// One signal that arrives, or did.
struct ObservedRole {
  std::string role;
  std::int64_t last_sample_ms = 0;  // since the epoch
  bool from_spans = false;          // computed from spans: of the entity's own, or of those who call it
};

struct EntityInventory {
  std::string entity;
  std::string peer_group;                   // entities that should have the same roles; empty: no peers
  std::vector<ObservedRole> roles;          // that have samples in the window that is looked at, or had any before
  std::vector<std::string> exporter_roles;  // roles that the exporters which it has series of are known to give
  bool serves_requests = false;             // it is called, or users call it: spans and logs are expected of it
  std::optional<double> trace_coverage;     // share of its requests that have spans, 0..1; nullopt: no spans seen
  bool has_logs = false;
  std::optional<double> unstructured_log_ratio;  // share of its log lines, 0..1; nullopt: not measured
  std::optional<double> log_without_trace_id_ratio;
  std::optional<double>
      rule_missed_ratio;  // share of the evaluations of its rules that were due and did not take place
};

struct ObjectiveInventory {
  std::string slo;                         // name of the objective; the gap's entity
  std::string sli;                         // role of its indicator; the gap's signal
  std::vector<double> detection_delays_s;  // alert minus onset of its past incidents
  double target_s = 0;                     // 0: no target, no gap
};

struct Inventory {
  std::int64_t now_ms = 0;
  std::vector<EntityInventory> entities;
  std::vector<ObjectiveInventory> objectives;
  // Whether spans and logs are collected at all: where a whole kind of telemetry is not asked for, its absence is no
  // gap.
  bool traces_expected = true;
  bool logs_expected = true;
};

struct AuditOptions {
  std::int64_t stale_after_ms = 300'000;  // as Prometheus' lookback
  double least_trace_coverage = 0.5;
  double most_bad_log_lines = 0.2;
  double most_missed_rules = 0.1;
};

// Ordered by entity as in the inventory, then by the rules above; each (entity, signal, kind) once. Values that are not
// finite count as not measured. Pure.
std::vector<ObservabilityGap> audit(const Inventory& inventory, const AuditOptions& options = {});

// The class of category observability_gaps that a gap belongs to: "missing_traces", "missing_metrics",
// "unstructured_logs" or "late_alerting".
std::string_view fault_class_of(const ObservabilityGap& gap);

}  // namespace rca
