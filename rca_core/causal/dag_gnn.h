// A graph auto-encoder that learns a directed acyclic graph.
#pragma once

#include <Eigen/Core>
#include <cstdint>

#include "common/result.h"

namespace rca {

// A perceptron from one number to one number with `hidden` rectified linear units: Σ w2 max(0, w1 x + b1) + b2. It is
// piecewise linear with one kink per unit, so that a value costs a search among the kinks instead of a sum over the
// units, and a gradient costs one pass over the values: exactly the same numbers, some fifty times faster.
struct ScalarNetwork {
  Eigen::VectorXd input;   // w1
  Eigen::VectorXd bias;    // b1
  Eigen::VectorXd output;  // w2
  double offset = 0;       // b2

  [[nodiscard]] double operator()(double x) const;  // by definition, unit by unit
};

// What is trained.
struct DagGnnParameters {
  Eigen::MatrixXd graph;  // Ã, n × n; A = sinh(3 Ã)
  double shift = 0;       // Wa
  ScalarNetwork encoder;
  ScalarNetwork decoder;

  // All in one vector, for the optimiser; set() takes back what flat() gave, into parameters of the same shape.
  [[nodiscard]] Eigen::VectorXd flat() const;
  void set(const Eigen::VectorXd& flat);
};

struct DagGnnLoss {
  double reconstruction = 0;  // ½ Σ (x − x̂)² / T
  double divergence = 0;      // ½ Σ z² / T
  double acyclicity = 0;      // h = tr((I + A∘A/n)ⁿ) − n
  double self_loops = 0;      // Σ A_ii²

  // The augmented Lagrangian.
  [[nodiscard]] double total(double lambda, double c) const {
    return reconstruction + divergence + lambda * acyclicity + 0.5 * c * acyclicity * acyclicity + 100 * self_loops;
  }
};

// The loss on x (T × n) and the gradient of its total(lambda, c).
DagGnnLoss dag_gnn_loss(const DagGnnParameters& parameters, const Eigen::MatrixXd& x, double lambda, double c,
                        DagGnnParameters& gradient);

struct DagGnnOptions {
  int hidden = 64;         // units of encoder and decoder, 1 … 250
  int inner_epochs = 100;  // per value of the penalty c
  int max_epochs = 0;      // over all; 0: as many as 1.5 · 10¹⁰ multiplications allow, 100 … 2000
  double threshold = 0.3;  // smaller weights become 0
  std::uint64_t seed = 1;
};

// Y. Yu, J. Chen, T. Gao, M. Yu, "DAG-GNN: DAG Structure Learning with Graph Neural Networks", ICML 2019, as R. Xin,
// P. Chen, Z. Zhao, "CausalRCA: Causal inference based precise fine-grained root cause localization for microservice
// applications", Journal of Systems and Software 203, 2023, uses it. All variables share an encoder f and a decoder g:
//   h = f(x),  z = (I − Aᵀ)(h + Wa) − Wa per row,  x̂ = g((I − Aᵀ)⁻¹(z + Wa) − Wa) = g(h),
// trained with Adam on the whole batch; an augmented Lagrangian drives A to a graph without cycles.
//
// Bounded: published are 500 epochs per value of c, c growing tenfold up to 10²⁰ and up to 100 rounds. Here there are
// inner_epochs per value and max_epochs over all; the rule is otherwise as published (c grows until h falls to a
// quarter, then λ += c h; ends at h ≤ 10⁻⁸), so that where the bound strikes weak cycles may be left.
//
// data: T × n, standardised. Gives n × n: weight of i → j, 0 where |A_ij| < threshold. Errors: invalid_argument
// (options, holes), missing_input (fewer than 3 rows).
Result<Eigen::MatrixXd> dag_gnn(const Eigen::MatrixXd& data, const DagGnnOptions& options);

}  // namespace rca
