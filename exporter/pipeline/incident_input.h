// What the methods and the diagnosis get to see of one incident, cut out of the history of the signals.
#pragma once

#include <cstdint>
#include <optional>
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

// Owns what view() points at.
struct IncidentInput {
  rca::Frame frame;
  Eigen::Index onset_row = 0;
  const Slo* slo = nullptr;  // of the configuration; null: the incident is of an alert, or its SLO is gone
  std::optional<Eigen::Index> sli_column;
  std::vector<double> sli;  // on the rows of the frame, NaN = missing; empty without an SLO
  rca::SliNature nature = rca::SliNature::unknown;
  std::string sli_name;  // in words; empty without an SLO
  std::string entry;
  rca::EntityGraph graph;
  std::vector<rca::ChangeEvent> changes;

  [[nodiscard]] rca::IncidentView view() const;
};

// `config` must outlive the result. `changes`: all that are known; those after the last row are left out, since the
// incident as it was then must not know of them.
IncidentInput make_incident_input(SignalStore& store, const IncidentRows& rows, const Incident& incident,
                                  const Config& config, const rca::EntityGraph& graph,
                                  std::span<const rca::ChangeEvent> changes);

// What the indicator is about: latency, failures, throughput, or (by its kind or the role that it measures) quality.
rca::SliNature sli_nature(const Slo& slo);

// The entity that users call: the only one of the graph that is called by nobody; of several the one with the signals
// of a gateway, else the one from which most others are reached. Empty: the graph has no calls and the frame no
// gateway.
std::string entry_entity(const rca::Frame& frame, const rca::EntityGraph& graph);

}  // namespace exporter
