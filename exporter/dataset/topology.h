// Who calls whom in a case, and who is called by the users.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/result.h"
#include "exporter/dataset/csv.h"
#include "rca_core/frame/frame.h"
#include "rca_core/graph/entity_graph.h"
#include "rca_core/methods/method.h"

namespace exporter::dataset {

using Calls = std::vector<std::pair<std::string, std::string>>;  // caller → callee

// mpg.csv: `source` and `destination`. A name with ":10250" (the port of the kubelet) is a node that the other end runs
// on. Errors, with file and line: malformed, limit.
rca::Result<rca::EntityGraph> read_call_graph(std::string_view text, const std::string& file, const Limits& limits);

// The calls that columns "<caller>_<callee>" of latency_merged_90.csv name, one per column. A name with more than one
// underscore is cut where both sides are known to `graph` or to the frame, else at the first. A column without a caller
// and a callee gives two empty names.
Calls calls_of_edge_columns(const std::vector<std::string>& names, const rca::EntityGraph& graph,
                            const rca::Frame& frame);

// The calls that roles "…-from-<caller>" of the frame name, when the caller is an entity of the frame.
Calls calls_of_roles(const rca::Frame& frame);

// The calls between services in the spans of traces.
Calls calls_of_spans(const std::vector<rca::Span>& spans);

// The entity that calls others and that nobody calls; of several the one that reaches most, of those the first named.
// Empty: there is none.
std::string entry_of(const rca::EntityGraph& graph);

}  // namespace exporter::dataset
