#include "rca_core/causal/independence.h"

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <vector>

#include "rca_core/causal/combinations.h"
#include "rca_core/stats/correlation.h"

namespace rca {
namespace {

// One contingency table: counts[value of x * levels_y + value of y].
DiscreteTest::Outcome table_outcome(const double* counts, std::size_t levels_x, std::size_t levels_y,
                                    ContingencyStatistic statistic, std::vector<double>& sums) {
  sums.assign(levels_x + levels_y, 0);
  double* const of_y = sums.data() + levels_x;
  double total = 0;
  for (std::size_t i = 0; i < levels_x; ++i) {
    for (std::size_t j = 0; j < levels_y; ++j) {
      const double count = counts[i * levels_y + j];
      sums[i] += count;
      of_y[j] += count;
      total += count;
    }
  }
  DiscreteTest::Outcome out;
  for (std::size_t i = 0; i < levels_x; ++i) {
    for (std::size_t j = 0; j < levels_y; ++j) {
      const double expected = sums[i] * of_y[j] / total;
      if (!(expected > 0)) continue;
      const double count = counts[i * levels_y + j];
      if (statistic == ContingencyStatistic::chi_square) {
        out.statistic += (count - expected) * (count - expected) / expected;
      } else if (count > 0) {
        out.statistic += 2 * count * std::log(count / expected);
      }
    }
  }
  const auto used = [](const double* first, std::size_t size) {
    return std::count_if(first, first + size, [](double sum) { return sum > 0; });
  };
  out.degrees_of_freedom = (used(sums.data(), levels_x) - 1) * (used(of_y, levels_y) - 1);
  return out;
}

// For every candidate whether it has been tested.
std::vector<char> marked(const SeparationSearch& search) {
  std::vector<char> out(search.candidates.size(), 0);
  if (search.tested.empty()) return out;
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = std::binary_search(search.tested.begin(), search.tested.end(), search.candidates[i]) ? 1 : 0;
  }
  return out;
}

// fisher_z_p_value(r) > alpha without its logarithms and error function, but where it is close: √degrees |atanh r|
// against the deviation t √degrees is |r| against tanh t, which lies between t − t³ / 3 and t − t³ / 3 + 2 t⁵ / 15.
class FisherZDecision {
 public:
  FisherZDecision(double rows, std::size_t given, const Significance& level)
      : rows_(rows), given_(given), alpha_(level.alpha) {
    const double degrees = rows - static_cast<double>(given) - 3;
    testable_ = degrees >= 1;
    if (!testable_ || std::isnan(level.deviation)) return;
    constexpr double kRounding = 1e-9;
    const double t = level.deviation / std::sqrt(degrees);
    const double low = std::max(0.0, t - t * t * t / 3) * (1 - kRounding);
    const double high = (t - t * t * t / 3 + 2 * t * t * t * t * t / 15) * (1 + kRounding);
    surely_independent_ = low * low;
    if (high < 1) surely_dependent_ = high * high;
  }

  bool operator()(const PartialCorrelations::Rest& rest) const {
    if (!testable_) return true;
    if (rest.determined()) return false;
    const double squared = rest.xy * rest.xy;
    const double scale = rest.xx * rest.yy;
    if (squared < surely_independent_ * scale) return true;
    if (squared > surely_dependent_ * scale) return false;
    return fisher_z_p_value(rest.partial(), rows_, given_) > alpha_;
  }

 private:
  double rows_;
  std::size_t given_;
  double alpha_;
  bool testable_ = false;
  double surely_independent_ = 0;  // of r², below
  double surely_dependent_ = std::numeric_limits<double>::infinity();
};

}  // namespace

Significance::Significance(double level)
    : alpha(level),
      deviation(level > 0 && level < 1 ? std::numbers::sqrt2 * boost::math::erfc_inv(level)
                                       : std::numeric_limits<double>::quiet_NaN()) {}

void IndependenceTest::find_separating(const SeparationSearch& search, const Significance& level,
                                       const FoundSet& found) const {
  if (search.size > search.candidates.size()) return;
  const std::vector<char> tested = marked(search);
  std::vector<std::size_t> chosen(search.size);
  std::iota(chosen.begin(), chosen.end(), 0);
  std::vector<Eigen::Index> given(search.size);
  do {
    bool skip = !search.tested.empty();
    for (std::size_t i = 0; i < search.size; ++i) {
      given[i] = search.candidates[chosen[i]];
      skip = skip && tested[chosen[i]] != 0;
    }
    if (!skip && independent(search.x, search.y, given, level)) found(given);
  } while (next_combination(std::span(chosen), search.candidates.size()));
}

double fisher_z_p_value(double r, double rows, std::size_t given) {
  const double degrees = rows - static_cast<double>(given) - 3;
  if (!(degrees >= 1)) return 1;
  if (std::isnan(r)) return 0;
  const double size = std::min(std::fabs(r), 1 - std::numeric_limits<double>::epsilon());
  return std::erfc(std::sqrt(degrees) * std::atanh(size) / std::numbers::sqrt2);
}

FisherZ::FisherZ(const Eigen::MatrixXd& values)
    : correlation_(correlation_matrix(values)), rows_(static_cast<double>(values.rows())) {}

FisherZ::FisherZ(Eigen::MatrixXd correlation, double rows) : correlation_(std::move(correlation)), rows_(rows) {}

Eigen::Index FisherZ::max_condition_size() const {
  return std::max<Eigen::Index>(0, static_cast<Eigen::Index>(rows_) - 4);
}

double FisherZ::p_value(Eigen::Index x, Eigen::Index y, std::span<const Eigen::Index> given) const {
  return fisher_z_p_value(partial_correlation(correlation_, x, y, given), rows_, given.size());
}

bool FisherZ::independent(Eigen::Index x, Eigen::Index y, std::span<const Eigen::Index> given,
                          const Significance& level) const {
  PartialCorrelations::Rest rest{1, 1, correlation_(x, y)};
  if (!given.empty()) {
    const double r = partial_correlation(correlation_, x, y, given);
    if (std::isnan(r)) return fisher_z_p_value(r, rows_, given.size()) > level.alpha;
    rest.xy = r;
  }
  return FisherZDecision(rows_, given.size(), level)(rest);
}

// Sets that begin with the same variables share their elimination: a walk through the tree of such beginnings.
void FisherZ::find_separating(const SeparationSearch& search, const Significance& level, const FoundSet& found) const {
  const std::size_t count = search.candidates.size();
  if (search.size > count) return;
  const FisherZDecision decide(rows_, search.size, level);
  if (search.size == 0) {
    if (search.tested.empty() && decide({1, 1, correlation_(search.x, search.y)})) found({});
    return;
  }
  const std::vector<char> tested = marked(search);
  PartialCorrelations correlations(correlation_, search.x, search.y, search.size);
  std::vector<Eigen::Index> given(search.size);
  // Of the set's members the first `depth` are chosen, the next is one of the candidates from `first` on.
  const auto walk = [&](const auto& self, std::size_t depth, std::size_t first, bool all_tested) -> void {
    const std::size_t missing = search.size - depth;
    for (std::size_t i = first; i + missing <= count; ++i) {
      const bool only_tested = all_tested && tested[i] != 0;
      given[depth] = search.candidates[i];
      if (missing > 1) {
        correlations.push(given[depth]);
        self(self, depth + 1, i + 1, only_tested);
        correlations.pop();
      } else if (!only_tested && decide(correlations.rest_with(given[depth]))) {
        found(given);
      }
    }
  };
  walk(walk, 0, 0, true);
}

double FisherZ::dependence(Eigen::Index x, Eigen::Index y) const {
  return std::fabs(correlation_(x, y));
}

Eigen::Index MissingValueFisherZ::max_condition_size() const {
  return std::max<Eigen::Index>(0, values_.rows() - 4);
}

MissingValueFisherZ::Partial MissingValueFisherZ::partial(Eigen::Index x, Eigen::Index y,
                                                          std::span<const Eigen::Index> given) const {
  std::vector<Eigen::Index> columns = {x, y};
  columns.insert(columns.end(), given.begin(), given.end());
  Eigen::MatrixXd present(values_.rows(), static_cast<Eigen::Index>(columns.size()));
  Partial out;
  for (Eigen::Index row = 0; row < values_.rows(); ++row) {
    bool complete = true;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const double value = values_(row, columns[i]);
      present(out.rows, static_cast<Eigen::Index>(i)) = value;
      complete = complete && !std::isnan(value);
    }
    if (complete) ++out.rows;
  }
  std::vector<Eigen::Index> others(given.size());
  for (std::size_t i = 0; i < others.size(); ++i) others[i] = static_cast<Eigen::Index>(i) + 2;
  out.r = out.rows == 0 ? std::numeric_limits<double>::quiet_NaN()
                        : partial_correlation(correlation_matrix(present.topRows(out.rows)), 0, 1, others);
  return out;
}

double MissingValueFisherZ::p_value(Eigen::Index x, Eigen::Index y, std::span<const Eigen::Index> given) const {
  const Partial found = partial(x, y, given);
  return fisher_z_p_value(found.r, static_cast<double>(found.rows), given.size());
}

DiscreteTest::DiscreteTest(const Eigen::MatrixXi& codes, ContingencyStatistic statistic)
    : codes_(codes.cwiseMax(0)), levels_(Eigen::VectorXi::Ones(codes.cols())), statistic_(statistic) {
  if (codes_.rows() > 0) levels_ = codes_.colwise().maxCoeff().transpose().array() + 1;
}

DiscreteTest::Outcome DiscreteTest::test(Eigen::Index x, Eigen::Index y, std::span<const Eigen::Index> given) const {
  const auto rows = static_cast<std::size_t>(codes_.rows());
  // Numbers the combinations that occur, one given variable after the other, so that their count stays below T.
  std::vector<std::size_t> stratum(rows, 0);
  std::size_t strata = rows == 0 ? 0 : 1;
  std::vector<std::size_t> numbers;
  for (const Eigen::Index variable : given) {
    const auto levels = static_cast<std::size_t>(levels_(variable));
    numbers.assign(strata * levels, rows);
    strata = 0;
    for (std::size_t row = 0; row < rows; ++row) {
      const auto value = static_cast<std::size_t>(codes_(static_cast<Eigen::Index>(row), variable));
      std::size_t& number = numbers[stratum[row] * levels + value];
      if (number == rows) number = strata++;
      stratum[row] = number;
    }
  }
  const auto levels_x = static_cast<std::size_t>(levels_(x));
  const auto levels_y = static_cast<std::size_t>(levels_(y));
  std::vector<double> counts(strata * levels_x * levels_y, 0);
  for (std::size_t row = 0; row < rows; ++row) {
    const auto at = static_cast<Eigen::Index>(row);
    const auto value_x = static_cast<std::size_t>(codes_(at, x));
    const auto value_y = static_cast<std::size_t>(codes_(at, y));
    counts[(stratum[row] * levels_x + value_x) * levels_y + value_y] += 1;
  }
  Outcome out;
  std::vector<double> sums;
  for (std::size_t s = 0; s < strata; ++s) {
    const Outcome one = table_outcome(counts.data() + s * levels_x * levels_y, levels_x, levels_y, statistic_, sums);
    out.statistic += one.statistic;
    out.degrees_of_freedom += one.degrees_of_freedom;
  }
  if (out.degrees_of_freedom > 0) {
    out.p_value =
        boost::math::gamma_q(static_cast<double>(out.degrees_of_freedom) / 2, std::max(0.0, out.statistic) / 2);
  }
  return out;
}

}  // namespace rca
