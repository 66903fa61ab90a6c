#include "exporter/pipeline/inventory.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace exporter {
namespace {

// Roles whose presence says that an entity takes requests.
constexpr std::array<std::string_view, 8> kServingRoles{
    "request_rate", "gateway_request_rate", "http_request_rate", "vector_search_rate", "tool_call_rate", "e2e_latency",
    "ttft",         "http_request_latency"};
// Exporters whose series are made from spans, log lines.
constexpr std::array<std::string_view, 3> kSpanExporters{"spanmetrics", "spanmetrics_ms", "trace_coverage"};
constexpr std::string_view kLogExporter = "loki";

// One kind of entity of one exporter: kube-state-metrics, say, speaks of pods, nodes and Deployments.
using EntityKind = std::pair<std::string, std::vector<std::string>>;  // exporter, entity_labels

struct Found {
  rca::EntityInventory inventory;
  std::set<EntityKind> kinds;
  bool live = false;
};

bool is_one_of(std::string_view name, const auto& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The newest row with a value; -1: none is held.
std::int64_t newest_row(const RowRing& ring, std::int64_t first_row, std::int64_t last_row) {
  for (std::int64_t row = last_row; row >= first_row; --row) {
    if (!std::isnan(ring.at(row))) return row;
  }
  return -1;
}

void note_signal(Found& found, const SignalSpec& spec, const SignalVariant& variant, std::int64_t row,
                 std::int64_t step_ms, std::int64_t last_row) {
  rca::EntityInventory& inventory = found.inventory;
  found.kinds.emplace(spec.exporter, spec.entity_labels);
  const bool from_spans = is_one_of(spec.exporter, kSpanExporters);
  inventory.roles.push_back({spec.role, row * step_ms, from_spans});
  if (inventory.peer_group.empty()) inventory.peer_group = variant.peer_group;
  if (is_one_of(spec.role, kServingRoles)) inventory.serves_requests = true;
  if (row == last_row) found.live = true;
  const double value = variant.ring.at(row);
  if (spec.role == "trace_coverage_ratio") {
    inventory.trace_coverage = value;
  } else if (from_spans && !inventory.trace_coverage) {
    inventory.trace_coverage = 1;
  }
  if (spec.exporter == kLogExporter) inventory.has_logs = true;
  if (spec.role == "rule_missed_ratio") inventory.rule_missed_ratio = value;
  if (spec.role == "log_unstructured_ratio") inventory.unstructured_log_ratio = value;
  if (spec.role == "log_without_trace_id_ratio") inventory.log_without_trace_id_ratio = value;
}

void note_graph(std::map<std::string, Found>& found, const rca::EntityGraph& graph) {
  for (rca::EntityGraph::Node node = 0; node < graph.size(); ++node) {
    const bool called = !graph.callers(node).empty();
    if (called) found[graph.name(node)].inventory.serves_requests = true;
    if (called || !graph.callees(node).empty()) found[graph.name(node)].live = true;
  }
}

// The most urgent objectives' own delays: how long after the onset each past incident was seen.
std::vector<rca::ObjectiveInventory> objectives(const Config& config, std::span<const Incident> incidents) {
  std::vector<rca::ObjectiveInventory> all;
  for (const Slo& slo : config.slos) {
    rca::ObjectiveInventory one;
    one.slo = slo.name;
    one.sli = slo.role.empty() ? std::string(default_role(slo.sli)) : slo.role;
    if (one.sli.empty()) one.sli = to_string(slo.sli);
    one.target_s = static_cast<double>(slo.detect_within.count()) / 1000;
    for (const Incident& incident : incidents) {
      if (incident.slo != slo.name) continue;
      one.detection_delays_s.push_back(static_cast<double>(incident.detected_ms - incident.onset_ms) / 1000);
    }
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace

rca::Inventory make_inventory(SignalStore& store, const Config& config, std::span<const Incident> incidents,
                              const rca::EntityGraph& graph) {
  rca::Inventory inventory;
  if (!store.last_row()) return inventory;
  const std::int64_t last_row = *store.last_row();
  const std::int64_t step = store.step_ms();
  inventory.now_ms = last_row * step;
  const Catalog& catalog = store.signal_set().resolver().catalog();
  std::map<std::string, Found> found;
  for (const SignalVariant* variant : store.signal_set().preferred()) {
    const SignalSpec& spec = catalog.signals[variant->spec];
    const std::int64_t row = spec.internal ? -1 : newest_row(variant->ring, store.first_row(), last_row);
    if (row >= 0) note_signal(found[variant->entity], spec, *variant, row, step, last_row);
  }
  note_graph(found, graph);
  // What an exporter gives of a kind of entity here: of any of them. The catalogue alone knows much that depends on
  // versions and flags. What is only there under a condition (a reason, a state) may rightly be absent.
  std::map<EntityKind, std::set<std::string>> known_roles;
  for (const SignalVariant* variant : store.signal_set().preferred()) {
    const SignalSpec& spec = catalog.signals[variant->spec];
    if (!spec.internal && spec.matchers.empty()) known_roles[{spec.exporter, spec.entity_labels}].insert(spec.role);
  }
  for (auto& [name, one] : found) {
    if (!one.live) continue;
    one.inventory.entity = name;
    for (const EntityKind& kind : one.kinds) {
      const auto& roles = known_roles[kind];
      one.inventory.exporter_roles.insert(one.inventory.exporter_roles.end(), roles.begin(), roles.end());
    }
    inventory.entities.push_back(std::move(one.inventory));
  }
  inventory.objectives = objectives(config, incidents);
  inventory.traces_expected = config.audit_traces;
  inventory.logs_expected = config.audit_logs;
  return inventory;
}

}  // namespace exporter
