#include "rca_core/causal/direct_lingam.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <string>

namespace rca {
namespace {

constexpr double kExplained = 1e-10;  // share of the variance below which a residual is rounding noise

// Differential entropy of a standardized variable by maximum-entropy approximation (A. Hyvärinen, "New Approximations
// of Differential Entropy for Independent Component Analysis and Projection Pursuit", 1998).
double entropy(const Eigen::ArrayXd& u) {
  const auto rows = static_cast<double>(u.size());
  // ln cosh u = |u| + ln(1 + e^(−2|u|)) − ln 2 does not overflow; the logarithm of a product of up to 256 factors in
  // [1, 2] neither, and saves as many logarithms.
  constexpr Eigen::Index kFactors = 256;
  double logarithms = 0;
  for (Eigen::Index first = 0; first < u.size(); first += kFactors) {
    const auto part = u.segment(first, std::min(kFactors, u.size() - first));
    logarithms += std::log(((-2 * part.abs()).exp() + 1).prod());
  }
  const double log_cosh = (u.abs().sum() + logarithms) / rows - std::numbers::ln2;
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
    std::vector<double> hint(remaining_.size(), 0);  // how much spoke against a variable in the last round
    while (!remaining_.empty()) {
      const Comparisons comparisons(*this);
      std::size_t best = 0;
      if (steps != nullptr) {
        const std::vector<double> scores = comparisons.all();
        best = static_cast<std::size_t>(std::max_element(scores.begin(), scores.end()) - scores.begin());
        steps->push_back({remaining_, scores, remaining_[best]});
      } else {
        best = comparisons.best(hint);
      }
      const Eigen::Index chosen = remaining_[best];
      order.push_back(chosen);
      remaining_.erase(remaining_.begin() + static_cast<std::ptrdiff_t>(best));
      hint.erase(hint.begin() + static_cast<std::ptrdiff_t>(best));
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

  // The pairs of one round, by positions in remaining_.
  class Comparisons {
   public:
    explicit Comparisons(const OrderSearch& search)
        : search_(search),
          count_(search.remaining_.size()),
          own_(count_),
          known_(count_ * count_, std::numeric_limits<double>::quiet_NaN()) {
      for (std::size_t i = 0; i < count_; ++i) own_[i] = entropy(search.x_.col(search.remaining_[i]).array());
    }

    [[nodiscard]] std::vector<double> all() const {
      std::vector<double> scores(count_);
      for (std::size_t i = 0; i < count_; ++i) scores[i] = score(i);
      return scores;
    }

    // The position of the largest score. What speaks against a candidate only adds up, so that most are out after a few
    // comparisons with those that did best in the last round (`hint`, ascending; updated).
    [[nodiscard]] std::size_t best(std::vector<double>& hint) const {
      std::vector<std::size_t> turn(count_);
      std::iota(turn.begin(), turn.end(), 0);
      std::stable_sort(turn.begin(), turn.end(), [&](std::size_t a, std::size_t b) { return hint[a] < hint[b]; });
      std::size_t best = turn.front();
      double best_score = -std::numeric_limits<double>::infinity();
      for (const std::size_t i : turn) {
        double against = 0;
        for (std::size_t k = 0; k < count_ && -against >= best_score * kSlack; ++k) against += refutation(i, turn[k]);
        hint[i] = against;
        if (-against < best_score * kSlack) continue;
        const double exact = score(i);  // added in the order of positions, as all() does
        if (exact < best_score || (exact == best_score && i > best)) continue;
        best = i;
        best_score = exact;
      }
      return best;
    }

   private:
    static constexpr double kSlack = 1 + 1e-9;  // sums in another order round differently

    [[nodiscard]] double score(std::size_t i) const {
      double sum = 0;
      for (std::size_t j = 0; j < count_; ++j) sum -= refutation(i, j);
      return sum;
    }

    // min(0, D(i, j))²: how much says that i does not cause j. D is antisymmetric, so a pair is compared once.
    [[nodiscard]] double refutation(std::size_t i, std::size_t j) const {
      if (i == j) return 0;
      double& d = known_[std::max(i, j) * count_ + std::min(i, j)];
      if (std::isnan(d)) d = search_.compare(std::max(i, j), std::min(i, j), own_, buffer_);
      const double against = std::min(0.0, i > j ? d : -d);
      return against * against;
    }

    const OrderSearch& search_;
    std::size_t count_;
    std::vector<double> own_;            // entropies
    mutable std::vector<double> known_;  // NaN: not compared yet
    mutable Eigen::ArrayXd buffer_;
  };

  // D(i, j) of positions in remaining_: positive where i rather causes j.
  double compare(std::size_t i, std::size_t j, const std::vector<double>& own, Eigen::ArrayXd& u) const {
    const double r = correlation(remaining_[i], remaining_[j]);
    if (1 - r * r <= kExplained) return 0;  // the same variable: neither is first
    const double left_of_i = residual_entropy(remaining_[i], remaining_[j], r, u);
    const double left_of_j = residual_entropy(remaining_[j], remaining_[i], r, u);
    return own[j] + left_of_i - own[i] - left_of_j;
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
