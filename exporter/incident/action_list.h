// The corrective actions of all incidents in the order in which they pay.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "exporter/incident/incident.h"

namespace exporter {

struct RankedAction {
  const Incident* incident = nullptr;  // the newest of its kind
  std::size_t action = 0;              // index into its diagnosis' actions
  double cost = 0;                     // Incident::recurrence_cost; NaN: not known
};

// Of each kind of fault (fault class and class of entity) the actions of its newest incident, the kind first whose
// recurrences cost most of the error budget; those whose cost is not known come last. Within a kind in the order of the
// diagnosis. Actions that were verified to hold are left out. The pointers are into `incidents`.
std::vector<RankedAction> ranked_actions(std::span<const Incident> incidents);

// As GET /api/v1/actions gives them: {"actions": [...]}.
std::string actions_json(std::span<const Incident> incidents);

// Incidents by the share of the error budget that they used, the most first; those without a budget last, in the order
// in which they are given.
std::vector<Incident> by_budget(std::span<const Incident> incidents);

}  // namespace exporter
