#include "rca_core/causal/notears.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <utility>

#include "rca_core/stats/minimize.h"
#include "rca_core/stats/random.h"

namespace rca {
namespace {

constexpr double kRequiredProgress = 0.25;  // a round that leaves more of h than this makes the penalty harder
constexpr double kHarder = 10;
constexpr double kStart = 0.3;  // weights of the random start are about that large at most

Eigen::MatrixXd power(Eigen::MatrixXd base, Eigen::Index exponent) {
  Eigen::MatrixXd out = Eigen::MatrixXd::Identity(base.rows(), base.cols());
  bool empty = true;  // spares the product with the identity
  for (; exponent > 0; exponent /= 2) {
    if (exponent % 2 == 1) {
      out = empty ? base : Eigen::MatrixXd(out * base);
      empty = false;
    }
    if (exponent > 1) base = Eigen::MatrixXd(base * base);
  }
  return out;
}

// How the vector that is optimised stands for the matrix of weights.
struct Parameters {
  std::function<Eigen::MatrixXd(const Eigen::VectorXd& x)> weights;
  // The gradient for x, from that for the weights.
  std::function<Eigen::VectorXd(const Eigen::VectorXd& x, const Eigen::MatrixXd& gradient)> gradient;
  double l1 = 0;
};

class AugmentedLagrangian {
 public:
  AugmentedLagrangian(const Eigen::MatrixXd& values, Parameters parameters, const NotearsOptions& options)
      : parameters_(std::move(parameters)), options_(options) {
    const Eigen::MatrixXd centred = values.rowwise() - values.colwise().mean();
    covariance_ = centred.transpose() * centred / static_cast<double>(values.rows());
  }

  NotearsResult run(Eigen::VectorXd x) {
    double h = std::numeric_limits<double>::infinity();
    for (int round = 0; round < options_.max_rounds && evaluations_ < options_.max_evaluations; ++round) {
      for (;;) {
        const Minimum minimum = minimize([this](const Eigen::VectorXd& at, Eigen::VectorXd& g) { return value(at, g); },
                                         x, minimize_options());
        evaluations_ += minimum.evaluations;
        const double next_h = acyclicity(parameters_.weights(minimum.x), nullptr, options_.longest_cycle);
        const bool enough = next_h <= kRequiredProgress * h;
        if (enough || rho_ >= options_.rho_max || evaluations_ >= options_.max_evaluations) {
          x = minimum.x;
          h = next_h;
          break;
        }
        rho_ *= kHarder;
        // As published, every penalty starts from the last round's solution, not from the rejected one.
      }
      alpha_ += rho_ * h;
      if (h <= options_.h_tolerance || rho_ >= options_.rho_max) break;
    }
    return result(x, h);
  }

 private:
  [[nodiscard]] MinimizeOptions minimize_options() const {
    MinimizeOptions out;
    out.l1 = parameters_.l1;
    out.max_evaluations = std::max(1, options_.max_evaluations - evaluations_);
    return out;
  }

  // ‖X − XW‖² / 2T = tr((I − W)ᵀ C (I − W)) / 2 with the covariance C, whatever T is.
  double loss(const Eigen::MatrixXd& weights, Eigen::MatrixXd& gradient) const {
    const Eigen::MatrixXd rest = Eigen::MatrixXd::Identity(weights.rows(), weights.cols()) - weights;
    gradient = -covariance_ * rest;
    return -0.5 * gradient.cwiseProduct(rest).sum();
  }

  double value(const Eigen::VectorXd& x, Eigen::VectorXd& gradient) const {
    const Eigen::MatrixXd weights = parameters_.weights(x);
    Eigen::MatrixXd of_loss;
    Eigen::MatrixXd of_h;
    const double l = loss(weights, of_loss);
    const double h = acyclicity(weights, &of_h, options_.longest_cycle);
    gradient = parameters_.gradient(x, of_loss + (rho_ * h + alpha_) * of_h);
    return l + 0.5 * rho_ * h * h + alpha_ * h;
  }

  [[nodiscard]] NotearsResult result(const Eigen::VectorXd& x, double h) const {
    NotearsResult out;
    out.unthresholded = parameters_.weights(x);
    out.weights = (out.unthresholded.array().abs() > options_.threshold).select(out.unthresholded, 0.0);
    Eigen::MatrixXd ignored;
    out.loss = loss(out.unthresholded, ignored);
    out.h = h;
    out.evaluations = evaluations_;
    return out;
  }

  Parameters parameters_;
  NotearsOptions options_;
  Eigen::MatrixXd covariance_;
  double rho_ = 1;
  double alpha_ = 0;
  int evaluations_ = 0;
};

Result<void> check(const Eigen::MatrixXd& values) {
  if (values.rows() >= 2) return {};
  return Error{ErrorKind::missing_input, "NOTEARS needs at least 2 rows, there are " + std::to_string(values.rows())};
}

}  // namespace

double acyclicity(const Eigen::MatrixXd& weights, Eigen::MatrixXd* gradient, Eigen::Index longest_cycle) {
  const Eigen::Index n = weights.rows();
  if (n == 0) return 0;
  const Eigen::Index longest = longest_cycle > 0 ? std::min(longest_cycle, n) : n;
  const Eigen::MatrixXd step =
      Eigen::MatrixXd::Identity(n, n) + weights.cwiseProduct(weights) / static_cast<double>(longest);
  const Eigen::MatrixXd walks = power(step, longest - 1);
  if (gradient != nullptr) *gradient = 2 * walks.transpose().cwiseProduct(weights);
  return walks.transpose().cwiseProduct(step).sum() - static_cast<double>(n);
}

Result<NotearsResult> notears(const Eigen::MatrixXd& values, const NotearsOptions& options) {
  RCA_TRY(check(values));
  const Eigen::Index n = values.cols();
  Parameters parameters;
  parameters.l1 = options.lambda;
  parameters.weights = [n](const Eigen::VectorXd& x) { return Eigen::MatrixXd(x.reshaped(n, n)); };
  parameters.gradient = [](const Eigen::VectorXd&, const Eigen::MatrixXd& gradient) {
    Eigen::MatrixXd free = gradient;
    free.diagonal().setZero();  // no variable causes itself
    return Eigen::VectorXd(free.reshaped());
  };
  return AugmentedLagrangian(values, std::move(parameters), options).run(Eigen::VectorXd::Zero(n * n));
}

Result<NotearsResult> notears_low_rank(const Eigen::MatrixXd& values, Eigen::Index rank, std::uint64_t seed,
                                       const NotearsOptions& options) {
  RCA_TRY(check(values));
  const Eigen::Index n = values.cols();
  const Eigen::Index r = std::clamp<Eigen::Index>(rank, 1, std::max<Eigen::Index>(n, 1));
  const auto u = [n, r](const Eigen::VectorXd& x) { return x.head(n * r).reshaped(n, r); };
  const auto v = [n, r](const Eigen::VectorXd& x) { return x.tail(n * r).reshaped(n, r); };
  Parameters parameters;
  parameters.weights = [u, v](const Eigen::VectorXd& x) { return Eigen::MatrixXd(u(x) * v(x).transpose()); };
  parameters.gradient = [u, v, n, r](const Eigen::VectorXd& x, const Eigen::MatrixXd& gradient) {
    Eigen::VectorXd out(2 * n * r);
    out.head(n * r) = Eigen::MatrixXd(gradient * v(x)).reshaped();
    out.tail(n * r) = Eigen::MatrixXd(gradient.transpose() * u(x)).reshaped();
    return out;
  };
  Random random(seed);
  const double largest = std::sqrt(kStart / static_cast<double>(r));
  Eigen::VectorXd start(2 * n * r);
  for (Eigen::Index i = 0; i < start.size(); ++i) start(i) = largest * (2 * random.uniform() - 1);
  return AugmentedLagrangian(values, std::move(parameters), options).run(std::move(start));
}

}  // namespace rca
