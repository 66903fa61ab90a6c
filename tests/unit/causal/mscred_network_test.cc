#include "rca_core/neural/mscred_network.h"

#include <gtest/gtest.h>

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

// All operations of the tape are in this network.
TEST(MscredNetwork, GradientIsThatOfTheLoss) {
  const MscredNetwork start(4, 2, {1, 2, 1, 1}, 4);
  const std::vector<MatrixXd> sequence{noise(16, 2, 1), noise(16, 2, 2)};
  MscredNetwork network = start;
  const VectorXd at = start.parameters() + 0.1 * noise(start.parameters().size(), 1, 5);
  network.set_parameters(at);
  VectorXd gradient;
  network.loss(sequence, gradient);
  testing::expect_gradient(
      [&](const VectorXd& flat) {
        MscredNetwork moved = start;
        moved.set_parameters(flat);
        VectorXd ignored;
        return moved.loss(sequence, ignored);
      },
      at, gradient);
}

// One pixel at a time, as the definition of a convolution says.
TEST(Tape, ConvolutionPadsWithZeros) {
  Tape tape;
  const MatrixXd image = noise(9, 1, 1);
  const MatrixXd kernel = noise(9, 1, 2);
  const auto out = tape.convolve(tape.leaf(image, 3, 3), tape.leaf(kernel, 1, 1),
                                 tape.leaf(MatrixXd::Constant(1, 1, 0.5), 1, 1), 3, 1);
  for (Index y = 0; y < 3; ++y) {
    for (Index x = 0; x < 3; ++x) {
      double expected = 0.5;
      for (Index dy = -1; dy <= 1; ++dy) {
        for (Index dx = -1; dx <= 1; ++dx) {
          if (y + dy < 0 || y + dy > 2 || x + dx < 0 || x + dx > 2) continue;
          expected += image((y + dy) * 3 + x + dx) * kernel((dy + 1) * 3 + dx + 1);
        }
      }
      EXPECT_NEAR(tape.value(out)(y * 3 + x), expected, 1e-12);
    }
  }
}

TEST(MscredNetwork, LearnsToReconstruct) {
  MscredNetwork network(6, 1, {2, 2, 2, 2}, 1);
  MatrixXd matrix = MatrixXd::Constant(36, 1, 0.3);
  matrix.topRows(12).setConstant(0.8);
  const std::vector<MatrixXd> sequence(2, matrix);
  VectorXd flat = network.parameters();
  VectorXd gradient;
  Adam adam(flat.size(), 0.01);
  const double before = network.loss(sequence, gradient);
  for (int step = 0; step < 100; ++step) {
    network.loss(sequence, gradient);
    adam.step(flat, gradient);
    network.set_parameters(flat);
  }
  EXPECT_LT(network.loss(sequence, gradient), 0.1 * before);
  EXPECT_EQ(network.reconstruct(sequence).rows(), 36);
}

}  // namespace
}  // namespace rca
