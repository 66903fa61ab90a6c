// Native histograms, as they come out of chunks and messages: sparse buckets, one layout for many samples.
// https://prometheus.io/docs/specs/native_histograms/
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "common/result.h"

namespace remote_read {

// The schemas that Prometheus knows or has reserved: -9..52 with bounds base^i, base = 2^(2^-schema), and -53 with
// the bounds listed.
inline constexpr int kMinExponentialSchema = -9;
inline constexpr int kMaxExponentialSchema = 52;
inline constexpr int kCustomBoundsSchema = -53;

// The most buckets of one sign, and custom bounds, that a histogram may have. Real ones have some hundreds; a hostile
// chunk could claim one for each of its bits.
inline constexpr std::size_t kMaxHistogramBuckets = 1 << 16;

// Which buckets a sample has.
struct HistogramLayout {
  int schema = 0;
  double zero_threshold = 0;           // the zero bucket is [-zero_threshold, zero_threshold]
  std::vector<std::int32_t> positive;  // bucket numbers, ascending: i is (base^(i-1), base^i], with custom bounds
                                       // (bounds[i-1], bounds[i]], the last one up to infinity
  std::vector<std::int32_t> negative;  // likewise, mirrored at zero
  std::vector<double> custom_bounds;   // ascending, only with kCustomBoundsSchema

  friend bool operator==(const HistogramLayout&, const HistogramLayout&) = default;
};

// Takes in spans (`offset` buckets left out, then `length` buckets) and gives bucket numbers.
class SpanReader {
 public:
  explicit SpanReader(std::vector<std::int32_t>& buckets) : buckets_(buckets) { buckets_.clear(); }

  // Errors: malformed, when there are more than `most` buckets in all, when buckets run backwards or out of 32 bits;
  // limit, when there are more than kMaxHistogramBuckets.
  rca::Result<void> add(std::int64_t offset, std::uint64_t length, std::size_t most);

 private:
  std::vector<std::int32_t>& buckets_;
  std::int64_t next_ = 0;
  bool first_ = true;
};

// Errors: unsupported_encoding (an unknown schema), malformed (bounds that do not ascend, buckets outside of them).
rca::Result<void> check(const HistogramLayout& layout);

// The native histograms of one series.
struct HistogramSamples {
  struct Point {
    std::int64_t time = 0;  // ms
    double count = 0;
    double zero_count = 0;
    double sum = 0;  // the stale marker, when the series has ended: then nothing else counts
    std::size_t layout = 0;
    std::size_t first_bucket = 0;  // in `buckets`: as many as the layout has positive, then negative ones
  };
  std::vector<Point> points;
  std::vector<HistogramLayout> layouts;
  std::vector<double> buckets;  // absolute counts, not cumulative

  [[nodiscard]] bool empty() const { return points.empty(); }
  void clear();

  // The number of `layout`, which is that of the last one if it is equal.
  std::size_t add_layout(const HistogramLayout& layout);

  // Sorts the points by time; of points with equal times, the one that was appended first stays.
  void sort_and_merge();
};

}  // namespace remote_read
