#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "exporter/dataset/case.h"
#include "tests/evaluation/scenarios/calibration.h"
#include "tests/evaluation/scenarios/dump.h"
#include "tests/evaluation/scenarios/suites.h"
#include "tests/support/temp_dir.h"

namespace scenarios {
namespace {

TEST(CalibrationTest, TheErrorIsTheDistanceOfWhatIsSaidFromWhatIsRight) {
  // Says 0.9 four times and is right three times; says 0.25 twice and is right once.
  const Calibration found =
      calibrate({{0.9, true}, {0.9, true}, {0.9, true}, {0.9, false}, {0.25, true}, {0.25, false}});
  EXPECT_NEAR(found.expected_error, (4 * 0.15 + 2 * 0.25) / 6, 1e-12);
  EXPECT_NEAR(found.brier, (3 * 0.01 + 0.81 + 0.5625 + 0.0625) / 6, 1e-12);
  ASSERT_EQ(found.bins.size(), 10U);
  EXPECT_EQ(found.bins[9].count, 4U);
  EXPECT_DOUBLE_EQ(found.bins[9].share_right, 0.75);
  EXPECT_EQ(found.bins[2].count, 2U);
  EXPECT_TRUE(std::isnan(found.bins[5].share_right));
}

TEST(CalibrationTest, ProbabilitiesOfOneAndBeyondAreInTheLastBinAndNothingHasNoError) {
  EXPECT_EQ(calibrate({{1.0, true}, {1.5, true}}).bins[9].count, 2U);
  EXPECT_EQ(calibrate({{0.0, false}, {-1, false}}).bins[0].count, 2U);
  EXPECT_TRUE(std::isnan(calibrate({}).expected_error));
}

TEST(DumpTest, ARunReadsBackAsALabelledIncident) {
  const scenarios::Setup shared = make_setup(SCENARIO_CONFIG_DIR, {"peer_deviation"}).value();
  const std::vector<RunSpec> specs = make_suite("campaign", 1, 1).value();
  const auto spec =
      std::find_if(specs.begin(), specs.end(), [](const RunSpec& one) { return one.name == "memory/ray-replicas-2"; });
  ASSERT_NE(spec, specs.end());
  const test_support::TempDir dir;
  const RunResult result = run_one(shared, *spec, dump_to(dir.path())).value();
  ASSERT_TRUE(result.detected);
  const auto read = exporter::dataset::read_case(std::filesystem::path(dir.path()) / "campaign" /
                                                 "ray-replicas-2_memory" / "memory-ray-replicas-2-1");
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->truth.services, std::vector<std::string>{"ray-replicas-2"});
  EXPECT_EQ(read->truth.fault, "memory");
  const exporter::dataset::CaseData& data = read->data;
  EXPECT_EQ(data.frame.grid.step_ms, 5000);
  EXPECT_NEAR(static_cast<double>(data.onset_ms - result.truth[0].begin_ms) / 1000, result.onset_error_seconds, 1e-9);
  EXPECT_GE(data.frame.column("ray-replicas-2", "kv_cache_usage"), 0);
  EXPECT_GE(data.frame.column("gpu-node-3:10250", "node-cpu_usage"), 0);
  ASSERT_TRUE(data.graph.has_value());
  const auto replica = data.graph->find("ray-replicas-2");
  ASSERT_TRUE(replica.has_value());
  EXPECT_EQ(data.graph->placed_on(*replica).size(), 1U);
  EXPECT_EQ(data.graph->callers(*replica).size(), 1U);
}

}  // namespace
}  // namespace scenarios
