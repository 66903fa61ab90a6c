// What PromQL computes from raw samples, on every row of a time grid: instant values with lookback and staleness,
// rate, increase, irate with counter resets and extrapolation, histogram_quantile.
// Bit for bit the arithmetic of Prometheus (promql/functions.go, promql/quantile.go) in the order in which it does it.
#pragma once

#include <cstdint>
#include <span>

#include "common/samples.h"
#include "rca_core/frame/time_grid.h"

namespace rca {

// Whose arithmetic it is: closed = Prometheus 2.42, left_open = Prometheus 3. They differ in:
//  - ranges: whether a sample that is exactly `range` (or `lookback`) old still counts: 2 says yes, 3 says no;
//  - rate, increase: 2.42 first limits the extrapolation of a counter to where it would have been zero, then to half an
//    interval when the first sample is far from the start; 3 (since 2.52, pull request 13725) the other way round, so
//    that the zero point can shorten the half interval;
//  - avg_over_time: 2.42 keeps an incremental mean, 3 divides a compensated sum and falls back to the incremental mean
//    when the sum overflows: equal but for rounding;
//  - histogram_quantile: 2.42 only raises counts that fall from one bucket to the next; 3 first evens out differences
//    below a relative 1e-12, in both directions.
// Prometheus 2.43 … 2.55 lie in between: closed ranges, with some of the later arithmetic. Start timestamps (an opt-in
// feature of late 3.x releases) are not used: remote read does not carry them.
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
// -Inf for q < 0, +Inf for q > 1. NaN: fewer than two buckets, no +Inf bucket, a bound or q or the total that is NaN,
// no observations. A bucket without a value must be left out by the caller, as PromQL's vectors leave it out.
double histogram_quantile(double q, std::span<Bucket> buckets, RangeSemantics semantics = RangeSemantics::closed);

}  // namespace rca
