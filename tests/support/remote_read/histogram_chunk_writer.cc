#include "tests/support/remote_read/histogram_chunk_writer.h"

#include <cmath>

#include "common/samples.h"
#include "tests/support/remote_read/bit_writer.h"
#include "tests/support/remote_read/xor_chunk_writer.h"

namespace remote_read::testing {
namespace {

void put_zero_threshold(double threshold, BitWriter& out) {
  int exponent = 0;
  if (threshold == 0) {
    out.put(0, 8);
  } else if (std::frexp(threshold, &exponent) == 0.5 && exponent >= -242 && exponent <= 11) {
    out.put(static_cast<std::uint64_t>(exponent + 243), 8);
  } else {
    out.put(255, 8);
    out.put_double(threshold);
  }
}

void put_spans(const std::vector<std::int32_t>& buckets, BitWriter& out) {
  const std::vector<Span> spans = spans_of(buckets);
  out.put_varbit_uint(spans.size());
  for (const Span& span : spans) {
    out.put_varbit_uint(span.length);
    out.put_varbit_int(span.offset);
  }
}

void put_custom_bound(double bound, BitWriter& out) {
  const double thousand = bound * 1000;
  if (thousand < 0 || thousand > 33554430 || std::round(thousand) / 1000 != bound) {
    out.put(0, 1);
    out.put_double(bound);
  } else {
    out.put_varbit_uint(static_cast<std::uint64_t>(std::round(thousand)) + 1);
  }
}

void put_layout(const HistogramLayout& layout, BitWriter& out) {
  put_zero_threshold(layout.zero_threshold, out);
  out.put_varbit_int(layout.schema);
  put_spans(layout.positive, out);
  put_spans(layout.negative, out);
  if (layout.schema != kCustomBoundsSchema) return;
  out.put_varbit_uint(layout.custom_bounds.size());
  for (const double bound : layout.custom_bounds) put_custom_bound(bound, out);
}

// A number as it is, then as the change of its change.
struct Delta {
  std::int64_t value = 0;
  std::int64_t step = 0;
  std::int64_t next(std::int64_t to) {
    const std::int64_t new_step = to - value;
    const std::int64_t change = new_step - step;
    value = to;
    step = new_step;
    return change;
  }
};

void put_integer(const HistogramLayout& layout, const std::vector<HistogramPoint>& points, BitWriter& out) {
  Delta time;
  Delta count;
  Delta zero_count;
  XorWriter sum;
  std::vector<Delta> buckets(layout.positive.size() + layout.negative.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    const HistogramPoint& point = points[i];
    const bool stale = rca::is_stale(point.sum);
    if (i == 0) {
      out.put_varbit_int(time.value = point.time);
      out.put_varbit_uint(static_cast<std::uint64_t>(count.value = static_cast<std::int64_t>(point.count)));
      out.put_varbit_uint(static_cast<std::uint64_t>(zero_count.value = static_cast<std::int64_t>(point.zero_count)));
      out.put_double(point.sum);
      sum = XorWriter(point.sum);
    } else {
      out.put_varbit_int(time.next(point.time));
      out.put_varbit_int(count.next(static_cast<std::int64_t>(point.count)));
      out.put_varbit_int(zero_count.next(static_cast<std::int64_t>(point.zero_count)));
      sum.put(point.sum, out);
    }
    for (std::size_t k = 0; k < buckets.size() && !stale; ++k) {
      const bool starts = k == 0 || k == layout.positive.size();
      const double delta = point.buckets[k] - (starts ? 0 : point.buckets[k - 1]);
      const auto to = static_cast<std::int64_t>(delta);
      out.put_varbit_int(i == 0 ? (buckets[k].value = to) : buckets[k].next(to));
    }
  }
}

void put_float(const HistogramLayout& layout, const std::vector<HistogramPoint>& points, BitWriter& out) {
  Delta time;
  std::vector<XorWriter> values(3 + layout.positive.size() + layout.negative.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    const HistogramPoint& point = points[i];
    std::vector<double> numbers = {point.count, point.zero_count, point.sum};
    if (!rca::is_stale(point.sum)) numbers.insert(numbers.end(), point.buckets.begin(), point.buckets.end());
    out.put_varbit_int(i == 0 ? (time.value = point.time) : time.next(point.time));
    for (std::size_t k = 0; k < numbers.size(); ++k) {
      if (i == 0) {
        out.put_double(numbers[k]);
        values[k] = XorWriter(numbers[k]);
      } else {
        values[k].put(numbers[k], out);
      }
    }
  }
}

}  // namespace

std::vector<Span> spans_of(const std::vector<std::int32_t>& buckets) {
  std::vector<Span> spans;
  std::int32_t next = 0;
  for (const std::int32_t bucket : buckets) {
    if (spans.empty() || bucket != next) spans.push_back({bucket - next, 0});
    ++spans.back().length;
    next = bucket + 1;
  }
  return spans;
}

std::string write_histogram_chunk(HistogramEncoding encoding, const HistogramLayout& layout,
                                  const std::vector<HistogramPoint>& points) {
  BitWriter out(chunk_count(points.size()) + '\0');
  put_layout(layout, out);
  if (encoding == HistogramEncoding::integer) {
    put_integer(layout, points, out);
  } else {
    put_float(layout, points, out);
  }
  return out.bytes();
}

}  // namespace remote_read::testing
