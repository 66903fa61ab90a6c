// Stage 1 of PCMCI: which series could drive a target.
#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <unordered_map>
#include <utility>

#include "rca_core/causal/pcmci_detail.h"

namespace rca::pcmci_detail {
namespace {

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

}  // namespace

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

double partial(double xy, double xx, double yy) {
  if (xx <= kDetermined || yy <= kDetermined) return 0;
  return std::clamp(xy / std::sqrt(xx * yy), -1.0, 1.0);
}

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

}  // namespace rca::pcmci_detail
