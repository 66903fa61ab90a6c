// A small version of what tests/evaluation/drift.sh measures: hours instead of days, against a rolling window.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/evaluation/drift/run.h"

namespace drift_eval {
namespace {

Timing hours() {
  Timing timing;
  timing.history = 3.5 * 3600;
  timing.fault = 1800;
  timing.watched = 3600;
  timing.quiet = 1800;
  timing.rolling = 2 * 3600;
  timing.swing = 0;
  return timing;
}

const Scenario& scenario(const std::string& name) {
  const auto it =
      std::find_if(scenarios().begin(), scenarios().end(), [&](const Scenario& one) { return one.name == name; });
  EXPECT_NE(it, scenarios().end()) << name;
  return *it;
}

TEST(DriftScenarios, SteadyTrafficIsNoDrift) {
  const auto result = run(scenario("no drift"), hours(), 1);
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_GE(result->evaluations, 5U);
  EXPECT_GE(result->pairs, 10U);
  EXPECT_EQ(result->early, 0U);
}

TEST(DriftScenarios, PlantedDriftsAreFoundByTheRightSignal) {
  for (const char* name : {"shorter outputs after a model change", "a new tenant's mix", "embedding shift"}) {
    const auto result = run(scenario(name), hours(), 1);
    ASSERT_TRUE(result.ok()) << result.error().message;
    EXPECT_EQ(result->early, 0U) << name;
    ASSERT_TRUE(result->right.has_value()) << name;
    EXPECT_LE(result->right->after, 3600) << name;
    EXPECT_GE(result->right->effect, result->right->threshold) << name;
  }
}

}  // namespace
}  // namespace drift_eval
