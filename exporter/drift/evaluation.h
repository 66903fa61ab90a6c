// From held observations to comparisons: every signal of every entity against every reference.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "exporter/config/config.h"
#include "exporter/drift/history.h"
#include "exporter/drift/report.h"

namespace exporter {

// What a signal of an entity showed in one window, or in a pinned dataset.
struct DriftSide {
  DriftKind kind = DriftKind::histogram;
  // Histograms: per combination of values of the attribution labels (in their order).
  std::vector<std::pair<std::vector<std::string>, rca::BinnedDistribution>> parts;
  DriftPart::Rows rows;  // else
  DriftGapMask gaps = 0;

  [[nodiscard]] bool empty() const { return parts.empty() && rows.values.empty(); }
};

// Of the candidate metrics the first that has data in these slots.
DriftSide drift_side(const DriftHistory::Parts& parts, const DriftSlots& slots);

// By (name of the signal, entity).
using DriftDataset = std::map<std::pair<std::string, std::string>, DriftSide>;

// What the current window is compared with: slots, or a pinned dataset.
struct DriftReferenceData {
  const DriftReference* reference = nullptr;
  DriftSlots slots;
  const DriftDataset* dataset = nullptr;  // null: `slots`
};

// Compares every target, on all cores, and judges all comparisons as one family (Benjamini-Hochberg). Ordered by
// signal, entity and reference.
std::vector<DriftComparison> compare_targets(const Config& config, const DriftHistory& history,
                                             const DriftSlots& current,
                                             const std::vector<DriftReferenceData>& references);

}  // namespace exporter
