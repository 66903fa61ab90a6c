// Incidents: opened when an objective is broken, resolved with hysteresis, kept in SQLite.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "exporter/config/config.h"
#include "rca_core/diagnosis/diagnosis.h"
#include "rca_core/methods/method.h"

namespace exporter {

enum class IncidentSource { slo, alertmanager };

// How far the indicator went and whom it hit: what the problem statement says. NaN, 0 and empty: not known.
struct Impact {
  static constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

  double before = kUnknown;          // median of the indicator over the normal window
  double worst = kUnknown;           // from the onset on
  std::int64_t worst_ms = 0;         // when it was reached
  std::string subject;               // the model (peer group) that is served, where there is exactly one
  std::size_t measured = 0;          // entities whose own indicator is measured
  std::vector<std::string> touched;  // those of them that broke the objective, in order of name
  double touched_share = kUnknown;   // of the requests, 0..1
  double traffic_before = kUnknown;  // requests per second, median over the normal window
  double traffic_after = kUnknown;   // median from the onset on
};

// Earlier incidents of the same kind: the same fault class in the same class of entity.
struct Recurrence {
  std::string entity_class;  // see entity_class() in recurrence.h; empty: the root cause is unknown
  std::string fault_class;
  std::int64_t earlier = 0;            // occurrences before this one; incidents that overlapped count once
  std::vector<std::string> incidents;  // ids of the newest of them, newest first, at most kMaxLinkedIncidents
  std::vector<std::string> related;    // ids of incidents of the same kind that overlap with this one
};
inline constexpr std::size_t kMaxLinkedIncidents = 10;

enum class ActionState { pending, holds, failed };
std::string_view to_string(ActionState state);

// Whether an action of the diagnosis did what it was for.
struct ActionCheck {
  std::size_t action = 0;  // index into Diagnosis::actions
  ActionState state = ActionState::pending;
  std::string condition;          // what is watched, as a sentence
  std::int64_t from_ms = 0;       // the mitigation; 0: not yet
  std::int64_t until_ms = 0;      // from_ms + the action's watch_minutes
  std::int64_t checked_ms = 0;    // rows up to here were looked at
  std::int64_t bad_since_ms = 0;  // the condition has not held since; 0: it holds
  std::int64_t rows = 0;          // with data
  std::string outcome;            // one sentence, once it is not pending

  friend bool operator==(const ActionCheck&, const ActionCheck&) = default;
};

struct Incident {
  std::string id;   // "<slo>-<detected, UTC as 20261122T073000Z>", unique
  std::string slo;  // the SLO's name; for alertmanager the alert's name
  IncidentSource source = IncidentSource::slo;
  std::int64_t onset_ms = 0;     // estimated by change-point detection on the SLI
  std::int64_t detected_ms = 0;  // when the objective was seen broken
  std::int64_t resolved_ms = 0;  // 0: open
  double sli_value = 0;          // worst value seen, in the SLI's unit
  double threshold = 0;
  std::vector<rca::Ranking>
      rankings;               // per method, in the order of the configuration; the last evaluation of the open incident
  std::string answer_method;  // whose ranking names the root cause; empty: none yet
  // What was measured, kept with the incident so that its report reads the same after the configuration changed.
  std::string sli;      // `sli_name` of the SLO's indicator, e.g. "time_to_first_token"; empty for an alert's incident
  std::string unit;     // of sli_value and threshold, e.g. "seconds"; empty: not known
  double quantile = 0;  // of the latencies; 0: the indicator is no quantile
  std::string scope;    // the entity that was measured; empty: the whole service
  std::string summary;  // of an alert: its annotation `summary` (or `description`)
  // The alert that opened it and the fingerprints of the alerts of that name that hold it open; empty for an SLO's.
  std::string alert;
  std::vector<std::string> alert_fingerprints;
  // The error budget: the SLO's objective (share of time, 0: none) over its window, and what was used of it.
  double objective = 0;
  std::int64_t budget_window_ms = 0;
  std::int64_t bad_ms = 0;      // time in which the objective was broken
  std::int64_t counted_ms = 0;  // rows up to here are in bad_ms
  // Of an SLO that counts events: the bad ones of this incident, and how many the budget allows for; 0: by time.
  double bad_events = 0;
  double budget_events = 0;
  // What incidents of this kind use of the budget within one budget window, see recurrence_cost(); NaN: not known.
  double recurrence_cost = std::numeric_limits<double>::quiet_NaN();
  std::int64_t mitigated_ms = 0;  // from here on the objective was kept until the resolution; 0: not yet
  // What the last evaluation made of it. Never changed once it is set, since snapshots share it; null: none yet.
  std::shared_ptr<const rca::Diagnosis> diagnosis;
  Impact impact;
  Recurrence recurrence;
  std::vector<ActionCheck> checks;

  [[nodiscard]] bool open() const { return resolved_ms == 0; }
  // The entity ranked first by the answer method; nullptr: none.
  [[nodiscard]] const rca::Candidate* answer() const;
  // bad_events in units of budget_events, or bad_ms in units of (1 − objective) × budget_window; may exceed 1. NaN:
  // there is no objective.
  [[nodiscard]] double budget_consumed() const;
};

// Values of one SLI on the grid: NaN = missing.
struct SliSeries {
  const Slo* slo = nullptr;
  rca::TimeGrid grid;
  std::vector<double> values;
};

// Whether `value` breaks the objective / keeps it with the resolve margin. NaN does neither. The margin of an
// availability is taken from its distance to 1 (0.99 with ratio 0.9 is kept from 0.991 on), since 0.99 / 0.9 could
// never be reached.
bool breaks(const Slo& slo, double value);
// How long the objective must be broken before its incident opens.
milliseconds open_after(const Slo& slo, const IncidentOptions& options);
bool keeps_with_margin(const Slo& slo, const IncidentOptions& options, double value);

}  // namespace exporter
