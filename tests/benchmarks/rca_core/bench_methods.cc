// How long every registered method takes on one incident of a given size. One whose inputs are not there (a call graph,
// traces, logs) says so in place of a time.
#include <benchmark/benchmark.h>

#include <cmath>
#include <string>

#include "rca_core/methods/registry.h"
#include "rca_core/stats/random.h"

namespace rca {
namespace {

using Eigen::Index;

// Signals as a monitoring system has them: each follows up to three earlier ones (one of them a row later), a common
// load and its own past, with heavy-tailed noise; the first shifts at the onset.
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
      const auto from = static_cast<Index>(random.below(static_cast<std::size_t>(column)));
      const Index lag = k == 0 ? 1 : 0;
      values.tail(rows - lag) += 0.6 * frame.values.col(from).head(rows - lag);
    }
    for (Index row = 0; row < rows; ++row) {
      values(row) += (row > 0 ? 0.3 * values(row - 1) : 0) + std::pow(random.normal(), 3) / 3;
      if (column == 0 && row >= onset) values(row) += 4;
    }
  }
  return frame;
}

// The last quarter of the rows is anomalous, and the fifth signal is the SLI.
void rank(benchmark::State& state, const Method* method) {
  const Index rows = state.range(1);
  const Index onset = rows * 3 / 4;
  const Frame frame = incident(state.range(0), rows, onset);
  for (auto _ : state) {
    const auto ranking = method->rank({frame, onset, 4, nullptr, {}}, {});
    if (!ranking.ok()) return state.SkipWithError(ranking.error().message.c_str());
    benchmark::DoNotOptimize(ranking->entities.data());
  }
}

void register_all() {
  for (const Method* method : all_methods()) {
    benchmark::RegisterBenchmark(std::string(method->name()).c_str(), rank, method)
        ->Args({27, 73})
        ->Args({38, 572})
        ->Args({100, 360})
        ->Unit(benchmark::kMillisecond)
        ->MeasureProcessCPUTime()
        ->UseRealTime();
  }
}

}  // namespace
}  // namespace rca

int main(int argc, char** argv) {
  rca::register_all();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
