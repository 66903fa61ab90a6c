#include "rca_core/causal/causal_graph.h"

namespace rca {

Eigen::MatrixXd possible_causes(const CausalGraph& graph) {
  const Eigen::Index n = graph.variables();
  Eigen::MatrixXd causes = Eigen::MatrixXd::Zero(n, n);
  for (Eigen::Index i = 0; i < n; ++i) {
    for (Eigen::Index j = 0; j < n; ++j) {
      if (i == j || !graph.adjacent(i, j)) continue;
      // An arrowhead at i rules i out as a cause, unless both ends have one: then a hidden cause moves both.
      const bool both_arrows = graph.mark(i, j) == Mark::arrow && graph.mark(j, i) == Mark::arrow;
      if (graph.mark(j, i) != Mark::arrow || both_arrows) causes(i, j) = 1;
    }
  }
  return causes;
}

}  // namespace rca
