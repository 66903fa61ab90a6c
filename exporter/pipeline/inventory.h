// What telemetry arrives, for the audit of what cannot be observed.
#pragma once

#include <span>

#include "exporter/config/config.h"
#include "exporter/incident/incident.h"
#include "exporter/pipeline/signal_store.h"
#include "rca_core/diagnosis/audit.h"
#include "rca_core/graph/entity_graph.h"

namespace exporter {

// Of every entity with signals, or with calls in the graph: its roles and when each was last seen, what its exporters
// give of other entities of its kind, and what is known of its spans and logs. An entity that has no signal any more
// and no edge is gone (a pod that was replaced) and not listed. Objectives: from `incidents`. Requires rows in the
// store.
rca::Inventory make_inventory(SignalStore& store, const Config& config, std::span<const Incident> incidents,
                              const rca::EntityGraph& graph);

}  // namespace exporter
