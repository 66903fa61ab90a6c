// Which variables depend on each other whatever one conditions on, and what separates the others: the first phase of PC
// and FCI.
#pragma once

#include <Eigen/Core>
#include <span>
#include <utility>
#include <vector>

#include "common/result.h"
#include "rca_core/causal/causal_graph.h"
#include "rca_core/causal/independence.h"

namespace rca {

struct SkeletonOptions {
  double alpha = 0.05;                   // an independence with a larger p-value is believed; in (0, 1)
  Eigen::Index max_condition_size = -1;  // -1: as many as there are neighbours and the data can carry
  // Sets that are tested for one pair, size, and side of the pair, out of the C(k, size) of its k neighbours; 0: all.
  // Where there are more, only the neighbours that depend most on both of the pair are looked at, as many as keep to
  // the bound: what separates x and y has to explain their dependence. Without a bound, a common cause of all series
  // (the load) makes the search exponential in their number.
  std::size_t max_sets = 0;
};

// For pairs that are not adjacent: the variables that made them independent.
class SeparatingSets {
 public:
  explicit SeparatingSets(Eigen::Index variables = 0)
      : variables_(variables), sets_(static_cast<std::size_t>(variables * variables)) {}

  // Sorted; of a pair that is adjacent: empty.
  [[nodiscard]] const std::vector<Eigen::Index>& of(Eigen::Index a, Eigen::Index b) const { return sets_[index(a, b)]; }
  [[nodiscard]] bool separates(Eigen::Index a, Eigen::Index b, Eigen::Index by) const;
  void set(Eigen::Index a, Eigen::Index b, std::vector<Eigen::Index> sorted) { sets_[index(a, b)] = std::move(sorted); }

 private:
  [[nodiscard]] std::size_t index(Eigen::Index a, Eigen::Index b) const {
    return static_cast<std::size_t>(a < b ? a * variables_ + b : b * variables_ + a);
  }

  Eigen::Index variables_;
  std::vector<std::vector<Eigen::Index>> sets_;
};

struct Skeleton {
  CausalGraph graph;  // every edge is undirected
  SeparatingSets separating;
};

// Neighbours of each variable, ascending.
std::vector<std::vector<Eigen::Index>> neighbours_of(const CausalGraph& graph);

// Those of `candidates` (ascending) that depend most on both x and y, as many as give at most `max_sets` sets of `size`
// (0: all); ascending.
std::vector<Eigen::Index> strongest(const IndependenceTest& test, Eigen::Index x, Eigen::Index y,
                                    std::vector<Eigen::Index> candidates, std::size_t size, std::size_t max_sets);

// The union of all sets of the search for which `test` finds x and y independent, added to `out.by`; `found` says
// whether there was one.
struct Separation {
  bool found = false;
  std::vector<Eigen::Index> by;  // ascending
};
void find_separation(const IndependenceTest& test, const SeparationSearch& search, const Significance& level,
                     Separation& out);

// The stable skeleton search of D. Colombo, M. H. Maathuis, "Order-Independent Constraint-Based Causal Structure
// Learning", JMLR 15, 2014: for growing sizes, removes the edge of each pair that some set of that size separates, out
// of the neighbours that one of both had when the size was begun. All sets of that size that separate are found and
// united, so that neither the skeleton nor what is said to separate depends on the order of the variables. Pairs are
// searched in parallel; the result does not depend on that. Errors: invalid_argument (alpha).
Result<Skeleton> find_skeleton(const IndependenceTest& test, const SkeletonOptions& options);

}  // namespace rca
