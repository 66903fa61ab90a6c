// Learning causal graphs from as many series and rows as an incident has. On one core.
#include <benchmark/benchmark.h>
#include <tbb/global_control.h>

#include "rca_core/causal/fci.h"
#include "rca_core/causal/pc.h"
#include "rca_core/causal/pcmci.h"
#include "rca_core/stats/random.h"

// "for (auto _ : state)" is how Google Benchmark loops: `_` is never read.
// NOLINTBEGIN(clang-analyzer-deadcode.DeadStores)

namespace {

// Series of a system under load: each depends on up to `parents` of those before it and, by `common`, on the load.
Eigen::MatrixXd series(Eigen::Index rows, Eigen::Index columns, std::size_t parents, double common) {
  rca::Random random(1);
  Eigen::MatrixXd values(rows, columns);
  for (double& value : values.reshaped()) value = random.normal();
  Eigen::VectorXd load(rows);
  double level = 0;
  for (double& value : load) value = level = 0.9 * level + random.normal();
  for (Eigen::Index column = 0; column < columns; ++column) {
    values.col(column) += common * (0.5 + random.uniform()) * load;
    for (std::size_t parent = 0; parent < parents && column > 0; ++parent) {
      const auto from = static_cast<Eigen::Index>(random.below(static_cast<std::size_t>(column)));
      values.col(column) += (0.3 + 0.5 * random.uniform()) * values.col(from);
    }
  }
  return values;
}

void learn_pc(benchmark::State& state, std::size_t parents, double common, double alpha, Eigen::Index size) {
  const tbb::global_control one_core(tbb::global_control::max_allowed_parallelism, 1);
  const Eigen::MatrixXd values = series(720, state.range(0), parents, common);
  Eigen::Index edges = 0;
  for (auto _ : state) {
    const auto graph = rca::pc(rca::FisherZ(values), {.alpha = alpha, .max_condition_size = size, .max_sets = 250});
    edges = static_cast<Eigen::Index>(rca::possible_causes(*graph).sum());
  }
  state.counters["edges"] = static_cast<double>(edges);
}

void pc_sparse(benchmark::State& state) {
  learn_pc(state, 1, 0, 0.05, 3);
}
BENCHMARK(pc_sparse)->Arg(100)->Arg(200)->Unit(benchmark::kMillisecond);

void pc_two_parents(benchmark::State& state) {
  learn_pc(state, 2, 0, 0.05, 3);
}
BENCHMARK(pc_two_parents)->Arg(100)->Arg(200)->Unit(benchmark::kMillisecond);

// What one hidden load drives all of: no set separates, so that nearly everything stays adjacent to everything.
void pc_common_load(benchmark::State& state) {
  learn_pc(state, 1, 0.5, 0.05, state.range(1));
}
BENCHMARK(pc_common_load)->Args({200, 1})->Args({200, 2})->Args({200, 3})->Unit(benchmark::kMillisecond);

// With the bounds that the methods use.
void learn_fci(benchmark::State& state, std::size_t parents, double common) {
  const tbb::global_control one_core(tbb::global_control::max_allowed_parallelism, 1);
  const Eigen::MatrixXd values = series(720, state.range(0), parents, common);
  const rca::FciOptions options = {.skeleton = {.alpha = 0.05, .max_condition_size = 3, .max_sets = 250},
                                   .max_possible_d_sep_size = 2,
                                   .max_possible_d_sep_sets = 250};
  for (auto _ : state) benchmark::DoNotOptimize(rca::fci(rca::FisherZ(values), options));
}

void fci_two_parents(benchmark::State& state) {
  learn_fci(state, 2, 0);
}
BENCHMARK(fci_two_parents)->Arg(100)->Arg(200)->Unit(benchmark::kMillisecond);

void fci_common_load(benchmark::State& state) {
  learn_fci(state, 1, 0.5);
}
BENCHMARK(fci_common_load)->Arg(100)->Arg(200)->Unit(benchmark::kMillisecond);

void learn_pcmci(benchmark::State& state) {
  const tbb::global_control one_core(tbb::global_control::max_allowed_parallelism, 1);
  const Eigen::MatrixXd values = series(360, state.range(0), 2, 0.5);
  for (auto _ : state) benchmark::DoNotOptimize(rca::pcmci(values, {0, 10, {0.1}}));
}
BENCHMARK(learn_pcmci)->Arg(38)->Arg(100)->Unit(benchmark::kMillisecond);

}  // namespace

// NOLINTEND(clang-analyzer-deadcode.DeadStores)

BENCHMARK_MAIN();
