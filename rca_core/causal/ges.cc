#include "rca_core/causal/ges.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/parallel_for.h"
#include "rca_core/causal/equivalence_class.h"
#include "rca_core/causal/gaussian_bic.h"

namespace rca {
namespace {

using Nodes = std::vector<Eigen::Index>;

constexpr double kMinGain = 1e-9;  // an improvement within rounding would let the search go in circles

// Insert(cause, effect, set) or Delete(cause, effect, set) of the paper.
struct Operator {
  Eigen::Index cause = 0;
  Eigen::Index effect = 0;
  Nodes set;
  double gain = 0;
};

// The CPDAG with the lists that the operators are made of.
class State {
 public:
  explicit State(CausalGraph cpdag)
      : graph_(std::move(cpdag)),
        parents_(static_cast<std::size_t>(graph_.variables())),
        neighbours_(parents_.size()),
        ways_(parents_.size()) {
    for (Eigen::Index from = 0; from < graph_.variables(); ++from) {
      for (Eigen::Index to = 0; to < graph_.variables(); ++to) {
        if (!graph_.adjacent(from, to)) continue;
        if (graph_.directed(from, to)) parents_[static_cast<std::size_t>(to)].push_back(from);
        if (graph_.undirected(from, to)) neighbours_[static_cast<std::size_t>(from)].push_back(to);
        if (!graph_.directed(to, from)) ways_[static_cast<std::size_t>(from)].push_back(to);
      }
    }
  }

  [[nodiscard]] const CausalGraph& graph() const { return graph_; }
  [[nodiscard]] const Nodes& parents(Eigen::Index node) const { return parents_[static_cast<std::size_t>(node)]; }
  [[nodiscard]] const Nodes& neighbours(Eigen::Index node) const { return neighbours_[static_cast<std::size_t>(node)]; }

  [[nodiscard]] bool in_clique_with(Eigen::Index node, const Nodes& clique) const {
    return std::all_of(clique.begin(), clique.end(), [&](Eigen::Index other) { return graph_.adjacent(node, other); });
  }

  // Whether every semi-directed path from `from` to `to` goes through one of `blocked`.
  [[nodiscard]] bool paths_blocked(Eigen::Index from, Eigen::Index to, const Nodes& blocked) const {
    std::vector<bool> seen(parents_.size(), false);
    for (const Eigen::Index node : blocked) seen[static_cast<std::size_t>(node)] = true;
    seen[static_cast<std::size_t>(from)] = true;
    Nodes open = {from};
    while (!open.empty()) {
      const Eigen::Index node = open.back();
      open.pop_back();
      for (const Eigen::Index next : ways_[static_cast<std::size_t>(node)]) {
        if (next == to) return false;
        if (seen[static_cast<std::size_t>(next)]) continue;
        seen[static_cast<std::size_t>(next)] = true;
        open.push_back(next);
      }
    }
    return true;
  }

 private:
  CausalGraph graph_;
  std::vector<Nodes> parents_;
  std::vector<Nodes> neighbours_;
  std::vector<Nodes> ways_;  // where a semi-directed path may go on
};

Nodes joined(const Nodes& a, const Nodes& b) {
  Nodes out = a;
  out.insert(out.end(), b.begin(), b.end());
  return out;
}

class Search {
 public:
  Search(const Eigen::MatrixXd& values, const GesOptions& options)
      : score_(values),
        n_(values.cols()),
        max_parents_(options.max_parents > 0 ? static_cast<std::size_t>(options.max_parents)
                                             : static_cast<std::size_t>(n_)),
        state_(CausalGraph(n_)) {}

  GesResult run() {
    GesResult result;
    result.insertions = phase([this](Eigen::Index c, Eigen::Index e) { return insertions(c, e); },
                              [this](const Operator& op) { return insertion_valid(op); },
                              [this](const Operator& op) { return inserted(op); });
    result.deletions = phase([this](Eigen::Index c, Eigen::Index e) { return deletions(c, e); },
                             [](const Operator&) { return true; }, [this](const Operator& op) { return deleted(op); });
    result.cpdag = state_.graph();
    return result;
  }

 private:
  using Operators = std::vector<Operator>;

  // Applies the best valid operator until none improves the score; gives how many.
  int phase(const std::function<Operators(Eigen::Index, Eigen::Index)>& candidates,
            const std::function<bool(const Operator&)>& valid,
            const std::function<CausalGraph(const Operator&)>& applied) {
    operators_.assign(static_cast<std::size_t>(n_ * n_), {});
    std::vector<bool> changed(static_cast<std::size_t>(n_), true);
    score_pairs(candidates, changed, {});
    int count = 0;
    while (step(candidates, valid, applied)) ++count;
    return count;
  }

  bool step(const std::function<Operators(Eigen::Index, Eigen::Index)>& candidates,
            const std::function<bool(const Operator&)>& valid,
            const std::function<CausalGraph(const Operator&)>& applied) {
    std::vector<const Operator*> queue;
    for (const Operators& list : operators_) {
      for (const Operator& op : list) queue.push_back(&op);
    }
    const auto worse = [](const Operator* a, const Operator* b) {
      if (a->gain != b->gain) return a->gain < b->gain;
      if (a->cause != b->cause) return a->cause > b->cause;
      if (a->effect != b->effect) return a->effect > b->effect;
      return a->set > b->set;
    };
    std::make_heap(queue.begin(), queue.end(), worse);
    while (!queue.empty()) {
      std::pop_heap(queue.begin(), queue.end(), worse);
      const Operator op = *queue.back();
      queue.pop_back();
      if (!valid(op)) continue;
      const std::optional<CausalGraph> dag = dag_extension(applied(op));
      if (!dag) continue;
      move_to(State(cpdag_of(*dag)), op, candidates);
      return true;
    }
    return false;
  }

  void move_to(State next, const Operator& op, const std::function<Operators(Eigen::Index, Eigen::Index)>& candidates) {
    std::vector<bool> changed(static_cast<std::size_t>(n_), false);
    for (Eigen::Index node = 0; node < n_; ++node) {
      const Nodes& around = next.neighbours(node);
      const auto has = [&](Eigen::Index other) {
        return std::find(around.begin(), around.end(), other) != around.end();
      };
      changed[static_cast<std::size_t>(node)] = next.parents(node) != state_.parents(node) ||
                                                around != state_.neighbours(node) || (has(op.cause) && has(op.effect));
    }
    const Nodes ends = {op.cause, op.effect};
    state_ = std::move(next);
    score_pairs(candidates, changed, ends);
  }

  // Scores the operators into every effect that changed, and out of the causes in `ends`, whose adjacencies did.
  void score_pairs(const std::function<Operators(Eigen::Index, Eigen::Index)>& candidates,
                   const std::vector<bool>& changed, const Nodes& ends) {
    parallel_for(0, n_, 8, [&](Eigen::Index cause) {
      const bool all = std::find(ends.begin(), ends.end(), cause) != ends.end();
      for (Eigen::Index effect = 0; effect < n_; ++effect) {
        if (cause == effect || !(all || changed[static_cast<std::size_t>(effect)])) continue;
        operators_[static_cast<std::size_t>(cause * n_ + effect)] = candidates(cause, effect);
      }
    });
  }

  // Calls `found` for every clique that consists of `clique` and some of `more[from …]`, the smaller ones first.
  void for_each_clique(Nodes& clique, const Nodes& more, std::size_t from, std::size_t largest,
                       const std::function<void(const Nodes&)>& found) const {
    found(clique);
    if (clique.size() >= largest) return;
    for (std::size_t i = from; i < more.size(); ++i) {
      if (!state_.in_clique_with(more[i], clique)) continue;
      clique.push_back(more[i]);
      for_each_clique(clique, more, i + 1, largest, found);
      clique.pop_back();
    }
  }

  [[nodiscard]] Operators insertions(Eigen::Index cause, Eigen::Index effect) const {
    Operators out;
    const Nodes& parents = state_.parents(effect);
    if (state_.graph().adjacent(cause, effect) || parents.size() + 1 > max_parents_) return out;
    Nodes shared;  // NA: neighbours of the effect that are adjacent to the cause
    Nodes other;   // T0: those that are not
    for (const Eigen::Index node : state_.neighbours(effect)) {
      (state_.graph().adjacent(node, cause) ? shared : other).push_back(node);
    }
    for (const Eigen::Index node : shared) {
      if (!state_.in_clique_with(node, without(shared, node))) return out;
    }
    const std::size_t largest = max_parents_ - parents.size() - 1;
    if (shared.size() > largest) return out;
    const std::size_t always = shared.size();
    for_each_clique(shared, other, 0, largest, [&](const Nodes& clique) {
      const double gain = score_.gain(cause, effect, joined(parents, clique));
      if (gain <= kMinGain) return;
      out.push_back({cause, effect, Nodes(clique.begin() + static_cast<std::ptrdiff_t>(always), clique.end()), gain});
    });
    return out;
  }

  [[nodiscard]] bool insertion_valid(const Operator& op) const {
    Nodes blocked = op.set;
    for (const Eigen::Index node : state_.neighbours(op.effect)) {
      if (state_.graph().adjacent(node, op.cause)) blocked.push_back(node);
    }
    return state_.paths_blocked(op.effect, op.cause, blocked);
  }

  [[nodiscard]] CausalGraph inserted(const Operator& op) const {
    CausalGraph pdag = state_.graph();
    pdag.set_directed(op.cause, op.effect);
    for (const Eigen::Index node : op.set) pdag.set_directed(node, op.effect);
    return pdag;
  }

  [[nodiscard]] Operators deletions(Eigen::Index cause, Eigen::Index effect) const {
    Operators out;
    const CausalGraph& graph = state_.graph();
    if (!graph.directed(cause, effect) && !graph.undirected(cause, effect)) return out;
    Nodes shared;
    for (const Eigen::Index node : state_.neighbours(effect)) {
      if (graph.adjacent(node, cause)) shared.push_back(node);
    }
    const Nodes parents = without(state_.parents(effect), cause);
    Nodes kept;  // NA \ H must be a clique, so every clique in NA leaves one H
    for_each_clique(kept, shared, 0, shared.size(), [&](const Nodes& clique) {
      const double gain = -score_.gain(cause, effect, joined(parents, clique));
      if (gain <= kMinGain) return;
      Nodes set;
      for (const Eigen::Index node : shared) {
        if (std::find(clique.begin(), clique.end(), node) == clique.end()) set.push_back(node);
      }
      out.push_back({cause, effect, std::move(set), gain});
    });
    return out;
  }

  [[nodiscard]] CausalGraph deleted(const Operator& op) const {
    CausalGraph pdag = state_.graph();
    pdag.remove_edge(op.cause, op.effect);
    for (const Eigen::Index node : op.set) {
      pdag.set_directed(op.effect, node);
      if (state_.graph().undirected(op.cause, node)) pdag.set_directed(op.cause, node);
    }
    return pdag;
  }

  static Nodes without(const Nodes& nodes, Eigen::Index node) {
    Nodes out;
    std::copy_if(nodes.begin(), nodes.end(), std::back_inserter(out),
                 [&](Eigen::Index other) { return other != node; });
    return out;
  }

  GaussianBic score_;
  Eigen::Index n_;
  std::size_t max_parents_;
  State state_;
  std::vector<Operators> operators_;  // of (cause, effect), those that improve the score
};

}  // namespace

Result<GesResult> ges(const Eigen::MatrixXd& values, const GesOptions& options) {
  if (values.rows() < 3) {
    return Error{ErrorKind::missing_input, "GES needs at least 3 rows, there are " + std::to_string(values.rows())};
  }
  return Search(values, options).run();
}

}  // namespace rca
