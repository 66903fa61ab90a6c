// What PromQL computes from raw samples, on every row of a time grid: instant values with lookback and staleness,
// rate, increase, irate with counter resets and extrapolation, histogram_quantile.
// Bit for bit the arithmetic of Prometheus (promql/functions.go, promql/quantile.go) in the order in which it does it.
#pragma once

#include <cstdint>
#include <span>

#include "common/samples.h"
#include "rca_core/frame/time_grid.h"

namespace rca {

// Whether a sample that is exactly `range` (or `lookback`) old still counts: Prometheus 2 says yes, 3 says no.
enum class RangeSemantics { closed, left_open };

enum class RangeFunction { rate, increase, irate, delta, avg_over_time, max_over_time };

// out[row] = the instant value at row's time: the newest sample not older than `lookback_ms`, NaN when there is none or
// when it is a stale marker. `out` has grid.rows elements.
void instant_values(SampleView samples, const TimeGrid& grid, std::int64_t lookback_ms, RangeSemantics semantics,
                    std::span<double> out);

// out[row] = function(samples over the last range_ms at row's time); NaN where PromQL gives no result. Stale markers
// inside the range are skipped, as PromQL does.
void range_values(RangeFunction function, SampleView samples, const TimeGrid& grid, std::int64_t range_ms,
                  RangeSemantics semantics, std::span<double> out);

struct Bucket {
  double upper_bound = 0;  // the `le` label
  double count = 0;        // cumulative
};

// histogram_quantile(q, buckets) for one instant. Sorts, merges equal bounds and makes the counts monotonic, in place.
// NaN: fewer than two buckets, no +Inf bucket, no observations, NaN counts.
double histogram_quantile(double q, std::span<Bucket> buckets);

}  // namespace rca
