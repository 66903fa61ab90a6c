#include "rca_core/causal/direct_lingam.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <string>
#include <utility>

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
  OrderSearch(const Eigen::MatrixXd& values, const CausalPrecedence& before)
      : x_(values),
        before_(before),
        rows_(static_cast<double>(values.rows())),
        remaining_(static_cast<std::size_t>(values.cols())) {
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
      for (std::size_t i = 0; i < count_; ++i) {
        scores[i] = search_.may_be_next(i) ? score(i) : -std::numeric_limits<double>::infinity();
      }
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
        if (!search_.may_be_next(i)) continue;
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

  // Whether nothing that remains has to come before the variable at this position.
  [[nodiscard]] bool may_be_next(std::size_t position) const {
    if (before_.size() == 0) return true;
    return std::none_of(remaining_.begin(), remaining_.end(),
                        [&](Eigen::Index other) { return before_(other, remaining_[position]); });
  }

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
  const CausalPrecedence& before_;
  double rows_;
  std::vector<Eigen::Index> remaining_;
};

Error invalid(std::string message) {
  return {ErrorKind::invalid_argument, std::move(message)};
}

}  // namespace

PairwiseMeasure pairwise_measure(const Eigen::VectorXd& x, const Eigen::VectorXd& y) {
  PairwiseMeasure out;
  Eigen::VectorXd a = x;
  Eigen::VectorXd b = y;
  standardize(a, 0);
  standardize(b, 0);
  out.entropy_x = entropy(a.array());
  out.entropy_y = entropy(b.array());
  out.residual = Eigen::VectorXd::Zero(x.size());
  const double r = a.dot(b) / static_cast<double>(a.size());
  if (1 - r * r <= kExplained) return out;
  const double left = std::sqrt(1 - r * r);
  out.residual = a - r * b;
  const double left_of_x = entropy((out.residual / left).array());
  const double left_of_y = entropy(((b - r * a) / left).array());
  out.difference = out.entropy_y + left_of_x - out.entropy_x - left_of_y;
  return out;
}

Result<CausalPrecedence> known_precedence(const Eigen::MatrixXi& prior_knowledge) {
  const Eigen::Index n = prior_knowledge.rows();
  if (prior_knowledge.cols() != n) {
    return invalid("prior knowledge of causes is " + std::to_string(n) + "×" + std::to_string(prior_knowledge.cols()) +
                   ", not square");
  }
  if (n > 0 && prior_knowledge.maxCoeff() > 1) return invalid("prior knowledge of causes is 1, 0 or negative");
  CausalPrecedence before = CausalPrecedence::Constant(n, n, false);
  for (Eigen::Index i = 0; i < n; ++i) {
    for (Eigen::Index j = 0; j < n; ++j) {
      if (i == j) continue;
      if (prior_knowledge(i, j) == 1) before(j, i) = true;
      // Where neither causes the other nothing follows for the order.
      if (prior_knowledge(i, j) == 0 && prior_knowledge(j, i) != 0) before(i, j) = true;
    }
  }
  for (Eigen::Index middle = 0; middle < n; ++middle) {
    for (Eigen::Index i = 0; i < n; ++i) {
      if (before(i, middle)) before.row(i) = before.row(i).array() || before.row(middle).array();
    }
  }
  if (before.diagonal().any()) return invalid("prior knowledge of causes contradicts itself: it has a cycle");
  return before;
}

std::vector<Eigen::Index> direct_lingam_order(const Eigen::MatrixXd& values, std::vector<DirectLingamStep>* steps,
                                              const CausalPrecedence& before) {
  return OrderSearch(values, before).run(steps);
}

Result<LingamModel> direct_lingam(const Eigen::MatrixXd& values, const Eigen::MatrixXi& prior_knowledge) {
  if (values.rows() < 4) {
    return Error{ErrorKind::missing_input,
                 "DirectLiNGAM needs at least 4 rows, there are " + std::to_string(values.rows())};
  }
  const bool informed = prior_knowledge.size() > 0;
  if (informed && prior_knowledge.rows() != values.cols()) {
    return invalid("prior knowledge of " + std::to_string(prior_knowledge.rows()) + " causes does not belong to " +
                   std::to_string(values.cols()) + " variables");
  }
  RCA_ASSIGN(const CausalPrecedence before, known_precedence(prior_knowledge));
  const std::vector<Eigen::Index> columns = independent_columns(values);
  const CausalPrecedence among = informed ? CausalPrecedence(before(columns, columns)) : CausalPrecedence();
  LingamModel model;
  for (const Eigen::Index position : direct_lingam_order(values(Eigen::all, columns), nullptr, among)) {
    model.order.push_back(columns[static_cast<std::size_t>(position)]);
  }
  RCA_ASSIGN(model.b, lingam_edges(values, model.order, prior_knowledge));
  return model;
}

}  // namespace rca
