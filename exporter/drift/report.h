// What one evaluation of drift and one step of the control charts found. Immutable once published.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "rca_core/drift/attribution.h"
#include "rca_core/drift/compare.h"
#include "rca_core/spc/control_chart.h"

namespace exporter {

// Why a comparison cannot say everything; label `reason` of rca_drift_gap.
enum class DriftGap {
  no_current_data,    // no observations in the current window
  no_reference_data,  // none in the reference
  few_current,        // fewer than are needed for a verdict
  few_reference,
  missing_inf_bucket,  // buckets without le="+Inf", which cannot be read
  bounds_changed,      // the bounds have changed so that none, or only some, are left in common
  unreadable_scrapes,  // scrapes left out: a NaN or an infinity among the counts
  dimensions_changed,  // vectors of another length were left out
};
inline constexpr std::size_t kDriftGaps = 8;
constexpr std::string_view to_string(DriftGap gap) {
  switch (gap) {
    case DriftGap::no_current_data: return "no_current_data";
    case DriftGap::no_reference_data: return "no_reference_data";
    case DriftGap::few_current: return "few_current";
    case DriftGap::few_reference: return "few_reference";
    case DriftGap::missing_inf_bucket: return "missing_inf_bucket";
    case DriftGap::bounds_changed: return "bounds_changed";
    case DriftGap::unreadable_scrapes: return "unreadable_scrapes";
    case DriftGap::dimensions_changed: return "dimensions_changed";
  }
  return "no_current_data";
}

struct DriftAttribution {
  std::string label;
  rca::LabelContribution value;
};

// One signal of one entity against one reference.
struct DriftComparison {
  std::string signal;
  std::string entity;
  std::string reference;
  rca::Comparison result;
  std::vector<rca::BucketContribution> buckets;  // of histograms with data on both sides, at most max_buckets
  std::vector<DriftAttribution> attributions;
  std::vector<DriftGap> gaps;
};

struct DriftReferenceStatus {
  std::string name;
  // Of the newest instant that belongs to the reference, from the end of the current window on.
  double age_seconds = 0;
};

struct DriftReport {
  std::int64_t evaluated_ms = 0;             // the end of the current window
  double seconds = 0;                        // that reading and comparing took
  std::vector<DriftComparison> comparisons;  // by signal, entity, reference
  std::vector<DriftReferenceStatus> references;
  std::size_t targets = 0;  // (signal, entity) pairs held
  std::size_t parts = 0;    // with the attribution labels' values told apart
};

// The newest point of one control chart.
struct SpcChart {
  std::string signal;
  std::string entity;
  rca::ControlPoint point;
  std::size_t reference_samples = 0;
  bool enough_data = true;  // false: the history is too short to know the season, so that no rule is judged
};

struct SpcReport {
  std::int64_t evaluated_ms = 0;
  std::vector<SpcChart> charts;  // by signal and entity
  bool shewhart = true;          // which methods are configured
  bool ewma = true;
  bool cusum = true;
};

}  // namespace exporter
