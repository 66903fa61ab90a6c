// Times one method on one incident.
#pragma once

#include <benchmark/benchmark.h>

#include "rca_core/methods/registry.h"

namespace rca::bench {

// `incident(columns, rows, onset)` makes the frame; its size is the arguments of the benchmark, the last quarter is
// anomalous, and the fifth signal is the SLI.
template <typename MakeFrame>
void time_method(benchmark::State& state, const char* name, const MakeFrame& incident) {
  const Eigen::Index rows = state.range(1);
  const Eigen::Index onset = rows * 3 / 4;
  const Frame frame = incident(state.range(0), rows, onset);
  const auto method = find_method(name);
  if (!method.ok()) return state.SkipWithError(method.error().message.c_str());
  for (auto _ : state) {
    const auto ranking = (*method)->rank({frame, onset, 4, nullptr, {}}, {});
    if (!ranking.ok()) return state.SkipWithError(ranking.error().message.c_str());
    benchmark::DoNotOptimize(ranking->entities.data());
  }
}

}  // namespace rca::bench
