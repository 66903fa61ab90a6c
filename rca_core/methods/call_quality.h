// Which signals tell how the calls of an entity go, what the SLI is about, and which node of the call graph an entity
// is.
#pragma once

#include <Eigen/Core>
#include <optional>
#include <string_view>
#include <vector>

#include "rca_core/graph/entity_graph.h"
#include "rca_core/methods/method.h"

namespace rca {

// Which signal of an entity tells how well its calls go, and how many there are.
struct CallQuality {
  Eigen::Index column = 0;
  std::optional<Eigen::Index> traffic;  // column
  // Of the entity's other quantities of the nature (time to first token beside the whole time of a request) the column
  // with the best statistic each.
  std::vector<Eigen::Index> others;
};

// The nature that the view states, else that of the signal of its sli_column: latency, failures, or throughput for
// traffic; unknown without either, or for an internal signal.
SliNature sli_nature_of(const IncidentView& view);

// The caller in a role "…-from-<caller>" or "…_from_<caller>"; empty: the role names none.
std::string_view caller_in_role(std::string_view role);

// Whether the signal is a latency (nature latency) or tells of failures (nature failures); a caller that its role names
// plays no part.
bool is_of_nature(const Signal& signal, SliNature nature);

// A fall of the role is bad: success, availability.
bool falls_when_bad(std::string_view role);

// The entity's own signal of this nature (latency or failures). What callers see of it (role "…-from-…") is not its
// own. Preferred: the quantity of the SLI (same role but for the statistic), then the mean, which is what adds up, then
// lower quantiles before higher ones. nullopt: it has none.
std::optional<CallQuality> call_quality(const IncidentView& view, const std::vector<Eigen::Index>& columns,
                                        SliNature nature);

// The node of a frame's entity: of the same name; else of the same letters and digits in any case; else the service of
// which the entity is a replica ("cart-7d9f-x2abc" or "cart-0" of "cart"). nullopt: none.
std::optional<EntityGraph::Node> node_of_entity(const EntityGraph& graph, std::string_view entity);

// Failures per time or as a count, not as a share of the calls: they need no traffic to be weighed by.
bool is_count_of_failures(const Signal& signal);

}  // namespace rca
