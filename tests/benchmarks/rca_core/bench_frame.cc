// From samples to a frame, and from a frame to a ranking. Single-threaded where "threads:1" is said, else all cores.
#include <benchmark/benchmark.h>
#include <tbb/global_control.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "rca_core/frame/promql.h"
#include "rca_core/methods/registry.h"
#include "rca_core/stats/onset.h"

// "for (auto _ : state)" is how Google Benchmark loops: `_` is never read.
// NOLINTBEGIN(clang-analyzer-deadcode.DeadStores)

namespace {

constexpr Eigen::Index kRows = 480;
constexpr std::int64_t kStep = 5000;
constexpr rca::TimeGrid kGrid{1'700'000'000'000, kStep, kRows};

// A counter scraped every 5 s, with a reset now and then.
rca::Samples counter(unsigned seed) {
  std::mt19937_64 random(seed);
  rca::Samples samples;
  double value = 0;
  for (std::int64_t i = -24; i < kRows; ++i) {
    value = random() % 300 == 0 ? 0 : value + static_cast<double>(random() % 50);
    samples.push_back(kGrid.start_ms + i * kStep - 1234, value);
  }
  return samples;
}

void count_samples(benchmark::State& state, std::size_t samples) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(samples));
}

void instant_values(benchmark::State& state) {
  const rca::Samples samples = counter(1);
  std::vector<double> out(kRows);
  for (auto _ : state) {
    rca::instant_values(samples.view(), kGrid, 300'000, rca::RangeSemantics::closed, out);
    benchmark::DoNotOptimize(out.data());
  }
  count_samples(state, samples.size());
}
BENCHMARK(instant_values);

void range_values(benchmark::State& state) {
  const auto function = static_cast<rca::RangeFunction>(state.range(0));
  const rca::Samples samples = counter(1);
  std::vector<double> out(kRows);
  for (auto _ : state) {
    rca::range_values(function, samples.view(), kGrid, 60'000, rca::RangeSemantics::closed, out);
    benchmark::DoNotOptimize(out.data());
  }
  count_samples(state, samples.size());
}
BENCHMARK(range_values)->ArgName("rate_1m")->Arg(static_cast<int>(rca::RangeFunction::rate));
BENCHMARK(range_values)->ArgName("irate_1m")->Arg(static_cast<int>(rca::RangeFunction::irate));
BENCHMARK(range_values)->ArgName("avg_over_time_1m")->Arg(static_cast<int>(rca::RangeFunction::avg_over_time));

// 20 buckets, as vLLM's latency histograms have, for every row of the grid.
void histogram_quantile(benchmark::State& state) {
  std::mt19937_64 random(4);
  std::vector<rca::Bucket> buckets;
  buckets.reserve(20);
  for (int i = 0; i < 19; ++i) buckets.push_back({0.01 * (1 << i), i * 10.0 + static_cast<double>(random() % 10)});
  buckets.push_back({std::numeric_limits<double>::infinity(), 200});
  std::vector<rca::Bucket> work;
  for (auto _ : state) {
    for (Eigen::Index row = 0; row < kRows; ++row) {
      work = buckets;
      benchmark::DoNotOptimize(rca::histogram_quantile(0.9, work, rca::RangeSemantics::closed));
    }
  }
  state.SetItemsProcessed(state.iterations() * kRows);
}
BENCHMARK(histogram_quantile);

void estimate_onset(benchmark::State& state) {
  std::mt19937_64 random(6);
  std::normal_distribution<double> noise;
  std::vector<double> sli;
  for (Eigen::Index row = 0; row < kRows; ++row) sli.push_back(10 + noise(random) + (row < 440 ? 0 : 6));
  for (auto _ : state) benchmark::DoNotOptimize(rca::estimate_onset(sli, 460));
}
BENCHMARK(estimate_onset);

rca::Frame big_frame(Eigen::Index columns) {
  std::mt19937_64 random(2);
  std::normal_distribution<double> noise;
  rca::Frame frame;
  frame.grid = kGrid;
  frame.values.resize(kRows, columns);
  for (Eigen::Index column = 0; column < columns; ++column) {
    rca::Signal signal;
    signal.entity = "ray-replicas-" + std::to_string(column % 100);
    signal.role = "signal_" + std::to_string(column / 100);
    signal.unit = "seconds";
    signal.peer_group = "model-" + std::to_string(column % 25);
    frame.signals.push_back(signal);
    for (Eigen::Index row = 0; row < kRows; ++row) frame.values(row, column) = 5 + noise(random);
  }
  return frame;
}

void rank(benchmark::State& state, const char* name) {
  const tbb::global_control threads(tbb::global_control::max_allowed_parallelism,
                                    static_cast<std::size_t>(state.range(0)));
  static const rca::Frame frame = big_frame(10'000);
  const rca::Method* method = rca::find_method(name).value();
  const rca::IncidentView view{frame, 440, 0, nullptr, {}};
  for (auto _ : state) {
    auto ranking = method->rank(view, {});
    if (!ranking.ok()) state.SkipWithError("the method failed");
    benchmark::DoNotOptimize(ranking);
  }
  state.SetItemsProcessed(state.iterations() * frame.values.size());
}
BENCHMARK_CAPTURE(rank, nsigma, "nsigma")
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(rank, baro, "baro")->ArgName("threads")->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(rank, peer_deviation, "peer_deviation")
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace

// NOLINTEND(clang-analyzer-deadcode.DeadStores)

BENCHMARK_MAIN();
