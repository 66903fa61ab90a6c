#include "exporter/incident/action_list.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "exporter/incident/diagnosis_json.h"
#include "rca_core/diagnosis/fault_class.h"

namespace exporter {
namespace {

// What is not known is less than everything.
double or_least(double value) {
  return std::isfinite(value) ? value : -1;
}

bool holds(const Incident& incident, std::size_t action) {
  return std::any_of(incident.checks.begin(), incident.checks.end(), [action](const ActionCheck& check) {
    return check.action == action && check.state == ActionState::holds;
  });
}

}  // namespace

std::vector<RankedAction> ranked_actions(std::span<const Incident> incidents) {
  std::vector<const Incident*> newest;
  for (const Incident& incident : incidents) {
    if (incident.diagnosis) newest.push_back(&incident);
  }
  std::stable_sort(newest.begin(), newest.end(),
                   [](const Incident* a, const Incident* b) { return a->detected_ms > b->detected_ms; });
  std::set<std::pair<std::string, std::string>> seen;
  std::vector<RankedAction> actions;
  for (const Incident* incident : newest) {
    const Recurrence& kind = incident->recurrence;
    if (!kind.entity_class.empty() && !seen.emplace(kind.entity_class, kind.fault_class).second) continue;
    for (std::size_t i = 0; i < incident->diagnosis->actions.size(); ++i) {
      if (!holds(*incident, i)) actions.push_back({incident, i, incident->recurrence_cost});
    }
  }
  std::stable_sort(actions.begin(), actions.end(),
                   [](const RankedAction& a, const RankedAction& b) { return or_least(a.cost) > or_least(b.cost); });
  return actions;
}

std::vector<Incident> by_budget(std::span<const Incident> incidents) {
  std::vector<Incident> sorted(incidents.begin(), incidents.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const Incident& a, const Incident& b) {
    return or_least(a.budget_consumed()) > or_least(b.budget_consumed());
  });
  return sorted;
}

std::string actions_json(std::span<const Incident> incidents) {
  Json list = Json::array();
  for (const RankedAction& one : ranked_actions(incidents)) {
    const rca::Diagnosis& diagnosis = *one.incident->diagnosis;
    const rca::Action& action = diagnosis.actions[one.action];
    std::string state = "to_be_tested";
    for (const ActionCheck& check : one.incident->checks) {
      if (check.action == one.action) state = to_string(check.state);
    }
    list.push_back(Json{{"kind", rca::to_string(action.kind)},
                        {"action", action.text},
                        {"owner", action.owner},
                        {"verification", action.verification},
                        {"state", state},
                        {"runbook", action.runbook},
                        {"incident", one.incident->id},
                        {"slo", one.incident->slo},
                        {"entity", diagnosis.entity},
                        {"fault_class", diagnosis.fault_class},
                        {"recurrences", one.incident->recurrence.earlier},
                        {"recurrence_budget_ratio", std::isfinite(one.cost) ? Json(one.cost) : Json(nullptr)}});
  }
  return Json{{"actions", std::move(list)}}.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace exporter
