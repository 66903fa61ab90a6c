#include "rca_core/diagnosis/audit.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "rca_core/methods/evidence.h"
#include "rca_core/stats/robust.h"

namespace rca {
namespace {

constexpr std::string_view kTraces = "traces";
constexpr std::string_view kLogs = "logs";
constexpr std::string_view kMetrics = "metrics";
constexpr std::string_view kLateAlerting = "late_alerting";

// Which classes cannot be told, or told apart, without a role.
class NeededRoles {
 public:
  NeededRoles() {
    for (const FaultClass& row : fault_classes()) {
      for (const std::string_view role : row.telemetry) classes_[role].push_back(row.name);
    }
  }

  [[nodiscard]] bool contains(std::string_view role) const { return classes_.contains(role); }

  // ", without which memory_exhaustion is hard to recognise"; empty when no row needs it.
  [[nodiscard]] std::string consequence(std::string_view role) const {
    const auto found = classes_.find(role);
    if (found == classes_.end()) return {};
    std::string names;
    constexpr std::size_t kNamed = 3;
    for (std::size_t i = 0; i < std::min(found->second.size(), kNamed); ++i) {
      names.append(i == 0 ? "" : ", ").append(found->second[i]);
    }
    return ", without which " + names + " is hard to recognise";
  }

 private:
  std::map<std::string_view, std::vector<std::string_view>> classes_;
};

class Auditor {
 public:
  Auditor(const Inventory& inventory, const AuditOptions& options) : inventory_(inventory), options_(options) {
    for (const EntityInventory& entity : inventory.entities) {
      spans_lost_ = spans_lost_ || (inventory.traces_expected && entity.serves_requests && lost_spans(entity));
      if (entity.peer_group.empty()) continue;
      Group& group = groups_[entity.peer_group];
      ++group.members;
      std::set<std::string_view> fresh;
      for (const ObservedRole& role : entity.roles) {
        if (!is_stale(role)) fresh.insert(role.role);
      }
      for (const std::string_view role : fresh) ++group.having[role];
    }
  }

  std::vector<ObservabilityGap> run() {
    for (const EntityInventory& entity : inventory_.entities) {
      check_metrics(entity);
      if (inventory_.traces_expected) check_traces(entity);
      if (inventory_.logs_expected) check_logs(entity);
      check_rules(entity);
    }
    for (const ObjectiveInventory& objective : inventory_.objectives) check_alerting(objective);
    return std::move(gaps_);
  }

 private:
  struct Group {
    std::size_t members = 0;
    std::map<std::string_view, std::size_t> having;
  };

  [[nodiscard]] bool is_stale(const ObservedRole& role) const {
    return inventory_.now_ms - role.last_sample_ms > options_.stale_after_ms;
  }

  // It sent spans, and does so for few of its requests.
  [[nodiscard]] bool lost_spans(const EntityInventory& entity) const {
    return entity.trace_coverage && *entity.trace_coverage < options_.least_trace_coverage;
  }

  void add(std::string_view entity, std::string_view signal, std::string_view kind, std::string text) {
    if (!seen_.emplace(std::string(entity), std::string(signal), std::string(kind)).second) return;
    gaps_.push_back({std::string(entity), std::string(signal), std::string(kind), std::move(text)});
  }

  void check_metrics(const EntityInventory& entity) {
    std::set<std::string_view> present;
    for (const ObservedRole& role : entity.roles) present.insert(role.role);
    if (present.empty() && entity.serves_requests) {
      add(entity.entity, kMetrics, "missing", entity.entity + " is called and sends no metrics at all");
      return;
    }
    const auto group = groups_.find(entity.peer_group);
    if (group != groups_.end()) {
      for (const auto& [role, having] : group->second.having) {
        const std::size_t peers = group->second.members - 1;
        if (present.contains(role) || 2 * having <= peers) continue;
        add(entity.entity, role, "missing",
            entity.entity + " does not send " + std::string(role) + ", as " + std::to_string(having) + " of its " +
                std::to_string(peers) + " peers do" + needed_.consequence(role));
      }
    }
    for (const std::string& role : entity.exporter_roles) {
      if (present.contains(role) || !needed_.contains(role)) continue;
      add(entity.entity, role, "missing",
          entity.entity + " does not send " + role + ", which its exporter can give" + needed_.consequence(role));
    }
    for (const ObservedRole& role : entity.roles) {
      if (!is_stale(role) || (role.from_spans && spans_lost_)) continue;
      add(entity.entity, role.role, "stale",
          "the last sample of " + role.role + " of " + entity.entity + " is of " +
              format_time_of_day(role.last_sample_ms) + needed_.consequence(role.role));
    }
  }

  void check_traces(const EntityInventory& entity) {
    if (!entity.serves_requests) return;
    if (!entity.trace_coverage || !std::isfinite(*entity.trace_coverage)) {
      add(entity.entity, kTraces, "no_tracing", entity.entity + " serves requests and sends no spans");
    } else if (lost_spans(entity)) {
      add(entity.entity, kTraces, "no_tracing",
          "only " + format_quantity(*entity.trace_coverage, "ratio") + " of the requests of " + entity.entity +
              " have spans");
    }
  }

  void check_logs(const EntityInventory& entity) {
    const bool others_have = std::any_of(inventory_.entities.begin(), inventory_.entities.end(),
                                         [](const EntityInventory& other) { return other.has_logs; });
    if (entity.serves_requests && !entity.has_logs && others_have) {
      add(entity.entity, kLogs, "missing", entity.entity + " serves requests and sends no logs");
    }
    check_log_ratio(entity, entity.unstructured_log_ratio, "unstructured", "cannot be parsed into fields");
    check_log_ratio(entity, entity.log_without_trace_id_ratio, "no_correlation_id", "carry no trace or request id");
  }

  void check_log_ratio(const EntityInventory& entity, std::optional<double> ratio, std::string_view kind,
                       std::string_view what) {
    if (!ratio || !std::isfinite(*ratio) || *ratio <= options_.most_bad_log_lines) return;
    add(entity.entity, kLogs, kind,
        format_quantity(*ratio, "ratio") + " of the log lines of " + entity.entity + " " + std::string(what));
  }

  void check_rules(const EntityInventory& entity) {
    const std::optional<double> missed = entity.rule_missed_ratio;
    if (!missed || !std::isfinite(*missed) || *missed <= options_.most_missed_rules) return;
    add(entity.entity, "rule_missed_ratio", kLateAlerting,
        entity.entity + " skips " + format_quantity(*missed, "ratio") +
            " of the evaluations of rules that are due: alerts come late");
  }

  void check_alerting(const ObjectiveInventory& objective) {
    std::vector<double> delays;
    copy_present(objective.detection_delays_s, delays);
    if (delays.empty() || !(objective.target_s > 0)) return;
    const std::size_t incidents = delays.size();
    const double typical = median_in_place(delays);
    if (typical <= objective.target_s) return;
    const std::string of =
        incidents == 1 ? "its last incident" : "its last " + std::to_string(incidents) + " incidents";
    add(objective.slo, objective.sli, kLateAlerting,
        "the alert on " + objective.slo + " came " + format_quantity(typical, "seconds") +
            " after the onset (median of " + of + "); the target is " + format_quantity(objective.target_s, "seconds"));
  }

  const Inventory& inventory_;
  const AuditOptions& options_;
  NeededRoles needed_;
  std::map<std::string_view, Group> groups_;
  bool spans_lost_ = false;  // by any entity
  std::set<std::tuple<std::string, std::string, std::string>> seen_;
  std::vector<ObservabilityGap> gaps_;
};

}  // namespace

std::vector<ObservabilityGap> audit(const Inventory& inventory, const AuditOptions& options) {
  return Auditor(inventory, options).run();
}

std::string_view fault_class_of(const ObservabilityGap& gap) {
  if (gap.kind == kLateAlerting) return kLateAlerting;
  if (gap.kind == "no_tracing" || gap.signal == kTraces) return "missing_traces";
  if (gap.kind == "unstructured" || gap.kind == "no_correlation_id" || gap.signal == kLogs) return "unstructured_logs";
  return "missing_metrics";
}

}  // namespace rca
