// circa: causal inference-based root cause analysis.
// M. Li, Z. Li, K. Yin, X. Nie, W. Zhang, K. Sui, D. Pei, "Causal Inference-Based Root Cause Analysis for Online
// Service Systems with Intervention Recognition", KDD 2022.
//
// 1. Structural graph: where the calls between entities are known, the paper's assumptions on the four golden signals.
//    Within an entity traffic → saturation → latency → errors, and each on all later ones; along a call, traffic of the
//    caller → traffic of the callee, latency and errors of the callee → those of the caller; a node's saturation →
//    that of the entities that it runs. Without a graph: PC (Fisher's z, α = 0.05).
// 2. Regression-based hypothesis testing: score = the largest |z| of the residual on the causes over the anomalous rows
//    (residual_test.h).
// 3. Descendant adjustment: what is anomalous itself (|z| ≥ 3) gets the largest score of its descendants on top.
//
// Where the reference differs:
//  - it keeps two words of a column's name, so that all container metrics of a service become one without data, and
//    only latencies are ranked; here every signal is;
//  - it regresses on effects instead of causes (the graph is reversed twice);
//  - its test window is the last ten seconds of five minutes after the onset, copies of the last sample; ours are the
//    anomalous rows;
//  - it leaves out the descendant adjustment and the structural graph;
//  - the deviation of a residual does not grow where the causes leave the range of the normal rows.

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rca_core/methods/constraint_graphs.h"
#include "rca_core/methods/evidence.h"
#include "rca_core/methods/registry.h"
#include "rca_core/methods/residual_test.h"
#include "rca_core/methods/signal_nature.h"

namespace rca {
namespace {

constexpr double kAlpha = 0.05;
constexpr double kAnomalous = 3;  // standard deviations

// The variables of one entity, by what they measure.
class GoldenSignals {
 public:
  [[nodiscard]] std::vector<Eigen::Index>& operator[](SignalNature nature) {
    return variables_.at(static_cast<std::size_t>(nature));
  }

 private:
  std::array<std::vector<Eigen::Index>, 4> variables_;
};

class StructuralGraph {
 public:
  StructuralGraph(const IncidentView& view, const DataMatrix& data, const EntityGraph& entities)
      : parents_(static_cast<std::size_t>(data.variables())), signals_(entities.size()) {
    for (Eigen::Index variable = 0; variable < data.variables(); ++variable) {
      const Eigen::Index column = data.columns[static_cast<std::size_t>(variable)];
      const Signal& signal = view.frame.signals[static_cast<std::size_t>(column)];
      const std::optional<EntityGraph::Node> node = entities.find(signal.entity);
      if (!node) continue;
      signals_[*node][nature_of(signal)].push_back(variable);
    }
    for (EntityGraph::Node node = 0; node < entities.size(); ++node) {
      connect_within(signals_[node]);
      for (const EntityGraph::Node callee : entities.callees(node)) connect_call(signals_[node], signals_[callee]);
      for (const EntityGraph::Node host : entities.placed_on(node)) {
        connect(signals_[host][SignalNature::internal], signals_[node][SignalNature::internal]);
      }
    }
  }

  // Whether a call or a placement relates two signals; without one the graph says nothing of what spreads where.
  [[nodiscard]] bool spreads() const { return spreads_; }

  [[nodiscard]] Parents parents() && {
    for (std::vector<Eigen::Index>& of : parents_) {
      std::sort(of.begin(), of.end());
      of.erase(std::unique(of.begin(), of.end()), of.end());
    }
    return std::move(parents_);
  }

 private:
  void add(const std::vector<Eigen::Index>& causes, const std::vector<Eigen::Index>& effects) {
    for (const Eigen::Index effect : effects) {
      auto& of = parents_[static_cast<std::size_t>(effect)];
      of.insert(of.end(), causes.begin(), causes.end());
    }
  }

  void connect(const std::vector<Eigen::Index>& causes, const std::vector<Eigen::Index>& effects) {
    spreads_ = spreads_ || (!causes.empty() && !effects.empty());
    add(causes, effects);
  }

  void connect_within(GoldenSignals& of) {
    constexpr std::array kOrder = {SignalNature::traffic, SignalNature::internal, SignalNature::latency,
                                   SignalNature::failures};
    for (std::size_t cause = 0; cause < kOrder.size(); ++cause) {
      for (std::size_t effect = cause + 1; effect < kOrder.size(); ++effect) {
        add(of[kOrder.at(cause)], of[kOrder.at(effect)]);
      }
    }
  }

  void connect_call(GoldenSignals& caller, GoldenSignals& callee) {
    connect(caller[SignalNature::traffic], callee[SignalNature::traffic]);
    connect(callee[SignalNature::latency], caller[SignalNature::latency]);
    connect(callee[SignalNature::failures], caller[SignalNature::failures]);
  }

  Parents parents_;
  std::vector<GoldenSignals> signals_;
  bool spreads_ = false;
};

Result<Parents> find_parents(const IncidentView& view, const DataMatrix& data) {
  if (view.graph != nullptr) {
    StructuralGraph graph(view, data, *view.graph);
    if (graph.spreads()) return std::move(graph).parents();
  }
  RCA_ASSIGN(const CausalGraph graph, learn_pc(data.values, kAlpha));
  return directed_parents(graph);
}

class Circa final : public Method {
 public:
  [[nodiscard]] std::string_view name() const override { return "circa"; }
  [[nodiscard]] std::string_view description() const override {
    return "distance from what a signal's causes predict, with what its effects do on top";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "Li et al., Causal Inference-Based Root Cause Analysis for Online Service Systems with Intervention "
           "Recognition, KDD 2022";
  }
  [[nodiscard]] Need needs() const override { return Need::metrics; }

  [[nodiscard]] Result<Ranking> rank(const IncidentView& view, const MethodOptions& options) const override {
    RCA_ASSIGN(const DataMatrix data, make_data_matrix(view, options));
    RCA_ASSIGN(const Parents parents, find_parents(view, data));
    const std::vector<Residual> residuals = test_residuals(view, data, parents);
    Eigen::VectorXd scores(data.variables());
    for (std::size_t i = 0; i < residuals.size(); ++i) {
      scores(static_cast<Eigen::Index>(i)) = std::fabs(residuals[i].z);
    }
    const Eigen::VectorXd adjusted = adjust_by_descendants(parents, scores, kAnomalous);
    return rank_variables(view, data, name(), adjusted, [&](Eigen::Index variable) {
      const double from_effects = adjusted(variable) - scores(variable);
      const std::string own = describe_residual(view, residuals[static_cast<std::size_t>(variable)]);
      return from_effects > 0 ? own + ", and what it may cause deviates too, by " + format_quantity(from_effects, "")
                              : own;
    });
  }
};

const MethodRegistration registration(std::make_unique<Circa>());

}  // namespace
}  // namespace rca
