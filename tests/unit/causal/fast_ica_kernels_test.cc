#include "rca_core/causal/fast_ica_kernels.h"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <vector>

#include "rca_core/stats/random.h"

namespace rca {
namespace {

using Padded = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Padded padded_matrix(const Eigen::MatrixXf& values) {
  Padded out = Padded::Zero(values.rows(), static_cast<Eigen::Index>(padded(static_cast<std::size_t>(values.cols()))));
  out.leftCols(values.cols()) = values;
  return out;
}

Eigen::MatrixXf noise(Eigen::Index rows, Eigen::Index columns, std::uint64_t seed) {
  Random random(seed);
  Eigen::MatrixXf out(rows, columns);
  for (float& value : out.reshaped()) value = static_cast<float>(random.normal());
  return out;
}

struct Pull {
  Padded pull;
  Eigen::VectorXf squares;
};

Pull pull_of(const FastIcaKernels& kernels, const Eigen::MatrixXf& w, const Eigen::MatrixXf& data) {
  const Padded by_variable = padded_matrix(data);
  const Padded by_row = padded_matrix(data.transpose());
  const Padded padded_w = padded_matrix(w);
  Pull out{Padded::Constant(padded_w.rows(), padded_w.cols(), 7), Eigen::VectorXf(data.rows())};
  kernels.pull(
      {static_cast<std::size_t>(data.rows()), static_cast<std::size_t>(data.cols()), by_variable.data(), by_row.data()},
      padded_w.data(), out.pull.data(), out.squares.data());
  return out;
}

// Sizes around the widths, the tiles and the blocks of the kernels.
class FastIcaKernelsTest : public ::testing::TestWithParam<std::pair<Eigen::Index, Eigen::Index>> {};

TEST_P(FastIcaKernelsTest, PullIsWhatItSays) {
  const auto [n, rows] = GetParam();
  const Eigen::MatrixXf data = noise(n, rows, 1);
  const Eigen::MatrixXf w = 3 * noise(n, n, 2) / static_cast<float>(n);
  const Pull found = pull_of(fast_ica_kernels(), w, data);
  const Eigen::MatrixXd g = (w.cast<double>() * data.cast<double>()).array().tanh();
  const Eigen::MatrixXd expected = g * data.cast<double>().transpose();
  const double tolerance = 2e-6 * static_cast<double>(rows);
  EXPECT_LT((found.pull.leftCols(n).cast<double>() - expected).cwiseAbs().maxCoeff(), tolerance);
  EXPECT_LT((found.squares.cast<double>() - g.rowwise().squaredNorm()).cwiseAbs().maxCoeff(), tolerance);
}

TEST_P(FastIcaKernelsTest, InverseIsOne) {
  const Eigen::Index n = GetParam().first;
  const Eigen::MatrixXf m = noise(n, n, 3) + 2 * Eigen::MatrixXf::Identity(n, n).colwise().reverse();
  Padded inverse = padded_matrix(m);
  ASSERT_TRUE(fast_ica_kernels().invert(inverse.data(), static_cast<std::size_t>(n)));
  const Eigen::MatrixXd expected = m.cast<double>().inverse();
  EXPECT_LT((inverse.leftCols(n).cast<double>() - expected).norm(),
            1e-5 * expected.norm() * expected.norm() * static_cast<double>(m.norm()));
  EXPECT_EQ(inverse.rightCols(inverse.cols() - n).cwiseAbs().sum(), 0);
}

TEST_P(FastIcaKernelsTest, EveryProcessorGivesTheSameBits) {
  const auto [n, rows] = GetParam();
  const Eigen::MatrixXf data = 2 * noise(n, rows, 4);
  const Eigen::MatrixXf w = noise(n, n, 5);
  const Pull here = pull_of(fast_ica_kernels(), w, data);
  const Pull anywhere = pull_of(portable_fast_ica_kernels(), w, data);
  EXPECT_EQ(here.pull.leftCols(n), anywhere.pull.leftCols(n));
  EXPECT_EQ(here.squares, anywhere.squares);
  Padded inverse_here = padded_matrix(w);
  Padded inverse_anywhere = inverse_here;
  EXPECT_TRUE(fast_ica_kernels().invert(inverse_here.data(), static_cast<std::size_t>(n)));
  EXPECT_TRUE(portable_fast_ica_kernels().invert(inverse_anywhere.data(), static_cast<std::size_t>(n)));
  EXPECT_EQ(inverse_here, inverse_anywhere);
}

INSTANTIATE_TEST_SUITE_P(Sizes, FastIcaKernelsTest,
                         ::testing::Values(std::pair{1, 1}, std::pair{3, 7}, std::pair{4, 16}, std::pair{15, 129},
                                           std::pair{16, 128}, std::pair{17, 300}, std::pair{33, 577},
                                           std::pair{74, 149}));

TEST(FastIcaKernels, SaysThatAMatrixIsSingular) {
  EXPECT_FALSE(fast_ica_kernels().invert(padded_matrix(Eigen::MatrixXf::Zero(5, 5)).data(), 5));
  Eigen::MatrixXf m = noise(6, 6, 6);
  m.row(3).setZero();
  Padded singular = padded_matrix(m);
  EXPECT_FALSE(fast_ica_kernels().invert(singular.data(), 6));
}

TEST(FastIcaKernels, LargeValuesDoNotOverflow) {
  Eigen::MatrixXf data = noise(4, 40, 7);
  data.array() *= 1e30F;
  const Pull found = pull_of(fast_ica_kernels(), Eigen::MatrixXf::Identity(4, 4), data);
  EXPECT_EQ(found.squares, Eigen::VectorXf::Constant(4, 40));  // tanh is ±1
}

}  // namespace
}  // namespace rca
