#include "rca_core/causal/dag_gnn.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "rca_core/causal/notears.h"
#include "rca_core/neural/adam.h"
#include "rca_core/stats/random.h"

namespace rca {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kGraphScale = 3;  // A = sinh(3 Ã)
constexpr double kSelfLoopWeight = 100;

// A ScalarNetwork as the pieces on which it is linear.
class Pieces {
 public:
  explicit Pieces(const ScalarNetwork& network) : network_(network) {
    // Units without a slope are on or off everywhere.
    double slope = 0;
    double level = network.offset;
    for (Index unit = 0; unit < network.input.size(); ++unit) {
      const double w = network.input(unit);
      if (w == 0) {
        level += network.output(unit) * std::max(network.bias(unit), 0.0);
        continue;
      }
      kinks_.emplace_back(-network.bias(unit) / w, unit);
      // To the far left the units that fall are on.
      if (w < 0) {
        slope += network.output(unit) * w;
        level += network.output(unit) * network.bias(unit);
      }
    }
    std::sort(kinks_.begin(), kinks_.end());
    slopes_.push_back(slope);
    levels_.push_back(level);
    for (const auto& [at, unit] : kinks_) {
      const double sign = network.input(unit) > 0 ? 1 : -1;
      slope += sign * network.output(unit) * network.input(unit);
      level += sign * network.output(unit) * network.bias(unit);
      slopes_.push_back(slope);
      levels_.push_back(level);
    }
  }

  // `piece` of every value, and the network's value.
  void evaluate(const MatrixXd& x, MatrixXd& y, std::vector<std::uint8_t>& piece) const {
    y.resize(x.rows(), x.cols());
    piece.resize(static_cast<std::size_t>(x.size()));
    for (Index i = 0; i < x.size(); ++i) {
      const double value = x(i);
      std::size_t low = 0;
      for (std::size_t high = kinks_.size(); low < high;) {
        const std::size_t middle = (low + high) / 2;
        (kinks_[middle].first < value ? low : high) = kinks_[middle].first < value ? middle + 1 : middle;
      }
      piece[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(low);
      y(i) = slopes_[low] * value + levels_[low];
    }
  }

  // Of a loss whose gradient with respect to the network's values is `back`. `into` (with respect to x) may be null.
  void differentiate(const MatrixXd& x, const MatrixXd& back, const std::vector<std::uint8_t>& piece,
                     ScalarNetwork& gradient, MatrixXd* into) const {
    std::vector<double> sums(kinks_.size() + 1, 0.0);     // of `back` on each piece
    std::vector<double> moments(kinks_.size() + 1, 0.0);  // of `back` · x
    for (Index i = 0; i < x.size(); ++i) {
      const std::size_t at = piece[static_cast<std::size_t>(i)];
      sums[at] += back(i);
      moments[at] += back(i) * x(i);
    }
    if (into != nullptr) {
      into->resize(x.rows(), x.cols());
      for (Index i = 0; i < x.size(); ++i) (*into)(i) = back(i) * slopes_[piece[static_cast<std::size_t>(i)]];
    }
    const double all_sum = std::accumulate(sums.begin(), sums.end(), 0.0);
    const double all_moment = std::accumulate(moments.begin(), moments.end(), 0.0);
    gradient.offset = all_sum;
    set_constant_units(all_sum, all_moment, gradient);
    double sum = 0;
    double moment = 0;
    for (std::size_t k = 0; k < kinks_.size(); ++k) {
      sum += sums[k];
      moment += moments[k];
      const Index unit = kinks_[k].second;
      const bool rises = network_.input(unit) > 0;  // on at the right of its kink, else at its left
      set_unit(unit, rises ? all_sum - sum : sum, rises ? all_moment - moment : moment, gradient);
    }
  }

 private:
  // `sum` and `moment` over the values for which the unit is on.
  void set_unit(Index unit, double sum, double moment, ScalarNetwork& gradient) const {
    gradient.output(unit) = network_.input(unit) * moment + network_.bias(unit) * sum;
    gradient.input(unit) = network_.output(unit) * moment;
    gradient.bias(unit) = network_.output(unit) * sum;
  }

  void set_constant_units(double sum, double moment, ScalarNetwork& gradient) const {
    const Index units = network_.input.size();
    gradient.input.resize(units);
    gradient.bias.resize(units);
    gradient.output.resize(units);
    for (Index unit = 0; unit < units; ++unit) {
      const bool on = network_.input(unit) == 0 && network_.bias(unit) > 0;
      set_unit(unit, on ? sum : 0, on ? moment : 0, gradient);
    }
  }

  const ScalarNetwork& network_;
  std::vector<std::pair<double, Index>> kinks_;
  std::vector<double> slopes_;  // of each piece, left to right
  std::vector<double> levels_;
};

// Weights by Glorot and Bengio's normal initialisation.
ScalarNetwork random_network(int hidden, bool with_biases, Random& random) {
  ScalarNetwork network;
  const double deviation = std::sqrt(2.0 / (1 + hidden));
  network.input.resize(hidden);
  network.bias.setZero(hidden);
  network.output.resize(hidden);
  for (double& weight : network.input) weight = deviation * random.normal();
  for (double& weight : network.output) weight = deviation * random.normal();
  if (!with_biases) return network;
  for (double& bias : network.bias) bias = 2 * random.uniform() - 1;
  network.offset = (2 * random.uniform() - 1) / std::sqrt(static_cast<double>(hidden));
  return network;
}

int affordable_epochs(Index rows, Index variables) {
  const auto n = static_cast<double>(variables);
  const double per_epoch = static_cast<double>(rows) * n * (4 * n + 60) + 2 * std::log2(n + 1) * n * n * n;
  return static_cast<int>(std::clamp(1.5e10 / per_epoch, 100.0, 2000.0));
}

// The augmented Lagrangian; see the header for what is bounded.
class Trainer {
 public:
  Trainer(const MatrixXd& data, const DagGnnOptions& options)
      : data_(data),
        options_(options),
        epochs_left_(options.max_epochs > 0 ? options.max_epochs : affordable_epochs(data.rows(), data.cols())) {
    Random random(options.seed);
    parameters_.graph.setZero(data.cols(), data.cols());
    parameters_.encoder = random_network(options.hidden, true, random);
    parameters_.decoder = random_network(options.hidden, false, random);
  }

  MatrixXd run() {
    constexpr double kAcyclic = 1e-8;
    constexpr double kLargestPenalty = 1e20;
    constexpr int kRounds = 100;
    VectorXd flat = parameters_.flat();
    Adam adam(flat.size());
    double previous = std::numeric_limits<double>::infinity();
    for (int round = 0; round < kRounds && epochs_left_ > 0; ++round) {
      while (c_ < kLargestPenalty && epochs_left_ > 0) {
        if (!train(flat, adam)) return parameters_.graph;
        if (last_.acyclicity <= 0.25 * previous) break;
        c_ *= 10;
      }
      previous = last_.acyclicity;
      lambda_ += c_ * last_.acyclicity;
      if (last_.acyclicity <= kAcyclic) break;
    }
    return parameters_.graph;
  }

 private:
  // False when it must end: the loss is no number any more, or has become twice what it was at its best.
  bool train(VectorXd& flat, Adam& adam) {
    adam.set_learning_rate(std::clamp(1e-3 / (std::log10(c_) + 1e-10), 1e-4, 1e-2));
    for (int epoch = 0; epoch < options_.inner_epochs && epochs_left_ > 0; ++epoch, --epochs_left_) {
      last_ = dag_gnn_loss(parameters_, data_, lambda_, c_, gradient_);
      const VectorXd gradient = gradient_.flat();
      if (!std::isfinite(last_.total(lambda_, c_)) || !gradient.allFinite()) return false;
      const double elbo = last_.reconstruction + last_.divergence;
      best_ = std::min(best_, elbo);
      adam.step(flat, gradient);
      parameters_.set(flat);
    }
    return last_.reconstruction + last_.divergence <= 2 * best_;
  }

  const MatrixXd& data_;
  const DagGnnOptions& options_;
  int epochs_left_;
  DagGnnParameters parameters_;
  DagGnnParameters gradient_;
  DagGnnLoss last_;
  double lambda_ = 0;
  double c_ = 1;
  double best_ = std::numeric_limits<double>::infinity();
};

}  // namespace

VectorXd DagGnnParameters::flat() const {
  VectorXd out(graph.size() + 1 + 3 * (encoder.input.size() + decoder.input.size()) + 2);
  out << graph.reshaped(), shift, encoder.input, encoder.bias, encoder.output, encoder.offset, decoder.input,
      decoder.bias, decoder.output, decoder.offset;
  return out;
}

void DagGnnParameters::set(const VectorXd& flat) {
  Index at = 0;
  const auto take = [&](Index count) {
    at += count;
    return flat.segment(at - count, count);
  };
  graph = take(graph.size()).reshaped(graph.rows(), graph.cols());
  shift = take(1)(0);
  for (ScalarNetwork* network : {&encoder, &decoder}) {
    network->input = take(network->input.size());
    network->bias = take(network->bias.size());
    network->output = take(network->output.size());
    network->offset = take(1)(0);
  }
}

double ScalarNetwork::operator()(double x) const {
  return (x * input + bias).cwiseMax(0.0).dot(output) + offset;
}

DagGnnLoss dag_gnn_loss(const DagGnnParameters& parameters, const MatrixXd& x, double lambda, double c,
                        DagGnnParameters& gradient) {
  const auto rows = static_cast<double>(x.rows());
  const MatrixXd graph = (kGraphScale * parameters.graph).array().sinh();
  const Pieces encoder(parameters.encoder);
  const Pieces decoder(parameters.decoder);
  MatrixXd h;
  MatrixXd decoded;
  std::vector<std::uint8_t> encoder_piece;
  std::vector<std::uint8_t> decoder_piece;
  encoder.evaluate(x, h, encoder_piece);
  decoder.evaluate(h, decoded, decoder_piece);
  const MatrixXd shifted = h.array() + parameters.shift;
  MatrixXd z = shifted.array() - parameters.shift;
  z.noalias() -= shifted * graph;  // rows are observations: (I − Aᵀ) acts from the right as I − A

  DagGnnLoss loss;
  const MatrixXd error = decoded - x;
  loss.reconstruction = 0.5 * error.squaredNorm() / rows;
  loss.divergence = 0.5 * z.squaredNorm() / rows;
  MatrixXd graph_gradient;
  loss.acyclicity = acyclicity(graph, &graph_gradient);
  loss.self_loops = graph.diagonal().squaredNorm();

  graph_gradient *= lambda + c * loss.acyclicity;
  graph_gradient.diagonal() += 2 * kSelfLoopWeight * graph.diagonal();
  graph_gradient.noalias() -= shifted.transpose() * z / rows;
  gradient.graph = (kGraphScale * graph_gradient.array() * (kGraphScale * parameters.graph).array().cosh()).matrix();

  MatrixXd from_z = z / rows;
  from_z.noalias() -= z * graph.transpose() / rows;
  gradient.shift = from_z.sum() - z.sum() / rows;
  MatrixXd into_decoder;
  decoder.differentiate(h, error / rows, decoder_piece, gradient.decoder, &into_decoder);
  encoder.differentiate(x, into_decoder + from_z, encoder_piece, gradient.encoder, nullptr);
  return loss;
}

Result<MatrixXd> dag_gnn(const MatrixXd& data, const DagGnnOptions& options) {
  constexpr int kMostUnits = 250;
  if (options.hidden < 1 || options.hidden > kMostUnits || options.inner_epochs < 1 || !data.allFinite() ||
      data.cols() == 0) {
    return Error{ErrorKind::invalid_argument, "DAG-GNN needs data without holes, 1 … 250 units and an epoch"};
  }
  if (data.rows() < 3) {
    return Error{ErrorKind::missing_input, "DAG-GNN needs at least 3 rows, there are " + std::to_string(data.rows())};
  }
  MatrixXd graph = (kGraphScale * Trainer(data, options).run()).array().sinh();
  graph.diagonal().setZero();
  return MatrixXd((graph.array().abs() < options.threshold).select(0.0, graph));
}

}  // namespace rca
