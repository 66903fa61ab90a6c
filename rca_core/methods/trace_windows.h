// Traces before and after the onset, and which of them are abnormal.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "common/result.h"
#include "rca_core/graph/trace_index.h"
#include "rca_core/methods/method.h"

namespace rca {

// Mean and standard deviation (n − 1) of what is measured per span of one operation, in ms.
struct TimeBaseline {
  double mean = 0;
  double deviation = 0;
  std::size_t count = 0;
  double widening = 1;  // see deviations_above
};

struct TraceWindows {
  TraceIndex index;
  std::vector<std::size_t> before;  // traces that ended before the onset
  std::vector<std::size_t> after;   // the others
  // One per operation, from the traces before the onset: the time that it works itself, and what its callers wait
  // longer (TraceIndex). `count` 0: the operation was not seen before, or without such a measurement.
  std::vector<TimeBaseline> own;
  std::vector<TimeBaseline> waited;
  std::vector<double> error_ratio;  // share of failed spans before the onset
  // Own and waiting time together, on both sides.
  std::vector<TimeBaseline> total_before;
  std::vector<TimeBaseline> total_after;
};

// Errors: missing_input without spans on both sides of the onset.
Result<TraceWindows> make_trace_windows(const IncidentView& view);

// How far `value` is above the baseline, in standard deviations of at least 5 % of the mean and 0.1 ms, widened for
// small baselines so that 3 of them are as rare as 3 standard deviations of a known normal distribution (Student's t);
// 0 where there is no baseline of at least two spans.
double deviation_of(const TimeBaseline& baseline);  // what one of them is, in ms
double deviations_above(const TimeBaseline& baseline, double value);

// How an operation changed from before to after the onset, in its mean own time and waiting time together; in seconds.
Evidence evidence_of_operation(const TraceWindows& windows, std::size_t operation, const std::string& because);

}  // namespace rca
