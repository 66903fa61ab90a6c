// Who burnt the error budget: how much of what users feel each entity adds, and how much of that what it calls
// explains.
#pragma once

#include <Eigen/Core>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "rca_core/graph/entity_graph.h"
#include "rca_core/methods/call_quality.h"
#include "rca_core/methods/method.h"
#include "rca_core/methods/scoring.h"

namespace rca {

// For each anomalous row how much users felt in it: the SLI's deviation in its bad direction above the noise of the
// normal window; they sum to 1. Without an SLI of this nature, or where it did not get worse, all rows
// count alike.
Eigen::VectorXd felt_weights(const IncidentView& view, const Windows& windows, SliNature nature);

struct BudgetShare {
  std::string entity;
  std::optional<EntityGraph::Node> node;
  CallQuality quality;
  double before = 0;    // centre of the normal window, in the unit of the signal
  double after = 0;     // mean of the anomalous rows, weighted by how much users felt in them
  double requests = 0;  // per row, weighted alike; only where weighed by traffic
  // Weighed by traffic: seconds waited (latency) or requests lost (failures) per row. Else robust deviations.
  double noise = 0;  // one deviation of the normal window
  double added = 0;  // over the noise; ≥ 0
  // What its callers may have waited for at it: `added`, or more where another of its quantities in the same unit shows
  // more. Users may feel the time to the first token while a proxy waits for the whole answer.
  double passed_on = 0;
  double explained = 0;      // of `added`, by what it calls
  std::string explained_by;  // the callee that explains most
  // By calls from the entity of the SLI, as far as graph and SLI tell. What is not reached can only be felt through
  // what it shares with others: half of its part counts.
  bool reached = true;
  [[nodiscard]] double own() const { return (added - explained) * (reached ? 1.0 : 0.5); }
};

struct Budget {
  SliNature nature = SliNature::unknown;
  bool by_traffic = false;
  std::vector<BudgetShare> shares;  // in the order of the frame

  [[nodiscard]] double own_of_all() const;
};

// The formula stands in budget_attribution.cc. A view without a graph is allowed: then nothing is explained.
// Errors: missing_input for a nature other than latency and failures, and where no entity has a signal of that nature
// with values before the onset.
Result<Budget> attribute_budget(const IncidentView& view, const Windows& windows, SliNature nature);

// "adds 12.4 s of waiting per row (latency rose from 20 ms to 310 ms, at 43 requests), …".
std::string describe_share(const Frame& frame, const Budget& budget, const BudgetShare& share);

// What a share rests on, in numbers and in words.
Evidence evidence_of_share(const Frame& frame, const Budget& budget, const BudgetShare& share);

}  // namespace rca
