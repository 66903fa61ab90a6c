// The public series: from a snapshot to metric families. docs/series.md documents each of them.
#pragma once

#include <prometheus/metric_family.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/metrics/process.h"
#include "exporter/pipeline/snapshot.h"

namespace exporter {

// Labels of rca_build_info.
struct BuildLabels {
  std::string version;
  std::string revision;
  std::string compiler;
};
// Of this program.
BuildLabels build_labels();

// One row per family that is ever exposed, in the order of exposition.
struct FamilyRow {
  std::string_view name;
  std::string_view help;
  prometheus::MetricType type;
  std::vector<std::string_view> labels;
};
std::span<const FamilyRow> family_table();

// Everything that one evaluation found. Families without a series are left out. Values are NaN where there is no data.
// Label values are made valid UTF-8 (what is not becomes U+FFFD) and cut at 1024 bytes; of series that have the same
// labels the first stays, so the text is always one that Prometheus takes whole.
std::vector<prometheus::MetricFamily> snapshot_families(const Snapshot& snapshot, const BuildLabels& build);

// The process' own figures, as of now.
std::vector<prometheus::MetricFamily> process_families(const ProcessStats& stats);

// Prometheus text exposition format, version 0.0.4.
std::string render(const std::vector<prometheus::MetricFamily>& families);

}  // namespace exporter
