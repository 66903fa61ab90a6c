#include "tests/unit/drift_pipeline/planted_traffic.h"

#include <algorithm>
#include <array>

namespace drift_test {

void add_histogram(History& history, const std::string& name, const std::vector<rca::Label>& labels, std::int64_t start,
                   std::int64_t end, const Counts& counts, const std::vector<std::int64_t>& resets) {
  constexpr std::array<const char*, 4> kBounds{"1", "2", "4", "+Inf"};
  std::array<rca::Samples, 4> samples;
  std::array<double, 4> totals{};
  for (std::int64_t time = start; time <= end; time += kScrape) {
    if (std::find(resets.begin(), resets.end(), time) != resets.end()) totals.fill(0);
    const std::vector<double> more = counts(time);
    double cumulative = 0;
    for (std::size_t i = 0; i < kBounds.size(); ++i) {
      totals.at(i) += more.at(i);
      cumulative += totals.at(i);
      samples.at(i).push_back(time, cumulative);
    }
  }
  for (std::size_t i = 0; i < kBounds.size(); ++i) {
    std::vector<rca::Label> all = labels;
    all.push_back({"le", kBounds.at(i)});
    history.series[pipeline_test::labels_of(name + "_bucket", all)] = samples.at(i);
  }
}

std::vector<double> usual() {
  return {24, 10, 4, 2};
}
std::vector<double> shifted() {
  return {6, 10, 16, 8};
}

Counts changing_at(std::int64_t change) {
  return [change](std::int64_t time) { return time < change ? usual() : shifted(); };
}

exporter::Config drift_config() {
  exporter::Config config = pipeline_test::test_config();
  config.rate_range = std::chrono::minutes(1);
  config.drift.interval = std::chrono::minutes(1);
  config.drift.window = std::chrono::minutes(10);
  config.drift.signals.resize(1);
  config.drift.signals[0].name = "latency";
  config.drift.references = {rolling_hour()};
  return config;
}

exporter::DriftReference rolling_hour() {
  exporter::DriftReference reference;
  reference.name = "rolling";
  reference.kind = exporter::ReferenceKind::rolling;
  reference.window = std::chrono::hours(1);
  reference.gap = std::chrono::minutes(10);
  return reference;
}

exporter::Catalog test_catalog(const exporter::Config& config) {
  return pipeline_test::test_resolver(config)->catalog();
}

}  // namespace drift_test
