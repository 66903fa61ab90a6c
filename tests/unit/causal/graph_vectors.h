// Reads data and graphs of the golden vectors.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "rca_core/causal/causal_graph.h"
#include "tests/unit/causal/matrices.h"

namespace rca::testing {

inline std::vector<Eigen::Index> indices_of(const nlohmann::json& values) {
  return values.get<std::vector<Eigen::Index>>();
}

inline Eigen::MatrixXi dag_of(const nlohmann::json& edges, Eigen::Index n) {
  Eigen::MatrixXi parents = Eigen::MatrixXi::Zero(n, n);
  for (const nlohmann::json& edge : edges) parents(edge[0].get<Eigen::Index>(), edge[1].get<Eigen::Index>()) = 1;
  return parents;
}

inline Mark mark_of(const std::string& name) {
  if (name == "tail") return Mark::tail;
  return name == "arrow" ? Mark::arrow : Mark::circle;
}

// [i, j, mark at i, mark at j]
inline CausalGraph graph_of(const nlohmann::json& edges, Eigen::Index n) {
  CausalGraph graph(n);
  for (const nlohmann::json& edge : edges) {
    graph.set_edge(edge[0].get<Eigen::Index>(), edge[1].get<Eigen::Index>(), mark_of(edge[2]), mark_of(edge[3]));
  }
  return graph;
}

inline std::vector<std::vector<Eigen::Index>> skeleton_of(const CausalGraph& graph) {
  std::vector<std::vector<Eigen::Index>> out;
  for (Eigen::Index i = 0; i < graph.variables(); ++i) {
    for (Eigen::Index j = i + 1; j < graph.variables(); ++j) {
      if (graph.adjacent(i, j)) out.push_back({i, j});
    }
  }
  return out;
}

inline std::vector<std::vector<Eigen::Index>> sorted_edges(const nlohmann::json& edges) {
  auto out = edges.get<std::vector<std::vector<Eigen::Index>>>();
  std::sort(out.begin(), out.end());
  return out;
}

// "0 → 1, 1 o→ 2", for messages.
inline std::string to_text(const CausalGraph& graph) {
  const auto end = [](Mark mark, const char* arrow) {
    if (mark == Mark::arrow) return std::string(arrow);
    return std::string(mark == Mark::circle ? "o" : "-");
  };
  std::string out;
  for (const auto& edge : skeleton_of(graph)) {
    const std::string at_first = end(graph.mark(edge[1], edge[0]), "<");
    const std::string at_second = end(graph.mark(edge[0], edge[1]), ">");
    out += std::to_string(edge[0]) + " " + at_first + "-" + at_second + " " + std::to_string(edge[1]) + ", ";
  }
  return out;
}

}  // namespace rca::testing
