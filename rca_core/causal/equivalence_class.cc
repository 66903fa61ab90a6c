#include "rca_core/causal/equivalence_class.h"

#include <algorithm>
#include <vector>

namespace rca {
namespace {

using Nodes = std::vector<Eigen::Index>;

enum class Label : std::uint8_t { unknown, compelled, reversible };

std::vector<Nodes> parents_of(const CausalGraph& dag) {
  std::vector<Nodes> parents(static_cast<std::size_t>(dag.variables()));
  for (Eigen::Index cause = 0; cause < dag.variables(); ++cause) {
    for (Eigen::Index effect = 0; effect < dag.variables(); ++effect) {
      if (dag.directed(cause, effect)) parents[static_cast<std::size_t>(effect)].push_back(cause);
    }
  }
  return parents;
}

Nodes topological_order(const std::vector<Nodes>& parents) {
  const std::size_t n = parents.size();
  std::vector<std::size_t> open(n);
  std::vector<Nodes> children(n);
  Nodes order;
  for (std::size_t node = 0; node < n; ++node) {
    open[node] = parents[node].size();
    for (const Eigen::Index parent : parents[node]) {
      children[static_cast<std::size_t>(parent)].push_back(static_cast<Eigen::Index>(node));
    }
    if (open[node] == 0) order.push_back(static_cast<Eigen::Index>(node));
  }
  for (std::size_t next = 0; next < order.size(); ++next) {
    for (const Eigen::Index child : children[static_cast<std::size_t>(order[next])]) {
      if (--open[static_cast<std::size_t>(child)] == 0) order.push_back(child);
    }
  }
  return order;
}

// Labels the edges of a DAG node by node in topological order, parents that come later in it first.
class EdgeLabels {
 public:
  explicit EdgeLabels(const CausalGraph& dag)
      : dag_(dag),
        n_(dag.variables()),
        parents_(parents_of(dag)),
        labels_(static_cast<std::size_t>(n_ * n_), Label::unknown) {
    const Nodes order = topological_order(parents_);
    std::vector<std::size_t> position(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) position[static_cast<std::size_t>(order[i])] = i;
    for (const Eigen::Index effect : order) {
      Nodes causes = parents_[static_cast<std::size_t>(effect)];
      std::sort(causes.begin(), causes.end(), [&](Eigen::Index a, Eigen::Index b) {
        return position[static_cast<std::size_t>(a)] > position[static_cast<std::size_t>(b)];
      });
      for (const Eigen::Index cause : causes) {
        if (label(cause, effect) == Label::unknown) decide(cause, effect);
      }
    }
  }

  [[nodiscard]] bool compelled(Eigen::Index cause, Eigen::Index effect) const {
    return labels_[static_cast<std::size_t>(cause * n_ + effect)] == Label::compelled;
  }

 private:
  Label& label(Eigen::Index cause, Eigen::Index effect) {
    return labels_[static_cast<std::size_t>(cause * n_ + effect)];
  }

  void label_unknown(Eigen::Index effect, Label value) {
    for (const Eigen::Index cause : parents_[static_cast<std::size_t>(effect)]) {
      if (label(cause, effect) == Label::unknown) label(cause, effect) = value;
    }
  }

  void decide(Eigen::Index cause, Eigen::Index effect) {
    for (const Eigen::Index before : parents_[static_cast<std::size_t>(cause)]) {
      if (label(before, cause) != Label::compelled) continue;
      if (!dag_.directed(before, effect)) {
        for (const Eigen::Index other : parents_[static_cast<std::size_t>(effect)]) {
          label(other, effect) = Label::compelled;
        }
        return;
      }
      label(before, effect) = Label::compelled;
    }
    const Nodes& others = parents_[static_cast<std::size_t>(effect)];
    const bool collider = std::any_of(others.begin(), others.end(), [&](Eigen::Index other) {
      return other != cause && !dag_.directed(other, cause);
    });
    label_unknown(effect, collider ? Label::compelled : Label::reversible);
  }

  const CausalGraph& dag_;
  Eigen::Index n_;
  std::vector<Nodes> parents_;
  std::vector<Label> labels_;
};

// Whether `node` may be the last of the nodes in `left`: nothing is directed out of it, and making its undirected edges
// point to it makes no new collider.
bool is_sink(const CausalGraph& pdag, const Nodes& left, Eigen::Index node) {
  for (const Eigen::Index other : left) {
    if (pdag.directed(node, other)) return false;
  }
  for (const Eigen::Index neighbour : left) {
    if (!pdag.undirected(node, neighbour)) continue;
    for (const Eigen::Index other : left) {
      if (other != neighbour && pdag.adjacent(node, other) && !pdag.adjacent(neighbour, other)) return false;
    }
  }
  return true;
}

}  // namespace

std::optional<CausalGraph> dag_extension(const CausalGraph& pdag) {
  CausalGraph dag = pdag;
  Nodes left;
  for (Eigen::Index node = 0; node < pdag.variables(); ++node) left.push_back(node);
  while (!left.empty()) {
    const auto sink =
        std::find_if(left.begin(), left.end(), [&](Eigen::Index node) { return is_sink(pdag, left, node); });
    if (sink == left.end()) return std::nullopt;
    const Eigen::Index node = *sink;
    left.erase(sink);
    for (const Eigen::Index other : left) {
      if (pdag.undirected(node, other)) dag.set_directed(other, node);
    }
  }
  return dag;
}

CausalGraph cpdag_of(const CausalGraph& dag) {
  const EdgeLabels labels(dag);
  CausalGraph cpdag = dag;
  for (Eigen::Index cause = 0; cause < dag.variables(); ++cause) {
    for (Eigen::Index effect = 0; effect < dag.variables(); ++effect) {
      if (dag.directed(cause, effect) && !labels.compelled(cause, effect)) cpdag.set_undirected(cause, effect);
    }
  }
  return cpdag;
}

}  // namespace rca
