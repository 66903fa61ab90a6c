// causalai: the root cause detector of Salesforce CausalAI (D. Arpit et al., "Salesforce CausalAI Library: A Fast and
// Scalable Framework for Causal Analysis of Time Series and Tabular Data", 2023): the PC algorithm with the time index
// as a context variable, a stand-in for whatever changed during the recording. Root causes are the signals that still
// depend on time when other signals are held fixed; signals that only follow them become independent of it.
//
// For each signal X the candidates are all other signals and time; for s = 0 … 4 a candidate leaves, after the size is
// done, when it is independent of X (partial correlation, t-test, p > 0.001) given some s of the other candidates.
// X is a root cause if time stays. Only the links to time are asked for, so time is tested first at each size, X is
// done when it leaves, and at the last size nothing else is tested: none of this changes the answer.
//
// Score: the weakest link of X to time over all tests, |partial correlation| over the one that p = 0.001 needs: above 1
// for root causes. Signals for which time left follow, below 1. Sets of conditioners are tried strongest first; per
// signal at most kMostTests of other candidates and, per size, of time are run, then what was not separated stays.
//
// The onset is not used: neither the paper nor its library knows one. What follows the clock anyway (a counter, a leak)
// is therefore taken for a cause; that is the method.
//
// Where the reference (RCAEval as forked by rca-llm) differs: it gives the root causes as a set of strings in the order
// of their hashes, which differs from process to process, and nothing where no signal depends on time.

#include <algorithm>
#include <array>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "common/parallel_for.h"
#include "rca_core/causal/combinations.h"
#include "rca_core/methods/data_matrix.h"
#include "rca_core/methods/registry.h"
#include "rca_core/stats/correlation.h"

namespace rca {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kAlpha = 0.001;
constexpr std::size_t kLargestSet = 4;
constexpr int kMostTests = 20'000;

using Set = std::array<Index, kLargestSet>;

// |Partial correlation|; 0 where the given variables leave nothing to correlate.
double dependence(const MatrixXd& r, Index x, Index y, std::span<const Index> given) {
  const double partial = partial_correlation(r, x, y, given);
  return std::isnan(partial) ? 0 : std::fabs(partial);
}

// The search for the neighbours of one variable.
class Neighbours {
 public:
  // The last variable of the correlations is time. thresholds: |partial correlation| with p = alpha, by set size.
  Neighbours(const MatrixXd& correlations, Index x, const std::vector<double>& thresholds)
      : r_(correlations), x_(x), thresholds_(thresholds) {
    for (Index y = 0; y < r_.cols(); ++y) {
      if (y != x) candidates_.push_back(y);
    }
    std::stable_sort(candidates_.begin(), candidates_.end(),
                     [&](Index a, Index b) { return std::fabs(r_(a, x_)) > std::fabs(r_(b, x_)); });
  }

  // The weakest link to time, over its threshold.
  double link_to_time() {
    const Index time = r_.cols() - 1;
    int budget = kMostTests;
    double weakest = std::numeric_limits<double>::infinity();
    for (std::size_t size = 0; size < thresholds_.size() && size < candidates_.size(); ++size) {
      int time_budget = kMostTests;
      weakest = std::min(weakest, weakest_link(time, size, time_budget));
      if (weakest <= 1 || size + 1 == thresholds_.size()) break;
      std::vector<Index> kept;
      for (const Index y : candidates_) {
        if (y == time || weakest_link(y, size, budget) > 1) kept.push_back(y);
      }
      candidates_ = std::move(kept);
    }
    return weakest;
  }

 private:
  // Stops at the first set that separates.
  double weakest_link(Index y, std::size_t size, int& budget) const {
    std::vector<Index> others;
    for (const Index z : candidates_) {
      if (z != y) others.push_back(z);
    }
    Set subset{0, 1, 2, 3};
    Set given{};
    double weakest = std::numeric_limits<double>::infinity();
    if (others.size() < size) return weakest;
    do {
      if (budget-- <= 0) break;
      for (std::size_t k = 0; k < size; ++k) given[k] = others[static_cast<std::size_t>(subset[k])];
      weakest = std::min(weakest, dependence(r_, x_, y, {given.data(), size}) / thresholds_[size]);
    } while (weakest > 1 && next_combination(std::span(subset.data(), size), static_cast<Index>(others.size())));
    return weakest;
  }

  const MatrixXd& r_;
  Index x_;
  const std::vector<double>& thresholds_;
  std::vector<Index> candidates_;  // strongest correlation first
};

// As many sizes as the rows leave degrees of freedom for.
std::vector<double> thresholds(Index rows) {
  std::vector<double> out;
  for (std::size_t size = 0; size <= kLargestSet; ++size) {
    const double degrees = static_cast<double>(rows) - 2 - static_cast<double>(size);
    if (degrees < 1) break;
    const double t = boost::math::quantile(boost::math::complement(boost::math::students_t(degrees), kAlpha / 2));
    out.push_back(t / std::sqrt(degrees + t * t));
  }
  return out;
}

class CausalAi final : public Method {
 public:
  [[nodiscard]] std::string_view name() const override { return "causalai"; }
  [[nodiscard]] std::string_view description() const override {
    return "signals that depend on time whatever other signals are held fixed (PC with time as context)";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "Arpit et al., Salesforce CausalAI Library: A Fast and Scalable Framework for Causal Analysis of Time "
           "Series "
           "and Tabular Data, 2023";
  }
  [[nodiscard]] Need needs() const override { return Need::metrics; }

  [[nodiscard]] Result<Ranking> rank(const IncidentView& view, const MethodOptions& options) const override {
    RCA_ASSIGN(const DataMatrix data, make_data_matrix(view, options, 1));
    const Index rows = data.values.rows();
    const std::vector<double> by_size = thresholds(rows);
    if (by_size.empty()) {
      return Error{ErrorKind::missing_input, "causalai needs at least 3 rows, there are " + std::to_string(rows)};
    }
    MatrixXd with_time(rows, data.variables() + 1);
    with_time << data.values, VectorXd::LinSpaced(rows, 0, 1);
    const MatrixXd correlations = correlation_matrix(with_time);
    VectorXd links(data.variables());
    parallel_for(0, data.variables(), 4,
                 [&](Index x) { links(x) = Neighbours(correlations, x, by_size).link_to_time(); });
    return rank_variables(view, data, name(), links, [&](Index x) {
      return links(x) > 1 ? "it depends on time whatever other signals are held fixed"
                          : "other signals explain how it depends on time";
    });
  }
};

const MethodRegistration causalai_registration(std::make_unique<CausalAi>());

}  // namespace
}  // namespace rca
