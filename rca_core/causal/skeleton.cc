#include "rca_core/causal/skeleton.h"

#include <algorithm>
#include <span>
#include <string>

#include "common/parallel_for.h"

namespace rca {
namespace {

using Variables = std::vector<Eigen::Index>;

Variables without(const Variables& from, Eigen::Index one) {
  Variables out;
  out.reserve(from.size());
  std::copy_if(from.begin(), from.end(), std::back_inserter(out), [one](Eigen::Index other) { return other != one; });
  return out;
}

// The largest k ≤ count with C(k, size) ≤ max_sets, but at least `size`.
std::size_t affordable(std::size_t count, std::size_t size, std::size_t max_sets) {
  std::size_t k = size;
  double sets = 1;
  while (k < count) {
    sets *= static_cast<double>(k + 1) / static_cast<double>(k + 1 - size);
    if (sets > static_cast<double>(max_sets)) break;
    ++k;
  }
  return k;
}

struct Pair {
  Eigen::Index x = 0;
  Eigen::Index y = 0;
  Separation separation;
};

void search_pair(const IndependenceTest& test, const std::vector<Variables>& neighbours, std::size_t size,
                 const Significance& level, std::size_t max_sets, Pair& pair) {
  const auto candidates = [&](Eigen::Index of, Eigen::Index other) {
    Variables all = without(neighbours[static_cast<std::size_t>(of)], other);
    return strongest(test, pair.x, pair.y, std::move(all), size, max_sets);
  };
  const Variables of_x = candidates(pair.x, pair.y);
  find_separation(test, {pair.x, pair.y, of_x, {}, size}, level, pair.separation);
  const Variables of_y = candidates(pair.y, pair.x);
  find_separation(test, {pair.x, pair.y, of_y, of_x, size}, level, pair.separation);
}

// The pairs that are still adjacent and have enough neighbours for sets of `size`.
std::vector<Pair> pairs_to_search(const std::vector<Variables>& neighbours, std::size_t size) {
  std::vector<Pair> pairs;
  for (std::size_t x = 0; x < neighbours.size(); ++x) {
    for (const Eigen::Index y : neighbours[x]) {
      if (static_cast<std::size_t>(y) < x) continue;
      if (std::max(neighbours[x].size(), neighbours[static_cast<std::size_t>(y)].size()) > size) {
        pairs.push_back({static_cast<Eigen::Index>(x), y, {}});
      }
    }
  }
  return pairs;
}

// The pairs that depend on each other when nothing is given.
CausalGraph dependent_pairs(const IndependenceTest& test, const Significance& level) {
  const Eigen::Index n = test.variables();
  std::vector<std::vector<Eigen::Index>> dependent(static_cast<std::size_t>(n));
  parallel_for(0, n, 16, [&](Eigen::Index x) {
    for (Eigen::Index y = x + 1; y < n; ++y) {
      if (!test.independent(x, y, {}, level)) dependent[static_cast<std::size_t>(x)].push_back(y);
    }
  });
  CausalGraph graph(n);
  for (Eigen::Index x = 0; x < n; ++x) {
    for (const Eigen::Index y : dependent[static_cast<std::size_t>(x)]) graph.set_undirected(x, y);
  }
  return graph;
}

}  // namespace

bool SeparatingSets::separates(Eigen::Index a, Eigen::Index b, Eigen::Index by) const {
  const Variables& set = of(a, b);
  return std::binary_search(set.begin(), set.end(), by);
}

std::vector<Variables> neighbours_of(const CausalGraph& graph) {
  std::vector<Variables> out(static_cast<std::size_t>(graph.variables()));
  for (Eigen::Index x = 0; x < graph.variables(); ++x) {
    for (Eigen::Index y = 0; y < graph.variables(); ++y) {
      if (graph.adjacent(x, y)) out[static_cast<std::size_t>(x)].push_back(y);
    }
  }
  return out;
}

Variables strongest(const IndependenceTest& test, Eigen::Index x, Eigen::Index y, Variables candidates,
                    std::size_t size, std::size_t max_sets) {
  if (max_sets == 0 || size == 0) return candidates;
  const std::size_t keep = affordable(candidates.size(), size, max_sets);
  if (keep >= candidates.size()) return candidates;
  std::vector<std::pair<double, Eigen::Index>> by_strength;
  by_strength.reserve(candidates.size());
  for (const Eigen::Index candidate : candidates) {
    by_strength.emplace_back(-test.dependence(x, candidate) * test.dependence(y, candidate), candidate);
  }
  std::nth_element(by_strength.begin(), by_strength.begin() + static_cast<std::ptrdiff_t>(keep), by_strength.end());
  candidates.resize(keep);
  for (std::size_t i = 0; i < keep; ++i) candidates[i] = by_strength[i].second;
  std::sort(candidates.begin(), candidates.end());
  return candidates;
}

void find_separation(const IndependenceTest& test, const SeparationSearch& search, const Significance& level,
                     Separation& out) {
  test.find_separating(search, level, [&](std::span<const Eigen::Index> given) {
    out.found = true;
    Variables both;
    std::set_union(out.by.begin(), out.by.end(), given.begin(), given.end(), std::back_inserter(both));
    out.by = std::move(both);
  });
}

Result<Skeleton> find_skeleton(const IndependenceTest& test, const SkeletonOptions& options) {
  if (!(options.alpha > 0 && options.alpha < 1)) {
    return Error{ErrorKind::invalid_argument,
                 "the significance level must lie between 0 and 1, not be " + std::to_string(options.alpha)};
  }
  const Eigen::Index n = test.variables();
  const Significance level(options.alpha);
  Skeleton skeleton{dependent_pairs(test, level), SeparatingSets(n)};
  Eigen::Index largest = test.max_condition_size();
  if (options.max_condition_size >= 0) largest = std::min(largest, options.max_condition_size);
  for (std::size_t size = 1; static_cast<Eigen::Index>(size) <= largest; ++size) {
    const std::vector<Variables> neighbours = neighbours_of(skeleton.graph);
    std::vector<Pair> pairs = pairs_to_search(neighbours, size);
    if (pairs.empty()) break;
    parallel_for(0, pairs.size(), 16,
                 [&](std::size_t i) { search_pair(test, neighbours, size, level, options.max_sets, pairs[i]); });
    for (Pair& pair : pairs) {
      if (!pair.separation.found) continue;
      skeleton.graph.remove_edge(pair.x, pair.y);
      skeleton.separating.set(pair.x, pair.y, std::move(pair.separation.by));
    }
  }
  return skeleton;
}

}  // namespace rca
