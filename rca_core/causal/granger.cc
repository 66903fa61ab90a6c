#include "rca_core/causal/granger.h"

#include <Eigen/QR>
#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/fisher_f.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "common/parallel_for.h"

namespace rca {
namespace {

constexpr double kDependent = 1e-12;  // a lag that others explain but for this share of its square is dependent
constexpr double kExplained = 1e-18;  // RSS / TSS below which a series counts as fully explained
constexpr double kLargest = 1e300;

// The columns, each with its lags 1 … L, as regressors of the rows from L on. Centred, so that the constant is fitted
// already; columns are scaled, so that products of large units do not overflow.
class LaggedColumns {
 public:
  LaggedColumns(const Eigen::MatrixXd& values, Eigen::Index lag)
      : lag_(lag), rows_(values.rows() - lag), now_(values.bottomRows(rows_)), past_(rows_, lag * values.cols()) {
    for (Eigen::Index column = 0; column < values.cols(); ++column) {
      for (Eigen::Index k = 1; k <= lag; ++k) {
        past_.col(column * lag + k - 1) = values.col(column).segment(lag - k, rows_);
      }
    }
    now_.rowwise() -= now_.colwise().mean().eval();
    past_.rowwise() -= past_.colwise().mean().eval();
    for (Eigen::Index column = 0; column < values.cols(); ++column) {
      const auto block = past_.middleCols(column * lag, lag);
      own_.emplace_back(block.transpose() * block);
    }
  }

  [[nodiscard]] Eigen::Index lag() const { return lag_; }
  [[nodiscard]] Eigen::Index rows() const { return rows_; }
  [[nodiscard]] auto now(Eigen::Index column) const { return now_.col(column); }
  [[nodiscard]] const Eigen::MatrixXd& past() const { return past_; }
  [[nodiscard]] auto past(Eigen::Index column) const { return past_.middleCols(column * lag_, lag_); }
  [[nodiscard]] const Eigen::MatrixXd& own_products(Eigen::Index column) const {
    return own_[static_cast<std::size_t>(column)];
  }

 private:
  Eigen::Index lag_;
  Eigen::Index rows_;
  Eigen::MatrixXd now_;
  Eigen::MatrixXd past_;  // rows × (lag · columns): the lags of one column lie side by side
  std::vector<Eigen::MatrixXd> own_;
};

// What all tests of one effect share: the part of it that its own past does not explain.
class Effect {
 public:
  Effect(const LaggedColumns& lagged, Eigen::Index effect) : lagged_(lagged) {
    const Eigen::VectorXd now = lagged.now(effect);
    Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr;
    qr.setThreshold(std::sqrt(kDependent));
    qr.compute(lagged.past(effect));
    own_rank_ = qr.rank();
    // Eigen 3.4 takes a block of an empty matrix, an offset to a null pointer, when it applies reflections to no
    // columns.
    Eigen::MatrixXd basis(lagged.rows(), own_rank_);
    if (own_rank_ > 0) basis = qr.householderQ() * Eigen::MatrixXd::Identity(lagged.rows(), own_rank_);
    const Eigen::VectorXd residual = now - basis * (basis.transpose() * now);
    rss_ = residual.squaredNorm();
    testable_ = rss_ > kExplained * now.squaredNorm();
    if (!testable_) return;
    projected_ = basis.transpose() * lagged.past();
    products_ = lagged.past().transpose() * residual;
  }

  [[nodiscard]] GrangerTest test(Eigen::Index cause) const {
    GrangerTest out;
    if (!testable_) return out;
    const Eigen::Index first = cause * lagged_.lag();
    const auto on_own = projected_.middleCols(first, lagged_.lag());
    const Eigen::MatrixXd rest = lagged_.own_products(cause) - on_own.transpose() * on_own;
    out.rss_restricted = rss_;
    const double gain =
        explained(rest, lagged_.own_products(cause).diagonal(), products_.segment(first, lagged_.lag()), out.added);
    out.df_error = lagged_.rows() - 1 - own_rank_ - out.added;
    out.rss_unrestricted = std::max(rss_ - gain, kExplained * rss_);
    if (out.added == 0 || out.df_error < 1) return out;
    const auto rows = static_cast<double>(lagged_.rows());
    const auto added = static_cast<double>(out.added);
    const auto error = static_cast<double>(out.df_error);
    out.f = std::min(gain / added / (out.rss_unrestricted / error), kLargest);
    out.chi_squared = std::min(rows * gain / out.rss_unrestricted, kLargest);
    out.likelihood_ratio = rows * std::log(rss_ / out.rss_unrestricted);
    out.f_p = boost::math::cdf(boost::math::complement(boost::math::fisher_f(added, error), std::max(out.f, 0.0)));
    const boost::math::chi_squared chi(added);
    out.chi_squared_p = boost::math::cdf(boost::math::complement(chi, std::max(out.chi_squared, 0.0)));
    out.likelihood_ratio_p = boost::math::cdf(boost::math::complement(chi, std::max(out.likelihood_ratio, 0.0)));
    return out;
  }

 private:
  // How much of the residual the regressors with cross products `rest` explain: bᵀ rest⁻¹ b by Cholesky, leaving out
  // regressors of which nothing is left beside the others.
  static double explained(Eigen::MatrixXd rest, const Eigen::VectorXd& before, Eigen::VectorXd products,
                          Eigen::Index& rank) {
    double sum = 0;
    rank = 0;
    for (Eigen::Index k = 0; k < rest.rows(); ++k) {
      const double pivot = rest(k, k);
      if (!(pivot > kDependent * before(k))) continue;
      ++rank;
      sum += products(k) * products(k) / pivot;
      const Eigen::VectorXd share = rest.col(k) / pivot;
      const double product = products(k);
      for (Eigen::Index i = k + 1; i < rest.rows(); ++i) {
        products(i) -= share(i) * product;
        rest.col(i).tail(rest.rows() - k - 1) -= share.tail(rest.rows() - k - 1) * rest(k, i);
      }
    }
    return sum;
  }

  const LaggedColumns& lagged_;
  Eigen::Index own_rank_ = 0;
  double rss_ = 0;
  bool testable_ = false;
  Eigen::MatrixXd projected_;  // of every lagged column on the effect's own past
  Eigen::VectorXd products_;   // of every lagged column with the residual
};

Result<void> check(Eigen::Index rows, Eigen::Index lag) {
  if (lag < 1) return Error{ErrorKind::invalid_argument, "a Granger test needs a lag of at least 1"};
  if (rows <= 3 * lag + 1) {
    return Error{ErrorKind::missing_input, "a Granger test with " + std::to_string(lag) + " lags needs more than " +
                                               std::to_string(3 * lag + 1) + " rows, there are " +
                                               std::to_string(rows)};
  }
  return {};
}

// Columns divided by their largest absolute value; the tests do not depend on scale.
Eigen::MatrixXd scaled(const Eigen::MatrixXd& values) {
  Eigen::MatrixXd out = values.rowwise() - values.colwise().mean();
  for (Eigen::Index column = 0; column < out.cols(); ++column) {
    const double noise = 1e-15 * static_cast<double>(out.rows()) * values.col(column).cwiseAbs().maxCoeff();
    const double largest = out.col(column).cwiseAbs().maxCoeff();
    if (largest > noise) {
      out.col(column) /= largest;
    } else {
      out.col(column).setZero();
    }
  }
  return out;
}

}  // namespace

Result<GrangerTest> granger_test(const Eigen::Ref<const Eigen::VectorXd>& cause,
                                 const Eigen::Ref<const Eigen::VectorXd>& effect, Eigen::Index lag) {
  if (cause.size() != effect.size()) {
    return Error{ErrorKind::invalid_argument, "a Granger test got series of " + std::to_string(cause.size()) + " and " +
                                                  std::to_string(effect.size()) + " rows"};
  }
  RCA_TRY(check(cause.size(), lag));
  Eigen::MatrixXd values(cause.size(), 2);
  values << cause, effect;
  Eigen::VectorXd largest = (values.rowwise() - values.colwise().mean()).cwiseAbs().colwise().maxCoeff().transpose();
  const LaggedColumns lagged(scaled(values), lag);
  GrangerTest test = Effect(lagged, 1).test(0);
  test.rss_restricted *= largest(1) * largest(1);
  test.rss_unrestricted *= largest(1) * largest(1);
  return test;
}

Result<Eigen::MatrixXd> granger_p_values(const Eigen::MatrixXd& values, Eigen::Index max_lag) {
  RCA_TRY(check(values.rows(), max_lag));
  const Eigen::Index n = values.cols();
  const Eigen::MatrixXd columns = scaled(values);
  Eigen::MatrixXd p = Eigen::MatrixXd::Ones(n, n);
  for (Eigen::Index lag = 1; lag <= max_lag; ++lag) {
    const LaggedColumns lagged(columns, lag);
    parallel_for(0, n, 4, [&](Eigen::Index effect) {
      const Effect tests(lagged, effect);
      for (Eigen::Index cause = 0; cause < n; ++cause) {
        if (cause != effect) p(cause, effect) = std::min(p(cause, effect), tests.test(cause).f_p);
      }
    });
  }
  p = (p * static_cast<double>(max_lag)).cwiseMin(1.0);
  p.diagonal().setOnes();
  return p;
}

}  // namespace rca
