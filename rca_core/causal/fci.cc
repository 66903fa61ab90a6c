#include "rca_core/causal/fci.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "common/parallel_for.h"
#include "rca_core/causal/pag_rules.h"

namespace rca {
namespace {

using Variables = std::vector<Eigen::Index>;

// Every edge o—o, then a *→ b ←* c wherever a and c are not adjacent and b does not separate them.
void reset_to_colliders(const SeparatingSets& separating, CausalGraph& graph) {
  const std::vector<Variables> neighbours = neighbours_of(graph);
  for (Eigen::Index a = 0; a < graph.variables(); ++a) {
    for (const Eigen::Index b : neighbours[static_cast<std::size_t>(a)]) {
      if (a < b) graph.set_edge(a, b, Mark::circle, Mark::circle);
    }
  }
  for (Eigen::Index b = 0; b < graph.variables(); ++b) {
    for (const Eigen::Index a : neighbours[static_cast<std::size_t>(b)]) {
      for (const Eigen::Index c : neighbours[static_cast<std::size_t>(b)]) {
        if (a >= c || graph.adjacent(a, c) || separating.separates(a, c, b)) continue;
        graph.set_edge(a, b, graph.mark(b, a), Mark::arrow);
        graph.set_edge(c, b, graph.mark(b, c), Mark::arrow);
      }
    }
  }
}

// All variables that a path from `start` leads to on which every variable between two others is a collider, or the
// three are all adjacent; without `start`, ascending.
Variables possible_d_sep(const CausalGraph& graph, const std::vector<Variables>& neighbours, Eigen::Index start) {
  const auto n = static_cast<std::size_t>(graph.variables());
  std::vector<bool> reached(n, false);
  std::vector<bool> seen(n * n, false);  // by the last edge of the path
  std::vector<std::pair<Eigen::Index, Eigen::Index>> open;
  const auto visit = [&](Eigen::Index from, Eigen::Index to) {
    const auto edge = static_cast<std::size_t>(from) * n + static_cast<std::size_t>(to);
    if (seen[edge]) return;
    seen[edge] = true;
    reached[static_cast<std::size_t>(to)] = true;
    open.emplace_back(from, to);
  };
  for (const Eigen::Index next : neighbours[static_cast<std::size_t>(start)]) visit(start, next);
  while (!open.empty()) {
    const auto [before, at] = open.back();
    open.pop_back();
    for (const Eigen::Index next : neighbours[static_cast<std::size_t>(at)]) {
      if (next == before || next == start) continue;
      const bool collider = graph.mark(before, at) == Mark::arrow && graph.mark(next, at) == Mark::arrow;
      if (collider || graph.adjacent(before, next)) visit(at, next);
    }
  }
  Variables out;
  for (std::size_t variable = 0; variable < n; ++variable) {
    if (reached[variable]) out.push_back(static_cast<Eigen::Index>(variable));
  }
  return out;
}

struct Edge {
  Eigen::Index x = 0;
  Eigen::Index y = 0;
  Separation separation;
};

class PossibleDSepSearch {
 public:
  PossibleDSepSearch(const IndependenceTest& test, const FciOptions& options, const CausalGraph& graph)
      : test_(test), options_(options), level_(options.skeleton.alpha), neighbours_(neighbours_of(graph)) {
    largest_ = test.max_condition_size();
    if (options.max_possible_d_sep_size >= 0) largest_ = std::min(largest_, options.max_possible_d_sep_size);
    for (Eigen::Index variable = 0; variable < graph.variables(); ++variable) {
      possible_.push_back(possible_d_sep(graph, neighbours_, variable));
    }
  }

  // Stops at the smallest size that separates; sets of neighbours have been tested before.
  void search(Edge& edge) const {
    const Variables& near_x = neighbours_[static_cast<std::size_t>(edge.x)];
    const Variables& near_y = neighbours_[static_cast<std::size_t>(edge.y)];
    const Variables of_x = candidates(edge.x, edge.y);
    const Variables of_y = candidates(edge.y, edge.x);
    for (std::size_t size = 1; static_cast<Eigen::Index>(size) <= largest_; ++size) {
      if (size > std::max(of_x.size(), of_y.size()) || edge.separation.found) return;
      for (const auto& [all, near] : {std::pair{&of_x, &near_x}, std::pair{&of_y, &near_y}}) {
        const Variables some = strongest(test_, edge.x, edge.y, *all, size, options_.max_possible_d_sep_sets);
        find_separation(test_, {edge.x, edge.y, some, *near, size}, level_, edge.separation);
      }
    }
  }

 private:
  [[nodiscard]] Variables candidates(Eigen::Index of, Eigen::Index other) const {
    Variables out = possible_[static_cast<std::size_t>(of)];
    std::erase(out, other);
    return out;
  }

  const IndependenceTest& test_;
  const FciOptions& options_;
  Significance level_;
  std::vector<Variables> neighbours_;
  std::vector<Variables> possible_;
  Eigen::Index largest_ = 0;
};

void remove_separated_by_possible_d_sep(const IndependenceTest& test, const FciOptions& options, Skeleton& skeleton) {
  const PossibleDSepSearch search(test, options, skeleton.graph);
  std::vector<Edge> edges;
  for (Eigen::Index x = 0; x < skeleton.graph.variables(); ++x) {
    for (Eigen::Index y = x + 1; y < skeleton.graph.variables(); ++y) {
      if (skeleton.graph.adjacent(x, y)) edges.push_back({x, y, {}});
    }
  }
  parallel_for(0, edges.size(), 16, [&](std::size_t i) { search.search(edges[i]); });
  for (Edge& edge : edges) {
    if (!edge.separation.found) continue;
    skeleton.graph.remove_edge(edge.x, edge.y);
    skeleton.separating.set(edge.x, edge.y, std::move(edge.separation.by));
  }
}

}  // namespace

Result<CausalGraph> fci(const IndependenceTest& test, const FciOptions& options) {
  RCA_ASSIGN(Skeleton skeleton, find_skeleton(test, options.skeleton));
  reset_to_colliders(skeleton.separating, skeleton.graph);
  remove_separated_by_possible_d_sep(test, options, skeleton);
  reset_to_colliders(skeleton.separating, skeleton.graph);
  apply_pag_rules(skeleton.separating, skeleton.graph);
  return std::move(skeleton.graph);
}

}  // namespace rca
