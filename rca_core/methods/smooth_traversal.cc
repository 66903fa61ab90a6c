// SMOOTH TRAVERSAL: W. R. Orchard, N. Okati, S. H. Garrido Mejia, P. Blöbaum, D. Janzing, "Root Cause Analysis of
// Outliers with Missing Structural Knowledge", NeurIPS 2025, algorithm 1, for a known causal graph.
//
// Along a causal path from the root cause to the target the outlier score rises most where the root cause is: a
// candidate's score is the smallest gap between its outlier score (outlier_scores.h) and that of one of its parents, or
// its own outlier score if it has none. Only ancestors of the target are considered. No threshold is needed.
//
// The causal graph is that of entities: an entity is affected by what it calls and by the node that it is placed on.
// The target is the entity of the SLI, or the one that users call; without either, every entity of the graph may have
// been the target's ancestor. The theorem is about one variable per node, and with many signals the largest score of an
// innocent leaf is large by chance: an entity that has signals in the role of the SLI, which is what propagates, is
// judged by these, any other by all of its signals. Signals that do not judge follow those that do.
//
// Where we differ from the published implementation: as score_ordering; candidates with the same gap (often 0) follow
// their outlier scores, and so do, after all others, entities that are not ancestors of the target. The reference does
// not have this method.

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rca_core/methods/evidence.h"
#include "rca_core/methods/outlier_scores.h"
#include "rca_core/methods/registry.h"

namespace rca {
namespace {

constexpr double kTieScale = 1e-3;    // outlier scores among equal gaps; they are a few units large
constexpr double kApartScale = 1e-9;  // and of entities that cannot have reached the target

using Node = EntityGraph::Node;

std::vector<Node> causes_of(const EntityGraph& graph, Node node) {
  std::vector<Node> causes = graph.callees(node);
  causes.insert(causes.end(), graph.placed_on(node).begin(), graph.placed_on(node).end());
  return causes;
}

std::optional<Node> target_of(const IncidentView& view) {
  if (view.sli_column && *view.sli_column >= 0 && *view.sli_column < view.frame.values.cols()) {
    const std::string& entity = view.frame.signals[static_cast<std::size_t>(*view.sli_column)].entity;
    if (const auto node = view.graph->find(entity)) return node;
  }
  return view.graph->find(view.entry);
}

// The target and all that can have affected it; every node where there is no target.
std::vector<bool> ancestors(const EntityGraph& graph, std::optional<Node> target) {
  std::vector<bool> reached(graph.size(), !target.has_value());
  if (!target) return reached;
  std::vector<Node> open = {*target};
  reached[*target] = true;
  while (!open.empty()) {
    const Node node = open.back();
    open.pop_back();
    for (const Node cause : causes_of(graph, node)) {
      if (reached[cause]) continue;
      reached[cause] = true;
      open.push_back(cause);
    }
  }
  return reached;
}

// By column: whether a signal speaks for its entity.
std::vector<bool> judging_signals(const IncidentView& view) {
  const std::vector<Signal>& signals = view.frame.signals;
  std::vector<bool> judges(signals.size(), true);
  if (!view.sli_column || *view.sli_column < 0 || *view.sli_column >= view.frame.values.cols()) return judges;
  const std::string& role = signals[static_cast<std::size_t>(*view.sli_column)].role;
  std::set<std::string_view> has_role;
  for (const Signal& signal : signals) {
    if (signal.role == role) has_role.insert(signal.entity);
  }
  for (std::size_t i = 0; i < signals.size(); ++i)
    judges[i] = signals[i].role == role || !has_role.contains(signals[i].entity);
  return judges;
}

struct Parent {
  std::string_view name;  // empty: no parent has a score
  double score = 0;
};

class SmoothTraversal final : public Method {
 public:
  [[nodiscard]] std::string_view name() const override { return "smooth_traversal"; }
  [[nodiscard]] std::string_view description() const override {
    return "largest rise of the outlier score from what an entity depends on to the entity itself";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "Orchard et al., Root Cause Analysis of Outliers with Missing Structural Knowledge, NeurIPS 2025";
  }
  [[nodiscard]] Need needs() const override { return Need::metrics | Need::graph; }

  [[nodiscard]] Result<Ranking> rank(const IncidentView& view, const MethodOptions& options) const override {
    RCA_ASSIGN(const Windows windows, make_windows(view, options, view.onset_row));
    if (view.graph == nullptr || view.graph->size() == 0) {
      return Error{ErrorKind::missing_input, "smooth_traversal needs the graph of calls and placements"};
    }
    const Frame& frame = view.frame;
    std::vector<SignalScore> scores = information_scores(frame, windows);
    const auto entity_of = [&](const SignalScore& score) -> const std::string& {
      return frame.signals[static_cast<std::size_t>(score.column)].entity;
    };
    const std::vector<bool> judges = judging_signals(view);
    std::map<std::string_view, double> outlier;
    for (const SignalScore& score : scores) {
      if (!judges[static_cast<std::size_t>(score.column)]) continue;
      double& best = outlier[entity_of(score)];
      best = std::max(best, score.score);
    }
    const std::map<std::string_view, Parent> parents = strongest_parents(*view.graph, outlier);
    const std::vector<bool> reaches = ancestors(*view.graph, target_of(view));
    std::map<Eigen::Index, double> own;
    for (SignalScore& score : scores) {
      own[score.column] = score.score;
      const auto node = view.graph->find(entity_of(score));
      const auto parent = parents.find(entity_of(score));
      const double above = parent == parents.end() ? 0 : parent->second.score;
      const bool judge = judges[static_cast<std::size_t>(score.column)];
      const double gap = judge ? std::max(0.0, score.score - above) : 0.0;
      score.score = node && reaches[*node] ? gap + (judge ? kTieScale : kTieScale * kTieScale) * score.score
                                           : kApartScale * score.score;
    }
    return make_ranking(frame, name(), std::move(scores), [&](const SignalScore& score) {
      const Signal& signal = frame.signals[static_cast<std::size_t>(score.column)];
      const auto parent = parents.find(signal.entity);
      std::string text = describe_change(signal, score, "times its normal range", 0) + "; outlier score " +
                         format_quantity(own[score.column], "");
      if (parent == parents.end()) return text + ", and nothing measured that it depends on";
      return text + ", that of " + std::string(parent->second.name) + ", on which it depends, is " +
             format_quantity(parent->second.score, "");
    });
  }

 private:
  // The smallest gap is the one to the strongest parent.
  static std::map<std::string_view, Parent> strongest_parents(const EntityGraph& graph,
                                                              const std::map<std::string_view, double>& outlier) {
    std::map<std::string_view, Parent> parents;
    for (Node node = 0; node < graph.size(); ++node) {
      for (const Node cause : causes_of(graph, node)) {
        const auto score = outlier.find(graph.name(cause));
        if (cause == node || score == outlier.end()) continue;
        Parent& parent = parents[graph.name(node)];
        if (parent.name.empty() || score->second > parent.score) parent = {graph.name(cause), score->second};
      }
    }
    return parents;
  }
};

const MethodRegistration registration(std::make_unique<SmoothTraversal>());

}  // namespace
}  // namespace rca
