// Prometheus' own judgement of the exposition.
#include <gtest/gtest.h>

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
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.output, "");
}

TEST(PromtoolCheckMetrics, WouldSayIfItWereNot) {
  if (!have_promtool()) GTEST_SKIP() << "promtool (Debian package prometheus) is not installed";
  EXPECT_NE(check_metrics("# HELP rca_bad Bad.\n# TYPE rca_bad counter\nrca_bad 1\n").exit_code, 0);
}

}  // namespace
}  // namespace exporter
