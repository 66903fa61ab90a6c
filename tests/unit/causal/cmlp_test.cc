#include "rca_core/causal/cmlp.h"

#include <gtest/gtest.h>

#include "rca_core/methods/data_matrix.h"
#include "rca_core/neural/adam.h"
#include "rca_core/stats/random.h"
#include "tests/unit/causal/gradient_check.h"
#include "tests/unit/causal/noise.h"

namespace rca {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using testing::noise;

CmlpNetwork unpack(const VectorXd& parameters, Index inputs, Index hidden) {
  CmlpNetwork out;
  out.input = parameters.head(inputs * hidden).reshaped(inputs, hidden);
  out.bias = parameters.segment(inputs * hidden, hidden);
  out.output = parameters.segment((inputs + 1) * hidden, hidden);
  out.offset = parameters((inputs + 2) * hidden);
  return out;
}

VectorXd pack(const CmlpNetwork& network) {
  VectorXd out(network.input.size() + 2 * network.bias.size() + 1);
  out << network.input.reshaped(), network.bias, network.output, network.offset;
  return out;
}

TEST(Cmlp, GradientIsThatOfTheLoss) {
  const MatrixXd x = noise(12, 6, 1);
  const VectorXd y = noise(12, 1, 2);
  const VectorXd at = 0.5 * noise(6 * 4 + 9, 1, 3);
  CmlpNetwork gradient;
  cmlp_loss(unpack(at, 6, 4), x, y, 0.1, gradient);
  testing::expect_gradient(
      [&](const VectorXd& parameters) {
        CmlpNetwork ignored;
        return cmlp_loss(unpack(parameters, 6, 4), x, y, 0.1, ignored);
      },
      at, pack(gradient));
}

// 0 drives 1 two rows later, and |0| drives 2 one row later, which no linear test sees.
MatrixXd nonlinear(Index rows) {
  const MatrixXd e = noise(rows, 4, 4);
  MatrixXd x = e;
  for (Index t = 2; t < rows; ++t) {
    x(t, 1) += 1.5 * x(t - 2, 0);
    x(t, 2) += 2 * std::fabs(x(t - 1, 0));
  }
  return standardized(x);
}

TEST(Cmlp, FindsCausesThatAreNotLinear) {
  const auto causes = cmlp_granger(nonlinear(400), {3, 10, 0, 400, 1});
  ASSERT_TRUE(causes.ok()) << causes.error().message;
  const MatrixXd& found = *causes;
  EXPECT_GT(found(0, 1), 0.2);
  EXPECT_GT(found(0, 2), 0.2);
  for (const auto& [cause, effect] : {std::pair<Index, Index>{1, 0}, {2, 0}, {3, 0}, {2, 1}, {3, 1}, {3, 2}, {0, 3}}) {
    EXPECT_LT(found(cause, effect), 0.3 * std::min(found(0, 1), found(0, 2))) << cause << " → " << effect;
  }
  EXPECT_GE((found.array() == 0).count(), 3);
}

TEST(Cmlp, SameSeedSameAnswer) {
  const MatrixXd data = nonlinear(60);
  EXPECT_EQ(*cmlp_granger(data, {}), *cmlp_granger(data, {}));
}

TEST(Cmlp, DegenerateColumnsGiveFiniteWeights) {
  MatrixXd data = nonlinear(20);
  data.col(1) = data.col(0);
  data.col(3).setZero();
  const auto causes = cmlp_granger(data, {5, 10, 0, 100, 1});
  ASSERT_TRUE(causes.ok());
  EXPECT_TRUE(causes->allFinite());
  EXPECT_EQ(causes->row(3).maxCoeff(), 0);
}

// Many series that move as one make the first steps far too long; they are repeated with a smaller one.
TEST(Cmlp, CollinearSeriesDoNotDiverge) {
  const MatrixXd shared = noise(40, 1, 6);
  MatrixXd data = 0.01 * noise(40, 20, 7);
  for (Index column = 0; column < data.cols(); ++column) {
    for (Index row = 0; row < 40; ++row) data(row, column) += shared(row) + (row < 30 ? 0 : 8);
  }
  const auto causes = cmlp_granger(standardized(data), {});
  ASSERT_TRUE(causes.ok());
  EXPECT_TRUE(causes->allFinite());
  EXPECT_GT(causes->maxCoeff(), 0);
}

TEST(Cmlp, SaysWhatIsWrong) {
  EXPECT_EQ(cmlp_granger(nonlinear(7), {}).error().kind, ErrorKind::missing_input);
  EXPECT_EQ(cmlp_granger(nonlinear(20), {0, 10, 0, 100, 1}).error().kind, ErrorKind::invalid_argument);
}

TEST(Adam, GoesToTheMinimum) {
  VectorXd at = VectorXd::Constant(3, 5);
  const VectorXd minimum = (VectorXd(3) << 1, -2, 0.5).finished();
  Adam adam(3, 0.05);
  for (int i = 0; i < 1000; ++i) adam.step(at, 2 * (at - minimum));
  EXPECT_LT((at - minimum).norm(), 1e-3);
}

}  // namespace
}  // namespace rca
