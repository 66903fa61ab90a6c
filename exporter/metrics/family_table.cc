#include "exporter/metrics/family_table.h"

#include <algorithm>
#include <map>
#include <utility>

#include "exporter/incident/tracker.h"
#include "exporter/metrics/diagnosis_families.h"
#include "exporter/metrics/drift_families.h"
#include "exporter/metrics/incident_families.h"
#include "exporter/metrics/slo_families.h"
#include "exporter/metrics/utf8.h"

namespace exporter::metrics {
namespace {

constexpr std::size_t kMaxLabelBytes = 1024;
constexpr std::size_t kMaxChanges = 100;

double seconds(std::int64_t ms) {
  return static_cast<double>(ms) / 1000;
}

void fill_changes(const Source& source, Series& series) {
  std::vector<const rca::ChangeEvent*> events;
  for (const rca::ChangeEvent& event : source.snapshot.changes) events.push_back(&event);
  std::stable_sort(events.begin(), events.end(), [](const auto* a, const auto* b) { return a->time_ms > b->time_ms; });
  if (events.size() > kMaxChanges) events.resize(kMaxChanges);
  for (const rca::ChangeEvent* event : events) {
    series.add({event->kind, event->entity, event->from, event->to}, seconds(event->time_ms));
  }
}

template <auto Field>
void fill_endpoint_total(const Source& source, Series& series) {
  for (const EndpointStatus& endpoint : source.snapshot.endpoints) {
    series.add({endpoint.name}, static_cast<double>(endpoint.totals.*Field));
  }
}

// Known reasons are there from the start, as 0, so that a first failure is an increase that PromQL sees.
std::map<std::string, std::uint64_t> with_all_reasons(std::map<std::string, std::uint64_t> failures) {
  for (int kind = 0; kind <= static_cast<int>(rca::ErrorKind::internal); ++kind) {
    failures.try_emplace(std::string(rca::to_string(static_cast<rca::ErrorKind>(kind))), 0);
  }
  return failures;
}

void fill_endpoint_failures(const Source& source, Series& series) {
  for (const EndpointStatus& endpoint : source.snapshot.endpoints) {
    for (const auto& [reason, count] : with_all_reasons(endpoint.failures)) {
      series.add({endpoint.name, reason}, static_cast<double>(count));
    }
  }
}

void fill_evaluation_failures(const Source& source, Series& series) {
  for (const auto& [reason, count] : with_all_reasons(source.snapshot.evaluation_failures)) {
    series.add({reason}, static_cast<double>(count));
  }
}

void fill_limits(const Source& source, Series& series) {
  series.add({"signals"}, static_cast<double>(source.snapshot.max_signals));
  series.add({"candidates_per_ranking"}, source.snapshot.top_k);
  series.add({"resolved_incidents"}, source.snapshot.incidents_kept);
  series.add({"open_alert_incidents"}, static_cast<double>(IncidentTracker::kMaxOpenAlertIncidents));
  series.add({"change_events"}, static_cast<double>(kMaxChanges));
  add_diagnosis_limits(series);
  add_drift_limits(source, series);
}

// Further tables of rows follow the one here.
std::vector<Row> joined(std::vector<Row> rows) {
  for (Row& row : slo_rows()) rows.push_back(std::move(row));
  for (Row& row : drift_rows()) rows.push_back(std::move(row));
  for (Row& row : spc_rows()) rows.push_back(std::move(row));
  return rows;
}

constexpr auto kGauge = prometheus::MetricType::Gauge;
constexpr auto kCounter = prometheus::MetricType::Counter;
using S = const Source&;
using remote_read::ReadStats;

}  // namespace

void Series::add(std::initializer_list<std::string_view> values, double value) {
  prometheus::ClientMetric metric;
  std::string key;
  std::size_t i = 0;
  for (const std::string_view text : values) {
    std::string valid = valid_utf8(text, kMaxLabelBytes);
    key += valid;
    key += '\0';  // never inside a valid value
    metric.label.push_back({std::string(labels_[i++]), std::move(valid)});
  }
  if (!seen_.insert(std::move(key)).second) return;
  (family_.type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  family_.metric.push_back(std::move(metric));
}

const std::vector<Row>& family_rows() {
  static const std::vector<Row> table = joined({
      {"rca_incident_active",
       kGauge,
       {"slo"},
       "1 while an incident of this SLO (or alert) is open, otherwise 0; as of the last evaluation.",
       fill_active},
      {"rca_incident_info",
       kGauge,
       {"incident", "slo", "fault_class", "entity"},
       "Always 1; names the root cause by the last evaluation of the incident: entity and fault class, \"unknown\" "
       "where "
       "they cannot be told.",
       fill_info},
      {"rca_incident_onset_timestamp_seconds",
       kGauge,
       {"incident", "slo"},
       "When the incident began, estimated by change-point detection on the SLI; unix time.",
       [](S s, Series& series) {
         for (const Incident& i : s.snapshot.incidents) series.add({i.id, i.slo}, seconds(i.onset_ms));
       }},
      {"rca_incident_detected_timestamp_seconds",
       kGauge,
       {"incident", "slo"},
       "When the objective had been broken for long enough, or the alert arrived; unix time.",
       [](S s, Series& series) {
         for (const Incident& i : s.snapshot.incidents) series.add({i.id, i.slo}, seconds(i.detected_ms));
       }},
      {"rca_incident_resolved_timestamp_seconds",
       kGauge,
       {"incident", "slo"},
       "When the incident was resolved; unix time. No series while it is open.",
       [](S s, Series& series) {
         for (const Incident& i : s.snapshot.incidents) {
           if (!i.open()) series.add({i.id, i.slo}, seconds(i.resolved_ms));
         }
       }},
      {"rca_incident_first_symptom_timestamp_seconds",
       kGauge,
       {"incident", "slo"},
       "When the first signal of the diagnosis left its usual range; unix time. Cached: from the last evaluation of "
       "the incident.",
       fill_first_symptoms},
      {"rca_incident_peak_timestamp_seconds",
       kGauge,
       {"incident", "slo"},
       "When the SLI was at its worst; unix time. Cached: from the last evaluation of the incident.",
       [](S s, Series& series) {
         for (const Incident& i : s.snapshot.incidents) {
           if (i.impact.worst_ms > 0) series.add({i.id, i.slo}, seconds(i.impact.worst_ms));
         }
       }},
      {"rca_incident_mitigated_timestamp_seconds",
       kGauge,
       {"incident", "slo"},
       "From when on the objective was kept again; unix time. No series while the incident is open.",
       [](S s, Series& series) {
         for (const Incident& i : s.snapshot.incidents) {
           if (i.mitigated_ms > 0) series.add({i.id, i.slo}, seconds(i.mitigated_ms));
         }
       }},
      {"rca_root_cause_score",
       kGauge,
       {"incident", "method", "entity", "signal"},
       "method=\"consensus\": the calibrated probability, 0..1, that the entity is the root cause. Other methods: the "
       "candidate's share of the sum of the published candidates' scores, no probability. Cached: from the last "
       "evaluation of the incident.",
       fill_scores},
      {"rca_root_cause_rank",
       kGauge,
       {"incident", "method", "entity"},
       "Place of the entity in the method's ranking, 1 = most likely root cause. method=\"consensus\" is the answer. "
       "Cached: from the last evaluation of the incident.",
       fill_ranks},
      {"rca_fault_class_probability",
       kGauge,
       {"incident", "entity", "category", "fault_class"},
       "Probability that this fault of this entity is the root cause, 0..1; sums to 1 per incident with the series "
       "\"unknown\", which stands for all that no other series names. Cached: from the last evaluation of the "
       "incident.",
       fill_class_probabilities},
      {"rca_finding_role",
       kGauge,
       {"incident", "entity", "signal", "role"},
       "Always 1; the part that the signal of the entity plays: root_cause, contributing_factor or symptom. Cached: "
       "from "
       "the last evaluation of the incident.",
       fill_finding_roles},
      {"rca_finding_probability",
       kGauge,
       {"incident", "entity", "signal", "role"},
       "How sure it is that the signal of the entity plays this part, 0..1; of a root cause the probability that this "
       "fault of this entity is it. Cached: from the last evaluation of the incident.",
       fill_finding_probabilities},
      {"rca_change_likelihood",
       kGauge,
       {"incident", "kind", "entity", "from", "to"},
       "Likelihood that this change brought the incident about, 0..1. Cached: from the last evaluation of the "
       "incident.",
       fill_change_likelihoods},
      {"rca_why",
       kGauge,
       {"incident", "step", "effect", "cause"},
       "One of the five whys and how sure it is, 0..1; step 1 explains the SLI. Cached: from the last evaluation of "
       "the "
       "incident.",
       fill_whys},
      {"rca_propagation_edge_weight",
       kGauge,
       {"incident", "source", "target"},
       "How strongly the fault travelled from source to target, 0..1. Cached: from the last evaluation of the "
       "incident.",
       fill_propagation},
      {"rca_incident_recurrences",
       kGauge,
       {"incident", "slo"},
       "Earlier occurrences of the same fault class in the same class of entity. No series while the root cause is "
       "unknown.",
       fill_recurrences},
      {"rca_incident_error_budget_consumed_ratio",
       kGauge,
       {"incident", "slo"},
       "Share of the SLO's error budget that the incident has used so far; may exceed 1.",
       fill_budget_consumed},
      {"rca_action_verified",
       kGauge,
       {"incident", "action", "kind", "state"},
       "Always 1; whether the action had its effect: pending while its condition is still to be watched, then holds or "
       "failed.",
       fill_actions},
      {"rca_observability_gap",
       kGauge,
       {"entity", "signal", "kind"},
       "1 where telemetry that the catalogue or the peers let expect is missing, stale or unusable. Cached: from the "
       "last evaluation.",
       fill_gaps},
      {"rca_anomaly_score",
       kGauge,
       {"entity", "signal"},
       "How far the signal is from its normal window now, in robust standard deviations. Cached: from the last "
       "evaluation.",
       [](S s, Series& series) {
         for (const AnomalyScore& a : s.snapshot.anomalies) series.add({a.entity, a.signal}, a.score);
       }},
      {"rca_peer_deviation",
       kGauge,
       {"peer_group", "entity", "signal"},
       "Difference of the signal from the median of its peer group now, in the signal's unit. Cached: from the last "
       "evaluation.",
       [](S s, Series& series) {
         for (const PeerDeviation& p : s.snapshot.peers) series.add({p.peer_group, p.entity, p.signal}, p.deviation);
       }},
      {"rca_sli_value",
       kGauge,
       {"slo"},
       "The SLI of this SLO in its base unit, NaN without data. Cached: from the last evaluation.",
       [](S s, Series& series) {
         for (const SliStatus& sli : s.snapshot.slis) series.add({sli.slo}, sli.value);
       }},
      {"rca_sli_threshold",
       kGauge,
       {"slo"},
       "The threshold from which on the SLO is broken, in the SLI's base unit.",
       [](S s, Series& series) {
         for (const SliStatus& sli : s.snapshot.slis) series.add({sli.slo}, sli.threshold);
       }},
      {"rca_sli_objective_ratio",
       kGauge,
       {"slo"},
       "Share of time in which the SLO is to be kept, 0..1.",
       [](S s, Series& series) {
         for (const SliStatus& sli : s.snapshot.slis) series.add({sli.slo}, sli.objective);
       }},
      {"rca_change_event_timestamp_seconds",
       kGauge,
       {"kind", "entity", "from", "to"},
       "When this change was last made; unix time. The newest change events, seen in series or reported.",
       fill_changes},
      {"rca_remote_read_up",
       kGauge,
       {"endpoint"},
       "1 when the last read from this endpoint succeeded, otherwise 0.",
       [](S s, Series& series) {
         for (const EndpointStatus& e : s.snapshot.endpoints) series.add({e.name}, e.up ? 1 : 0);
       }},
      {"rca_remote_read_last_success_timestamp_seconds",
       kGauge,
       {"endpoint"},
       "When a read from this endpoint last succeeded; unix time, 0: never.",
       [](S s, Series& series) {
         for (const EndpointStatus& e : s.snapshot.endpoints) series.add({e.name}, seconds(e.last_success_ms));
       }},
      {"rca_remote_read_duration_seconds",
       kGauge,
       {"endpoint"},
       "How long the last read from this endpoint took.",
       [](S s, Series& series) {
         for (const EndpointStatus& e : s.snapshot.endpoints) series.add({e.name}, e.last_read_seconds);
       }},
      {"rca_remote_read_requests_total",
       kCounter,
       {"endpoint"},
       "Remote-read requests sent, retries included.",
       fill_endpoint_total<&ReadStats::requests>},
      {"rca_remote_read_retries_total",
       kCounter,
       {"endpoint"},
       "Remote-read requests that were retries.",
       fill_endpoint_total<&ReadStats::retries>},
      {"rca_remote_read_bytes_total",
       kCounter,
       {"endpoint"},
       "Bytes of remote-read response bodies.",
       fill_endpoint_total<&ReadStats::bytes>},
      {"rca_remote_read_series_total",
       kCounter,
       {"endpoint"},
       "Series received by remote read.",
       fill_endpoint_total<&ReadStats::series>},
      {"rca_remote_read_samples_total",
       kCounter,
       {"endpoint"},
       "Samples received by remote read.",
       fill_endpoint_total<&ReadStats::samples>},
      {"rca_remote_read_splits_total",
       kCounter,
       {"endpoint"},
       "Queries that were split because the server truncates its answers.",
       fill_endpoint_total<&ReadStats::splits>},
      {"rca_remote_read_failures_total",
       kCounter,
       {"endpoint", "reason"},
       "Reads that failed, by reason.",
       fill_endpoint_failures},
      {"rca_evaluation_runs_total",
       kCounter,
       {},
       "Evaluations finished, failed ones included.",
       [](S s, Series& series) { series.add({}, static_cast<double>(s.snapshot.evaluations)); }},
      {"rca_evaluation_failures_total",
       kCounter,
       {"reason"},
       "Evaluations that failed, by reason.",
       fill_evaluation_failures},
      {"rca_evaluation_last_successful",
       kGauge,
       {},
       "1 when the last evaluation succeeded, otherwise 0.",
       [](S s, Series& series) { series.add({}, s.snapshot.last_evaluation_ok ? 1 : 0); }},
      {"rca_evaluation_duration_seconds",
       kGauge,
       {},
       "How long the last evaluation took.",
       [](S s, Series& series) { series.add({}, s.snapshot.evaluation_seconds); }},
      {"rca_evaluation_timestamp_seconds",
       kGauge,
       {},
       "When the evaluation started whose results these series show; unix time, 0: none yet.",
       [](S s, Series& series) { series.add({}, seconds(s.snapshot.evaluated_ms)); }},
      {"rca_last_success_timestamp_seconds",
       kGauge,
       {},
       "When a whole evaluation last succeeded; unix time, 0: never. The age of all cached results.",
       [](S s, Series& series) { series.add({}, seconds(s.snapshot.last_success_ms)); }},
      {"rca_evaluation_signals",
       kGauge,
       {},
       "Signals that the last evaluation tracked.",
       [](S s, Series& series) { series.add({}, static_cast<double>(s.snapshot.signals)); }},
      {"rca_evaluation_signals_limit",
       kGauge,
       {},
       "Signals that may be tracked; more fail the evaluation.",
       [](S s, Series& series) { series.add({}, static_cast<double>(s.snapshot.max_signals)); }},
      {"rca_evaluation_series",
       kGauge,
       {},
       "Source series that the last evaluation tracked.",
       [](S s, Series& series) { series.add({}, static_cast<double>(s.snapshot.series)); }},
      {"rca_cardinality_limit", kGauge, {"what"}, "The bounds on what is tracked and published.", fill_limits},
      {"rca_config_last_reload_successful",
       kGauge,
       {},
       "1 when the last (re)load of the configuration succeeded, otherwise 0.",
       [](S s, Series& series) { series.add({}, s.snapshot.config_reload_ok ? 1 : 0); }},
      {"rca_config_last_reload_success_timestamp_seconds",
       kGauge,
       {},
       "When the configuration was last (re)loaded successfully; unix time.",
       [](S s, Series& series) { series.add({}, seconds(s.snapshot.config_reload_ms)); }},
      {"rca_build_info",
       kGauge,
       {"version", "revision", "compiler"},
       "Always 1; what was built.",
       [](S s, Series& series) {
         series.add({s.build.version, s.build.revision, s.build.compiler}, 1);
       }},
  });
  return table;
}

}  // namespace exporter::metrics
