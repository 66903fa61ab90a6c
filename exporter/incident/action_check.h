// Whether corrective actions had their effect, as far as telemetry can tell:
//  - an action that mitigates: the objective is kept, and the signals that gave the fault away come back, from the
//    mitigation on for as long as the action states;
//  - an action that prevents: no incident of the same kind begins for as long as the action states;
//  - an action that detects is verified by a test that people run; nothing is watched.
// Pure: time only comes in with the data.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/config/config.h"
#include "exporter/incident/incident.h"
#include "exporter/incident/recurrence.h"

namespace exporter {

// One pending check for each action that mitigates or prevents.
std::vector<ActionCheck> plan_checks(const rca::Diagnosis& diagnosis);

// What the watch sees of the history.
struct WatchedHistory {
  // The indicator of the incident's SLO, on rows that reach back to the first that was not looked at; may be missing
  // rows at its front.
  const SliSeries* sli = nullptr;
  // Values of one signal on the grid's rows with first_ms < time ≤ last_ms, NaN = missing; empty: not known.
  std::function<std::vector<double>(std::string_view entity, std::string_view role, std::int64_t first_ms,
                                    std::int64_t last_ms)>
      values;
  std::span<const IncidentSpan> same_kind;  // incidents of the same kind, itself among them
  std::int64_t now_ms = 0;
};

// The checks of a resolved incident after the rows of `history`. A mitigation fails when the objective is broken for as
// long as opens an incident (options.open_after), when a signal of the root cause is at the end still nearer to where
// the fault had it than to its normal value, or when the indicator had no data for half of the time. Decided checks,
// and those of an incident that is open, stay as they are. `slo`: of the incident; null: it has none (any more), then
// only recurrence is watched.
std::vector<ActionCheck> advance_checks(const Incident& incident, const Slo* slo, const IncidentOptions& options,
                                        const WatchedHistory& history);

// Whether a check is still to be decided, so that the incident has to be watched.
bool is_watched(const Incident& incident);

}  // namespace exporter
