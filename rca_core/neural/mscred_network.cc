#include "rca_core/neural/mscred_network.h"

#include <algorithm>
#include <cmath>

#include "rca_core/stats/random.h"

namespace rca {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr std::size_t kLevels = MscredNetwork::kLevels;
constexpr std::array<Index, kLevels> kKernels = {3, 3, 2, 2};
constexpr std::array<Index, kLevels> kStrides = {1, 2, 2, 2};
constexpr Index kStateKernel = 3;
constexpr double kTemperature = 5;  // χ of the paper

// The parameters of one level, in this order.
enum Parameter : std::size_t {
  encoder_weights,
  encoder_bias,
  decoder_weights,
  decoder_bias,
  gates,  // four gates: input, forget, cell, output; each has the weights of the image, of the state, and a bias
  peepholes = gates + 12,  // input, forget, output
  kPerLevel = peepholes + 3,
};

std::array<Index, kLevels> level_sizes(Index signals) {
  std::array<Index, kLevels> sizes{};
  for (std::size_t level = 0; level < kLevels; ++level) {
    signals = (signals + kStrides[level] - 1) / kStrides[level];
    sizes[level] = signals;
  }
  return sizes;
}

MatrixXd random_weights(Index rows, Index columns, Random& random) {
  MatrixXd out(rows, columns);
  const double width = std::sqrt(6.0 / static_cast<double>(rows + columns));  // Glorot and Bengio, uniform
  for (double& weight : out.reshaped()) weight = width * (2 * random.uniform() - 1);
  return out;
}

// Builds one level's part of the network on a tape.
struct Level {
  Tape& tape;
  const std::vector<Tape::Node>& leaves;
  std::size_t level;

  [[nodiscard]] Tape::Node leaf(std::size_t parameter) const { return leaves[level * kPerLevel + parameter]; }

  [[nodiscard]] Tape::Node encode(Tape::Node image) const {
    return tape.selu(tape.convolve(image, leaf(encoder_weights), leaf(encoder_bias), kKernels[level], kStrides[level]));
  }

  [[nodiscard]] Tape::Node decode(Tape::Node image, Index size) const {
    return tape.selu(tape.deconvolve(image, leaf(decoder_weights), leaf(decoder_bias), kKernels[level], kStrides[level],
                                     size, size));
  }

  [[nodiscard]] Tape::Node gate(std::size_t number, Tape::Node image, Tape::Node state, Tape::Node zero) const {
    const std::size_t first = gates + 3 * number;
    return tape.add(tape.convolve(image, leaf(first), leaf(first + 2), kStateKernel, 1),
                    tape.convolve(state, leaf(first + 1), zero, kStateKernel, 1));
  }

  [[nodiscard]] Tape::Node peep(std::size_t number, Tape::Node cell) const {
    return tape.multiply(cell, leaf(peepholes + number));
  }

  // The states of the convolutional LSTM for a sequence of images.
  [[nodiscard]] std::vector<Tape::Node> remember(const std::vector<Tape::Node>& images) const {
    const Index size = tape.height(images.front());
    const MatrixXd nothing = MatrixXd::Zero(tape.value(images.front()).rows(), tape.value(images.front()).cols());
    Tape::Node state = tape.leaf(nothing, size, size);
    Tape::Node cell = tape.leaf(nothing, size, size);
    const Tape::Node zero = tape.leaf(MatrixXd::Zero(1, nothing.cols()), 1, 1);
    std::vector<Tape::Node> states;
    for (const Tape::Node image : images) {
      const Tape::Node in = tape.sigmoid(tape.add(gate(0, image, state, zero), peep(0, cell)));
      const Tape::Node forget = tape.sigmoid(tape.add(gate(1, image, state, zero), peep(1, cell)));
      const Tape::Node proposed = tape.hyperbolic_tangent(gate(2, image, state, zero));
      cell = tape.add(tape.multiply(forget, cell), tape.multiply(in, proposed));
      const Tape::Node out = tape.sigmoid(tape.add(gate(3, image, state, zero), peep(2, cell)));
      state = tape.multiply(out, tape.hyperbolic_tangent(cell));
      states.push_back(state);
    }
    return states;
  }
};

}  // namespace

MscredNetwork::MscredNetwork(Index signals, Index scales, const std::array<Index, kLevels>& channels,
                             std::uint64_t seed)
    : signals_(signals) {
  Random random(seed);
  const auto sizes = level_sizes(signals);
  for (std::size_t level = 0; level < kLevels; ++level) {
    const Index own = channels[level];
    const Index below = level == 0 ? scales : channels[level - 1];
    const Index area = kKernels[level] * kKernels[level];
    const Index joined = level + 1 == kLevels ? own : 2 * own;  // with what the level above gives
    values_.push_back(random_weights(area * below, own, random));
    values_.emplace_back(MatrixXd::Zero(1, own));
    values_.push_back(random_weights(area * below, joined, random));
    values_.emplace_back(MatrixXd::Zero(1, below));
    for (int gate = 0; gate < 4; ++gate) {
      values_.push_back(random_weights(kStateKernel * kStateKernel * own, own, random));
      values_.push_back(random_weights(kStateKernel * kStateKernel * own, own, random));
      values_.emplace_back(MatrixXd::Zero(1, own));
    }
    for (int peephole = 0; peephole < 3; ++peephole) {
      values_.emplace_back(MatrixXd::Zero(sizes[level] * sizes[level], own));
    }
  }
}

std::vector<Tape::Node> MscredNetwork::put_on(Tape& tape) const {
  std::vector<Tape::Node> leaves;
  leaves.reserve(values_.size());
  for (const MatrixXd& value : values_) leaves.push_back(tape.leaf(value, 1, 1));
  return leaves;
}

Tape::Node MscredNetwork::forward(Tape& tape, const std::vector<Tape::Node>& leaves,
                                  const std::vector<MatrixXd>& sequence) const {
  std::vector<Tape::Node> images;
  images.reserve(sequence.size());
  for (const MatrixXd& matrix : sequence) images.push_back(tape.leaf(matrix, signals_, signals_));
  std::array<Tape::Node, kLevels> states{};
  for (std::size_t level = 0; level < kLevels; ++level) {
    const Level part{tape, leaves, level};
    for (Tape::Node& image : images) image = part.encode(image);
    states[level] = tape.attend(part.remember(images), kTemperature);
  }
  const auto sizes = level_sizes(signals_);
  Tape::Node decoded = states[kLevels - 1];
  for (std::size_t level = kLevels; level-- > 0;) {
    decoded = Level{tape, leaves, level}.decode(decoded, level == 0 ? signals_ : sizes[level - 1]);
    if (level > 0) decoded = tape.concatenate(states[level - 1], decoded);
  }
  return decoded;
}

MatrixXd MscredNetwork::reconstruct(const std::vector<MatrixXd>& sequence) const {
  Tape tape;
  return tape.value(forward(tape, put_on(tape), sequence));
}

double MscredNetwork::loss(const std::vector<MatrixXd>& sequence, VectorXd& gradient) const {
  Tape tape;
  const std::vector<Tape::Node> leaves = put_on(tape);
  const double loss = tape.backward(forward(tape, leaves, sequence), sequence.back());
  gradient.resize(parameters().size());
  Index at = 0;
  for (const Tape::Node leaf : leaves) {
    const MatrixXd& own = tape.gradient(leaf);
    gradient.segment(at, own.size()) = own.reshaped();
    at += own.size();
  }
  return loss;
}

VectorXd MscredNetwork::parameters() const {
  Index size = 0;
  for (const MatrixXd& value : values_) size += value.size();
  VectorXd flat(size);
  Index at = 0;
  for (const MatrixXd& value : values_) {
    flat.segment(at, value.size()) = value.reshaped();
    at += value.size();
  }
  return flat;
}

void MscredNetwork::set_parameters(const VectorXd& flat) {
  Index at = 0;
  for (MatrixXd& value : values_) {
    value.reshaped() = flat.segment(at, value.size());
    at += value.size();
  }
}

}  // namespace rca
