// How every signal does right now: against its own past, and against its peers.
#pragma once

#include <cstdint>
#include <vector>

#include "exporter/pipeline/signal_set.h"
#include "exporter/pipeline/snapshot.h"

namespace exporter {

// (value at `row` − median) / max(1.4826 MAD, floor) over the rows [reference_first, reference_last]; the floor is
// rca::scale_floor, so that a signal that never moved does not score infinitely. Signals without a value at `row` or in
// the reference are left out. All cores.
std::vector<AnomalyScore> anomaly_scores(const std::vector<Column>& columns, std::int64_t row,
                                         std::int64_t reference_first, std::int64_t reference_last);

// Value at `row` − the median of the values of its peer group in the same role, itself included; in the signal's unit.
// Groups with fewer than two values are left out.
std::vector<PeerDeviation> peer_deviations(const std::vector<Column>& columns, std::int64_t row);

}  // namespace exporter
