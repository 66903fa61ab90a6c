// Category 5: what cannot be seen. These are found by the audit (audit.h), before any incident; the signature only
// names the roles that measure them where an exporter has them.
#include <array>

#include "rca_core/diagnosis/fault_class_rows.h"

namespace rca::rows {
namespace {

using std::string_view;

constexpr auto kTracesSignature = std::to_array<SignatureTerm>({
    falls("trace_coverage_ratio", kDecisive),
});
constexpr auto kTracesTelemetry = std::to_array<string_view>({"trace_coverage_ratio", "span_latency"});
constexpr auto kTracesChanges = std::to_array<string_view>({"deployment", "configuration", "image"});
constexpr auto kTracesWhys = std::to_array<WhyTemplate>({
    {"it cannot be told where requests lose time", "{entity} sends no spans, or too few of them",
     "trace_coverage_ratio"},
    {"spans of {entity} are missing", "instrumentation, sampling or the collector's pipeline leaves them out", ""},
    {"the gap was not noticed", "nothing compares the entities that serve with those that send spans", ""},
});
constexpr auto kTracesActions = std::to_array<ActionTemplate>({
    mitigate("Switch tracing on for {entity} and pass the trace context on (W3C traceparent)",
             "trace_coverage_ratio of {entity} is above 0.9, or its spans arrive", 30),
    prevent("Check at deployment that an entity propagates the trace context and sends spans",
            "no entity without spans goes live", kWeek),
    detect("Alert on rca_observability_gap of kind no_tracing", "switching off tracing in a test raises the alert", 60),
});

constexpr auto kMetricsChanges = std::to_array<string_view>({"deployment", "configuration", "image"});
constexpr auto kMetricsWhys = std::to_array<WhyTemplate>({
    {"it cannot be told what {entity} does", "series that its exporter should give do not arrive", ""},
    {"series do not arrive", "the exporter is off, renamed them, is not scraped, or scrapes fail", ""},
    {"the gap was not noticed", "nothing compares what the catalogue expects with what arrives", ""},
});
constexpr auto kMetricsActions = std::to_array<ActionTemplate>({
    mitigate("Look at the targets of {entity} in Prometheus (up, scrape_samples_scraped, relabelling) and restore the "
             "scrape",
             "{signal} of {entity} has samples again", 30),
    prevent("Deploy exporter, scrape configuration and alert with the workload, from one template",
            "rca_observability_gap is 0 for new workloads", kWeek),
    detect("Alert on rca_observability_gap of kind missing or stale",
           "stopping one exporter in a test raises the alert", 60),
});

constexpr auto kLogsSignature = std::to_array<SignatureTerm>({
    rises("log_unstructured_ratio", kDecisive, Place::self, "unstructured"),
    rises("log_without_trace_id_ratio", kDecisive, Place::self, "no_correlation_id"),
});
constexpr auto kLogsTelemetry = std::to_array<string_view>(
    {"log_line_rate", "log_error_rate", "log_unstructured_ratio", "log_without_trace_id_ratio"});
constexpr auto kLogsChanges = std::to_array<string_view>({"deployment", "configuration", "image"});
constexpr auto kLogsWhys = std::to_array<WhyTemplate>({
    {"log lines of {entity} cannot be searched by field", "they are not structured", "log_unstructured_ratio",
     Place::self, "unstructured"},
    {"log lines of {entity} cannot be joined with its requests", "they carry no trace or request id",
     "log_without_trace_id_ratio", Place::self, "no_correlation_id"},
    {"lines lack structure or ids", "the logger of {entity} is not set up with the common format", ""},
});
constexpr auto kLogsActions = std::to_array<ActionTemplate>({
    mitigate("Set the logger of {entity} to JSON or logfmt with trace_id, span_id and request id",
             "log_unstructured_ratio and log_without_trace_id_ratio of {entity} are below 5 %", 60),
    prevent("Give all services one logging library or sidecar parser, and check the format in their tests",
            "both ratios stay below 5 % for all entities", kWeek),
    detect("Alert on rca_observability_gap of kind unstructured or no_correlation_id",
           "a test service with plain lines raises the alert", 60),
});

constexpr auto kAlertingChanges = std::to_array<string_view>({"configuration"});
constexpr auto kAlertingWhys = std::to_array<WhyTemplate>({
    {"people learned of the incident late", "the alert on {signal} fired long after its onset", ""},
    {"the alert was late", "its window, its `for` or the scrape interval is long compared with how fast budget burns",
     ""},
    {"the delay was not noticed", "time to detect is not measured against a target", ""},
});
constexpr auto kAlertingActions = std::to_array<ActionTemplate>({
    mitigate("Add a fast burn-rate alert (1 h and 5 min windows at 14.4 times the budget) beside the slow one",
             "the next incident, or a drill, is detected within the target", kWeek),
    prevent("Derive windows and `for` of alerts from the objective's budget, and drill detection with injected faults",
            "time to detect in the monthly drill is within the target", kWeek),
    detect("Record detection time minus onset for every incident and alert on its median",
           "the record exists for every incident", kWeek),
});

constexpr auto kClasses = std::to_array<FaultClass>({
    {.name = "missing_traces",
     .title = "No distributed tracing",
     .category = FaultCategory::observability_gaps,
     .branch = FishboneBranch::process,
     .description = "An entity that serves requests sends no spans, or too few: where time is lost between entities "
                    "cannot be told.",
     .entities = "any",
     .signature = kTracesSignature,
     .telemetry = kTracesTelemetry,
     .change_kinds = kTracesChanges,
     .change_words = {},
     .whys = kTracesWhys,
     .actions = kTracesActions,
     .runbook = "missing_traces"},
    {.name = "missing_metrics",
     .title = "Missing metrics",
     .category = FaultCategory::observability_gaps,
     .branch = FishboneBranch::process,
     .description = "Series that the catalogue expects of an entity (since its exporter gives them, or its peers have "
                    "them) do not arrive or stopped.",
     .entities = "any",
     .signature = {},
     .telemetry = {},
     .change_kinds = kMetricsChanges,
     .change_words = {},
     .whys = kMetricsWhys,
     .actions = kMetricsActions,
     .runbook = "missing_metrics"},
    {.name = "unstructured_logs",
     .title = "Logs without structure or correlation id",
     .category = FaultCategory::observability_gaps,
     .branch = FishboneBranch::process,
     .description = "Log lines cannot be parsed into fields, or cannot be joined with requests and traces.",
     .entities = "any",
     .signature = kLogsSignature,
     .telemetry = kLogsTelemetry,
     .change_kinds = kLogsChanges,
     .change_words = {},
     .whys = kLogsWhys,
     .actions = kLogsActions,
     .runbook = "unstructured_logs"},
    {.name = "late_alerting",
     .title = "Late alerting",
     .category = FaultCategory::observability_gaps,
     .branch = FishboneBranch::people,
     .description = "The alert on an objective fires much later than the onset that can be seen in its indicator.",
     .entities = "objective, whoever evaluates its rules",
     .signature = {},
     .telemetry = {},
     .change_kinds = kAlertingChanges,
     .change_words = {},
     .whys = kAlertingWhys,
     .actions = kAlertingActions,
     .runbook = "late_alerting"},
});

}  // namespace

std::span<const FaultClass> observability_classes() {
  return kClasses;
}

}  // namespace rca::rows
