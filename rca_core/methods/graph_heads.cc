#include "rca_core/methods/graph_heads.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "rca_core/graph/pagerank.h"
#include "rca_core/methods/evidence.h"
#include "rca_core/stats/correlation.h"

namespace rca {
namespace {

constexpr double kBackward = 0.5;         // ρ: how much less a walk is drawn to an effect than to a cause
constexpr double kUnreachedScale = 1e-9;  // puts what the walk does not reach below everything that it does

std::string possible_effects(const Eigen::MatrixXd& causes, Eigen::Index variable) {
  const Eigen::Index effects = (causes.row(variable).array() > 0).count() - (causes(variable, variable) > 0 ? 1 : 0);
  if (effects == 0) return "it causes no other signal";
  return "it may cause " + std::to_string(effects) + (effects == 1 ? " other signal" : " other signals");
}

Result<void> check_size(const DataMatrix& data, const Eigen::MatrixXd& causes) {
  if (causes.rows() == data.variables() && causes.cols() == data.variables()) return {};
  return Error{ErrorKind::internal, "a graph of " + std::to_string(causes.rows()) + "×" +
                                        std::to_string(causes.cols()) + " does not belong to " +
                                        std::to_string(data.variables()) + " variables"};
}

// Where the walk starts, what draws it, and what stands for the variables that it does not reach.
struct WalkPlan {
  Eigen::VectorXd start;
  Eigen::MatrixXd affinity;
  Eigen::VectorXd otherwise;
};

// |correlation| of every variable with a step at the onset, which stands for an SLI where there is none.
Eigen::VectorXd correlation_with_onset(const DataMatrix& data) {
  Eigen::MatrixXd step = Eigen::MatrixXd::Zero(data.values.rows(), 1);
  step.bottomRows(data.windows.anomalous_rows).setOnes();
  const Eigen::VectorXd products = standardized(data.values).transpose() * standardized(step).col(0);
  return (products / static_cast<double>(data.values.rows())).cwiseAbs();
}

WalkPlan plan_walk(const DataMatrix& data, Eigen::Index sli) {
  const Eigen::Index n = data.variables();
  WalkPlan plan;
  if (sli < 0) {
    plan.otherwise = correlation_with_onset(data);
    plan.affinity = affinity_to(plan.otherwise);
    const double sum = plan.otherwise.sum();
    plan.start =
        sum > 0 ? Eigen::VectorXd(plan.otherwise / sum) : Eigen::VectorXd::Constant(n, 1.0 / static_cast<double>(n));
    return plan;
  }
  plan.start = Eigen::VectorXd::Unit(n, sli);
  plan.otherwise = correlation_matrix(data.values).col(sli).cwiseAbs();
  plan.affinity = affinity_to(plan.otherwise);
  plan.affinity(sli, sli) = 0;  // the walk looks for what moves the SLI, so it does not stay there
  return plan;
}

// -1: the view has no SLI, or it does not vary.
Eigen::Index sli_variable(const IncidentView& view, const DataMatrix& data) {
  return view.sli_column ? data.variable(*view.sli_column) : -1;
}

Ranking rank_visits(const IncidentView& view, const DataMatrix& data, std::string_view method,
                    const Eigen::MatrixXd& causes, std::string_view graph, Eigen::Index sli, const WalkPlan& plan,
                    Eigen::VectorXd visits) {
  if (sli >= 0) visits(sli) = 0;
  if (const double sum = visits.sum(); sum > 0) visits /= sum;
  const Eigen::VectorXd scores = visits + kUnreachedScale * plan.otherwise;
  std::string from = "a random walk";
  if (sli >= 0 && view.sli_column) {
    const Signal& signal = view.frame.signals[static_cast<std::size_t>(*view.sli_column)];
    from += " from " + signal.role + " of " + signal.entity;
  }
  return rank_variables(view, data, method, scores, [&](Eigen::Index variable) {
    const std::string share = format_quantity(visits(variable), "ratio");
    const std::string there = visits(variable) > 0 ? "spends " + share + " of its steps here" : "does not come here";
    return from + " over the " + std::string(graph) + " " + there + ", where " + possible_effects(causes, variable);
  });
}

class RegisteredGraphMethod final : public Method {
 public:
  explicit RegisteredGraphMethod(GraphMethod method) : method_(std::move(method)) {}

  [[nodiscard]] std::string_view name() const override { return method_.name; }
  [[nodiscard]] std::string_view description() const override { return method_.description; }
  [[nodiscard]] std::string_view reference() const override { return method_.reference; }
  [[nodiscard]] Need needs() const override { return Need::metrics; }

  [[nodiscard]] Result<Ranking> rank(const IncidentView& view, const MethodOptions& options) const override {
    RCA_ASSIGN(const DataMatrix data, make_data_matrix(view, options));
    RCA_ASSIGN(const Eigen::MatrixXd causes, method_.learn_causes(data, options));
    const auto head = method_.head == GraphHead::pagerank ? rank_by_pagerank : rank_by_random_walk;
    return head(view, data, method_.name, causes, method_.graph);
  }

 private:
  GraphMethod method_;
};

}  // namespace

Result<Ranking> rank_by_pagerank(const IncidentView& view, const DataMatrix& data, std::string_view method,
                                 const Eigen::MatrixXd& causes, std::string_view graph) {
  RCA_TRY(check_size(data, causes));
  Eigen::MatrixXd effect_to_cause = causes.transpose();
  effect_to_cause.diagonal().setZero();
  RCA_ASSIGN(const Eigen::VectorXd scores, pagerank(effect_to_cause));
  return rank_variables(view, data, method, scores, [&](Eigen::Index variable) {
    return "PageRank " + format_quantity(scores(variable), "ratio") + " in the " + std::string(graph) + ", where " +
           possible_effects(causes, variable);
  });
}

Result<Ranking> rank_by_random_walk(const IncidentView& view, const DataMatrix& data, std::string_view method,
                                    const Eigen::MatrixXd& causes, std::string_view graph) {
  RCA_TRY(check_size(data, causes));
  const Eigen::Index sli = sli_variable(view, data);
  const WalkPlan plan = plan_walk(data, sli);
  RCA_ASSIGN(const Eigen::MatrixXd transition, walk_transition(causes, plan.affinity, kBackward));
  return rank_visits(view, data, method, causes, graph, sli, plan, expected_visits(transition, plan.start));
}

Result<Ranking> rank_by_second_order_walk(const IncidentView& view, const DataMatrix& data, std::string_view method,
                                          const Eigen::MatrixXd& causes, std::string_view graph,
                                          const SecondOrderWalk& walk) {
  RCA_TRY(check_size(data, causes));
  const Eigen::Index sli = sli_variable(view, data);
  if (sli < 0) {
    return Error{ErrorKind::missing_input,
                 view.sli_column ? "the SLI does not vary in the window" : "there is no SLI for the walk to start at"};
  }
  const WalkPlan plan = plan_walk(data, sli);
  RCA_ASSIGN(Eigen::VectorXd visits, second_order_visits(causes, plan.affinity, plan.start, walk));
  return rank_visits(view, data, method, causes, graph, sli, plan, std::move(visits));
}

std::unique_ptr<Method> make_graph_method(GraphMethod method) {
  return std::make_unique<RegisteredGraphMethod>(std::move(method));
}

}  // namespace rca
