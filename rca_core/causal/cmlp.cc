#include "rca_core/causal/cmlp.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/parallel_for.h"
#include "rca_core/stats/random.h"

namespace rca {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kRidge = 0.01;
constexpr double kLearningRate = 0.2;  // halved, from the start, where training diverges
constexpr double kMomentum = 0.9;
constexpr int kBetweenPasses = 10;  // iterations between two looks at the series that are outside
constexpr double kConverged = 1e-3;

// rows × (n · lag): the inputs of series j are the columns j · lag …, nearest past first.
MatrixXd lagged_inputs(const MatrixXd& data, Index lag) {
  const Index rows = data.rows() - lag;
  MatrixXd out(rows, data.cols() * lag);
  for (Index series = 0; series < data.cols(); ++series) {
    for (Index k = 1; k <= lag; ++k) out.col(series * lag + k - 1) = data.col(series).segment(lag - k, rows);
  }
  return out;
}

// The proximal step of the penalty on one series: nested groups, the smallest first (Jenatton et al. 2011).
void shrink(Eigen::Ref<MatrixXd> weights, double threshold) {
  const Index lag = weights.rows();
  for (Index first = lag; first-- > 0;) {
    auto group = weights.bottomRows(lag - first);
    const double norm = group.norm();
    group *= norm > threshold ? 1 - threshold / norm : 0.0;
  }
}

// Training of the network of one series.
class Training {
 public:
  Training(const MatrixXd& inputs, VectorXd target, const CmlpOptions& options, double penalty, double rate,
           Random random)
      : inputs_(inputs),
        target_(std::move(target)),
        lag_(options.lag),
        hidden_(options.hidden),
        penalty_(penalty),
        rate_(rate) {
    network_.bias.resize(hidden_);
    network_.output.resize(hidden_);
    const double width = 1 / std::sqrt(static_cast<double>(hidden_));
    for (Index unit = 0; unit < hidden_; ++unit) {
      // Units that are off at 0 would never get a gradient.
      network_.bias(unit) = random.uniform();
      network_.output(unit) = width * (2 * random.uniform() - 1);
    }
    network_.input.resize(0, hidden_);
    active_inputs_.resize(inputs.rows(), 0);
    velocity_ = network_;
    velocity_.bias.setZero();
    velocity_.output.setZero();
  }

  // The norm of the first-layer weights of every series; nothing where training diverges.
  std::optional<VectorXd> run(int iterations) {
    constexpr double kDiverged = 10;  // standardised targets: more than ten times what a constant would cost
    double before = std::numeric_limits<double>::infinity();
    for (int iteration = 0; iteration < iterations; ++iteration) {
      const bool pass = iteration % kBetweenPasses == 0;
      const double loss = cmlp_loss(network_, active_inputs_, target_, kRidge, gradient_);
      if (!(loss < kDiverged)) return std::nullopt;
      if (pass) {
        if (!admit() && std::fabs(before - loss) < kConverged * loss) break;
        before = loss;
      }
      step();
    }
    VectorXd norms = VectorXd::Zero(inputs_.cols() / lag_);
    for (std::size_t i = 0; i < active_.size(); ++i) norms(active_[i]) = weights(i).norm();
    if (!norms.allFinite()) return std::nullopt;
    return norms;
  }

 private:
  Eigen::Ref<MatrixXd> weights(std::size_t i) { return network_.input.middleRows(static_cast<Index>(i) * lag_, lag_); }

  // Drops the series whose weights are 0 and takes in those whose gradient exceeds the penalty; true if any came in.
  bool admit() {
    std::vector<Index> next;
    MatrixXd kept(inputs_.cols(), hidden_);
    MatrixXd kept_velocity(inputs_.cols(), hidden_);
    for (std::size_t i = 0; i < active_.size(); ++i) {
      if (weights(i).isZero(0)) continue;
      const auto to = static_cast<Index>(next.size()) * lag_;
      kept.middleRows(to, lag_) = weights(i);
      kept_velocity.middleRows(to, lag_) = velocity_.input.middleRows(static_cast<Index>(i) * lag_, lag_);
      next.push_back(active_[i]);
    }
    const std::size_t inside = next.size();
    const MatrixXd gradients = inputs_.transpose() * hidden_gradient();
    for (Index series = 0; series < inputs_.cols() / lag_; ++series) {
      if (std::find(active_.begin(), active_.end(), series) != active_.end()) continue;
      MatrixXd first = -rate_ * gradients.middleRows(series * lag_, lag_);
      shrink(first, rate_ * penalty_);
      if (!first.isZero(0)) next.push_back(series);
    }
    const auto size = static_cast<Index>(next.size()) * lag_;
    const auto kept_size = static_cast<Index>(inside) * lag_;
    network_.input.setZero(size, hidden_);
    velocity_.input.setZero(size, hidden_);
    network_.input.topRows(kept_size) = kept.topRows(kept_size);
    velocity_.input.topRows(kept_size) = kept_velocity.topRows(kept_size);
    active_inputs_.resize(inputs_.rows(), size);
    for (std::size_t i = 0; i < next.size(); ++i) {
      active_inputs_.middleCols(static_cast<Index>(i) * lag_, lag_) = inputs_.middleCols(next[i] * lag_, lag_);
    }
    active_ = std::move(next);
    cmlp_loss(network_, active_inputs_, target_, kRidge, gradient_);
    return active_.size() > inside;
  }

  // Of the loss with respect to what enters the hidden units: rows × hidden.
  [[nodiscard]] MatrixXd hidden_gradient() const {
    const MatrixXd into = (active_inputs_ * network_.input).rowwise() + network_.bias.transpose();
    const VectorXd error =
        ((into.cwiseMax(0.0) * network_.output).array() + network_.offset - target_.array()).matrix() * 2.0 /
        static_cast<double>(target_.size());
    return (error * network_.output.transpose()).cwiseProduct((into.array() > 0).cast<double>().matrix());
  }

  void step() {
    const auto move = [rate = rate_](auto& value, auto& velocity, const auto& gradient) {
      velocity = kMomentum * velocity - rate * (1 - kMomentum) * gradient;
      value += velocity;
    };
    const MatrixXd before = network_.input;
    move(network_.input, velocity_.input, gradient_.input);
    move(network_.bias, velocity_.bias, gradient_.bias);
    move(network_.output, velocity_.output, gradient_.output);
    move(network_.offset, velocity_.offset, gradient_.offset);
    for (std::size_t i = 0; i < active_.size(); ++i) shrink(weights(i), rate_ * (1 - kMomentum) * penalty_);
    velocity_.input = network_.input - before;
  }

  const MatrixXd& inputs_;
  VectorXd target_;
  Index lag_;
  Index hidden_;
  double penalty_;
  double rate_;
  std::vector<Index> active_;  // series whose weights are computed
  MatrixXd active_inputs_;
  CmlpNetwork network_;
  CmlpNetwork velocity_;
  CmlpNetwork gradient_;
};

}  // namespace

double cmlp_loss(const CmlpNetwork& network, const Eigen::Ref<const MatrixXd>& x, const VectorXd& y, double ridge,
                 CmlpNetwork& gradient) {
  const auto rows = static_cast<double>(y.size());
  const MatrixXd into = (x * network.input).rowwise() + network.bias.transpose();
  const MatrixXd units = into.cwiseMax(0.0);
  const VectorXd error = (units * network.output).array() + network.offset - y.array();
  const VectorXd slope = 2 / rows * error;
  gradient.offset = slope.sum();
  gradient.output = units.transpose() * slope + 2 * ridge * network.output;
  const MatrixXd back = (slope * network.output.transpose()).cwiseProduct((into.array() > 0).cast<double>().matrix());
  gradient.bias = back.colwise().sum().transpose();
  gradient.input = x.transpose() * back;
  return error.squaredNorm() / rows + ridge * network.output.squaredNorm();
}

Result<MatrixXd> cmlp_granger(const MatrixXd& data, const CmlpOptions& options) {
  if (options.lag < 1 || options.hidden < 1 || options.penalty < 0 || !data.allFinite() || data.cols() == 0) {
    return Error{ErrorKind::invalid_argument, "cMLP needs data without holes, a lag and hidden units"};
  }
  if (data.rows() < options.lag + 3) {
    return Error{ErrorKind::missing_input, "cMLP with a lag of " + std::to_string(options.lag) + " needs at least " +
                                               std::to_string(options.lag + 3) + " rows, there are " +
                                               std::to_string(data.rows())};
  }
  const MatrixXd inputs = lagged_inputs(data, options.lag);
  constexpr double kNoise = 0.5;
  const double penalty =
      options.penalty > 0
          ? options.penalty
          : kNoise * std::sqrt(std::log(static_cast<double>(inputs.cols() + 1)) / static_cast<double>(inputs.rows()));
  MatrixXd causes(data.cols(), data.cols());
  parallel_for(0, data.cols(), 1, [&](Index series) {
    constexpr int kAttempts = 6;
    const auto seed = options.seed + static_cast<std::uint64_t>(series) * 0x9E3779B97F4A7C15U;
    causes.col(series).setZero();
    double rate = kLearningRate;
    for (int attempt = 0; attempt < kAttempts; ++attempt, rate /= 2) {
      Training training(inputs, data.col(series).tail(inputs.rows()), options, penalty, rate, Random(seed));
      const auto norms = training.run(options.max_iterations);
      if (!norms) continue;
      causes.col(series) = *norms;
      break;
    }
  });
  return causes;
}

}  // namespace rca
