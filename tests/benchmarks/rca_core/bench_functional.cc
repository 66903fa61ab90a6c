// Functional, score-based and lagged causal discovery: how long one incident takes.
#include <benchmark/benchmark.h>

#include <cmath>
#include <string>

#include "rca_core/stats/random.h"
#include "tests/benchmarks/rca_core/time_method.h"

namespace rca {
namespace {

using Eigen::Index;

// Signals as a monitoring system has them: each follows up to three earlier ones, a common load and its own past, with
// heavy-tailed noise; the first shifts at the onset.
Frame incident(Index columns, Index rows, Index onset) {
  Random random(1);
  Frame frame;
  frame.grid = {1'700'049'600'000, 5000, rows};
  frame.values = Eigen::MatrixXd::Zero(rows, columns);
  Eigen::VectorXd load(rows);
  for (Index row = 0; row < rows; ++row) load(row) = (row > 0 ? 0.9 * load(row - 1) : 0) + random.normal();
  for (Index column = 0; column < columns; ++column) {
    Signal signal;
    signal.entity = "entity-" + std::to_string(column / 5);
    signal.role = "signal-" + std::to_string(column % 5);
    frame.signals.push_back(signal);
    auto values = frame.values.col(column);
    values = 0.5 * load;
    for (int k = 0; k < 3 && column > 0; ++k) {
      values += 0.6 * frame.values.col(static_cast<Index>(random.below(static_cast<std::size_t>(column))));
    }
    for (Index row = 0; row < rows; ++row) {
      values(row) += (row > 0 ? 0.3 * values(row - 1) : 0) + std::pow(random.normal(), 3) / 3;
      if (column == 0 && row >= onset) values(row) += 4;
    }
  }
  return frame;
}

void bench_method(benchmark::State& state, const char* name) {
  bench::time_method(state, name, incident);
}

void sizes(benchmark::internal::Benchmark* bench) {
  bench->Args({27, 73})->Args({38, 572})->Args({100, 360})->Unit(benchmark::kMillisecond)->UseRealTime();
}

BENCHMARK_CAPTURE(bench_method, granger_pagerank, "granger_pagerank")->Apply(sizes);
BENCHMARK_CAPTURE(bench_method, ges_pagerank, "ges_pagerank")->Apply(sizes);
BENCHMARK_CAPTURE(bench_method, lingam_pagerank, "lingam_pagerank")->Apply(sizes);
BENCHMARK_CAPTURE(bench_method, micro_diag, "micro_diag")->Apply(sizes);
BENCHMARK_CAPTURE(bench_method, ntlr_pagerank, "ntlr_pagerank")->Apply(sizes);
BENCHMARK_CAPTURE(bench_method, score_ordering, "score_ordering")->Apply(sizes);
BENCHMARK_CAPTURE(bench_method, cd, "cd")->Apply(sizes);

}  // namespace
}  // namespace rca

BENCHMARK_MAIN();
