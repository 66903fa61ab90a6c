// easyrca: C. Assaad, I. Ez-zejjari, L. Zan, "Root Cause Identification for Collective Anomalies in Time Series given
// an Acyclic Summary Causal Graph with Loops", AISTATS 2023.
//
//  1. The anomalous signals that are connected in the summary graph form groups that are explained on their own.
//  2. In a group, a signal without an anomalous cause is a root cause.
//  3. So is a signal that became anomalous before its cause, where the edge is the only way between the two.
//  4. Of the rest, so is a signal on which the direct effect of a cause changed: it differs from zero in the normal
//     window and is an outlier (Grubbs' test) among those of stretches of the normal window as long as the anomalous
//     one; "vanished" where the anomalous window shows no effect any more, else "changed".
// Order as the paper recommends actions: kind, in this order, then how many anomalous signals it reaches. Anomalous
// signals that are explained follow, then those that are not anomalous.
//
// The paper is given the graph and the anomalies. Here the graph is what PCMCI learns from the normal window, made
// acyclic by dropping the weakest links (causal/summary_graph.h); links without delay point from callee to caller where
// the entity graph knows the call. A signal is anomalous from its first value that is extreme (SPOT). The direct effect
// is the coefficient in a regression on all causes of the signal and its own past, at lags 0 and 1: given all of
// these, nothing else confounds, so that the smaller adjustment sets of the paper estimate the same. Where the
// anomalous window has too few rows for the regression, step 4 is left out and the evidence says so.
//
// Where the reference (RCAEval as forked by rca-llm) differs: it names a class that does not exist and returns nothing.

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rca_core/causal/pcmci.h"
#include "rca_core/causal/summary_graph.h"
#include "rca_core/methods/data_matrix.h"
#include "rca_core/methods/evidence.h"
#include "rca_core/methods/extremes.h"
#include "rca_core/methods/registry.h"
#include "rca_core/stats/regression.h"

namespace rca {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kAlpha = 0.05;
constexpr double kParentAlpha = 0.1;
constexpr Index kLargestLag = 5;
constexpr Index kFewestBatches = 3;

enum class Kind { normal, explained, changed, vanished, early, root };

// Where links without delay point when the data do not say: from callee to caller.
MatrixXd callee_to_caller(const IncidentView& view, const DataMatrix& data) {
  MatrixXd order = MatrixXd::Zero(data.variables(), data.variables());
  if (view.graph == nullptr) return order;
  const auto node = [&](Index variable) {
    return view.graph->find(
        view.frame.signals[static_cast<std::size_t>(data.columns[static_cast<std::size_t>(variable)])].entity);
  };
  for (Index i = 0; i < data.variables(); ++i) {
    const auto callee = node(i);
    if (!callee) continue;
    const auto& callers = view.graph->callers(*callee);
    for (Index j = 0; j < data.variables(); ++j) {
      const auto caller = node(j);
      if (caller && std::find(callers.begin(), callers.end(), *caller) != callers.end()) order(i, j) = 1;
    }
  }
  return order;
}

// The regression of one signal on its causes (lags 0 and 1) and its past, the coefficients of one cause of interest
// first.
struct Regression {
  MatrixXd inputs;
  VectorXd target;

  Regression(const MatrixXd& values, const SummaryGraph& graph, Index cause, Index effect) {
    const Index rows = values.rows() - 1;
    std::vector<Index> causes{cause};
    for (const Index other : graph.causes(effect)) {
      if (other != cause) causes.push_back(other);
    }
    inputs.resize(rows, 2 * static_cast<Index>(causes.size()) + 1);
    for (std::size_t k = 0; k < causes.size(); ++k) {
      inputs.col(2 * static_cast<Index>(k)) = values.col(causes[k]).tail(rows);
      inputs.col(2 * static_cast<Index>(k) + 1) = values.col(causes[k]).head(rows);
    }
    inputs.rightCols<1>() = values.col(effect).head(rows);
    target = values.col(effect).tail(rows);
  }

  [[nodiscard]] Index fewest_rows() const { return inputs.cols() + 4; }
};

struct Effect {
  double coefficient = 0;
  bool significant = false;
};

// The coefficient of input `k` in rows [begin, begin + rows) of the regression.
std::optional<Effect> estimate(const Regression& regression, Index k, Index begin, Index rows) {
  const auto x = regression.inputs.middleRows(begin, rows);
  const auto fit = ordinary_least_squares(x, regression.target.segment(begin, rows));
  // What the other inputs leave of this one carries the coefficient.
  MatrixXd others(rows, x.cols() - 1);
  others << x.leftCols(k), x.rightCols(x.cols() - k - 1);
  const auto own = ordinary_least_squares(others, x.col(k));
  const double degrees = static_cast<double>(rows - 1) - (fit.ok() ? static_cast<double>(fit->rank) : 0.0);
  if (!fit.ok() || !own.ok() || degrees < 1) return std::nullopt;
  constexpr double kDetermined = 1e-10;
  const double variation = (x.col(k).array() - x.col(k).mean()).square().sum();
  if (own->rss <= kDetermined * variation || own->rss <= 0) return std::nullopt;
  Effect effect{fit->coefficients(k), false};
  const double error = std::sqrt(fit->rss / degrees / own->rss);
  const double critical = boost::math::quantile(boost::math::complement(boost::math::students_t(degrees), kAlpha / 2));
  effect.significant = std::fabs(effect.coefficient) > critical * error;
  return effect;
}

// Grubbs' test, two-sided: is the first value the outlier of all?
bool first_is_outlier(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  const Eigen::Map<const VectorXd> all(values.data(), static_cast<Index>(values.size()));
  const VectorXd distance = (all.array() - all.mean()).abs();
  const double deviation = std::sqrt(distance.squaredNorm() / (n - 1));
  if (!(deviation > 0) || distance(0) < distance.maxCoeff()) return false;
  const double t = boost::math::quantile(boost::math::complement(boost::math::students_t(n - 2), kAlpha / (2 * n)));
  return distance(0) / deviation > (n - 1) / std::sqrt(n) * std::sqrt(t * t / (n - 2 + t * t));
}

// How the direct effect of `cause` on `effect` changed; explained where it did not, nothing where rows are too few.
std::optional<Kind> compare_effect(const DataMatrix& data, const SummaryGraph& graph, Index cause, Index effect) {
  const Regression normal(data.normal(), graph, cause, effect);
  const Regression anomalous(data.anomalous(), graph, cause, effect);
  const Index batch = anomalous.target.size();
  const Index batches = batch > 0 ? normal.target.size() / batch : 0;
  if (batch < anomalous.fewest_rows() || batches < kFewestBatches) return std::nullopt;
  for (const Index k : {0, 1}) {
    const auto before = estimate(normal, k, 0, normal.target.size());
    const auto after = estimate(anomalous, k, 0, batch);
    if (!before || !after || !before->significant) continue;
    std::vector<double> coefficients{after->coefficient};
    for (Index i = 0; i < batches; ++i) {
      if (const auto part = estimate(normal, k, i * batch, batch)) coefficients.push_back(part->coefficient);
    }
    if (static_cast<Index>(coefficients.size()) <= kFewestBatches || !first_is_outlier(coefficients)) continue;
    return after->significant ? Kind::changed : Kind::vanished;
  }
  return Kind::explained;
}

struct Verdict {
  Kind kind = Kind::normal;
  Index reaches = 0;  // other anomalous signals
  bool compared = true;
};

class Search {
 public:
  Search(const IncidentView& view, const DataMatrix& data, const SummaryGraph& graph) : data_(data), graph_(graph) {
    for (Index v = 0; v < data.variables(); ++v) {
      extremes_.push_back(find_extreme(view, data, v));
      anomalous_.push_back(extremes_.back().row >= 0);
    }
  }

  [[nodiscard]] Verdict judge(Index v) const {
    Verdict verdict;
    if (!anomalous_[static_cast<std::size_t>(v)]) return verdict;
    const std::vector<bool> reached = graph_.reach(v, anomalous_);
    verdict.reaches = static_cast<Index>(std::count(reached.begin(), reached.end(), true)) - 1;
    std::vector<Index> causes;
    for (const Index cause : graph_.causes(v)) {
      if (anomalous_[static_cast<std::size_t>(cause)]) causes.push_back(cause);
    }
    verdict.kind = Kind::explained;
    if (causes.empty()) {
      verdict.kind = Kind::root;
    } else if (std::any_of(causes.begin(), causes.end(), [&](Index cause) { return is_early(v, cause); })) {
      verdict.kind = Kind::early;
    } else {
      for (const Index cause : causes) {
        const auto change = compare_effect(data_, graph_, cause, v);
        verdict.compared = verdict.compared && change.has_value();
        if (change) verdict.kind = std::max(verdict.kind, *change);
      }
    }
    return verdict;
  }

  [[nodiscard]] const Extreme& extreme(Index v) const { return extremes_[static_cast<std::size_t>(v)]; }

 private:
  [[nodiscard]] bool is_early(Index v, Index cause) const {
    return extreme(v).row < extreme(cause).row && graph_.only_link(cause, v);
  }

  const DataMatrix& data_;
  const SummaryGraph& graph_;
  std::vector<Extreme> extremes_;
  std::vector<bool> anomalous_;
};

std::string explain(const Verdict& verdict) {
  const std::string reach = ", and reaches " + std::to_string(verdict.reaches) + " other anomalous signals";
  switch (verdict.kind) {
    case Kind::normal: return "not anomalous";
    case Kind::explained:
      return verdict.compared ? "anomalous causes explain it"
                              : "it has anomalous causes; too few rows to compare their effects";
    case Kind::changed: return "the direct effect of an anomalous cause on it changed" + reach;
    case Kind::vanished: return "the direct effect of an anomalous cause on it vanished" + reach;
    case Kind::early: return "it was anomalous before its cause" + reach;
    case Kind::root: return "no anomalous signal causes it" + reach;
  }
  return {};
}

class EasyRca final : public Method {
 public:
  [[nodiscard]] std::string_view name() const override { return "easyrca"; }
  [[nodiscard]] std::string_view description() const override {
    return "anomalous signals that no anomalous cause explains: by the graph, by time, by changed direct effects";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "Assaad et al., Root Cause Identification for Collective Anomalies in Time Series given an Acyclic Summary "
           "Causal Graph with Loops, AISTATS 2023";
  }
  [[nodiscard]] Need needs() const override { return Need::metrics; }

  [[nodiscard]] Result<Ranking> rank(const IncidentView& view, const MethodOptions& options) const override {
    RCA_ASSIGN(const DataMatrix data, make_data_matrix(view, options));
    const Index lag = std::clamp<Index>(data.normal_rows() / 10, 1, kLargestLag);
    RCA_ASSIGN(const PcmciResult links, pcmci(data.normal(), {0, lag, {kParentAlpha}}));
    const SummaryGraph graph = summarize(links, kAlpha, callee_to_caller(view, data));
    const Search search(view, data, graph);
    std::vector<Verdict> verdicts;
    VectorXd scores(data.variables());
    for (Index v = 0; v < data.variables(); ++v) {
      verdicts.push_back(search.judge(v));
      // Kind, then reach, then how extreme.
      const double reach = static_cast<double>(verdicts.back().reaches) / static_cast<double>(data.variables());
      const double beyond = search.extreme(v).beyond / (1 + search.extreme(v).beyond);
      scores(v) =
          static_cast<double>(verdicts.back().kind) + reach + beyond / static_cast<double>(data.variables() + 1);
    }
    return rank_variables(view, data, name(), scores,
                          [&](Index v) { return explain(verdicts[static_cast<std::size_t>(v)]); });
  }
};

const MethodRegistration easyrca_registration(std::make_unique<EasyRca>());

}  // namespace
}  // namespace rca
