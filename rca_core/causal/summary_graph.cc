#include "rca_core/causal/summary_graph.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace rca {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

// `from` and all variables that `next` leads to; `skip_from` → `skip_to` is not followed.
std::vector<bool> closure(const std::vector<std::vector<Index>>& next, Index from, Index skip_from = -1,
                          Index skip_to = -1) {
  std::vector<bool> seen(next.size(), false);
  std::vector<Index> open{from};
  seen[static_cast<std::size_t>(from)] = true;
  while (!open.empty()) {
    const Index at = open.back();
    open.pop_back();
    for (const Index to : next[static_cast<std::size_t>(at)]) {
      if ((at == skip_from && to == skip_to) || seen[static_cast<std::size_t>(to)]) continue;
      seen[static_cast<std::size_t>(to)] = true;
      open.push_back(to);
    }
  }
  return seen;
}

struct Link {
  Index cause = 0;
  Index effect = 0;
  double strength = 0;
};

}  // namespace

SummaryGraph::SummaryGraph(Index variables)
    : effects_(static_cast<std::size_t>(variables)), causes_(static_cast<std::size_t>(variables)) {}

bool SummaryGraph::add(Index cause, Index effect) {
  if (std::find(effects(cause).begin(), effects(cause).end(), effect) != effects(cause).end()) return true;
  if (closure(effects_, effect)[index(cause)]) return false;
  effects_[index(cause)].push_back(effect);
  causes_[index(effect)].push_back(cause);
  return true;
}

std::vector<bool> SummaryGraph::reach(Index v, const std::vector<bool>& within) const {
  std::vector<bool> seen(effects_.size(), false);
  std::vector<Index> open{v};
  seen[index(v)] = true;
  while (!open.empty()) {
    const Index at = open.back();
    open.pop_back();
    for (const Index to : effects(at)) {
      if (seen[index(to)] || !within[index(to)]) continue;
      seen[index(to)] = true;
      open.push_back(to);
    }
  }
  return seen;
}

bool SummaryGraph::only_link(Index cause, Index effect) const {
  const std::vector<bool> before_cause = closure(causes_, cause);
  const std::vector<bool> before_effect = closure(causes_, effect, effect, cause);
  for (std::size_t v = 0; v < before_cause.size(); ++v) {
    if (before_cause[v] && before_effect[v]) return false;
  }
  return true;
}

SummaryGraph summarize(const PcmciResult& links, double alpha, const MatrixXd& contemporaneous) {
  const Index n = links.value.front().rows();
  MatrixXd delayed = MatrixXd::Zero(n, n);   // largest |value| at lags ≥ 1, significant or not
  MatrixXd strength = MatrixXd::Zero(n, n);  // the same of the significant links
  for (std::size_t lag = 1; lag < links.value.size(); ++lag) {
    const auto size = links.value[lag].array().abs();
    delayed = delayed.cwiseMax(size.matrix());
    strength = strength.cwiseMax((size * (links.p_value[lag].array() <= alpha).cast<double>()).matrix());
  }
  std::vector<Link> found;
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < n; ++j) {
      if (i == j) continue;
      double size = strength(i, j);
      const double order = contemporaneous(i, j) - contemporaneous(j, i);
      const bool forward =
          order != 0 ? order > 0 : (delayed(i, j) != delayed(j, i) ? delayed(i, j) > delayed(j, i) : i < j);
      if (forward && links.p_value[0](i, j) <= alpha) size = std::max(size, std::fabs(links.value[0](i, j)));
      if (size > 0) found.push_back({i, j, size});
    }
  }
  std::stable_sort(found.begin(), found.end(), [](const Link& a, const Link& b) { return a.strength > b.strength; });
  SummaryGraph graph(n);
  for (const Link& link : found) graph.add(link.cause, link.effect);
  return graph;
}

}  // namespace rca
