// The inner loops of FastICA against the same in Eigen's expressions, and the whole learner. On one core; compare rows
// of one run.
#include <benchmark/benchmark.h>

#include <Eigen/LU>
#include <vector>

#include "rca_core/causal/fast_ica_kernels.h"
#include "rca_core/causal/ica_lingam.h"
#include "rca_core/stats/random.h"

// "for (auto _ : state)" is how Google Benchmark loops: `_` is never read.
// NOLINTBEGIN(clang-analyzer-deadcode.DeadStores)

namespace {

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr Eigen::Index kRows = 720;

// Row by row, each row padded as the kernels ask.
std::vector<float> padded_rows(const RowMajor& m) {
  const std::size_t width = rca::padded(static_cast<std::size_t>(m.cols()));
  std::vector<float> out(static_cast<std::size_t>(m.rows()) * width, 0);
  for (Eigen::Index i = 0; i < m.rows(); ++i) {
    for (Eigen::Index j = 0; j < m.cols(); ++j) {
      out[static_cast<std::size_t>(i) * width + static_cast<std::size_t>(j)] = m(i, j);
    }
  }
  return out;
}

RowMajor random_matrix(Eigen::Index rows, Eigen::Index columns) {
  rca::Random random(1);
  RowMajor m(rows, columns);
  for (float& value : m.reshaped()) value = static_cast<float>(random.normal());
  return m;
}

void pull(benchmark::State& state, const rca::FastIcaKernels& kernels) {
  const RowMajor data = random_matrix(state.range(0), kRows);
  const std::vector<float> by_variable = padded_rows(data);
  const std::vector<float> by_row = padded_rows(data.transpose());
  const std::vector<float> w = padded_rows(random_matrix(state.range(0), state.range(0)));
  std::vector<float> out(w.size());
  std::vector<float> squares(static_cast<std::size_t>(state.range(0)));
  const rca::WhitenedRows rows{.variables = squares.size(),
                               .rows = static_cast<std::size_t>(kRows),
                               .by_variable = by_variable.data(),
                               .by_row = by_row.data()};
  for (auto _ : state) {
    kernels.pull(rows, w.data(), out.data(), squares.data());
    benchmark::DoNotOptimize(out.data());
  }
  state.SetLabel(kernels.instructions);
}

void pull_by_eigen(benchmark::State& state) {
  const RowMajor data = random_matrix(state.range(0), kRows);
  const RowMajor w = random_matrix(state.range(0), state.range(0));
  for (auto _ : state) {
    const RowMajor g = (w * data).array().tanh();
    const RowMajor out = g * data.transpose();
    const Eigen::VectorXf squares = g.rowwise().squaredNorm();
    benchmark::DoNotOptimize(out.data());
    benchmark::DoNotOptimize(squares.data());
  }
}

void invert(benchmark::State& state, const rca::FastIcaKernels& kernels) {
  const std::vector<float> m = padded_rows(random_matrix(state.range(0), state.range(0)));
  for (auto _ : state) {
    std::vector<float> copy = m;
    benchmark::DoNotOptimize(kernels.invert(copy.data(), static_cast<std::size_t>(state.range(0))));
  }
  state.SetLabel(kernels.instructions);
}

void invert_by_eigen(benchmark::State& state) {
  const RowMajor m = random_matrix(state.range(0), state.range(0));
  for (auto _ : state) {
    const RowMajor inverse = m.inverse();
    benchmark::DoNotOptimize(inverse.data());
  }
}

void fast_ica_whole(benchmark::State& state) {
  rca::Random random(1);
  Eigen::MatrixXd values(kRows, state.range(0));
  // Squared and signed: far from a normal distribution, so that there is something to find.
  for (double& value : values.reshaped()) {
    const double draw = random.normal();
    value = draw * (draw < 0 ? -draw : draw);
  }
  for (auto _ : state) benchmark::DoNotOptimize(rca::fast_ica(values, 1));
}

BENCHMARK_CAPTURE(pull, widest, rca::fast_ica_kernels())->Arg(50)->Arg(200)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(pull, portable, rca::portable_fast_ica_kernels())->Arg(50)->Arg(200)->Unit(benchmark::kMicrosecond);
BENCHMARK(pull_by_eigen)->Arg(50)->Arg(200)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(invert, widest, rca::fast_ica_kernels())->Arg(50)->Arg(200)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(invert, portable, rca::portable_fast_ica_kernels())->Arg(50)->Arg(200)->Unit(benchmark::kMicrosecond);
BENCHMARK(invert_by_eigen)->Arg(50)->Arg(200)->Unit(benchmark::kMicrosecond);
BENCHMARK(fast_ica_whole)->Arg(50)->Arg(100)->Unit(benchmark::kMillisecond);

}  // namespace

// NOLINTEND(clang-analyzer-deadcode.DeadStores)

BENCHMARK_MAIN();
