#include "exporter/metrics/families.h"

#include <prometheus/text_serializer.h>

#include <array>
#include <cmath>
#include <sstream>
#include <utility>

#include "exporter/metrics/family_table.h"

namespace exporter {
namespace {

constexpr auto kGauge = prometheus::MetricType::Gauge;
constexpr auto kCounter = prometheus::MetricType::Counter;

struct ProcessRow {
  std::string_view name;
  prometheus::MetricType type;
  std::string_view help;
  double ProcessStats::*field;
};

constexpr std::array<ProcessRow, 7> kProcessRows{{
    {"process_cpu_seconds_total", kCounter, "User and system CPU time spent in seconds.", &ProcessStats::cpu_seconds},
    {"process_open_fds", kGauge, "Open file descriptors.", &ProcessStats::open_fds},
    {"process_max_fds", kGauge, "File descriptors that may be open.", &ProcessStats::max_fds},
    {"process_resident_memory_bytes", kGauge, "Resident memory in bytes.", &ProcessStats::resident_bytes},
    {"process_virtual_memory_bytes", kGauge, "Virtual memory in bytes.", &ProcessStats::virtual_bytes},
    {"process_start_time_seconds", kGauge, "When the process started; unix time.", &ProcessStats::start_time_seconds},
    {"process_threads", kGauge, "Threads of the process.", &ProcessStats::threads},
}};

prometheus::MetricFamily make_family(std::string_view name, std::string_view help, prometheus::MetricType type) {
  prometheus::MetricFamily family;
  family.name = name;
  family.help = help;
  family.type = type;
  return family;
}

}  // namespace

BuildLabels build_labels() {
#if defined(__clang__)
  return {RCA_VERSION, RCA_REVISION, "clang " __clang_version__};
#else
  return {RCA_VERSION, RCA_REVISION, "gcc " __VERSION__};
#endif
}

std::span<const FamilyRow> family_table() {
  static const std::vector<FamilyRow> table = [] {
    std::vector<FamilyRow> all;
    for (const metrics::Row& row : metrics::family_rows()) all.push_back({row.name, row.help, row.type, row.labels});
    for (const ProcessRow& row : kProcessRows) all.push_back({row.name, row.help, row.type, {}});
    return all;
  }();
  return table;
}

std::vector<prometheus::MetricFamily> snapshot_families(const Snapshot& snapshot, const BuildLabels& build) {
  const metrics::Source source{snapshot, build};
  std::vector<prometheus::MetricFamily> families;
  for (const metrics::Row& row : metrics::family_rows()) {
    prometheus::MetricFamily family = make_family(row.name, row.help, row.type);
    metrics::Series series(family, row.labels);
    row.fill(source, series);
    if (!family.metric.empty()) families.push_back(std::move(family));
  }
  return families;
}

std::vector<prometheus::MetricFamily> process_families(const ProcessStats& stats) {
  std::vector<prometheus::MetricFamily> families;
  for (const ProcessRow& row : kProcessRows) {
    const double value = stats.*row.field;
    if (std::isnan(value)) continue;
    prometheus::MetricFamily family = make_family(row.name, row.help, row.type);
    metrics::Series(family, {}).add({}, value);
    families.push_back(std::move(family));
  }
  return families;
}

std::string render(const std::vector<prometheus::MetricFamily>& families) {
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families);
  return std::move(out).str();
}

}  // namespace exporter
