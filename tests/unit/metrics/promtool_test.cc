// Prometheus' own judgement of the exposition.
#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "exporter/metrics/families.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/metrics/sample_snapshot.h"

namespace exporter {
namespace {

test_support::CommandResult check_metrics(const std::string& text) {
  const test_support::TempDir dir;
  const std::string file = dir.write("metrics.txt", text);
  auto result = test_support::run_command({{"sh", "-c", "promtool check metrics < \"$1\"", "sh", file}, {}, {}, {}});
  EXPECT_TRUE(result.ok());
  return result.ok() ? *result : test_support::CommandResult{-1, result.error().message};
}

// promtool keeps `le` for histograms. The shares per bucket of a distribution are gauges, not cumulative, and `le` is
// what panels take the bounds of buckets from.
std::string without_bucket_shares(const std::string& output) {
  std::istringstream in(output);
  std::string rest;
  for (std::string line; std::getline(in, line);) {
    const bool expected =
        line.ends_with("non-histogram metrics should not have \"le\" label") &&
        (line.starts_with("rca_drift_distribution_ratio ") || line.starts_with("rca_drift_bucket_contribution "));
    if (!expected) rest += line + "\n";
  }
  return rest;
}

bool have_promtool() {
  const auto result = test_support::run_command({{"promtool", "--version"}, {}, {}, {}});
  return result.ok() && result->exit_code == 0;
}

TEST(PromtoolCheckMetrics, IsClean) {
  if (!have_promtool()) GTEST_SKIP() << "promtool (Debian package prometheus) is not installed";
  Snapshot snapshot = sample_snapshot();
  snapshot.anomalies.push_back({"a\nb\"c\\d", "\xff\xfe", 1});
  const auto result = check_metrics(render(snapshot_families(snapshot, build_labels())) +
                                    render(process_families(read_process_stats())));
  EXPECT_EQ(without_bucket_shares(result.output), "");
}

TEST(PromtoolCheckMetrics, WouldSayIfItWereNot) {
  if (!have_promtool()) GTEST_SKIP() << "promtool (Debian package prometheus) is not installed";
  EXPECT_NE(check_metrics("# HELP rca_bad Bad.\n# TYPE rca_bad counter\nrca_bad 1\n").exit_code, 0);
}

}  // namespace
}  // namespace exporter
