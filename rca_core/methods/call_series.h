// What graph methods look at: the latencies of calls between entities, which of them are anomalous, and what correlates
// with what users feel.
#pragma once

#include <Eigen/Core>
#include <optional>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "rca_core/graph/entity_graph.h"
#include "rca_core/methods/method.h"
#include "rca_core/methods/scoring.h"

namespace rca {

struct CallEdge {
  EntityGraph::Node caller = 0;
  EntityGraph::Node callee = 0;
  Eigen::VectorXd latency;  // R rows: both windows, without holes
  bool anomalous = false;
};

struct CallSeries {
  EntityGraph graph;  // of the view, with the calls that have a latency
  std::vector<CallEdge> edges;
  std::vector<SignalScore> changes;  // median_changes of the view's frame (candidates.h)
  Windows windows;                   // rows of the view's frame; R = normal + anomalous rows
  bool seen_by_callers = false;      // false: latencies are those of the callees themselves

  // The mean latency of the calls to a node; empty when it is not known.
  [[nodiscard]] Eigen::VectorXd incoming(EntityGraph::Node node) const;
  // |Pearson correlation| of two series of R rows, over the anomalous rows and as many before them (at least 10): over
  // a long normal window it would measure what moves together on any day, not what the incident moved. 0 where one does
  // not vary or is empty.
  [[nodiscard]] double similarity(const Eigen::VectorXd& a, const Eigen::VectorXd& b) const;
  // Nodes with an anomalous call to them.
  [[nodiscard]] std::vector<bool> anomalous_nodes() const;
};

// Latencies as callers see them where the view has them, else the latency signal of the callee in the frame (then a
// slow network between the two is invisible). Calls without either are left out.
//
// A call is anomalous if its latencies after the onset are in other clusters than those before (BIRCH, as MicroRCA has
// it). To make that independent of the length of the windows, both are smoothed, represented by ten quantiles each, and
// scaled by the level of the normal window. Where no call stands out, the one that moved most is taken: there is an
// incident.
//
// Errors: as make_windows; missing_input without a call graph, or without any latency.
Result<CallSeries> make_call_series(const IncidentView& view, const MethodOptions& options);

// A signal of the frame over both windows, holes filled; empty for one without values.
Eigen::VectorXd series_of(const Frame& frame, const Windows& windows, Eigen::Index column);

// What users feel: the SLI of the view, else the latency signal of its entry, else the mean latency of the calls that
// the entry makes, else that of all calls.
Eigen::VectorXd felt_series(const IncidentView& view, const CallSeries& calls);

// The signal of an entity that is measured like the SLI: failures where the SLI is about failures and the entity has
// such a signal, else the latency of calls to it, else its latency signal. Empty: not known.
Eigen::VectorXd node_series(const IncidentView& view, const CallSeries& calls, EntityGraph::Node node);

// For a node: how similar its internal signals (signal_nature.h) are to `series`, and which one does most.
struct ResourceMatch {
  double correlation = 0;
  std::optional<Eigen::Index> column;
};
ResourceMatch best_resource(const Frame& frame, const CallSeries& calls, std::string_view entity,
                            const Eigen::VectorXd& series);

// A node as a candidate: the change of `column`, or of the entity's signal that changed most, and `because`.
Candidate node_candidate(const IncidentView& view, const CallSeries& calls, EntityGraph::Node node, double score,
                         std::optional<Eigen::Index> column, std::string_view because);

}  // namespace rca
