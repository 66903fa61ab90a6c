// Writes histogram chunks as Prometheus does.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "remote_read/histogram.h"
#include "remote_read/histogram_chunk.h"

namespace remote_read::testing {

struct HistogramPoint {
  std::int64_t time = 0;
  double count = 0;
  double zero_count = 0;
  double sum = 0;
  std::vector<double> buckets;  // absolute, positive ones first; whole numbers for integer chunks; none when stale
};

struct Span {
  std::int32_t offset = 0;
  std::uint32_t length = 0;
};

// The spans that list `buckets`.
std::vector<Span> spans_of(const std::vector<std::int32_t>& buckets);

std::string write_histogram_chunk(HistogramEncoding encoding, const HistogramLayout& layout,
                                  const std::vector<HistogramPoint>& points);

}  // namespace remote_read::testing
