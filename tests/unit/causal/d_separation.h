// An independence test that knows the graph the data would come from.
#pragma once

#include <vector>

#include "rca_core/causal/independence.h"

namespace rca::testing {

// d-separation in a DAG, of which only some nodes are observed: variable i is node observed[i].
class DSeparation final : public IndependenceTest {
 public:
  // parents(i, j) = 1 for i → j.
  DSeparation(Eigen::MatrixXi parents, std::vector<Eigen::Index> observed)
      : parents_(std::move(parents)), observed_(std::move(observed)) {}

  [[nodiscard]] Eigen::Index variables() const override { return static_cast<Eigen::Index>(observed_.size()); }
  [[nodiscard]] Eigen::Index max_condition_size() const override { return variables(); }

  // 1 when d-separated, else 0. Moralises the ancestors of all that are named, and looks for a path around `given`.
  [[nodiscard]] double p_value(Eigen::Index x, Eigen::Index y, std::span<const Eigen::Index> given) const override {
    const Eigen::Index n = parents_.rows();
    std::vector<bool> blocked(static_cast<std::size_t>(n), false);
    std::vector<Eigen::Index> open = {node(x), node(y)};
    for (const Eigen::Index variable : given) {
      blocked[static_cast<std::size_t>(node(variable))] = true;
      open.push_back(node(variable));
    }
    std::vector<bool> ancestor(static_cast<std::size_t>(n), false);
    while (!open.empty()) {
      const Eigen::Index at = open.back();
      open.pop_back();
      if (ancestor[static_cast<std::size_t>(at)]) continue;
      ancestor[static_cast<std::size_t>(at)] = true;
      for (Eigen::Index parent = 0; parent < n; ++parent) {
        if (parents_(parent, at) != 0) open.push_back(parent);
      }
    }
    Eigen::MatrixXi moral = Eigen::MatrixXi::Zero(n, n);
    for (Eigen::Index child = 0; child < n; ++child) {
      if (!ancestor[static_cast<std::size_t>(child)]) continue;
      for (Eigen::Index a = 0; a < n; ++a) {
        if (parents_(a, child) == 0) continue;
        moral(a, child) = moral(child, a) = 1;
        for (Eigen::Index b = 0; b < n; ++b) {
          if (parents_(b, child) != 0) moral(a, b) = 1;
        }
      }
    }
    std::vector<bool> seen(static_cast<std::size_t>(n), false);
    open = {node(x)};
    while (!open.empty()) {
      const Eigen::Index at = open.back();
      open.pop_back();
      if (at == node(y)) return 0;
      if (seen[static_cast<std::size_t>(at)] || blocked[static_cast<std::size_t>(at)]) continue;
      seen[static_cast<std::size_t>(at)] = true;
      for (Eigen::Index next = 0; next < n; ++next) {
        if (moral(at, next) != 0) open.push_back(next);
      }
    }
    return 1;
  }

 private:
  [[nodiscard]] Eigen::Index node(Eigen::Index variable) const { return observed_[static_cast<std::size_t>(variable)]; }

  Eigen::MatrixXi parents_;
  std::vector<Eigen::Index> observed_;
};

}  // namespace rca::testing
