#include "rca_core/stats/minimize.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <utility>
#include <vector>

namespace rca {
namespace {

constexpr double kSufficient = 1e-4;  // share of the improvement that the slope promises (Armijo)
constexpr int kMaxHalvings = 40;

double sign(double value) {
  return static_cast<double>(value > 0) - static_cast<double>(value < 0);
}

// The inverse Hessian that the last steps suggest.
class History {
 public:
  explicit History(int memory) : memory_(static_cast<std::size_t>(std::max(memory, 1))) {}

  void clear() { pairs_.clear(); }

  void add(Eigen::VectorXd step, Eigen::VectorXd change) {
    const double curvature = step.dot(change);
    if (!(curvature > 1e-12 * change.squaredNorm()) || !std::isfinite(curvature)) return;
    if (pairs_.size() == memory_) pairs_.pop_front();
    pairs_.push_back({std::move(step), std::move(change), curvature});
  }

  [[nodiscard]] Eigen::VectorXd times(Eigen::VectorXd v) const {
    std::vector<double> weights(pairs_.size());
    for (std::size_t i = pairs_.size(); i-- > 0;) {
      weights[i] = pairs_[i].step.dot(v) / pairs_[i].curvature;
      v -= weights[i] * pairs_[i].change;
    }
    if (!pairs_.empty()) v *= pairs_.back().curvature / pairs_.back().change.squaredNorm();
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      v += (weights[i] - pairs_[i].change.dot(v) / pairs_[i].curvature) * pairs_[i].step;
    }
    return v;
  }

  [[nodiscard]] bool empty() const { return pairs_.empty(); }

 private:
  struct Pair {
    Eigen::VectorXd step;
    Eigen::VectorXd change;
    double curvature = 0;
  };
  std::size_t memory_;
  std::deque<Pair> pairs_;
};

// The gradient of f + l1 ‖x‖₁; where that has a kink, the smaller of the slopes to both sides, or 0 if both rise.
Eigen::VectorXd pseudo_gradient(const Eigen::VectorXd& x, const Eigen::VectorXd& gradient, double l1) {
  if (l1 <= 0) return gradient;
  Eigen::VectorXd out(x.size());
  for (Eigen::Index i = 0; i < x.size(); ++i) {
    if (x(i) != 0) {
      out(i) = gradient(i) + l1 * sign(x(i));
    } else {
      out(i) = sign(gradient(i)) * std::max(std::fabs(gradient(i)) - l1, 0.0);
    }
  }
  return out;
}

class Minimizer {
 public:
  using Function = std::function<double(const Eigen::VectorXd&, Eigen::VectorXd&)>;

  Minimizer(const Function& f, Eigen::VectorXd start, const MinimizeOptions& options)
      : f_(f), options_(options), history_(options.memory), gradient_(Eigen::VectorXd::Zero(start.size())) {
    out_.x = std::move(start);
  }

  Minimum run() {
    out_.value = evaluate(out_.x, gradient_);
    while (std::isfinite(out_.value) && out_.evaluations < options_.max_evaluations) {
      const Eigen::VectorXd slope = pseudo_gradient(out_.x, gradient_, options_.l1);
      if (slope.lpNorm<Eigen::Infinity>() <= options_.gradient_tolerance) {
        out_.converged = true;
        break;
      }
      if (search(direction(slope), slope)) continue;
      if (out_.converged || history_.empty()) break;
      history_.clear();  // once more, straight down
    }
    return std::move(out_);
  }

 private:
  double evaluate(const Eigen::VectorXd& x, Eigen::VectorXd& gradient) {
    ++out_.evaluations;
    const double value = f_(x, gradient);
    return options_.l1 > 0 ? value + options_.l1 * x.lpNorm<1>() : value;
  }

  [[nodiscard]] Eigen::VectorXd direction(const Eigen::VectorXd& slope) {
    Eigen::VectorXd d = -history_.times(slope);
    if (options_.l1 > 0) {
      // Not against the pseudo-gradient in any coordinate, or the step could leave the orthant uphill.
      d = (d.array() * slope.array() < 0).select(d, 0.0);
    }
    if (d.dot(slope) < 0) return d;
    history_.clear();
    return -slope;
  }

  // Where the step leaves the orthant of x it stops at the border.
  [[nodiscard]] Eigen::VectorXd moved(const Eigen::VectorXd& d, double length, const Eigen::VectorXd& slope) const {
    Eigen::VectorXd next = out_.x + length * d;
    if (options_.l1 <= 0) return next;
    for (Eigen::Index i = 0; i < next.size(); ++i) {
      const double side = out_.x(i) != 0 ? sign(out_.x(i)) : -sign(slope(i));
      if (next(i) * side < 0) next(i) = 0;
    }
    return next;
  }

  // Goes along d; false when no step length improves, or when the improvement is within the tolerance.
  bool search(const Eigen::VectorXd& d, const Eigen::VectorXd& slope) {
    double length = history_.empty() ? std::min(1.0, 1.0 / slope.lpNorm<1>()) : 1.0;
    Eigen::VectorXd gradient = Eigen::VectorXd::Zero(d.size());
    for (int halving = 0; halving < kMaxHalvings && out_.evaluations < options_.max_evaluations; ++halving) {
      const Eigen::VectorXd next = moved(d, length, slope);
      const double value = evaluate(next, gradient);
      if (std::isfinite(value) && value <= out_.value + kSufficient * slope.dot(next - out_.x)) {
        const double improvement = out_.value - value;
        history_.add(next - out_.x, gradient - gradient_);
        const double size = std::max({std::fabs(value), std::fabs(out_.value), 1.0});
        out_.x = next;
        out_.value = value;
        gradient_ = gradient;
        out_.converged = improvement <= options_.value_tolerance * size;
        return !out_.converged;
      }
      length /= 2;
    }
    return false;
  }

  const Function& f_;
  MinimizeOptions options_;
  History history_;
  Eigen::VectorXd gradient_;
  Minimum out_;
};

}  // namespace

Minimum minimize(const std::function<double(const Eigen::VectorXd&, Eigen::VectorXd&)>& f, Eigen::VectorXd start,
                 const MinimizeOptions& options) {
  return Minimizer(f, std::move(start), options).run();
}

}  // namespace rca
