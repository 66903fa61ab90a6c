// microcause: Y. Meng et al., "Localizing Failure Root Causes in a Microservice through Causality Inference", IWQoS
// 2020.
//
//  1. PCMCI on both windows gives a graph: i → j where i drives j with a delay, both ways where they move together.
//  2. A random walk from the SLI along effect → cause. It is drawn to a signal by the partial correlation of the signal
//     with the SLI given the parents of both; back to an effect with ρ times that; it stays where no cause is stronger.
//     Share of visits: c.
//  3. SPOT, calibrated on the normal window, finds how far each signal is beyond its threshold φ: η = max (x − φ) / φ.
//  4. Score = λ c / max c + (1 − λ) η / max η.
//
// What the paper leaves open: x and φ are distances from the normal window's mean in standard deviations, so that η
// does not depend on where a unit has its zero, and both sides count, so that drops are seen. The largest lag is a
// tenth of the rows, at most 10: the first 2 × lag rows only serve as past. A partial correlation is given at most a
// quarter as many signals as there are rows, the strongest parents first: with more it would be noise. The SLI is what
// is explained; its score is 0.
//
// Where the reference (RCAEval as forked by rca-llm) differs: it stores links as effect → cause and then reads them as
// cause → effect, so that its walk prefers effects and its "parents" are effects; η is always 1, without SPOT; the walk
// is sampled, without a seed; SLI = latency of the service that is to be found.

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "rca_core/causal/pcmci.h"
#include "rca_core/graph/random_walk.h"
#include "rca_core/methods/data_matrix.h"
#include "rca_core/methods/evidence.h"
#include "rca_core/methods/extremes.h"
#include "rca_core/methods/registry.h"
#include "rca_core/stats/correlation.h"

namespace rca {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kAlpha = 0.05;
constexpr double kParentAlpha = 0.1;
constexpr double kBackward = 0.2;      // ρ
constexpr double kVisitsWeight = 0.5;  // λ
constexpr Index kLargestLag = 10;

// (i, j) > 0: the largest |partial correlation| of a significant link from i to j.
MatrixXd link_strengths(const PcmciResult& links) {
  const Index n = links.value.front().rows();
  MatrixXd strengths = MatrixXd::Zero(n, n);
  for (std::size_t lag = 0; lag < links.value.size(); ++lag) {
    const auto significant = (links.p_value[lag].array() <= kAlpha).cast<double>();
    strengths = strengths.cwiseMax((links.value[lag].array().abs() * significant).matrix());
  }
  strengths.diagonal().setZero();
  return strengths;
}

// The parents of both ends without the ends, strongest first.
std::vector<Index> parents_of_both(const MatrixXd& strengths, Index a, Index b, std::size_t most) {
  const VectorXd weight = strengths.col(a).cwiseMax(strengths.col(b));
  std::vector<Index> parents;
  for (Index i = 0; i < weight.size(); ++i) {
    if (i != a && i != b && weight(i) > 0) parents.push_back(i);
  }
  std::stable_sort(parents.begin(), parents.end(), [&](Index i, Index j) { return weight(i) > weight(j); });
  if (parents.size() > most) parents.resize(most);
  return parents;
}

double absolute_partial_correlation(const MatrixXd& correlations, Index a, Index b, const std::vector<Index>& given) {
  // Residuals of a and b by Gram–Schmidt on the correlations; a conditioner that others determine adds nothing.
  constexpr double kDetermined = 1e-9;
  std::vector<Index> order(given);
  order.push_back(a);
  order.push_back(b);
  MatrixXd rest = correlations(order, order);
  const Index ends = rest.rows() - 2;
  for (Index k = 0; k < ends; ++k) {
    if (rest(k, k) <= kDetermined) continue;
    const VectorXd column = rest.col(k) / std::sqrt(rest(k, k));
    rest -= column * column.transpose();
  }
  const double variances = rest(ends, ends) * rest(ends + 1, ends + 1);
  if (rest(ends, ends) <= kDetermined || rest(ends + 1, ends + 1) <= kDetermined) return 0;
  return std::min(std::fabs(rest(ends, ends + 1)) / std::sqrt(variances), 1.0);
}

VectorXd affinity_to_sli(const DataMatrix& data, const MatrixXd& strengths, Index sli) {
  const MatrixXd correlations = correlation_matrix(data.values);
  const auto most = static_cast<std::size_t>(data.values.rows() / 4);
  VectorXd affinity = VectorXd::Zero(data.variables());
  for (Index i = 0; i < data.variables(); ++i) {
    if (i == sli) continue;
    affinity(i) = absolute_partial_correlation(correlations, sli, i, parents_of_both(strengths, sli, i, most));
  }
  return affinity;
}

VectorXd relative_to_largest(VectorXd values) {
  const double largest = values.maxCoeff();
  if (largest > 0) values /= largest;
  return values;
}

class Microcause final : public Method {
 public:
  [[nodiscard]] std::string_view name() const override { return "microcause"; }
  [[nodiscard]] std::string_view description() const override {
    return "random walk from the SLI over delayed causes (PCMCI), with extreme values (SPOT) as weights";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "Meng et al., Localizing Failure Root Causes in a Microservice through Causality Inference, IWQoS 2020";
  }
  [[nodiscard]] Need needs() const override { return Need::metrics | Need::sli; }

  [[nodiscard]] Result<Ranking> rank(const IncidentView& view, const MethodOptions& options) const override {
    RCA_ASSIGN(const DataMatrix data, make_data_matrix(view, options));
    const Index sli = view.sli_column ? data.variable(*view.sli_column) : -1;
    if (sli < 0) {
      return Error{ErrorKind::missing_input, view.sli_column ? "the SLI does not vary in the window"
                                                             : "microcause starts its walk at an SLI, none is given"};
    }
    const Index lag = std::clamp<Index>(data.values.rows() / 10, 1, kLargestLag);
    RCA_ASSIGN(const PcmciResult links, pcmci(data.values, {0, lag, {kParentAlpha}}));
    const MatrixXd strengths = link_strengths(links);
    const MatrixXd affinity = affinity_to(affinity_to_sli(data, strengths, sli));
    RCA_ASSIGN(const MatrixXd transition, walk_transition(strengths, affinity, kBackward));
    const VectorXd visits = expected_visits(transition, VectorXd::Unit(data.variables(), sli));
    return rank_both(view, data, sli, visits);
  }

 private:
  [[nodiscard]] Result<Ranking> rank_both(const IncidentView& view, const DataMatrix& data, Index sli,
                                          const VectorXd& visits) const {
    std::vector<Extreme> found;
    VectorXd beyond(data.variables());
    for (Index i = 0; i < data.variables(); ++i) {
      found.push_back(find_extreme(view, data, i));
      beyond(i) = i == sli ? 0 : found.back().beyond;
    }
    VectorXd scores = kVisitsWeight * relative_to_largest(visits) + (1 - kVisitsWeight) * relative_to_largest(beyond);
    scores(sli) = 0;
    return rank_variables(view, data, name(), scores, [&](Index i) {
      if (i == sli) return std::string("it is the SLI that is explained");
      const Extreme& extreme = found[static_cast<std::size_t>(i)];
      return "the walk from the SLI spends " + format_quantity(visits(i), "ratio") + " of its steps here; " +
             (extreme.row < 0 ? std::string("no value is extreme")
                              : "extreme since " + format_time_of_day(view.frame.grid.time_ms(extreme.row)));
    });
  }
};

const MethodRegistration microcause_registration(std::make_unique<Microcause>());

}  // namespace
}  // namespace rca
