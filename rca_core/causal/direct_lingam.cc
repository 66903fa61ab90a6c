#include "rca_core/causal/direct_lingam.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <string>

#include "common/parallel_for.h"

namespace rca {
namespace {

constexpr double kExplained = 1e-10;  // share of the variance below which a residual is rounding noise

// Differential entropy of a standardized variable by maximum-entropy approximation (A. Hyvärinen, "New Approximations
// of Differential Entropy for Independent Component Analysis and Projection Pursuit", 1998).
double entropy(const Eigen::ArrayXd& u) {
  const auto rows = static_cast<double>(u.size());
  // ln cosh u = |u| + ln(1 + e^(−2|u|)) − ln 2 does not overflow.
  const double log_cosh = (u.abs() + ((-2 * u.abs()).exp() + 1).log()).sum() / rows - std::numbers::ln2;
  const double asymmetry = (u * (-0.5 * u.square()).exp()).sum() / rows;
  const double first = log_cosh - 0.37457;
  return (1 + std::log(2 * std::numbers::pi)) / 2 - 79.047 * first * first - 7.4129 * asymmetry * asymmetry;
}

// Columns with mean 0 and variance 1; what has no variance left becomes 0.
void standardize(Eigen::Ref<Eigen::VectorXd> column, double smallest) {
  column.array() -= column.mean();
  const double variance = column.squaredNorm() / static_cast<double>(column.size());
  if (variance > smallest) {
    column /= std::sqrt(variance);
  } else {
    column.setZero();
  }
}

class OrderSearch {
 public:
  explicit OrderSearch(const Eigen::MatrixXd& values)
      : x_(values), rows_(static_cast<double>(values.rows())), remaining_(static_cast<std::size_t>(values.cols())) {
    std::iota(remaining_.begin(), remaining_.end(), 0);
    for (Eigen::Index column = 0; column < x_.cols(); ++column) standardize(x_.col(column), 0);
  }

  std::vector<Eigen::Index> run(std::vector<DirectLingamStep>* steps) {
    std::vector<Eigen::Index> order;
    while (!remaining_.empty()) {
      const std::vector<double> scores = score_all();
      const auto best = std::max_element(scores.begin(), scores.end()) - scores.begin();
      const Eigen::Index chosen = remaining_[static_cast<std::size_t>(best)];
      if (steps != nullptr) steps->push_back({remaining_, scores, chosen});
      order.push_back(chosen);
      remaining_.erase(remaining_.begin() + best);
      for (const Eigen::Index other : remaining_) remove_effect(chosen, other);
    }
    return order;
  }

 private:
  // Of the regression of one standardized column on another: their correlation.
  [[nodiscard]] double correlation(Eigen::Index a, Eigen::Index b) const { return x_.col(a).dot(x_.col(b)) / rows_; }

  // Entropy of what is left of `of` after regression on `on`, standardized.
  double residual_entropy(Eigen::Index of, Eigen::Index on, double slope, Eigen::ArrayXd& u) const {
    u = (x_.col(of) - slope * x_.col(on)).array() / std::sqrt(1 - slope * slope);
    return entropy(u);
  }

  [[nodiscard]] std::vector<double> score_all() const {
    const auto count = static_cast<Eigen::Index>(remaining_.size());
    std::vector<double> own(remaining_.size());
    for (std::size_t i = 0; i < remaining_.size(); ++i) own[i] = entropy(x_.col(remaining_[i]).array());
    // (i, j) > 0: i rather causes j. Antisymmetric, so that half of it is enough.
    Eigen::MatrixXd direction = Eigen::MatrixXd::Zero(count, count);
    parallel_ranges(0, count, 2, [&](Eigen::Index first, Eigen::Index last) {
      Eigen::ArrayXd u(x_.rows());
      for (Eigen::Index i = first; i < last; ++i) {
        for (Eigen::Index j = 0; j < i; ++j) direction(i, j) = compare(i, j, own, u);
      }
    });
    std::vector<double> scores(remaining_.size(), 0);
    for (Eigen::Index i = 0; i < count; ++i) {
      for (Eigen::Index j = 0; j < count; ++j) {
        const double against = std::min(0.0, i > j ? direction(i, j) : -direction(j, i));
        scores[static_cast<std::size_t>(i)] -= against * against;
      }
    }
    return scores;
  }

  // Positions in remaining_.
  double compare(Eigen::Index i, Eigen::Index j, const std::vector<double>& own, Eigen::ArrayXd& u) const {
    const auto at_i = static_cast<std::size_t>(i);
    const auto at_j = static_cast<std::size_t>(j);
    const double r = correlation(remaining_[at_i], remaining_[at_j]);
    if (1 - r * r <= kExplained) return 0;  // the same variable: neither is first
    const double left_of_i = residual_entropy(remaining_[at_i], remaining_[at_j], r, u);
    const double left_of_j = residual_entropy(remaining_[at_j], remaining_[at_i], r, u);
    return own[at_j] + left_of_i - own[at_i] - left_of_j;
  }

  void remove_effect(Eigen::Index cause, Eigen::Index effect) {
    const double r = correlation(effect, cause);
    x_.col(effect) -= r * x_.col(cause);
    standardize(x_.col(effect), kExplained);
  }

  Eigen::MatrixXd x_;
  double rows_;
  std::vector<Eigen::Index> remaining_;
};

}  // namespace

std::vector<Eigen::Index> direct_lingam_order(const Eigen::MatrixXd& values, std::vector<DirectLingamStep>* steps) {
  return OrderSearch(values).run(steps);
}

Result<LingamModel> direct_lingam(const Eigen::MatrixXd& values) {
  if (values.rows() < 4) {
    return Error{ErrorKind::missing_input,
                 "DirectLiNGAM needs at least 4 rows, there are " + std::to_string(values.rows())};
  }
  const std::vector<Eigen::Index> columns = independent_columns(values);
  LingamModel model;
  for (const Eigen::Index position : direct_lingam_order(values(Eigen::all, columns))) {
    model.order.push_back(columns[static_cast<std::size_t>(position)]);
  }
  RCA_ASSIGN(model.b, lingam_edges(values, model.order));
  return model;
}

}  // namespace rca
