// The table of all rca_* families and what fills each of them. For this folder only.
#pragma once

#include <prometheus/metric_family.h>

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "exporter/metrics/families.h"

namespace exporter::metrics {

// Collects the series of one family.
class Series {
 public:
  Series(prometheus::MetricFamily& family, std::span<const std::string_view> labels)
      : family_(family), labels_(labels) {}

  // `values` in the order of the row's labels.
  void add(std::initializer_list<std::string_view> values, double value);

 private:
  prometheus::MetricFamily& family_;
  std::span<const std::string_view> labels_;
  std::unordered_set<std::string> seen_;
};

struct Source {
  const Snapshot& snapshot;
  const BuildLabels& build;
};

// A family and the function that adds its series.
struct Row {
  std::string_view name;
  prometheus::MetricType type;
  std::vector<std::string_view> labels;
  std::string_view help;
  void (*fill)(const Source& source, Series& series);
};

// In the order of exposition.
const std::vector<Row>& family_rows();

}  // namespace exporter::metrics
