// The counts of log lines, calls and errors that multi-source methods read beside the metrics.
#pragma once

#include <string>
#include <vector>

#include "common/result.h"
#include "rca_core/methods/method.h"
#include "rca_core/methods/scoring.h"

namespace rca {

// The sources that a view has. Signals are renamed so that they stay apart in one ranking: "log_lines", "calls of
// OPERATION", "errors of OPERATION".
struct CountSources {
  std::vector<Frame> frames;
  std::vector<std::string> present;  // "log lines", "calls", "errors"
  std::vector<std::string> absent;

  // Adds to every sentence which sources it rests on, where one is absent.
  void add_to_evidence(Ranking& ranking) const;
};

// Error: missing_input when the view has counts of none of the three.
Result<CountSources> count_sources(const IncidentView& view);

// The windows of `counts` that cover the same time as those of the view, cut at its onset; missing_input when there is
// no row before or after it.
Result<Windows> count_windows(const IncidentView& view, const MethodOptions& options, const Frame& counts);

// The frame with the counts as further columns: for each row the mean of the counts in the step that ends there,
// missing where there is none.
Frame join_counts(const Frame& frame, const CountSources& sources);

}  // namespace rca
