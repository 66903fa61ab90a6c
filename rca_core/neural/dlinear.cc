#include "rca_core/neural/dlinear.h"

#include <algorithm>
#include <cmath>
#include <concepts>
#include <type_traits>

#include "rca_core/neural/adam.h"

namespace rca {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

struct Pretrained {
  Linear encoder;
  Projector projector;
};

// Calls `copy(first value, count)` for all parameters in a fixed order. The types may be const.
template <typename Layer, typename Copy>
void visit_layer(Layer& layer, const Copy& copy) {
  copy(layer.weights.data(), layer.weights.size());
  copy(layer.bias.data(), layer.bias.size());
}

template <typename Network, typename Copy>
requires std::same_as<std::remove_const_t<Network>, DLinearNetwork>
void visit(Network& network, const Copy& copy) {
  for (auto* parts : {&network.seasonal, &network.trend}) {
    for (auto& part : *parts) {
      visit_layer(part.encoder, copy);
      visit_layer(part.decoder, copy);
      copy(part.output.data(), part.output.size());
    }
  }
  copy(network.attention.data(), network.attention.size());
  copy(&network.offset, Index{1});
}

template <typename Parameters, typename Copy>
requires std::same_as<std::remove_const_t<Parameters>, Pretrained>
void visit(Parameters& parameters, const Copy& copy) {
  visit_layer(parameters.encoder, copy);
  visit_layer(parameters.projector.first, copy);
  visit_layer(parameters.projector.second, copy);
}

template <typename Parameters>
void gather(const Parameters& parameters, VectorXd& flat) {
  Index size = 0;
  visit(parameters, [&](const double*, Index count) { size += count; });
  flat.resize(size);
  Index at = 0;
  visit(parameters, [&](const double* values, Index count) {
    std::copy_n(values, count, flat.data() + at);
    at += count;
  });
}

template <typename Parameters>
void scatter(const VectorXd& flat, Parameters& parameters) {
  Index at = 0;
  visit(parameters, [&](double* values, Index count) {
    std::copy_n(flat.data() + at, count, values);
    at += count;
  });
}

VectorXd softmax(const VectorXd& values) {
  const VectorXd exponents = (values.array() - values.maxCoeff()).exp();
  return exponents / exponents.sum();
}

// One part as a function of its window: effective · window + constant.
struct Composed {
  VectorXd before_attention;  // decoderᵀ output: what the embedding is multiplied with
  VectorXd effective;
  double constant = 0;
};

Composed compose(const DLinearPart& part, double attention) {
  Composed out;
  out.before_attention = part.decoder.weights.transpose() * part.output;
  out.effective = attention * (part.encoder.weights.transpose() * out.before_attention);
  out.constant = attention * out.before_attention.dot(part.encoder.bias) + part.output.dot(part.decoder.bias);
  return out;
}

// `moment` = Σ slope · window over the samples, `sum` = Σ slope. Gives the gradient of the attention weight.
double differentiate(const DLinearPart& part, const Composed& composed, double attention, const VectorXd& moment,
                     double sum, DLinearPart& gradient) {
  const VectorXd embedded = part.encoder.weights * moment + part.encoder.bias * sum;
  gradient.encoder.weights = attention * composed.before_attention * moment.transpose();
  gradient.encoder.bias = attention * sum * composed.before_attention;
  gradient.decoder.weights = attention * part.output * embedded.transpose();
  gradient.decoder.bias = sum * part.output;
  gradient.output = attention * (part.decoder.weights * embedded) + sum * part.decoder.bias;
  return composed.before_attention.dot(embedded);
}

}  // namespace

Linear Linear::random(Index outputs, Index inputs, Random& random) {
  const double width = 1 / std::sqrt(static_cast<double>(inputs));
  Linear out{MatrixXd(outputs, inputs), VectorXd(outputs)};
  for (double& weight : out.weights.reshaped()) weight = width * (2 * random.uniform() - 1);
  for (double& bias : out.bias) bias = width * (2 * random.uniform() - 1);
  return out;
}

MatrixXd moving_average(Index window, Index kernel) {
  MatrixXd out = MatrixXd::Zero(window, window);
  const Index half = kernel / 2;
  for (Index row = 0; row < window; ++row) {
    for (Index offset = -half; offset <= half; ++offset) {
      out(row, std::clamp<Index>(row + offset, 0, window - 1)) += 1.0 / static_cast<double>(2 * half + 1);
    }
  }
  return out;
}

void DLinearNetwork::flatten(VectorXd& flat) const {
  gather(*this, flat);
}

void DLinearNetwork::set(const VectorXd& flat) {
  scatter(flat, *this);
}

double dlinear_loss(const DLinearNetwork& network, const MatrixXd& average, const MatrixXd& data, const VectorXd& y,
                    DLinearNetwork& gradient) {
  const Index series = data.cols();
  const Index window = average.rows();
  const Index samples = y.size();
  const VectorXd attention = softmax(network.attention);
  std::vector<Composed> seasonal;
  std::vector<Composed> trend;
  MatrixXd effective(series, window);  // of the raw window
  VectorXd forecast = VectorXd::Constant(samples, network.offset);
  for (Index c = 0; c < series; ++c) {
    const auto at = static_cast<std::size_t>(c);
    seasonal.push_back(compose(network.seasonal[at], attention(c)));
    trend.push_back(compose(network.trend[at], attention(c)));
    effective.row(c) =
        seasonal.back().effective + average.transpose() * (trend.back().effective - seasonal.back().effective);
    forecast.array() += seasonal.back().constant + trend.back().constant;
  }
  for (Index row = 0; row < window; ++row) forecast.noalias() += data.middleRows(row, samples) * effective.col(row);

  const VectorXd error = forecast - y;
  const VectorXd slope = 2 / static_cast<double>(samples) * error;
  const double sum = slope.sum();
  MatrixXd moments(series, window);
  for (Index row = 0; row < window; ++row) {
    moments.col(row).noalias() = data.middleRows(row, samples).transpose() * slope;
  }
  gradient.seasonal.resize(network.seasonal.size());
  gradient.trend.resize(network.trend.size());
  gradient.offset = sum;
  VectorXd to_attention(series);
  for (Index c = 0; c < series; ++c) {
    const auto at = static_cast<std::size_t>(c);
    const VectorXd moment = moments.row(c);
    const VectorXd smooth = average * moment;
    to_attention(c) =
        differentiate(network.seasonal[at], seasonal[at], attention(c), moment - smooth, sum, gradient.seasonal[at]) +
        differentiate(network.trend[at], trend[at], attention(c), smooth, sum, gradient.trend[at]);
  }
  gradient.attention = attention.cwiseProduct((to_attention.array() - attention.dot(to_attention)).matrix());
  return error.squaredNorm() / static_cast<double>(samples);
}

double context_loss(const Linear& encoder, const Projector& projector, const MatrixXd& part, const MatrixXd& target,
                    Linear& encoder_gradient, Projector& projector_gradient) {
  constexpr double kTiny = 1e-9;
  const auto samples = static_cast<double>(part.cols());
  const MatrixXd embedded = (encoder.weights * part).colwise() + encoder.bias;
  const MatrixXd hidden = (projector.first.weights * embedded).colwise() + projector.first.bias;
  const MatrixXd active = (hidden.array() > 0).select(hidden, projector.slope * hidden);
  const MatrixXd projected = (projector.second.weights * active).colwise() + projector.second.bias;
  MatrixXd back(projected.rows(), projected.cols());
  double loss = 0;
  for (Index k = 0; k < projected.cols(); ++k) {
    const double own = std::max(projected.col(k).norm(), kTiny);
    const VectorXd direction = target.col(k) / std::max(target.col(k).norm(), kTiny);
    const double cosine = projected.col(k).dot(direction) / own;
    loss += (1 - cosine) / samples;
    back.col(k) = (cosine / own * projected.col(k) - direction) / (own * samples);
  }
  projector_gradient.second = {back * active.transpose(), back.rowwise().sum()};
  MatrixXd into = projector.second.weights.transpose() * back;
  into = (hidden.array() > 0).select(into, projector.slope * into);
  projector_gradient.first = {into * embedded.transpose(), into.rowwise().sum()};
  const MatrixXd to_encoder = projector.first.weights.transpose() * into;
  encoder_gradient = {to_encoder * part.transpose(), to_encoder.rowwise().sum()};
  return loss;
}

void pretrain_encoder(const MatrixXd& parts, int steps, Index batch, double learning_rate, Random& random,
                      Linear& encoder) {
  const Index windows = parts.cols();
  const Index farthest = std::min(std::max<Index>(1, parts.rows() / 4), windows - 1);
  if (farthest < 1) return;
  const Index embedding = encoder.bias.size();
  Pretrained parameters{
      encoder, {Linear::random(2 * embedding, embedding, random), Linear::random(embedding, 2 * embedding, random)}};
  Pretrained gradient;
  VectorXd flat;
  VectorXd flat_gradient;
  gather(parameters, flat);
  Adam adam(flat.size(), learning_rate);
  const Index pairs = std::min(batch, windows);
  MatrixXd one(parts.rows(), pairs);
  MatrixXd other(parts.rows(), pairs);
  for (int step = 0; step < steps; ++step) {
    for (Index k = 0; k < pairs; ++k) {
      const auto apart = static_cast<Index>(1 + random.below(static_cast<std::size_t>(farthest)));
      const auto start = static_cast<Index>(random.below(static_cast<std::size_t>(windows - apart)));
      one.col(k) = parts.col(step % 2 == 0 ? start : start + apart);
      other.col(k) = parts.col(step % 2 == 0 ? start + apart : start);
    }
    const MatrixXd target = (parameters.encoder.weights * other).colwise() + parameters.encoder.bias;
    context_loss(parameters.encoder, parameters.projector, one, target, gradient.encoder, gradient.projector);
    gather(gradient, flat_gradient);
    adam.step(flat, flat_gradient);
    scatter(flat, parameters);
  }
  encoder = parameters.encoder;
}

}  // namespace rca
