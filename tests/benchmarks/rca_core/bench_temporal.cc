// Delayed causes and trained networks: how long one incident takes.
#include <benchmark/benchmark.h>

#include "rca_core/causal/pcmci.h"
#include "rca_core/stats/random.h"
#include "tests/benchmarks/rca_core/time_method.h"

namespace rca {
namespace {

using Eigen::Index;

// Signals that drive each other in chains of five with a delay of one row; the first of a chain shifts at the onset.
Frame incident(Index columns, Index rows, Index onset) {
  Random random(1);
  Frame frame;
  frame.grid = {1'700'049'600'000, 5000, rows};
  frame.values.resize(rows, columns);
  for (Index column = 0; column < columns; ++column) {
    Signal signal;
    signal.entity = "entity-" + std::to_string(column / 5);
    signal.role = "signal-" + std::to_string(column % 5);
    frame.signals.push_back(signal);
    for (Index row = 0; row < rows; ++row) {
      double value = random.normal();
      if (column % 5 != 0 && row > 0) value += 0.7 * frame.values(row - 1, column - 1);
      if (column % 5 == 0 && column < 10 && row >= onset) value += 4;
      frame.values(row, column) = value;
    }
  }
  return frame;
}

void bench_method(benchmark::State& state, const char* name) {
  bench::time_method(state, name, incident);
}

void bench_pcmci(benchmark::State& state) {
  const Frame frame = incident(state.range(0), state.range(1), state.range(1) * 3 / 4);
  for (auto _ : state) benchmark::DoNotOptimize(pcmci(frame.values, {0, 10, {0.1}}));
}

void sizes(benchmark::internal::Benchmark* bench) {
  bench->Args({30, 75})->Args({38, 572})->Args({100, 360})->Unit(benchmark::kMillisecond)->UseRealTime();
}

BENCHMARK(bench_pcmci)->Apply(sizes);
BENCHMARK_CAPTURE(bench_method, microcause, "microcause")->Apply(sizes);
BENCHMARK_CAPTURE(bench_method, causalai, "causalai")->Apply(sizes);
BENCHMARK_CAPTURE(bench_method, easyrca, "easyrca")->Apply(sizes);
BENCHMARK_CAPTURE(bench_method, cmlp_pagerank, "cmlp_pagerank")->Apply(sizes);
BENCHMARK_CAPTURE(bench_method, causalrca, "causalrca")->Apply(sizes);
BENCHMARK_CAPTURE(bench_method, run, "run")->Apply(sizes);
BENCHMARK_CAPTURE(bench_method, mscred, "mscred")->Apply(sizes);

}  // namespace
}  // namespace rca

BENCHMARK_MAIN();
