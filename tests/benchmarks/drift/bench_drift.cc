// Drift of a thousand histograms against a day: 20 finite buckets, a scrape a minute, the last hour against the 24
// hours before it, all statistics that take histograms, and one verdict over all of them.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "rca_core/drift/compare.h"
#include "rca_core/drift/histogram_window.h"
#include "rca_core/stats/random.h"

namespace rca {
namespace {

constexpr std::size_t kHistograms = 1000;
constexpr std::size_t kBuckets = 21;  // with +Inf
constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kReferenceMinutes = 24 * 60;
constexpr std::int64_t kMinutes = kReferenceMinutes + 60;

// The counters of all histograms, 240 MB. A request every three seconds, lengths of a lognormal distribution that is a
// little different in each.
struct History {
  std::vector<std::int64_t> times;
  std::vector<double> bounds;
  std::vector<std::vector<double>> counters;  // histogram × bucket

  History() {
    for (std::int64_t minute = 0; minute <= kMinutes; ++minute) times.push_back(minute * kMinute);
    for (std::size_t i = 0; i + 1 < kBuckets; ++i) bounds.push_back(std::pow(1.6, static_cast<double>(i)));
    bounds.push_back(std::numeric_limits<double>::infinity());
    Random random(1);
    for (std::size_t histogram = 0; histogram < kHistograms; ++histogram) {
      const double median = 100 * std::exp(random.normal());
      std::vector<double> cumulative(kBuckets, 0);
      std::vector<std::vector<double>> of_buckets(kBuckets);
      for (std::size_t row = 0; row < times.size(); ++row) {
        for (int request = 0; request < 20; ++request) {
          const double length = median * std::exp(random.normal());
          for (std::size_t bucket = kBuckets; bucket-- > 0 && length <= bounds[bucket];) ++cumulative[bucket];
        }
        for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) of_buckets[bucket].push_back(cumulative[bucket]);
      }
      for (std::vector<double>& column : of_buckets) counters.push_back(std::move(column));
    }
  }

  [[nodiscard]] std::vector<BucketSeries> series(std::size_t histogram) const {
    std::vector<BucketSeries> out;
    for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
      out.push_back({bounds[bucket], {times, counters[histogram * kBuckets + bucket]}});
    }
    return out;
  }
};

const History& history() {
  static const History made;
  return made;
}

constexpr TimeWindow kReference = {0, kReferenceMinutes* kMinute};
constexpr TimeWindow kCurrent = {kReferenceMinutes * kMinute, kMinutes* kMinute};

void decide_all(std::vector<Comparison>& comparisons) {
  std::vector<Comparison*> pointers;
  for (Comparison& comparison : comparisons) pointers.push_back(&comparison);
  decide(pointers, CompareOptions().significance);
}

void from_counters(benchmark::State& state) {
  const History& all = history();
  for (auto _ : state) {
    std::vector<Comparison> comparisons;
    for (std::size_t i = 0; i < kHistograms; ++i) {
      const std::vector<BucketSeries> series = all.series(i);
      const auto reference = histogram_increase(series, kReference);
      const auto current = histogram_increase(series, kCurrent);
      comparisons.push_back(*compare(reference->distribution, current->distribution, {}));
    }
    decide_all(comparisons);
    benchmark::DoNotOptimize(comparisons.data());
  }
}

void from_distributions(benchmark::State& state) {
  const History& all = history();
  std::vector<BinnedDistribution> references;
  std::vector<BinnedDistribution> currents;
  for (std::size_t i = 0; i < kHistograms; ++i) {
    references.push_back(histogram_increase(all.series(i), kReference)->distribution);
    currents.push_back(histogram_increase(all.series(i), kCurrent)->distribution);
  }
  for (auto _ : state) {
    std::vector<Comparison> comparisons;
    for (std::size_t i = 0; i < kHistograms; ++i) {
      comparisons.push_back(*compare(references[i], currents[i], {}));
    }
    decide_all(comparisons);
    benchmark::DoNotOptimize(comparisons.data());
  }
}

BENCHMARK(from_counters)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();
BENCHMARK(from_distributions)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();

}  // namespace
}  // namespace rca

BENCHMARK_MAIN();
