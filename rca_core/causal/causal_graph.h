// Graphs that causal discovery gives: between two variables there is at most one edge, with a mark at each end.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

namespace rca {

enum class Mark : std::uint8_t {
  none,    // no edge
  tail,    // i —
  arrow,   // i ←
  circle,  // i o: tail or arrow, the data do not say (partial ancestral graphs)
};

// n variables, numbered as the columns of the data. A DAG or CPDAG has tails and arrows, a PAG circles as well.
class CausalGraph {
 public:
  explicit CausalGraph(Eigen::Index variables = 0)
      : variables_(variables), marks_(static_cast<std::size_t>(variables * variables), Mark::none) {}

  [[nodiscard]] Eigen::Index variables() const { return variables_; }

  // The mark at the end `at` of the edge between `from` and `at`; none where there is no edge.
  [[nodiscard]] Mark mark(Eigen::Index from, Eigen::Index at) const { return marks_[index(from, at)]; }
  [[nodiscard]] bool adjacent(Eigen::Index a, Eigen::Index b) const { return mark(a, b) != Mark::none; }
  [[nodiscard]] bool directed(Eigen::Index cause, Eigen::Index effect) const {
    return mark(cause, effect) == Mark::arrow && mark(effect, cause) == Mark::tail;
  }
  [[nodiscard]] bool undirected(Eigen::Index a, Eigen::Index b) const {
    return mark(a, b) == Mark::tail && mark(b, a) == Mark::tail;
  }

  // Replaces the edge between a and b; `at_a` and `at_b` are its marks, both none or neither.
  void set_edge(Eigen::Index a, Eigen::Index b, Mark at_a, Mark at_b) {
    marks_[index(b, a)] = at_a;
    marks_[index(a, b)] = at_b;
  }
  void set_directed(Eigen::Index cause, Eigen::Index effect) { set_edge(cause, effect, Mark::tail, Mark::arrow); }
  void set_undirected(Eigen::Index a, Eigen::Index b) { set_edge(a, b, Mark::tail, Mark::tail); }
  void remove_edge(Eigen::Index a, Eigen::Index b) { set_edge(a, b, Mark::none, Mark::none); }

  friend bool operator==(const CausalGraph&, const CausalGraph&) = default;

 private:
  [[nodiscard]] std::size_t index(Eigen::Index from, Eigen::Index at) const {
    return static_cast<std::size_t>(from * variables_ + at);
  }

  Eigen::Index variables_;
  std::vector<Mark> marks_;
};

// n × n; (i, j) = 1 where i may be a cause of j: i → j, i o→ j, and both ways for i — j, i o—o j, i ↔ j.
Eigen::MatrixXd possible_causes(const CausalGraph& graph);

}  // namespace rca
