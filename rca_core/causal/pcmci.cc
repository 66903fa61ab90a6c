#include "rca_core/causal/pcmci.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <string>
#include <utility>

#include "common/parallel_for.h"
#include "rca_core/causal/pcmci_detail.h"

namespace rca {
namespace {

using pcmci_detail::Conditioners;
using pcmci_detail::Index;
using pcmci_detail::LaggedSeries;
using pcmci_detail::MatrixXd;
using pcmci_detail::partial;
using pcmci_detail::VectorXd;

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
  const LaggedSeries series = pcmci_detail::lag_series(data, options.tau_max);
  PcmciResult result;
  result.parents.resize(static_cast<std::size_t>(series.variables));
  parallel_for(0, series.variables, 1, [&](Index target) {
    result.parents[static_cast<std::size_t>(target)] = pcmci_detail::find_parents(series, target, options);
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
