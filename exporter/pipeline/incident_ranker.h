// From the history of the signals and an onset to the rankings of the methods.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "common/result.h"
#include "exporter/config/config.h"
#include "exporter/incident/incident.h"
#include "exporter/pipeline/signal_store.h"
#include "rca_core/graph/entity_graph.h"
#include "rca_core/methods/method.h"

namespace exporter {

// Rows (from the epoch) of an incident's frame: normal = [first, onset), anomalous = [onset, last].
struct IncidentRows {
  std::int64_t first = 0;
  std::int64_t onset = 0;
  std::int64_t last = 0;

  friend bool operator==(const IncidentRows&, const IncidentRows&) = default;
};

// At most normal_window before the onset and anomalous_window from it, until the resolution, as far as `store` holds
// them. Error missing_input: the store holds no row before or none from the onset.
rca::Result<IncidentRows> incident_rows(const SignalStore& store, const Config& config, const Incident& incident);

struct MethodFailure {
  std::string method;
  rca::Error error;
};

struct RankingSet {
  std::vector<rca::Ranking> rankings;   // of the methods that could be run, in the order of `methods`
  std::string answer_method;            // the first whose ranking is not empty; empty: none
  std::vector<MethodFailure> failures;  // of the others
};

// Shown what the methods see, before they run.
using ViewInspector = std::function<void(const rca::IncidentView& view)>;

// Runs the methods side by side on one frame. Unknown methods are failures like others.
RankingSet rank_incident(SignalStore& store, const IncidentRows& rows, const Incident& incident, const Config& config,
                         std::span<const std::string> methods, const rca::EntityGraph& graph,
                         std::span<const rca::ChangeEvent> changes, const ViewInspector& inspect = {});

}  // namespace exporter
