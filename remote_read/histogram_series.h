// Native histograms as the series that a classic histogram would have.
//
// A native histogram `x` becomes
//   x_count, x_sum       its count and sum of observations,
//   x_bucket{le="…"}     cumulative counts: le="b" counts the buckets whose upper bound is at most b,
//   x_bucket{le="+Inf"}  equal to the count (observations of NaN are in no bucket but in the count).
// Which bounds there are: the lower and upper bounds of every bucket that any sample in the answer has (the lower ones,
// so that interpolation does not reach across a gap of empty buckets), the zero bucket's upper bound, and with negative
// buckets its lower one; with custom bounds (schema -53) all of these. A finite bound's series has a value for every
// sample, also where that bucket was still empty. When the resolution changes within the answer, all samples are
// brought to the coarsest, since a fine bound inside a coarse bucket has no count. When the bounds change from
// exponential to custom ones, or the custom ones change, a bound that is gone gets a stale marker.
// A bucket that was never filled before begins without history: its rate misses the first increase, as with a classic
// histogram whose exporter starts to show a bucket.
//
// Bounds are written as Go's strconv.FormatFloat(b, 'g', -1, 64) writes them. A negative bucket [-u, -l) is counted in
// le="-l", although an observation of exactly -l is not in it; no double distinguishes the two in practice.
// A stale sample (the series has ended) becomes a stale marker in all of the series.
#pragma once

#include <cstddef>
#include <string>

#include "common/labels.h"
#include "common/result.h"
#include "remote_read/histogram.h"
#include "remote_read/read_usage.h"
#include "remote_read/sink.h"

namespace remote_read {

// The upper bound of bucket `index` with an exponential `schema`: 2^(index · 2^-schema); infinite beyond the doubles,
// except that the bucket that would end at 2^1024 ends at the largest double.
double exponential_bound(int schema, std::int64_t index);

// As Go's 'g' format with the fewest digits: 0.25, 1e-05, 1e+06, +Inf.
std::string format_bound(double bound);

// Gives `sink` the series of the histograms of `labels`; `histograms` must be sorted and merged. Counts what it
// gives in `usage` and `stats`. Errors: limit, or what the sink returned.
rca::Result<void> give_histograms(std::size_t query, const rca::Labels& labels, const HistogramSamples& histograms,
                                  ReadUsage& usage, DecodeStats& stats, SeriesSink& sink);

}  // namespace remote_read
