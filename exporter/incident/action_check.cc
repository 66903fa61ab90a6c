#include "exporter/incident/action_check.h"

#include <algorithm>
#include <cmath>

#include "exporter/incident/quantity.h"
#include "exporter/incident/sli.h"
#include "exporter/incident/time_text.h"
#include "rca_core/stats/robust.h"

namespace exporter {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::size_t kMaxWatchedSignals = 3;

// Findings of the root cause whose signal can be compared with what it was.
std::vector<const rca::Finding*> watched_findings(const rca::Diagnosis& diagnosis) {
  std::vector<const rca::Finding*> found;
  for (const rca::Finding& finding : diagnosis.findings) {
    const bool moved = std::isfinite(finding.evidence.before) && std::isfinite(finding.evidence.after) &&
                       finding.evidence.before != finding.evidence.after;
    if (finding.role == rca::Role::root_cause && finding.entity == diagnosis.entity && !finding.signal.empty() &&
        moved && found.size() < kMaxWatchedSignals) {
      found.push_back(&finding);
    }
  }
  return found;
}

std::string condition_of(const rca::Diagnosis& diagnosis, const rca::Action& action) {
  const std::string time = duration(std::max<std::int64_t>(action.watch_minutes, 1) * kMinuteMs);
  if (action.kind == rca::ActionKind::prevent) {
    return "no incident of the same kind begins for " + time + " after the resolution";
  }
  std::string text = "the objective is kept";
  for (const rca::Finding* finding : watched_findings(diagnosis)) {
    text +=
        ", " + finding->signal + " of " + finding->entity + " is back near " + quantity(finding->evidence.before, "");
  }
  return text + " for " + time + " from the mitigation";
}

void fail(ActionCheck& check, std::string outcome) {
  check.state = ActionState::failed;
  check.outcome = std::move(outcome);
}

// Looks at the rows of the indicator that are new to the check.
void watch_objective(ActionCheck& check, const Slo& slo, const IncidentOptions& options, const SliSeries& sli) {
  for (std::int64_t row = 0; row < sli.grid.rows; ++row) {
    const std::int64_t time = sli.grid.time_ms(row);
    if (time <= check.checked_ms || time > check.until_ms) continue;
    check.checked_ms = time;
    const double value = sli.values[static_cast<std::size_t>(row)];
    if (std::isnan(value)) continue;
    ++check.rows;
    if (!breaks(slo, value)) {
      check.bad_since_ms = 0;
      continue;
    }
    if (check.bad_since_ms == 0) check.bad_since_ms = time;
    if (time - check.bad_since_ms < open_after(slo, options).count()) continue;
    fail(check, "the objective was broken again at " + format_time(check.bad_since_ms));
    return;
  }
}

// The signals of the root cause that are not back; "": all are, or cannot be seen.
std::string still_off(const ActionCheck& check, const rca::Diagnosis& diagnosis, const WatchedHistory& history) {
  std::string names;
  if (!history.values) return names;
  for (const rca::Finding* finding : watched_findings(diagnosis)) {
    // The second half of the watch: a signal may take its time to come back.
    const std::int64_t half = check.from_ms + (check.until_ms - check.from_ms) / 2;
    std::vector<double> values = history.values(finding->entity, finding->signal, half, check.until_ms);
    std::erase_if(values, [](double value) { return !std::isfinite(value); });
    if (values.empty()) continue;  // the entity may be gone, replaced by another: that is a repair
    const double now = rca::median_in_place(values);
    if (std::abs(now - finding->evidence.before) <= std::abs(now - finding->evidence.after)) continue;
    names += (names.empty() ? "" : ", ") + finding->signal + " of " + finding->entity + " is at " + quantity(now, "") +
             ", nearer to " + quantity(finding->evidence.after, "") + " than to " +
             quantity(finding->evidence.before, "");
  }
  return names;
}

void decide_mitigation(ActionCheck& check, const rca::Diagnosis& diagnosis, const WatchedHistory& history,
                       std::int64_t step_ms) {
  const std::int64_t expected = (check.until_ms - check.from_ms) / step_ms;
  if (2 * check.rows < expected) {
    fail(check, "it could not be verified: the indicator had data on " + std::to_string(check.rows) + " of " +
                    std::to_string(expected) + " rows");
    return;
  }
  if (const std::string off = still_off(check, diagnosis, history); !off.empty()) return fail(check, off);
  check.state = ActionState::holds;
  check.outcome = "the condition held until " + format_time(check.until_ms);
}

void watch_mitigation(ActionCheck& check, const Incident& incident, const Slo& slo, const IncidentOptions& options,
                      const WatchedHistory& history) {
  if (history.sli == nullptr || history.sli->grid.rows <= 0) return;
  watch_objective(check, slo, options, *history.sli);
  if (check.state == ActionState::pending && history.sli->grid.end_ms() >= check.until_ms) {
    decide_mitigation(check, *incident.diagnosis, history, history.sli->grid.step_ms);
  }
}

void watch_prevention(ActionCheck& check, const Incident& incident, const WatchedHistory& history) {
  check.checked_ms = std::clamp(history.now_ms, check.checked_ms, check.until_ms);
  for (const IncidentSpan& other : history.same_kind) {
    if (other.id == incident.id || other.onset_ms <= check.from_ms || other.onset_ms > check.until_ms) continue;
    return fail(check,
                "the same kind of incident began again at " + format_time(other.onset_ms) + " (" + other.id + ")");
  }
  if (history.now_ms < check.until_ms) return;
  check.state = ActionState::holds;
  check.outcome = "no incident of the same kind began until " + format_time(check.until_ms);
}

void begin(ActionCheck& check, const Incident& incident, const rca::Action& action) {
  const bool prevents = action.kind == rca::ActionKind::prevent;
  check.from_ms = prevents || incident.mitigated_ms == 0 ? incident.resolved_ms : incident.mitigated_ms;
  check.checked_ms = check.from_ms;
  check.until_ms = check.from_ms + std::max<std::int64_t>(action.watch_minutes, 1) * kMinuteMs;
}

bool is_pending(const ActionCheck& check, const rca::Diagnosis& diagnosis) {
  return check.state == ActionState::pending && check.action < diagnosis.actions.size();
}

}  // namespace

std::string_view to_string(ActionState state) {
  switch (state) {
    case ActionState::pending: return "pending";
    case ActionState::holds: return "holds";
    case ActionState::failed: return "failed";
  }
  return "pending";
}

std::vector<ActionCheck> plan_checks(const rca::Diagnosis& diagnosis) {
  std::vector<ActionCheck> checks;
  for (std::size_t i = 0; i < diagnosis.actions.size(); ++i) {
    if (diagnosis.actions[i].kind == rca::ActionKind::detect) continue;
    ActionCheck check;
    check.action = i;
    check.condition = condition_of(diagnosis, diagnosis.actions[i]);
    checks.push_back(std::move(check));
  }
  return checks;
}

std::vector<ActionCheck> advance_checks(const Incident& incident, const Slo* slo, const IncidentOptions& options,
                                        const WatchedHistory& history) {
  std::vector<ActionCheck> checks = incident.checks;
  if (incident.open() || !incident.diagnosis) return checks;
  for (ActionCheck& check : checks) {
    if (!is_pending(check, *incident.diagnosis)) continue;
    const rca::Action& action = incident.diagnosis->actions[check.action];
    if (check.from_ms == 0) begin(check, incident, action);
    if (action.kind == rca::ActionKind::prevent) {
      watch_prevention(check, incident, history);
    } else if (slo != nullptr) {
      watch_mitigation(check, incident, *slo, options, history);
    }
  }
  return checks;
}

bool is_watched(const Incident& incident) {
  return !incident.open() && incident.diagnosis &&
         std::any_of(incident.checks.begin(), incident.checks.end(),
                     [&](const ActionCheck& check) { return is_pending(check, *incident.diagnosis); });
}

}  // namespace exporter
