#include "rca_core/methods/trace_windows.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <cstdint>
#include <limits>

#include "rca_core/methods/evidence.h"
#include "rca_core/methods/scoring.h"

namespace rca {
namespace {

// Welford's sums.
class Running {
 public:
  void add(double value) {
    ++count_;
    const double difference = value - mean_;
    mean_ += difference / static_cast<double>(count_);
    squares_ += difference * (value - mean_);
  }
  [[nodiscard]] TimeBaseline baseline() const {
    const double deviation = count_ > 1 ? std::sqrt(squares_ / static_cast<double>(count_ - 1)) : 0.0;
    return {mean_, deviation, count_, widening()};
  }

 private:
  // Of the interval for one more value, against mean ± 3 deviations.
  [[nodiscard]] double widening() const {
    if (count_ < 2) return 1;
    constexpr double kThreeSigmas = 0.99865010196837;  // Φ(3)
    const auto n = static_cast<double>(count_);
    const double t = boost::math::quantile(boost::math::students_t(n - 1), kThreeSigmas);
    return t / 3 * std::sqrt(1 + 1 / n);
  }

  std::size_t count_ = 0;
  double mean_ = 0;
  double squares_ = 0;
};

double total_ms(const TraceIndex& index, std::size_t span) {
  const double waited = index.waited_ms[span];
  return index.own_ms[span] + (std::isnan(waited) ? 0.0 : waited);
}

std::vector<TimeBaseline> totals(const TraceIndex& index, const std::vector<std::size_t>& traces) {
  std::vector<Running> sums(index.operations.size());
  for (const std::size_t trace : traces) {
    for (const std::size_t span : index.traces[trace]) sums[index.operation_of[span]].add(total_ms(index, span));
  }
  std::vector<TimeBaseline> out;
  out.reserve(sums.size());
  for (const Running& sum : sums) out.push_back(sum.baseline());
  return out;
}

void learn(TraceWindows& windows) {
  const std::size_t operations = windows.index.operations.size();
  std::vector<Running> own(operations);
  std::vector<Running> waited(operations);
  std::vector<double> errors(operations, 0);
  for (const std::size_t trace : windows.before) {
    for (const std::size_t span : windows.index.traces[trace]) {
      const std::size_t operation = windows.index.operation_of[span];
      own[operation].add(windows.index.own_ms[span]);
      if (!std::isnan(windows.index.waited_ms[span])) waited[operation].add(windows.index.waited_ms[span]);
      errors[operation] += windows.index.failed[span] != 0 ? 1 : 0;
    }
  }
  for (std::size_t operation = 0; operation < operations; ++operation) {
    windows.own.push_back(own[operation].baseline());
    windows.waited.push_back(waited[operation].baseline());
    const std::size_t count = windows.own.back().count;
    windows.error_ratio.push_back(count == 0 ? 0.0 : errors[operation] / static_cast<double>(count));
  }
}

}  // namespace

Result<TraceWindows> make_trace_windows(const IncidentView& view) {
  if (view.spans.empty()) return Error{ErrorKind::missing_input, "there are no traces"};
  TraceWindows windows;
  windows.index = index_traces(view.spans);
  const std::int64_t onset_us = view.onset_time_ms() * 1000;
  for (std::size_t trace = 0; trace < windows.index.traces.size(); ++trace) {
    std::int64_t end = std::numeric_limits<std::int64_t>::min();
    for (const std::size_t span : windows.index.traces[trace]) {
      end = std::max(end, view.spans[span].start_us + std::max<std::int64_t>(0, view.spans[span].duration_us));
    }
    (end < onset_us ? windows.before : windows.after).push_back(trace);
  }
  if (windows.before.empty()) {
    return Error{ErrorKind::missing_input, "no trace ended before the onset: there is nothing to compare with"};
  }
  if (windows.after.empty()) return Error{ErrorKind::missing_input, "there is no trace from the onset on"};
  learn(windows);
  windows.total_before = totals(windows.index, windows.before);
  windows.total_after = totals(windows.index, windows.after);
  return windows;
}

double deviation_of(const TimeBaseline& baseline) {
  constexpr double kRelativeFloor = 0.05;
  constexpr double kFloorMs = 0.1;
  return std::max({baseline.deviation, kRelativeFloor * baseline.mean, kFloorMs}) * baseline.widening;
}

double deviations_above(const TimeBaseline& baseline, double value) {
  if (baseline.count < 2 || std::isnan(value)) return 0;
  return (value - baseline.mean) / deviation_of(baseline);
}

Evidence evidence_of_operation(const TraceWindows& windows, std::size_t operation, const std::string& because) {
  constexpr double kSecondsPerMilli = 1e-3;
  const TimeBaseline& from = windows.total_before[operation];
  const TimeBaseline& to = windows.total_after[operation];
  const TraceIndex::Operation& what = windows.index.operations[operation];
  Evidence evidence;
  evidence.before = from.mean * kSecondsPerMilli;
  evidence.after = to.mean * kSecondsPerMilli;
  const double largest = std::max(evidence.before, evidence.after);
  evidence.scale = std::max(from.deviation * kSecondsPerMilli, scale_floor("seconds", evidence.before, largest));
  evidence.text = what.name + " of " + what.entity;
  if (from.count == 0) {
    evidence.text += " was not called before the onset, " + std::to_string(to.count) + " times after it";
  } else if (to.count == 0) {
    evidence.text += " is not called any more";
  } else {
    evidence.deviation = (evidence.after - evidence.before) / evidence.scale;
    evidence.text += " took " + format_quantity(evidence.before, "seconds") + " before the onset and " +
                     format_quantity(evidence.after, "seconds") + " after it, without what it waits for";
  }
  if (!because.empty()) evidence.text += "; " + because;
  return evidence;
}

}  // namespace rca
