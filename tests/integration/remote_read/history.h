// A made-up history: several hundred series of every kind, repeatable.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "query_api.h"

namespace remote_read_test {

inline constexpr std::int64_t kMinute = 60'000;
inline constexpr std::int64_t kHour = 60 * kMinute;
// A multiple of two hours, as Prometheus cuts its blocks.
inline constexpr std::int64_t kStart = std::int64_t{236'112} * 2 * kHour;

// Counters with resets, gauges (with NaN, infinities, tiny and huge values) and classic histograms, with gaps, sampled
// every `step` in [start, end). The value of a series at a time depends on nothing else, so histories of overlapping
// ranges agree where they have a sample in common.
std::vector<WriteSeries> float_history(std::int64_t start, std::int64_t end, std::int64_t step);

// The same as OpenMetrics text, for promtool.
std::string open_metrics(const std::vector<WriteSeries>& series);

// Native histograms with integer counts: growing, reset, with buckets that appear, negative ones, a zero bucket, a
// change of resolution.
std::vector<WriteSeries> native_history(std::int64_t start, std::int64_t end, std::int64_t step);

// Gauges that end with a stale marker and come back, several times.
std::vector<WriteSeries> stale_history(std::int64_t start, std::int64_t end, std::int64_t step);

}  // namespace remote_read_test
