#include "rca_core/frame/promql.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace rca {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

// How Go's time.Duration.Seconds() rounds.
double duration_seconds(std::int64_t ms) {
  const std::int64_t seconds = ms / 1000;
  const std::int64_t nanoseconds = ms % 1000 * 1'000'000;
  return static_cast<double>(seconds) + static_cast<double>(nanoseconds) / 1e9;
}

// Samples without stale markers: a view of the caller's where there are none, a copy otherwise.
class LiveSamples {
 public:
  explicit LiveSamples(SampleView samples) : view_(samples) {
    if (std::none_of(samples.values.begin(), samples.values.end(), is_stale)) return;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      if (!is_stale(samples.values[i])) kept_.push_back(samples.times[i], samples.values[i]);
    }
    view_ = kept_.view();
  }
  LiveSamples(const LiveSamples&) = delete;
  LiveSamples& operator=(const LiveSamples&) = delete;

  [[nodiscard]] SampleView view() const { return view_; }

 private:
  SampleView view_;
  Samples kept_;
};

struct RangeContext {
  std::int64_t end_ms = 0;
  std::int64_t range_ms = 0;
  RangeSemantics semantics = RangeSemantics::closed;
};

// How far to extrapolate from the first sample to the start of the range.
double duration_to_start(SampleView in, double delta, bool is_counter, double sampled, double average,
                         const RangeContext& context) {
  const double threshold = average * 1.1;
  double to_start = static_cast<double>(in.times.front() - (context.end_ms - context.range_ms)) / 1000;
  const auto limit_to_zero = [&] {
    // A counter cannot have been negative.
    if (!is_counter || !(delta > 0) || !(in.values.front() >= 0)) return;
    const double to_zero = sampled * (in.values.front() / delta);
    if (to_zero < to_start) to_start = to_zero;
  };
  const auto limit_to_half_interval = [&] {
    if (!(to_start < threshold)) to_start = average / 2;
  };
  if (context.semantics == RangeSemantics::closed) {
    limit_to_zero();
    limit_to_half_interval();
  } else {
    limit_to_half_interval();
    limit_to_zero();
  }
  return to_start;
}

// `delta` = last − first (+ the value before every reset), over at least two samples.
double extrapolated(SampleView in, double delta, bool is_counter, bool per_second, const RangeContext& context) {
  const double sampled = static_cast<double>(in.times.back() - in.times.front()) / 1000;
  const double average = sampled / static_cast<double>(in.size() - 1);
  const double to_start = duration_to_start(in, delta, is_counter, sampled, average, context);
  double to_end = static_cast<double>(context.end_ms - in.times.back()) / 1000;
  if (!(to_end < average * 1.1)) to_end = average / 2;
  double factor = (sampled + to_start + to_end) / sampled;
  if (per_second) factor /= duration_seconds(context.range_ms);
  return delta * factor;
}

double instant_rate(SampleView in) {
  const std::size_t last = in.size() - 1;
  const double previous = in.values[last - 1];
  const double value = in.values[last];
  const double change = value < previous ? value : value - previous;
  return change / (static_cast<double>(in.times[last] - in.times[last - 1]) / 1000);
}

struct KahanSum {
  double sum = 0;
  double compensation = 0;

  // Neumaier's variant, as Prometheus has it.
  void add(double increment, bool reset_when_infinite) {
    const double next = sum + increment;
    if (reset_when_infinite && std::isinf(next)) {
      compensation = 0;
    } else if (std::fabs(sum) >= std::fabs(increment)) {
      compensation += (sum - next) + increment;
    } else {
      compensation += (increment - next) + sum;
    }
    sum = next;
  }
};

// Prometheus 2.42: incremental mean.
double average_incremental(SampleView in) {
  KahanSum mean;
  double count = 0;
  for (const double value : in.values) {
    count += 1;
    if (std::isinf(mean.sum)) {
      // An infinite mean stays, unless the value makes it NaN.
      if (std::isinf(value) && (mean.sum > 0) == (value > 0)) continue;
      if (std::isfinite(value)) continue;
    }
    mean.add(value / count - mean.sum / count, false);
  }
  return std::isinf(mean.sum) ? mean.sum : mean.sum + mean.compensation;
}

// Prometheus 3: sum divided by count; incremental only from where the sum overflows.
double average_direct(SampleView in) {
  KahanSum total{in.values[0], 0};
  bool incremental = false;
  double count = 1;
  for (std::size_t i = 1; i < in.size(); ++i) {
    const double value = in.values[i];
    count = static_cast<double>(i + 1);
    if (!incremental) {
      KahanSum next = total;
      next.add(value, true);
      if (!std::isinf(next.sum)) {
        total = next;
        continue;
      }
      incremental = true;
      total = {total.sum / (count - 1), total.compensation / (count - 1)};
    }
    const double kept = (count - 1) / count;
    total = {kept * total.sum, kept * total.compensation};
    total.add(value / count, true);
  }
  return incremental ? total.sum + total.compensation : total.sum / count + total.compensation / count;
}

double maximum(SampleView in) {
  double max = in.values[0];
  for (const double value : in.values) {
    if (value > max || std::isnan(max)) max = value;
  }
  return max;
}

// Positions i where values[i] < values[i − 1].
std::vector<std::size_t> counter_resets(SampleView samples) {
  std::vector<std::size_t> resets;
  for (std::size_t i = 1; i < samples.size(); ++i) {
    if (samples.values[i] < samples.values[i - 1]) resets.push_back(i);
  }
  return resets;
}

// The samples in range of one row after another: both ends only move forward.
class RangeCursor {
 public:
  RangeCursor(SampleView samples, std::int64_t range_ms, RangeSemantics semantics)
      : samples_(samples), range_ms_(range_ms), closed_(semantics == RangeSemantics::closed) {}

  void move_to(std::int64_t end_ms) {
    const std::int64_t start_ms = end_ms - range_ms_;
    while (end_ < samples_.size() && samples_.times[end_] <= end_ms) ++end_;
    while (begin_ < end_ && (closed_ ? samples_.times[begin_] < start_ms : samples_.times[begin_] <= start_ms)) {
      ++begin_;
    }
  }
  [[nodiscard]] std::size_t begin() const { return begin_; }
  [[nodiscard]] std::size_t end() const { return end_; }
  [[nodiscard]] SampleView in_range() const { return samples_.subview(begin_, end_ - begin_); }

 private:
  SampleView samples_;
  std::int64_t range_ms_;
  bool closed_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

void extrapolated_values(RangeFunction function, SampleView samples, const TimeGrid& grid, std::int64_t range_ms,
                         RangeSemantics semantics, std::span<double> out) {
  const bool is_counter = function != RangeFunction::delta;
  const bool per_second = function == RangeFunction::rate;
  const std::vector<std::size_t> resets = is_counter ? counter_resets(samples) : std::vector<std::size_t>{};
  RangeCursor cursor(samples, range_ms, semantics);
  std::size_t first_reset = 0;
  for (std::int64_t row = 0; row < grid.rows; ++row) {
    const std::int64_t now = grid.time_ms(row);
    cursor.move_to(now);
    double& value = out[static_cast<std::size_t>(row)];
    value = kNaN;
    const SampleView in = cursor.in_range();
    if (in.size() < 2) continue;
    double delta = in.values.back() - in.values.front();
    // A reset between the last sample before the range and the first in it does not count.
    while (first_reset < resets.size() && resets[first_reset] <= cursor.begin()) ++first_reset;
    for (std::size_t i = first_reset; i < resets.size() && resets[i] < cursor.end(); ++i) {
      delta += samples.values[resets[i] - 1];
    }
    value = extrapolated(in, delta, is_counter, per_second, {now, range_ms, semantics});
  }
}

template <typename Function>
void windowed_values(SampleView samples, const TimeGrid& grid, std::int64_t range_ms, RangeSemantics semantics,
                     std::size_t min_samples, std::span<double> out, const Function& function) {
  RangeCursor cursor(samples, range_ms, semantics);
  for (std::int64_t row = 0; row < grid.rows; ++row) {
    cursor.move_to(grid.time_ms(row));
    const SampleView in = cursor.in_range();
    out[static_cast<std::size_t>(row)] = in.size() < min_samples ? kNaN : function(in);
  }
}

// Rows that are looked at together.
constexpr std::int64_t kRowBlock = 16;

// Whether sample i is at most `max_age` (which is less than a step) older than row i, in each of kRowBlock rows, and
// none is a stale marker. Each sample then is the newest of its row, but for the last, after which another one may
// come.
bool one_sample_a_row(SampleView samples, const TimeGrid& rows, std::int64_t max_age) {
  // No branch, so that vector instructions can do it. A sign bit says that an age is negative or too large, or, where
  // it is missing, that a value is the marker.
  const auto oldest = static_cast<std::uint64_t>(max_age);
  auto now = static_cast<std::uint64_t>(rows.start_ms);
  std::uint64_t misplaced = 0;
  std::uint64_t live = ~std::uint64_t{0};
  for (std::size_t i = 0; i < kRowBlock; ++i) {
    const std::uint64_t age = now - static_cast<std::uint64_t>(samples.times[i]);
    misplaced |= age | (oldest - age);
    const std::uint64_t difference = std::bit_cast<std::uint64_t>(samples.values[i]) ^ kStaleNaNBits;
    live &= difference | (0 - difference);
    now += static_cast<std::uint64_t>(rows.step_ms);
  }
  return ((misplaced | ~live) >> 63) == 0;
}

}  // namespace

void instant_values(SampleView samples, const TimeGrid& grid, std::int64_t lookback_ms, RangeSemantics semantics,
                    std::span<double> out) {
  assert(out.size() == static_cast<std::size_t>(grid.rows));
  const std::int64_t max_age = semantics == RangeSemantics::closed ? lookback_ms : lookback_ms - 1;
  std::size_t next = 0;  // first sample after the row
  for (std::int64_t row = 0; row < grid.rows;) {
    const std::int64_t end = std::min(row + kRowBlock, grid.rows);
    // The usual case, a series that is scraped once a step: as many samples as rows, the values as they come.
    const std::size_t after = next + kRowBlock;
    const std::int64_t last_ms = grid.time_ms(end - 1);
    if (end - row == kRowBlock && after <= samples.size() && samples.times[after - 1] <= last_ms &&
        (after == samples.size() || samples.times[after] > last_ms) &&
        one_sample_a_row(samples.subview(next, kRowBlock), {grid.time_ms(row), grid.step_ms, kRowBlock},
                         std::min(max_age, grid.step_ms - 1))) {
      std::copy_n(samples.values.data() + next, kRowBlock, out.data() + row);
      next = after;
      row = end;
      continue;
    }
    for (; row < end; ++row) {
      const std::int64_t now = grid.time_ms(row);
      while (next < samples.size() && samples.times[next] <= now) ++next;
      double& value = out[static_cast<std::size_t>(row)];
      value = kNaN;
      if (next == 0 || now - samples.times[next - 1] > max_age) continue;
      if (!is_stale(samples.values[next - 1])) value = samples.values[next - 1];
    }
  }
}

void range_values(RangeFunction function, SampleView samples, const TimeGrid& grid, std::int64_t range_ms,
                  RangeSemantics semantics, std::span<double> out) {
  assert(out.size() == static_cast<std::size_t>(grid.rows));
  const LiveSamples live(samples);
  switch (function) {
    case RangeFunction::rate:
    case RangeFunction::increase:
    case RangeFunction::delta: extrapolated_values(function, live.view(), grid, range_ms, semantics, out); break;
    case RangeFunction::irate: windowed_values(live.view(), grid, range_ms, semantics, 2, out, instant_rate); break;
    case RangeFunction::avg_over_time:
      windowed_values(live.view(), grid, range_ms, semantics, 1, out,
                      semantics == RangeSemantics::closed ? average_incremental : average_direct);
      break;
    case RangeFunction::max_over_time: windowed_values(live.view(), grid, range_ms, semantics, 1, out, maximum); break;
  }
}

namespace {

// Sorted buckets with equal bounds become one; gives the number left.
std::size_t merge_equal_bounds(std::span<Bucket> buckets) {
  std::size_t last = 0;
  for (std::size_t i = 1; i < buckets.size(); ++i) {
    if (buckets[i].upper_bound == buckets[last].upper_bound) {
      buckets[last].count += buckets[i].count;
    } else {
      buckets[++last] = buckets[i];
    }
  }
  return last + 1;
}

// Relative difference of two counts below what rounding explains (Prometheus' smallDeltaTolerance).
bool almost_equal(double a, double b) {
  constexpr double kTolerance = 1e-12;
  constexpr double kMinNormal = std::numeric_limits<double>::min();
  const double sum = std::fabs(a) + std::fabs(b);
  const double difference = std::fabs(a - b);
  if (a == 0 || b == 0 || sum < kMinNormal) return difference < kTolerance * kMinNormal;
  return difference / std::min(sum, std::numeric_limits<double>::max()) < kTolerance;
}

void make_monotonic(std::span<Bucket> buckets, RangeSemantics semantics) {
  double previous = buckets[0].count;
  for (Bucket& bucket : buckets.subspan(1)) {
    const bool noise = semantics == RangeSemantics::left_open && almost_equal(previous, bucket.count);
    // A NaN stays where it is; Prometheus 3 compares what follows with it, 2.42 with the number before it.
    const bool accepted = bucket.count > previous || (semantics == RangeSemantics::left_open &&
                                                      (std::isnan(bucket.count) || std::isnan(previous)));
    if (noise || bucket.count < previous) {
      bucket.count = previous;
    } else if (accepted) {
      previous = bucket.count;
    }
  }
}

}  // namespace

double histogram_quantile(double q, std::span<Bucket> buckets, RangeSemantics semantics) {
  if (std::isnan(q)) return kNaN;
  if (q < 0) return -kInf;
  if (q > 1) return kInf;
  if (buckets.empty()) return kNaN;
  const auto by_bound = [](const Bucket& a, const Bucket& b) { return a.upper_bound < b.upper_bound; };
  if (std::any_of(buckets.begin(), buckets.end(), [](const Bucket& b) { return std::isnan(b.upper_bound); })) {
    return kNaN;
  }
  if (!std::is_sorted(buckets.begin(), buckets.end(), by_bound)) {
    std::stable_sort(buckets.begin(), buckets.end(), by_bound);
  }
  if (buckets.back().upper_bound != kInf) return kNaN;
  buckets = buckets.first(merge_equal_bounds(buckets));
  make_monotonic(buckets, semantics);
  if (buckets.size() < 2) return kNaN;

  const double observations = buckets.back().count;
  if (observations == 0 || std::isnan(observations)) return kNaN;
  double rank = q * observations;
  // The first bucket that reaches the rank, found by bisection as Prometheus does: with NaN counts the way matters.
  std::size_t low = 0;
  std::size_t high = buckets.size() - 1;
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (buckets[middle].count >= rank) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  if (low == buckets.size() - 1) return buckets[low - 1].upper_bound;
  if (low == 0 && buckets[0].upper_bound <= 0) return buckets[0].upper_bound;
  double start = 0;
  double count = buckets[low].count;
  if (low > 0) {
    start = buckets[low - 1].upper_bound;
    count -= buckets[low - 1].count;
    rank -= buckets[low - 1].count;
  }
  return start + (buckets[low].upper_bound - start) * (rank / count);
}

}  // namespace rca
