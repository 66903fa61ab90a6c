// Which slots of history the current window and each reference consist of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "exporter/config/drift_config.h"
#include "exporter/drift/history.h"
#include "exporter/drift/reader.h"

namespace exporter {

struct DriftWindows {
  DriftSlots current;
  std::vector<DriftSlots> references;  // parallel to DriftConfig::references; empty: pinned
  std::vector<double> ages_seconds;    // likewise: from the newest instant of the reference to the end of `current`
};

// When `last` is the newest slot that is over. A pinned reference has no age here.
DriftWindows drift_windows(const DriftConfig& config, DriftSlot last);

// The slot of the fixed reference number `reference`.
DriftSlot fixed_slot(std::size_t reference);

// What to read for the slots in `missing` (of the grid alone): runs of neighbouring slots, each at most `longest_ms`
// long but for single slots, the newest first.
std::vector<std::vector<DriftStretch>> runs_of(const DriftSlots& missing, std::int64_t interval_ms,
                                               std::int64_t longest_ms);

// The same for a fixed range (start, end], oldest first; the stretches' slots are unique to `reference`.
std::vector<DriftStretch> stretches_of(std::size_t reference, std::int64_t start_ms, std::int64_t end_ms,
                                       std::int64_t longest_ms);

}  // namespace exporter
