// What to do, in the order in which it should be done, and what would have told more.
#include <algorithm>
#include <set>

#include "rca_core/diagnosis/audit.h"
#include "rca_core/diagnosis/sections.h"
#include "rca_core/methods/evidence.h"

namespace rca::sections {
namespace {

constexpr double kRollBack = 0.5;  // likelihood from which undoing a change is proposed first
constexpr int kRollBackWatch = 30;
constexpr std::size_t kMostGapActions = 4;
constexpr std::size_t kClassesAsked = 3;
constexpr std::size_t kMostMissing = 12;
constexpr double kWorthAsking = 0.05;

class Actions {
 public:
  explicit Actions(const Case& of) : of_(of) {}

  void undo(const ChangeAnalysis& change) {
    if (change.likelihood < kRollBack || of_.causes.empty()) return;
    Action action;
    action.kind = ActionKind::mitigate;
    action.text = "Undo the change of kind " + change.change.kind + " of " + change.change.entity + " of " +
                  format_time_of_day(change.change.time_ms);
    if (!change.change.from.empty()) action.text += " (back to " + change.change.from + ")";
    action.verification = sli_text(of_) + " is within its objective and stays there";
    action.watch_minutes = kRollBackWatch;
    action.runbook = runbook(of_.causes.front().match->row);
    add(std::move(action));
  }

  void mend(const Cause& cause) {
    if (cause.match->row == nullptr) {
      contain(cause);
      return;
    }
    for (const ActionTemplate& one : cause.match->row->actions) {
      if (!one.variant.empty() && one.variant != cause.match->variant) continue;
      Action action;
      action.kind = one.kind;
      action.text = fill(of_, one.text, cause.entity, cause.column);
      action.verification = fill(of_, one.verification, cause.entity, cause.column);
      action.watch_minutes = one.watch_minutes;
      action.runbook = runbook(cause.match->row);
      add(std::move(action));
    }
  }

  void close(const ObservabilityGap& gap) {
    const FaultClass* const row = find_fault_class(fault_class_of(gap));
    if (row == nullptr || !gap_classes_.insert(std::string(row->name) + " " + gap.entity).second ||
        gap_classes_.size() > kMostGapActions) {
      return;
    }
    Action action;
    action.kind = ActionKind::detect;
    action.text = "Close the gap: " + gap.text;
    action.verification = "rca_observability_gap of " + gap.entity + " and " + gap.signal + " is gone";
    action.watch_minutes = 60;
    action.runbook = runbook(row);
    add(std::move(action));
  }

  void look_closer(std::span<const std::string> missing) {
    for (const std::string& sentence : missing) {
      Action action;
      action.kind = ActionKind::detect;
      action.text = "Add telemetry before the next incident: " + sentence;
      action.verification = "the next report no longer lists it as missing";
      action.watch_minutes = 60;
      add(std::move(action));
    }
  }

  std::vector<Action> finished() {
    std::stable_sort(actions_.begin(), actions_.end(),
                     [](const Action& a, const Action& b) { return a.kind < b.kind; });
    return std::move(actions_);
  }

 private:
  static std::string runbook(const FaultClass* row) { return row == nullptr ? "" : std::string(row->runbook); }

  // The entity is known, what is wrong with it is not.
  void contain(const Cause& cause) {
    Action action;
    action.kind = ActionKind::mitigate;
    action.text =
        "Take load off " + of_.name(cause.entity) + " (drain it, or fall back to what works without it) and look at " +
        (cause.column ? "its " + of_.signal(*cause.column).role : std::string("its signals, logs and traces"));
    action.verification = sli_text(of_) + " is within its objective and stays there";
    action.watch_minutes = kRollBackWatch;
    add(std::move(action));
  }

  void add(Action action) {
    if (seen_.insert(action.text).second) actions_.push_back(std::move(action));
  }

  const Case& of_;
  std::vector<Action> actions_;
  std::set<std::string> seen_;
  std::set<std::string> gap_classes_;
};

bool rests_on_what_is_missing(const ClassMatch& match) {
  return std::any_of(match.row->signature.begin(), match.row->signature.end(), [&](const SignatureTerm& term) {
    return term.movement == Movement::missing && term.variant == match.variant;
  });
}

}  // namespace

std::vector<std::string> missing_telemetry(const Case& of) {
  std::vector<std::string> out = of.assessment.missing_telemetry;
  if (of.assessment.entities.empty()) return out;
  const std::optional<std::size_t> entity = of.context.find(of.assessment.entities.front().entity);
  if (!entity || !of.classes[*entity].recognised) return out;
  // What would tell the likeliest classes of the likeliest entity apart; where one is named that does not show itself,
  // what would show it.
  const bool told = !of.causes.empty() && of.causes.front().match->row != nullptr;
  if (told && !rests_on_what_is_missing(*of.causes.front().match)) return out;
  std::set<std::string_view> seen;
  std::size_t asked = 0;
  for (const ClassMatch& match : of.classes[*entity].classes) {
    if (match.row == nullptr) continue;
    if (asked++ == (told ? 1 : kClassesAsked) || match.probability < kWorthAsking) break;
    for (const std::string_view role : match.row->telemetry) {
      const bool measured = of.movements.find(*entity, role) != nullptr || !of.movements.having(role).empty();
      if (measured || !seen.insert(role).second || seen.size() > kMostMissing) continue;
      out.push_back("No " + std::string(role) + " of " + of.name(*entity) + ": it would tell whether it is " +
                    std::string(match.row->name) + ".");
    }
  }
  return out;
}

std::vector<Action> propose_actions(const Case& of, std::span<const ChangeAnalysis> changes,
                                    std::span<const ObservabilityGap> gaps) {
  Actions actions(of);
  if (!changes.empty()) actions.undo(changes.front());
  for (const Cause& cause : of.causes) actions.mend(cause);
  for (const ObservabilityGap& gap : gaps) actions.close(gap);
  if (of.causes.empty()) actions.look_closer(missing_telemetry(of));
  return actions.finished();
}

}  // namespace rca::sections
