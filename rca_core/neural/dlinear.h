// Forecasting one series from windows of all, with attention over the series: the network of RUN.
//
// A. Zeng et al., "Are Transformers Effective for Time Series Forecasting?" (DLinear), AAAI 2023; C.-M. Lin et al.,
// "Root Cause Analysis In Microservice Using Neural Granger Causal Discovery" (RUN), AAAI 2024.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "rca_core/stats/random.h"

namespace rca {

// A linear layer: y = weights · x + bias.
struct Linear {
  Eigen::MatrixXd weights;  // outputs × inputs
  Eigen::VectorXd bias;

  // Uniform in ±1/√inputs.
  static Linear random(Eigen::Index outputs, Eigen::Index inputs, Random& random);
  [[nodiscard]] Eigen::Index size() const { return weights.size() + bias.size(); }
};

// The moving average of DLinear as a matrix, window × window: ends are padded with the end values. kernel: odd.
Eigen::MatrixXd moving_average(Eigen::Index window, Eigen::Index kernel);

// What RUN does with one part (seasonal or trend) of the window of one series: encoder, then decoder, then weights of
// the final unit. In between the attention multiplies the embedding.
struct DLinearPart {
  Linear encoder;          // embedding × window
  Linear decoder;          // window × embedding
  Eigen::VectorXd output;  // window
};

// The forecast of one series from one window of all: Σ over series and parts of
//   outputᵀ decoder(a · encoder(part of the window)) + offset,  a = softmax(attention) of the series.
struct DLinearNetwork {
  std::vector<DLinearPart> seasonal;  // one per series
  std::vector<DLinearPart> trend;
  Eigen::VectorXd attention;
  double offset = 0;

  // All in one vector, for the optimiser; set() takes back what flatten() gave, into a network of the same shape.
  void flatten(Eigen::VectorXd& flat) const;
  void set(const Eigen::VectorXd& flat);
};

// Mean squared error of forecasting y(k) from the rows k … k + window − 1 of `data` (rows × series), for k = 0 …
// y.size() − 1, and its gradient. Between the window and the forecast everything is linear, so that the layers are
// multiplied once instead of once per window: exactly the same numbers.
double dlinear_loss(const DLinearNetwork& network, const Eigen::MatrixXd& average, const Eigen::MatrixXd& data,
                    const Eigen::VectorXd& y, DLinearNetwork& gradient);

// The projector of the pre-training: linear, PReLU, linear.
struct Projector {
  Linear first;
  Linear second;
  double slope = 0.25;  // of PReLU for negative values; fixed
};

// Mean over the samples (columns) of 1 − cos(projector(encoder(part)), target), and its gradients. The target is taken
// as given. part: window × samples; target: embedding × samples.
double context_loss(const Linear& encoder, const Projector& projector, const Eigen::MatrixXd& part,
                    const Eigen::MatrixXd& target, Linear& encoder_gradient, Projector& projector_gradient);

// Self-supervised pre-training without negative pairs (repeating patterns would make them wrong): the embeddings of two
// windows of one series that overlap, that is, of the same moments in different contexts, are drawn to each other; one
// side goes through a projector, the other is taken as given, and the sides take turns.
// parts: window × windows with consecutive starts. Trains `encoder` for `steps` steps of at most `batch` pairs.
void pretrain_encoder(const Eigen::MatrixXd& parts, int steps, Eigen::Index batch, double learning_rate, Random& random,
                      Linear& encoder);

}  // namespace rca
