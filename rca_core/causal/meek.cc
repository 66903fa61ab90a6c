#include "rca_core/causal/meek.h"

#include <algorithm>
#include <vector>

namespace rca {
namespace {

// The neighbours do not change while edges are directed.
class Meek {
 public:
  explicit Meek(CausalGraph& graph) : graph_(graph), neighbours_(static_cast<std::size_t>(graph.variables())) {
    for (Eigen::Index i = 0; i < graph.variables(); ++i) {
      for (Eigen::Index j = 0; j < graph.variables(); ++j) {
        if (graph.adjacent(i, j)) neighbours_[static_cast<std::size_t>(i)].push_back(j);
      }
    }
  }

  // One pass over all undirected edges; true when one was directed.
  bool pass() {
    bool changed = false;
    for (Eigen::Index i = 0; i < graph_.variables(); ++i) {
      for (const Eigen::Index j : of(i)) {
        if (!graph_.undirected(i, j)) continue;
        if (!new_v_structure(i, j) && !new_cycle(i, j) && !two_ways(i, j)) continue;
        if (leads_to(j, i)) continue;
        graph_.set_directed(i, j);
        changed = true;
      }
    }
    return changed;
  }

 private:
  [[nodiscard]] const std::vector<Eigen::Index>& of(Eigen::Index i) const {
    return neighbours_[static_cast<std::size_t>(i)];
  }

  // k → i — j, k and j not adjacent.
  [[nodiscard]] bool new_v_structure(Eigen::Index i, Eigen::Index j) const {
    return std::any_of(of(i).begin(), of(i).end(),
                       [&](Eigen::Index k) { return k != j && graph_.directed(k, i) && !graph_.adjacent(k, j); });
  }

  // i → k → j.
  [[nodiscard]] bool new_cycle(Eigen::Index i, Eigen::Index j) const {
    return std::any_of(of(i).begin(), of(i).end(),
                       [&](Eigen::Index k) { return graph_.directed(i, k) && graph_.directed(k, j); });
  }

  // i — k → j and i — l → j, k and l not adjacent.
  [[nodiscard]] bool two_ways(Eigen::Index i, Eigen::Index j) const {
    std::vector<Eigen::Index> between;
    for (const Eigen::Index k : of(i)) {
      if (graph_.undirected(i, k) && graph_.directed(k, j)) between.push_back(k);
    }
    for (const Eigen::Index k : between) {
      for (const Eigen::Index l : between) {
        if (k < l && !graph_.adjacent(k, l)) return true;
      }
    }
    return false;
  }

  // A directed path.
  [[nodiscard]] bool leads_to(Eigen::Index from, Eigen::Index to) const {
    std::vector<bool> seen(neighbours_.size(), false);
    std::vector<Eigen::Index> open = {from};
    while (!open.empty()) {
      const Eigen::Index at = open.back();
      open.pop_back();
      if (at == to) return true;
      for (const Eigen::Index next : of(at)) {
        if (!graph_.directed(at, next) || seen[static_cast<std::size_t>(next)]) continue;
        seen[static_cast<std::size_t>(next)] = true;
        open.push_back(next);
      }
    }
    return false;
  }

  CausalGraph& graph_;
  std::vector<std::vector<Eigen::Index>> neighbours_;
};

}  // namespace

void apply_meek_rules(CausalGraph& graph) {
  Meek meek(graph);
  while (meek.pass()) {
  }
}

}  // namespace rca
