// Acyclic summary graphs of time series: i → j where some past or present of i drives j; loops of a series to itself
// are not edges.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "rca_core/causal/pcmci.h"

namespace rca {

class SummaryGraph {
 public:
  explicit SummaryGraph(Eigen::Index variables);

  // Adds the edge unless it would close a cycle; true if it is there now.
  bool add(Eigen::Index cause, Eigen::Index effect);

  [[nodiscard]] Eigen::Index variables() const { return static_cast<Eigen::Index>(effects_.size()); }
  [[nodiscard]] const std::vector<Eigen::Index>& effects(Eigen::Index v) const { return effects_[index(v)]; }
  [[nodiscard]] const std::vector<Eigen::Index>& causes(Eigen::Index v) const { return causes_[index(v)]; }

  // `v` and everything that it causes, directly or not, among the variables of `within`.
  [[nodiscard]] std::vector<bool> reach(Eigen::Index v, const std::vector<bool>& within) const;

  // Whether cause and effect are d-separated by nothing once the edge between them is gone: they have no ancestor in
  // common, so that the edge is the only way from one to the other.
  [[nodiscard]] bool only_link(Eigen::Index cause, Eigen::Index effect) const;

 private:
  static std::size_t index(Eigen::Index v) { return static_cast<std::size_t>(v); }

  std::vector<std::vector<Eigen::Index>> effects_;
  std::vector<std::vector<Eigen::Index>> causes_;
};

// The graph of what PCMCI found significant at `alpha`, strongest links first, without those that would close a cycle.
// A link without delay points where `contemporaneous(i, j)` > `contemporaneous(j, i)`; where these are equal, to where
// the delayed correlation is larger.
SummaryGraph summarize(const PcmciResult& links, double alpha, const Eigen::MatrixXd& contemporaneous);

}  // namespace rca
