// From the cumulative counters of a Prometheus histogram to the observations of one window.
//
// Native histograms arrive from remote read as the same series (remote_read/histogram_series.h), with the bounds that
// occur in the answer; between two windows their bounds may thus differ, which make_binned_pair settles.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "common/result.h"
#include "common/samples.h"
#include "rca_core/drift/distribution.h"

namespace rca {

// One series `x_bucket{le="…"}` of one histogram. The views must outlive the call.
struct BucketSeries {
  double upper_bound = 0;  // +Inf for le="+Inf"
  SampleView samples;      // cumulative counts of observations ≤ upper_bound
};

// (start, end]: windows that follow each other count each observation once.
struct TimeWindow {
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;
};

// How far before the window the scrape may lie that its first one is compared with, as in Prometheus.
inline constexpr std::int64_t kHistogramLookbackMs = 300'000;

struct WindowedHistogram {
  BinnedDistribution distribution;
  std::size_t rows = 0;          // scrapes in the window that counted
  std::size_t resets = 0;        // restarts of the counters
  std::size_t skipped_rows = 0;  // scrapes left out: a NaN or an infinity, or no +Inf bucket
  bool rebinned = false;         // bounds came or went within the window: only the common ones are left
  bool repaired = false;         // a cumulative count was lower than that of a smaller bound
};

// The increases between neighbouring scrapes, the first of them against the last scrape at or before `start_ms`, when
// that is at most kHistogramLookbackMs before. A scrape is the samples of all the series with one time stamp.
//  - No extrapolation: the sum of what was seen. A scrape that failed loses nothing; what came before the first scrape
//    of a histogram's life is not known and not counted.
//  - Counter reset: when any bucket fell, the process restarted, and each bucket counts from 0 (as Prometheus does for
//    native histograms; series by series, a bucket that outgrew its old count would hide the reset).
//  - Stale markers end a series; they are no values. A histogram that comes back continues with its old counters.
//  - Bounds that come or go: only bounds that every scrape has are kept.
//  - Negative increases within a scrape (a bucket below that of a smaller bound, as from torn scrapes): the cumulative
//    increases are made monotone, each at least the one of the bound before, as histogram_quantile does.
//  - An empty window: a distribution with the bounds of the series and all counts 0.
// O(samples). Errors: missing_input (no series; no +Inf bucket: names it), invalid_argument (two series with one bound,
// a bound that is NaN or −Inf, a window that ends before it starts, bounds that changed without one in common).
Result<WindowedHistogram> histogram_increase(std::span<const BucketSeries> buckets, TimeWindow window);

}  // namespace rca
