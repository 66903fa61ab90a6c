// What turns a graph of possible causes into a ranking; all methods that learn such a graph share these heads.
#pragma once

#include <Eigen/Core>
#include <functional>
#include <memory>
#include <string_view>

#include "common/result.h"
#include "rca_core/graph/random_walk.h"
#include "rca_core/methods/data_matrix.h"
#include "rca_core/methods/method.h"

namespace rca {

// In all of these `causes` is variables × variables of `data`, not negative; (i, j) > 0 says that i may be a cause of
// j, as possible_causes() gives it. Its diagonal is not read.

// PageRank on the transpose: score flows from effects to causes, in proportion to the weights in `causes`. Every
// variable is kept; one without an edge has what the restart gives it.
Result<Ranking> rank_by_pagerank(const IncidentView& view, const DataMatrix& data, std::string_view method,
                                 const Eigen::MatrixXd& causes, std::string_view graph);

// The first-order random walk of MicroCause and MonitorRank (graph/random_walk.h), as its expected visits. Where the
// view has an SLI that varies, the walk starts there and is drawn to what correlates with the SLI; being at the SLI
// itself counts for nothing. Without one a step at the onset stands for it: the walk is drawn to what changed then, and
// starts there in the same proportion. Only whether `causes` is positive matters. Variables that the walk cannot reach
// follow the others, by their |correlation| with the SLI, or the step.
Result<Ranking> rank_by_random_walk(const IncidentView& view, const DataMatrix& data, std::string_view method,
                                    const Eigen::MatrixXd& causes, std::string_view graph);

// The second-order random walk of CloudRanger from the SLI; otherwise as rank_by_random_walk. Error: missing_input (the
// view has no SLI that varies).
Result<Ranking> rank_by_second_order_walk(const IncidentView& view, const DataMatrix& data, std::string_view method,
                                          const Eigen::MatrixXd& causes, std::string_view graph,
                                          const SecondOrderWalk& walk = {});

enum class GraphHead { pagerank, random_walk };

// A method that learns a graph from both windows and ranks with one of the heads.
struct GraphMethod {
  std::string_view name;
  std::string_view description;
  std::string_view reference;
  std::string_view graph;  // how evidence calls the graph, e.g. "PC graph"
  GraphHead head = GraphHead::pagerank;
  std::function<Result<Eigen::MatrixXd>(const DataMatrix& data, const MethodOptions& options)> learn_causes;
};

// `const MethodRegistration x(make_graph_method({.name = "pc_pagerank", …}));`
std::unique_ptr<Method> make_graph_method(GraphMethod method);

}  // namespace rca
