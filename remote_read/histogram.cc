#include "remote_read/histogram.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace remote_read {

using rca::ErrorKind;
using rca::Result;

namespace {
rca::Error malformed(const char* what) {
  return {ErrorKind::malformed, std::string("native histogram: ") + what};
}
}  // namespace

Result<void> SpanReader::add(std::int64_t offset, std::uint64_t length, std::size_t most) {
  constexpr std::int64_t kLow = std::numeric_limits<std::int32_t>::min();
  constexpr std::int64_t kHigh = std::numeric_limits<std::int32_t>::max();
  if (length > most || buckets_.size() > most - length) return malformed("more buckets than data");
  if (length > kMaxHistogramBuckets - buckets_.size()) {
    return rca::Error{ErrorKind::limit, "native histogram: it has more than the permitted " +
                                            std::to_string(kMaxHistogramBuckets) + " buckets"};
  }
  if (!first_ && offset < 0) return malformed("its spans run backwards");
  if (offset < kLow || offset > kHigh) return malformed("a span lies out of range");
  next_ += offset;
  first_ = false;
  const auto count = static_cast<std::int64_t>(length);
  if (next_ > kHigh || count > kHigh - next_) return malformed("a span lies out of range");
  for (std::int64_t i = 0; i < count; ++i) buckets_.push_back(static_cast<std::int32_t>(next_++));
  return {};
}

Result<void> check(const HistogramLayout& layout) {
  if (std::isnan(layout.zero_threshold) || layout.zero_threshold < 0)
    return malformed("its zero threshold is negative");
  if (layout.schema != kCustomBoundsSchema) {
    if (layout.schema >= kMinExponentialSchema && layout.schema <= kMaxExponentialSchema) return {};
    return rca::Error{ErrorKind::unsupported_encoding,
                      "native histogram: unknown schema " + std::to_string(layout.schema)};
  }
  const std::vector<double>& bounds = layout.custom_bounds;
  const bool finite = std::all_of(bounds.begin(), bounds.end(), [](double bound) { return std::isfinite(bound); });
  const bool ascending = std::adjacent_find(bounds.begin(), bounds.end(), std::greater_equal<>()) == bounds.end();
  if (!finite || !ascending) return malformed("its custom bounds do not ascend");
  if (!layout.negative.empty()) return malformed("custom bounds and negative buckets");
  if (!layout.positive.empty() &&
      (layout.positive.front() < 0 || static_cast<std::size_t>(layout.positive.back()) > bounds.size())) {
    return malformed("a bucket outside of the custom bounds");
  }
  return {};
}

void HistogramSamples::clear() {
  points.clear();
  layouts.clear();
  buckets.clear();
}

std::size_t HistogramSamples::add_layout(const HistogramLayout& layout) {
  if (layouts.empty() || !(layouts.back() == layout)) layouts.push_back(layout);
  return layouts.size() - 1;
}

void HistogramSamples::sort_and_merge() {
  const auto not_before = [](const Point& a, const Point& b) { return a.time >= b.time; };
  if (std::adjacent_find(points.begin(), points.end(), not_before) == points.end()) return;
  std::stable_sort(points.begin(), points.end(), [](const Point& a, const Point& b) { return a.time < b.time; });
  points.erase(
      std::unique(points.begin(), points.end(), [](const Point& a, const Point& b) { return a.time == b.time; }),
      points.end());
}

}  // namespace remote_read
