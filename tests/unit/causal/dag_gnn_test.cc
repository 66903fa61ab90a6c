#include "rca_core/causal/dag_gnn.h"

#include <gtest/gtest.h>

#include <Eigen/LU>

#include "rca_core/methods/data_matrix.h"
#include "rca_core/stats/random.h"
#include "tests/unit/causal/gradient_check.h"
#include "tests/unit/causal/noise.h"

namespace rca {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using testing::noise;

DagGnnParameters some_parameters(Index variables, Index hidden) {
  DagGnnParameters out;
  out.graph = 0.2 * noise(variables, variables, 1);
  out.shift = 0.3;
  out.encoder = {noise(hidden, 1, 2), noise(hidden, 1, 3), noise(hidden, 1, 4), 0.1};
  out.decoder = {noise(hidden, 1, 5), noise(hidden, 1, 6), noise(hidden, 1, 7), -0.2};
  return out;
}

TEST(DagGnn, GradientIsThatOfTheLoss) {
  const MatrixXd x = noise(9, 4, 8);
  const DagGnnParameters at = some_parameters(4, 6);
  DagGnnParameters gradient;
  dag_gnn_loss(at, x, 0.7, 3, gradient);
  testing::expect_gradient(
      [&](const VectorXd& flat) {
        DagGnnParameters moved = at;
        moved.set(flat);
        DagGnnParameters ignored;
        return dag_gnn_loss(moved, x, 0.7, 3, ignored).total(0.7, 3);
      },
      at.flat(), gradient.flat(), 1e-6, 1e-6);
}

// The loss, written down from its definition with matrix inverse and power.
TEST(DagGnn, LossIsThatOfThePaper) {
  const MatrixXd x = noise(7, 3, 9);
  const DagGnnParameters at = some_parameters(3, 5);
  DagGnnParameters ignored;
  const DagGnnLoss loss = dag_gnn_loss(at, x, 1, 1, ignored);
  const MatrixXd a = (3 * at.graph).array().sinh();
  const MatrixXd to_noise = MatrixXd::Identity(3, 3) - a.transpose();
  double reconstruction = 0;
  double divergence = 0;
  for (Index row = 0; row < x.rows(); ++row) {
    VectorXd h(3);
    for (Index i = 0; i < 3; ++i) h(i) = at.encoder(x(row, i));
    const VectorXd z = (to_noise * (h.array() + at.shift).matrix()).array() - at.shift;
    const VectorXd back = (to_noise.inverse() * (z.array() + at.shift).matrix()).array() - at.shift;
    for (Index i = 0; i < 3; ++i) reconstruction += 0.5 * std::pow(at.decoder(back(i)) - x(row, i), 2) / 7;
    divergence += 0.5 * z.squaredNorm() / 7;
  }
  const MatrixXd base = MatrixXd::Identity(3, 3) + a.cwiseAbs2() / 3;
  EXPECT_NEAR(loss.reconstruction, reconstruction, 1e-9);
  EXPECT_NEAR(loss.divergence, divergence, 1e-9);
  EXPECT_NEAR(loss.acyclicity, (base * base * base).trace() - 3, 1e-9);
  EXPECT_NEAR(loss.self_loops, a.diagonal().squaredNorm(), 1e-12);
}

// 0 → 1 → 2, and 3 alone.
MatrixXd chain(Index rows) {
  MatrixXd x = noise(rows, 4, 10);
  x.col(1) += 2 * x.col(0);
  x.col(2) += 2 * x.col(1);
  return standardized(x);
}

TEST(DagGnn, LinksWhatBelongsTogether) {
  const auto graph = dag_gnn(chain(200), {});
  ASSERT_TRUE(graph.ok()) << graph.error().message;
  EXPECT_GT(std::max(std::fabs((*graph)(0, 1)), std::fabs((*graph)(1, 0))), 0.3);
  EXPECT_GT(std::max(std::fabs((*graph)(2, 1)), std::fabs((*graph)(1, 2))), 0.3);
  EXPECT_EQ(graph->row(3).cwiseAbs().maxCoeff(), 0);
  EXPECT_EQ(graph->col(3).cwiseAbs().maxCoeff(), 0);
  // No pair in both directions.
  EXPECT_EQ(graph->cwiseProduct(graph->transpose()).cwiseAbs().maxCoeff(), 0);
}

TEST(DagGnn, SameSeedSameAnswer) {
  const MatrixXd data = chain(40);
  EXPECT_EQ(*dag_gnn(data, {64, 50, 100, 0.3, 4}), *dag_gnn(data, {64, 50, 100, 0.3, 4}));
}

TEST(DagGnn, DegenerateColumnsGiveFiniteWeights) {
  MatrixXd data = chain(12);
  data.col(1) = data.col(0);
  data.col(3).setZero();
  const auto graph = dag_gnn(data, {});
  ASSERT_TRUE(graph.ok());
  EXPECT_TRUE(graph->allFinite());
}

TEST(DagGnn, SaysWhatIsWrong) {
  EXPECT_EQ(dag_gnn(chain(2), {}).error().kind, ErrorKind::missing_input);
  EXPECT_EQ(dag_gnn(chain(20), {0, 50, 100, 0.3, 4}).error().kind, ErrorKind::invalid_argument);
}

}  // namespace
}  // namespace rca
