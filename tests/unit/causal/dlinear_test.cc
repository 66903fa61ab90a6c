#include "rca_core/neural/dlinear.h"

#include <gtest/gtest.h>

#include "tests/unit/causal/gradient_check.h"
#include "tests/unit/causal/noise.h"

namespace rca {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using testing::noise;

DLinearNetwork some_network(Index series, Index window, Index embedding) {
  Random random(7);
  DLinearNetwork network;
  for (auto* parts : {&network.seasonal, &network.trend}) {
    for (Index c = 0; c < series; ++c) {
      DLinearPart part{Linear::random(embedding, window, random), Linear::random(window, embedding, random), {}};
      part.output = noise(window, 1, static_cast<std::uint64_t>(c) + 3);
      parts->push_back(part);
    }
  }
  network.attention = noise(series, 1, 5);
  network.offset = 0.2;
  return network;
}

VectorXd flat(const DLinearNetwork& network) {
  VectorXd out;
  network.flatten(out);
  return out;
}

TEST(DLinear, GradientIsThatOfTheLoss) {
  const MatrixXd average = moving_average(5, 3);
  const MatrixXd data = noise(14, 3, 1);
  const VectorXd y = noise(9, 1, 2);
  const DLinearNetwork at = some_network(3, 5, 2);
  DLinearNetwork gradient;
  dlinear_loss(at, average, data, y, gradient);
  testing::expect_gradient(
      [&](const VectorXd& parameters) {
        DLinearNetwork moved = at;
        moved.set(parameters);
        DLinearNetwork ignored;
        return dlinear_loss(moved, average, data, y, ignored);
      },
      flat(at), flat(gradient));
}

// Layer by layer and window by window, as the definition says.
TEST(DLinear, LossIsThatOfTheLayers) {
  const MatrixXd average = moving_average(5, 3);
  const MatrixXd data = noise(14, 3, 1);
  const VectorXd y = noise(9, 1, 2);
  const DLinearNetwork network = some_network(3, 5, 2);
  const VectorXd weights = network.attention.array().exp() / network.attention.array().exp().sum();
  double expected = 0;
  for (Index k = 0; k < 9; ++k) {
    double forecast = network.offset;
    for (Index c = 0; c < 3; ++c) {
      const VectorXd window = data.col(c).segment(k, 5);
      const VectorXd trend = average * window;
      const auto add = [&](const DLinearPart& part, const VectorXd& input) {
        const VectorXd embedded = weights(c) * (part.encoder.weights * input + part.encoder.bias);
        forecast += part.output.dot(part.decoder.weights * embedded + part.decoder.bias);
      };
      add(network.seasonal[static_cast<std::size_t>(c)], window - trend);
      add(network.trend[static_cast<std::size_t>(c)], trend);
    }
    expected += std::pow(forecast - y(k), 2) / 9;
  }
  DLinearNetwork ignored;
  EXPECT_NEAR(dlinear_loss(network, average, data, y, ignored), expected, 1e-12);
}

TEST(DLinear, ContextGradientIsThatOfTheLoss) {
  Random random(3);
  const MatrixXd part = noise(6, 8, 4);
  const MatrixXd target = noise(3, 8, 5);
  const Linear encoder = Linear::random(3, 6, random);
  const Projector projector{Linear::random(6, 3, random), Linear::random(3, 6, random)};
  Linear encoder_gradient;
  Projector projector_gradient;
  context_loss(encoder, projector, part, target, encoder_gradient, projector_gradient);
  const auto pack = [](const Linear& e, const Projector& p) {
    VectorXd out(e.size() + p.first.size() + p.second.size());
    out << e.weights.reshaped(), e.bias, p.first.weights.reshaped(), p.first.bias, p.second.weights.reshaped(),
        p.second.bias;
    return out;
  };
  const auto loss = [&](const VectorXd& flat) {
    Linear e = encoder;
    Projector p = projector;
    Index at = 0;
    for (Linear* layer : {&e, &p.first, &p.second}) {
      layer->weights = flat.segment(at, layer->weights.size()).reshaped(layer->weights.rows(), layer->weights.cols());
      at += layer->weights.size();
      layer->bias = flat.segment(at, layer->bias.size());
      at += layer->bias.size();
    }
    Linear ignored;
    Projector ignored_too;
    return context_loss(e, p, part, target, ignored, ignored_too);
  };
  testing::expect_gradient(loss, pack(encoder, projector), pack(encoder_gradient, projector_gradient));
}

TEST(DLinear, MovingAverageKeepsConstantsAndPadsTheEnds) {
  const MatrixXd average = moving_average(4, 3);
  EXPECT_TRUE(average.rowwise().sum().isOnes(1e-12));
  EXPECT_NEAR(average(0, 0), 2.0 / 3, 1e-12);
  EXPECT_NEAR(average(1, 2), 1.0 / 3, 1e-12);
}

// Windows of a noisy wave one row apart should look alike after the pre-training.
TEST(DLinear, PretrainingDrawsNeighboursTogether) {
  Random random(9);
  MatrixXd parts(8, 60);
  for (Index k = 0; k < 60; ++k) {
    for (Index w = 0; w < 8; ++w) parts(w, k) = std::sin(0.3 * static_cast<double>(k + w)) + 0.5 * random.normal();
  }
  const Linear before = Linear::random(4, 8, random);
  Linear after = before;
  pretrain_encoder(parts, 200, 32, 0.01, random, after);
  const auto alike = [&](const Linear& encoder) {
    const MatrixXd embedded = (encoder.weights * parts).colwise() + encoder.bias;
    double sum = 0;
    for (Index k = 0; k + 1 < 60; ++k) {
      sum += embedded.col(k).dot(embedded.col(k + 1)) / embedded.col(k).norm() / embedded.col(k + 1).norm();
    }
    return sum / 59;
  };
  EXPECT_GT(alike(after), alike(before) + 0.05);
}

}  // namespace
}  // namespace rca
