#include "rca_core/graph/random_walk.h"

#include <algorithm>
#include <string>
#include <utility>

namespace rca {
namespace {

constexpr double kSettled = 1e-13;  // 1-norm of the change from which on the distribution stays as it is

Result<void> check(const Eigen::MatrixXd& causes, const Eigen::MatrixXd& affinity, double backward) {
  const Eigen::Index n = causes.rows();
  const auto invalid = [](std::string message) { return Error{ErrorKind::invalid_argument, std::move(message)}; };
  if (causes.cols() != n || affinity.rows() != n || affinity.cols() != n) {
    return invalid("a random walk needs square matrices of one size, got " + std::to_string(n) + "×" +
                   std::to_string(causes.cols()) + " and " + std::to_string(affinity.rows()) + "×" +
                   std::to_string(affinity.cols()));
  }
  if (!affinity.allFinite() || (affinity.array() < 0).any() || !(backward >= 0 && backward <= 1)) {
    return invalid("a random walk needs finite weights that are not negative, and a backward weight in [0, 1]");
  }
  return {};
}

bool is_cause(const Eigen::MatrixXd& causes, Eigen::Index i, Eigen::Index j) {
  return i != j && causes(i, j) > 0;
}

// The share of the first `done` steps, when the distribution `now` of step `done` holds for all that follow.
Eigen::VectorXd normalised_visits(Eigen::VectorXd visits, const Eigen::VectorXd& now, int done, int steps) {
  visits += static_cast<double>(steps - done) * now;
  const double sum = visits.sum();
  if (sum > 0) visits /= sum;
  return visits;
}

// Where a second-order walk stands, and how it goes on: (k, i) is "came from k, is at i".
class SecondOrder {
 public:
  SecondOrder(const Eigen::MatrixXd& causes, const Eigen::MatrixXd& affinity, const SecondOrderWalk& options)
      : options_(options), n_(causes.rows()) {
    // Seen from i: forward(i, j) = 1 for its causes, back(i, j) = 1 for its effects that are not causes.
    forward_ = Eigen::MatrixXd::Zero(n_, n_);
    back_ = Eigen::MatrixXd::Zero(n_, n_);
    for (Eigen::Index i = 0; i < n_; ++i) {
      for (Eigen::Index j = 0; j < n_; ++j) {
        if (is_cause(causes, j, i)) {
          forward_(i, j) = 1;
        } else if (is_cause(causes, i, j)) {
          back_(i, j) = 1;
        }
      }
    }
    step_ = forward_.cwiseProduct(affinity);
    for (Eigen::Index i = 0; i < n_; ++i) {
      const double sum = step_.row(i).sum();
      if (sum > 0) step_.row(i) /= sum;
    }
    // Σ_j of both parts of the weights, and of the part that the next step alone decides.
    count_ = forward_.rowwise().sum() + options_.backward * back_.rowwise().sum();
    const Eigen::MatrixXd next = step_ + options_.backward * back_.cwiseProduct(step_.transpose());
    next_ = (1 - options_.memory) * next;
    next_sum_ = next_.rowwise().sum();
    stay_ = affinity.diagonal();
    strongest_ = step_.rowwise().maxCoeff();
    has_causes_ = forward_.rowwise().sum();
  }

  // at(k, i) → at(i, j).
  [[nodiscard]] Eigen::MatrixXd advance(const Eigen::MatrixXd& at) const {
    Eigen::MatrixXd out(n_, n_);
    for (Eigen::Index i = 0; i < n_; ++i) {
      double scaled = 0;      // Σ_k at(k, i) / total(k, i)
      double remembered = 0;  // the same, times memory · P(k, i)
      double stays = 0;
      for (Eigen::Index k = 0; k < n_; ++k) {
        if (at(k, i) <= 0) continue;
        const double memory = options_.memory * step_(k, i);
        const double best = has_causes_(i) > 0 ? memory + (1 - options_.memory) * strongest_(i) : 0;
        const double self = std::max(0.0, stay_(i) - best);
        const double total = memory * count_(i) + next_sum_(i) + self;
        if (total <= 0) continue;  // the walk ends
        const double share = at(k, i) / total;
        scaled += share;
        remembered += share * memory;
        stays += share * self;
      }
      out.row(i) = remembered * (forward_.row(i) + options_.backward * back_.row(i)) + scaled * next_.row(i);
      out(i, i) = stays;
    }
    return out;
  }

 private:
  SecondOrderWalk options_;
  Eigen::Index n_;
  Eigen::MatrixXd forward_, back_;  // from i (row) to j
  Eigen::MatrixXd step_;            // P: affinity over the causes, rows summing to 1
  Eigen::MatrixXd next_;            // (1 − memory) · what the next step alone adds to the weight of i → j
  Eigen::VectorXd count_, next_sum_, stay_, strongest_, has_causes_;
};

}  // namespace

Eigen::MatrixXd affinity_to(const Eigen::VectorXd& to_sli) {
  return to_sli.transpose().replicate(to_sli.size(), 1);
}

Result<Eigen::MatrixXd> walk_transition(const Eigen::MatrixXd& causes, const Eigen::MatrixXd& affinity,
                                        double backward) {
  RCA_TRY(check(causes, affinity, backward));
  const Eigen::Index n = causes.rows();
  Eigen::MatrixXd transition = Eigen::MatrixXd::Zero(n, n);
  for (Eigen::Index i = 0; i < n; ++i) {
    double strongest = 0;
    for (Eigen::Index j = 0; j < n; ++j) {
      if (is_cause(causes, j, i)) {
        transition(i, j) = affinity(i, j);
        strongest = std::max(strongest, affinity(i, j));
      } else if (is_cause(causes, i, j)) {
        transition(i, j) = backward * affinity(i, j);
      }
    }
    transition(i, i) = std::max(0.0, affinity(i, i) - strongest);
    const double sum = transition.row(i).sum();
    if (sum > 0) transition.row(i) /= sum;
  }
  return transition;
}

Eigen::VectorXd expected_visits(const Eigen::MatrixXd& transition, const Eigen::VectorXd& start, int steps) {
  Eigen::VectorXd at = start;
  Eigen::VectorXd visits = Eigen::VectorXd::Zero(start.size());
  int done = 0;
  while (done < steps) {
    Eigen::VectorXd next = transition.transpose() * at;
    const double change = (next - at).lpNorm<1>();
    at = std::move(next);
    visits += at;
    ++done;
    if (change < kSettled) break;
  }
  return normalised_visits(std::move(visits), at, done, steps);
}

Result<Eigen::VectorXd> second_order_visits(const Eigen::MatrixXd& causes, const Eigen::MatrixXd& affinity,
                                            const Eigen::VectorXd& start, const SecondOrderWalk& options) {
  RCA_TRY(check(causes, affinity, options.backward));
  if (start.size() != causes.rows()) {
    return Error{ErrorKind::invalid_argument, "a random walk got " + std::to_string(start.size()) + " starts for " +
                                                  std::to_string(causes.rows()) + " variables"};
  }
  if (causes.rows() == 0) return Eigen::VectorXd();
  const SecondOrder walk(causes, affinity, options);
  Eigen::MatrixXd at = start.asDiagonal();
  Eigen::VectorXd visits = Eigen::VectorXd::Zero(start.size());
  int done = 0;
  while (done < options.steps) {
    Eigen::MatrixXd next = walk.advance(at);
    const double change = (next - at).lpNorm<1>();
    at = std::move(next);
    visits += at.colwise().sum().transpose();
    ++done;
    if (change < kSettled) break;
  }
  return normalised_visits(std::move(visits), at.colwise().sum().transpose(), done, options.steps);
}

}  // namespace rca
