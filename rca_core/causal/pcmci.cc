#include "rca_core/causal/pcmci.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <unordered_map>
#include <utility>

#include "common/parallel_for.h"

namespace rca {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

// A variable is determined by others when less than this share of its variance is left.
constexpr double kDetermined = 1e-11;

// The series at lags 0 … 2 tau_max on the rows that all tests share; columns have length 1, so that products are
// correlations. A constant column is 0.
struct LaggedSeries {
  Index variables = 0;
  MatrixXd columns;  // rows × variables (2 tau_max + 1), column lag · variables + variable

  [[nodiscard]] Index rows() const { return columns.rows(); }
  [[nodiscard]] Index column(LaggedVariable v) const { return v.lag * variables + v.variable; }
};

LaggedSeries lag_series(const MatrixXd& data, Index tau_max) {
  LaggedSeries out;
  out.variables = data.cols();
  const Index cut = 2 * tau_max;
  const Index rows = data.rows() - cut;
  out.columns.resize(rows, data.cols() * (cut + 1));
  for (Index lag = 0; lag <= cut; ++lag) {
    out.columns.middleCols(lag * data.cols(), data.cols()) = data.middleRows(cut - lag, rows);
  }
  for (Index column = 0; column < out.columns.cols(); ++column) {
    auto values = out.columns.col(column);
    const double largest = values.cwiseAbs().maxCoeff();
    values.array() -= values.mean();
    const double norm = values.norm();
    // Below, the column holds one value and the rounding of its mean.
    constexpr double kRounding = 1e-13;
    if (norm > kRounding * largest * std::sqrt(static_cast<double>(rows))) {
      values /= norm;
    } else {
      values.setZero();
    }
  }
  return out;
}

// What is left of variables when a growing set of conditioners explains what it can: the rows of the triangular factor
// of their correlations. A conditioner that the others determine is skipped.
class Conditioners {
 public:
  explicit Conditioners(Index capacity) : factor_(capacity, capacity) {}

  [[nodiscard]] Index rank() const { return rank_; }

  // Becomes `other`, within its own capacity.
  void start_from(const Conditioners& other) {
    rank_ = other.rank_;
    factor_.topLeftCorner(rank_, rank_) = other.factor_.topLeftCorner(rank_, rank_);
  }

  // In place, from the correlations of a variable with the conditioners to its coefficients, the first `done` of which
  // are there already; gives the variance left.
  double project(Eigen::Ref<VectorXd> own, double variance, Index done = 0) const {
    for (Index i = done; i < rank_; ++i) {
      own(i) = (own(i) - factor_.col(i).head(i).dot(own.head(i))) / factor_(i, i);
    }
    return variance - own.head(rank_).squaredNorm();
  }

  // Takes a variable that was projected; false when it is skipped.
  bool add(const Eigen::Ref<const VectorXd>& own, double rest) {
    if (rest <= kDetermined) return false;
    factor_.col(rank_).head(rank_) = own.head(rank_);
    factor_(rank_, rank_) = std::sqrt(rest);
    ++rank_;
    return true;
  }

 private:
  MatrixXd factor_;
  Index rank_ = 0;
};

double partial(double xy, double xx, double yy) {
  if (xx <= kDetermined || yy <= kDetermined) return 0;
  return std::clamp(xy / std::sqrt(xx * yy), -1.0, 1.0);
}

// The correlation from which p ≤ alpha.
double critical_correlation(double alpha, double degrees) {
  if (degrees < 1) return std::numeric_limits<double>::infinity();  // nothing can be told any more
  const double t = boost::math::quantile(boost::math::complement(boost::math::students_t(degrees), alpha / 2));
  return t / std::sqrt(degrees + t * t);
}

struct Candidate {
  LaggedVariable source;
  Index at = 0;  // its row in the correlations with a conditioner
  double smallest = std::numeric_limits<double>::infinity();
};

bool stronger(const Candidate& a, const Candidate& b) {
  if (a.smallest != b.smallest) return a.smallest > b.smallest;
  return a.source.variable != b.source.variable ? a.source.variable < b.source.variable : a.source.lag < b.source.lag;
}

// Stage 1 for one target.
class ParentSearch {
 public:
  ParentSearch(const LaggedSeries& series, Index target, Index tau_max)
      : series_(series), tau_max_(tau_max), target_(correlations(target)) {}

  // The parents, strongest first.
  std::vector<Candidate> run(double alpha) {
    std::vector<Candidate> candidates;
    for (Index variable = 0; variable < series_.variables; ++variable) {
      for (Index lag = 1; lag <= tau_max_; ++lag) {
        candidates.push_back({{variable, lag}, series_.column({variable, lag}) - series_.variables});
      }
    }
    for (Index d = 0; static_cast<Index>(candidates.size()) > d; ++d) {
      const double critical = critical_correlation(alpha, static_cast<double>(series_.rows() - 2 - d));
      const VectorXd values = round(candidates, d);
      std::size_t kept = 0;
      for (std::size_t i = 0; i < candidates.size(); ++i) {
        const double value = values(static_cast<Index>(i));
        if (value < critical) continue;
        candidates[kept] = candidates[i];
        candidates[kept].smallest = std::min(candidates[kept].smallest, value);
        ++kept;
      }
      candidates.resize(kept);
      std::sort(candidates.begin(), candidates.end(), stronger);
    }
    return candidates;
  }

  // Akaike's criterion of the regression on `parents`, up to a constant.
  double aic(const std::vector<Candidate>& parents) {
    const Given given = condition_on(parents, parents.size(), parents.size());
    return static_cast<double>(series_.rows()) * std::log(std::max(given.target_rest, kDetermined)) +
           2.0 * static_cast<double>(parents.size());
  }

 private:
  struct Given {
    Conditioners conditioners;
    std::vector<const VectorXd*> with;  // of each conditioner kept: its correlations with all candidates
    VectorXd target;                    // projected
    double target_rest = 0;
  };

  // With all series at lags 1 … tau_max.
  [[nodiscard]] VectorXd correlations(Index column) const {
    return series_.columns.middleCols(series_.variables, series_.variables * tau_max_).transpose() *
           series_.columns.col(column);
  }

  const VectorXd& correlations_of(Index at) {
    const auto found = cache_.find(at);
    if (found != cache_.end()) return found->second;
    return cache_.emplace(at, correlations(at + series_.variables)).first->second;
  }

  // The first `count` candidates without the one at `without`.
  Given condition_on(const std::vector<Candidate>& candidates, std::size_t count, std::size_t without) {
    Given given{Conditioners(static_cast<Index>(count)), {}, VectorXd(static_cast<Index>(count)), 0};
    VectorXd own(static_cast<Index>(count));
    Index kept = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (i == without) continue;
      const Index at = candidates[i].at;
      for (Index k = 0; k < kept; ++k) own(k) = (*given.with[static_cast<std::size_t>(k)])(at);
      const VectorXd& with = correlations_of(at);
      if (!given.conditioners.add(own, given.conditioners.project(own, with(at)))) continue;
      given.with.push_back(&with);
      given.target(kept++) = target_(at);
    }
    given.target_rest = given.conditioners.project(given.target, 1);
    return given;
  }

  [[nodiscard]] double value(const Given& given, Index at, VectorXd& own) const {
    for (std::size_t k = 0; k < given.with.size(); ++k) own(static_cast<Index>(k)) = (*given.with[k])(at);
    const double variance = series_.columns.col(at + series_.variables).squaredNorm();
    const double rest = given.conditioners.project(own, variance);
    const Index rank = given.conditioners.rank();
    return std::fabs(partial(target_(at) - own.head(rank).dot(given.target.head(rank)), rest, given.target_rest));
  }

  // |partial correlation| of every candidate with the target given the d others before it in the order.
  VectorXd round(const std::vector<Candidate>& candidates, Index d) {
    const auto depth = static_cast<std::size_t>(d);
    VectorXd values(static_cast<Index>(candidates.size()));
    VectorXd own(d + 1);
    const Given strongest = condition_on(candidates, depth, candidates.size());
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const auto row = static_cast<Index>(i);
      values(row) = i >= depth ? value(strongest, candidates[i].at, own)
                               : value(condition_on(candidates, depth + 1, i), candidates[i].at, own);
    }
    return values;
  }

  const LaggedSeries& series_;
  Index tau_max_;
  VectorXd target_;
  std::unordered_map<Index, VectorXd> cache_;  // references stay valid while it grows
};

std::vector<LaggedVariable> find_parents(const LaggedSeries& series, Index target, const PcmciOptions& options) {
  ParentSearch search(series, target, options.tau_max);
  std::vector<Candidate> best;
  double lowest = std::numeric_limits<double>::infinity();
  for (const double alpha : options.pc_alpha) {
    std::vector<Candidate> found = search.run(alpha);
    const double score = options.pc_alpha.size() == 1 ? 0 : search.aic(found);
    if (score >= lowest) continue;
    lowest = score;
    best = std::move(found);
  }
  std::vector<LaggedVariable> parents;
  parents.reserve(best.size());
  for (const Candidate& candidate : best) parents.push_back(candidate.source);
  return parents;
}

// The source of a link and its own parents, which are conditioners of every test of it.
struct Source {
  std::vector<Index> given;  // columns of all its parents
  std::vector<Index> kept;   // without those that others determine
  Conditioners conditioners{0};
  VectorXd projected;
};

Source prepare_source(const LaggedSeries& series, const std::vector<LaggedVariable>& parents, LaggedVariable from) {
  Source source;
  const auto count = static_cast<Index>(parents.size());
  source.conditioners = Conditioners(count);
  VectorXd own(count);
  const auto correlate = [&](Index column) {
    for (std::size_t k = 0; k < source.kept.size(); ++k) {
      own(static_cast<Index>(k)) = series.columns.col(source.kept[k]).dot(series.columns.col(column));
    }
    return source.conditioners.project(own, series.columns.col(column).squaredNorm());
  };
  for (const LaggedVariable& parent : parents) {
    const Index column = series.column({parent.variable, parent.lag + from.lag});
    source.given.push_back(column);
    if (source.conditioners.add(own, correlate(column))) source.kept.push_back(column);
  }
  correlate(series.column(from));
  source.projected = own.head(source.conditioners.rank());
  return source;
}

// By lag, then variable.
std::vector<Source> prepare_sources(const LaggedSeries& series, const PcmciResult& result, Index tau_max) {
  std::vector<Source> sources(static_cast<std::size_t>(series.variables * (tau_max + 1)));
  parallel_for(0, static_cast<Index>(sources.size()), 16, [&](Index at) {
    const LaggedVariable from{at % series.variables, at / series.variables};
    sources[static_cast<std::size_t>(at)] =
        prepare_source(series, result.parents[static_cast<std::size_t>(from.variable)], from);
  });
  return sources;
}

// Stage 2; writes only the results of its targets.
class MomentaryTests {
 public:
  MomentaryTests(const LaggedSeries& series, const std::vector<Source>& sources, const PcmciOptions& options,
                 PcmciResult& result)
      : series_(series), sources_(sources), options_(options), result_(result), conditioners_(capacity(result)) {
    own_.resize(capacity(result) + 1);
    target_.resize(capacity(result) + 1);
  }

  // The links into one target; those without delay with the variables before it.
  void run(Index target) {
    correlate_with_parents(target);
    for (Index lag = options_.tau_min; lag <= options_.tau_max; ++lag) {
      for (Index source = 0; source < series_.variables; ++source) {
        if (lag > 0 || source < target) test({source, lag}, target);
      }
    }
  }

 private:
  static Index capacity(const PcmciResult& result) {
    std::size_t most = 0;
    for (const auto& parents : result.parents) most = std::max(most, parents.size());
    return static_cast<Index>(2 * most);
  }

  // Of all lagged series with the parents of the target and, in the last column, the target itself.
  void correlate_with_parents(Index target) {
    const auto& parents = result_.parents[static_cast<std::size_t>(target)];
    MatrixXd columns(series_.rows(), static_cast<Index>(parents.size()) + 1);
    parent_columns_.clear();
    for (const LaggedVariable& parent : parents) {
      columns.col(static_cast<Index>(parent_columns_.size())) = series_.columns.col(series_.column(parent));
      parent_columns_.push_back(series_.column(parent));
    }
    columns.rightCols<1>() = series_.columns.col(target);
    with_target_.noalias() = series_.columns.transpose() * columns;
  }

  void test(LaggedVariable from, Index target) {
    const Source& source = sources_[static_cast<std::size_t>(series_.column(from))];
    conditioners_.start_from(source.conditioners);
    kept_ = source.kept;
    kept_parents_.clear();
    std::size_t given = source.given.size();
    const Index from_column = series_.column(from);
    for (std::size_t k = 0; k < parent_columns_.size(); ++k) {
      const Index column = parent_columns_[k];
      if (column == from_column || std::find(source.given.begin(), source.given.end(), column) != source.given.end()) {
        continue;
      }
      ++given;
      const auto parent = static_cast<Index>(k);
      correlate_kept(parent, own_);
      if (!conditioners_.add(own_, conditioners_.project(own_, with_target_(column, parent)))) continue;
      kept_.push_back(column);
      kept_parents_.push_back(parent);
    }
    const double value = partial_correlation(source, from_column, target);
    const double p = partial_correlation_p(value, static_cast<double>(series_.rows() - 2) - static_cast<double>(given));
    set(from, target, p < 1 ? value : 0, p);
  }

  void correlate_kept(Index parent_or_target, VectorXd& own) const {
    for (std::size_t k = 0; k < kept_.size(); ++k)
      own(static_cast<Index>(k)) = with_target_(kept_[k], parent_or_target);
  }

  double partial_correlation(const Source& source, Index from_column, Index target) {
    const auto last = static_cast<Index>(parent_columns_.size());
    correlate_kept(last, target_);
    const double target_rest = conditioners_.project(target_, with_target_(target, last));
    const Index shared = source.conditioners.rank();
    own_.head(shared) = source.projected;
    for (std::size_t k = 0; k < kept_parents_.size(); ++k) {
      own_(shared + static_cast<Index>(k)) = with_target_(from_column, kept_parents_[k]);
    }
    const double variance = series_.columns.col(from_column).squaredNorm();
    const double rest = conditioners_.project(own_, variance, shared);
    const Index rank = conditioners_.rank();
    return partial(with_target_(from_column, last) - own_.head(rank).dot(target_.head(rank)), rest, target_rest);
  }

  void set(LaggedVariable from, Index target, double value, double p) {
    const auto lag = static_cast<std::size_t>(from.lag);
    result_.value[lag](from.variable, target) = value;
    result_.p_value[lag](from.variable, target) = p;
    if (from.lag > 0) return;
    result_.value[lag](target, from.variable) = value;
    result_.p_value[lag](target, from.variable) = p;
  }

  const LaggedSeries& series_;
  const std::vector<Source>& sources_;
  const PcmciOptions& options_;
  PcmciResult& result_;
  // Of the target that is tested:
  std::vector<Index> parent_columns_;
  MatrixXd with_target_;
  // Of one test:
  Conditioners conditioners_;
  std::vector<Index> kept_;          // columns of the conditioners, the source's first
  std::vector<Index> kept_parents_;  // which of the target's parents the others are
  VectorXd own_;
  VectorXd target_;
};

Result<void> check(const MatrixXd& data, const PcmciOptions& options) {
  const auto invalid = [](std::string message) { return Error{ErrorKind::invalid_argument, std::move(message)}; };
  if (options.tau_min < 0 || options.tau_min > 1 || options.tau_max < 1) {
    return invalid("PCMCI needs tau_min 0 or 1 and tau_max of at least 1");
  }
  if (options.pc_alpha.empty() || std::any_of(options.pc_alpha.begin(), options.pc_alpha.end(),
                                              [](double alpha) { return !(alpha > 0 && alpha < 1); })) {
    return invalid("PCMCI needs significance levels between 0 and 1");
  }
  if (!data.allFinite()) return invalid("PCMCI needs data without holes");
  if (data.cols() == 0 || data.rows() <= 2 * options.tau_max + 3) {
    return Error{ErrorKind::missing_input, "PCMCI with lags up to " + std::to_string(options.tau_max) +
                                               " needs more than " + std::to_string(2 * options.tau_max + 3) +
                                               " rows, there are " + std::to_string(data.rows())};
  }
  return {};
}

}  // namespace

double partial_correlation_p(double correlation, double degrees_of_freedom) {
  if (degrees_of_freedom < 1) return 1;
  const double rest = 1 - correlation * correlation;
  if (rest <= 0) return 0;
  const double t = std::fabs(correlation) * std::sqrt(degrees_of_freedom / rest);
  return 2 * boost::math::cdf(boost::math::complement(boost::math::students_t(degrees_of_freedom), t));
}

Result<PcmciResult> pcmci(const MatrixXd& data, const PcmciOptions& options) {
  RCA_TRY(check(data, options));
  const LaggedSeries series = lag_series(data, options.tau_max);
  PcmciResult result;
  result.parents.resize(static_cast<std::size_t>(series.variables));
  parallel_for(0, series.variables, 1, [&](Index target) {
    result.parents[static_cast<std::size_t>(target)] = find_parents(series, target, options);
  });
  const auto lags = static_cast<std::size_t>(options.tau_max + 1);
  result.value.assign(lags, MatrixXd::Zero(series.variables, series.variables));
  result.p_value.assign(lags, MatrixXd::Ones(series.variables, series.variables));
  const std::vector<Source> sources = prepare_sources(series, result, options.tau_max);
  parallel_ranges(0, series.variables, 8, [&](Index first, Index last) {
    MomentaryTests tests(series, sources, options, result);
    for (Index target = first; target < last; ++target) tests.run(target);
  });
  return result;
}

}  // namespace rca
