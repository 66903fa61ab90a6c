#include "rca_core/causal/pc.h"

#include <vector>

#include "rca_core/causal/meek.h"

namespace rca {
namespace {

void direct_colliders(const SeparatingSets& separating, CausalGraph& graph) {
  const std::vector<std::vector<Eigen::Index>> neighbours = neighbours_of(graph);
  struct Collider {
    Eigen::Index left, middle, right;
  };
  std::vector<Collider> colliders;
  for (Eigen::Index middle = 0; middle < graph.variables(); ++middle) {
    for (const Eigen::Index left : neighbours[static_cast<std::size_t>(middle)]) {
      for (const Eigen::Index right : neighbours[static_cast<std::size_t>(middle)]) {
        if (left >= right || graph.adjacent(left, right) || separating.separates(left, right, middle)) continue;
        colliders.push_back({left, middle, right});
      }
    }
  }
  for (const Collider& at : colliders) {
    if (graph.directed(at.middle, at.left) || graph.directed(at.middle, at.right)) continue;
    graph.set_directed(at.left, at.middle);
    graph.set_directed(at.right, at.middle);
  }
}

}  // namespace

Result<CausalGraph> pc(const IndependenceTest& test, const SkeletonOptions& options) {
  RCA_ASSIGN(Skeleton skeleton, find_skeleton(test, options));
  direct_colliders(skeleton.separating, skeleton.graph);
  apply_meek_rules(skeleton.graph);
  return std::move(skeleton.graph);
}

}  // namespace rca
