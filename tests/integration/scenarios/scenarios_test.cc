// Simulator, pipeline and rankings, end to end, on a few runs of the evaluation.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/evaluation/scenarios/suites.h"
#include "tests/evaluation/scenarios/summary.h"

namespace scenarios {
namespace {

const Setup& setup() {
  static const Setup made = make_setup(SCENARIO_CONFIG_DIR, {"peer_deviation", "dummy", "no such method"}).value();
  return made;
}

RunSpec spec_of(const std::string& suite, const std::string& name, std::uint64_t seed = 1) {
  const std::vector<RunSpec> specs = make_suite(suite, seed, 1).value();
  const auto at = std::find_if(specs.begin(), specs.end(), [&](const RunSpec& spec) { return spec.name == name; });
  EXPECT_NE(at, specs.end()) << name;
  return *at;
}

TEST(ScenariosTest, AFaultOfTheReferenceIsDetectedAndRanked) {
  const RunSpec spec = spec_of("campaign", "gpu/ray-replicas-1");
  const RunResult result = run_one(setup(), spec).value();
  ASSERT_EQ(result.truth.size(), 1U);
  EXPECT_EQ(result.truth[0].entity, "ray-replicas-1");
  EXPECT_EQ(result.truth[0].fault_class, "compute_saturation");
  ASSERT_TRUE(result.detected);
  EXPECT_EQ(result.early, 0U);
  EXPECT_GT(result.delay_seconds, 0);
  EXPECT_LE(result.delay_seconds, 60);
  EXPECT_LE(std::abs(result.onset_error_seconds), 30);
  ASSERT_EQ(result.methods.size(), 2U);  // the unknown one is left out
  EXPECT_EQ(result.methods[0].method, "peer_deviation");
  EXPECT_EQ(result.methods[0].first, "ray-replicas-1");
  EXPECT_EQ(result.methods[0].place, 1U);
  EXPECT_EQ(result.given[0].place, 1U);
}

TEST(ScenariosTest, TwoFaultsAtOnceAreBothNamedWithTheirClasses) {
  const RunResult result = run_one(setup(), spec_of("hard", "two-at-once/gpu+network")).value();
  ASSERT_TRUE(result.detected);
  ASSERT_EQ(result.truth.size(), 2U);
  std::vector<std::pair<std::string, std::string>> truth;
  for (const TrueFault& fault : result.truth) truth.emplace_back(fault.entity, fault.fault_class);
  EXPECT_TRUE(std::is_permutation(truth.begin(), truth.end(), result.answer.root_causes.begin(),
                                  result.answer.root_causes.end()));
  EXPECT_TRUE(result.answer.all_named);
  EXPECT_FALSE(result.answer.needless);
  const SuiteSummary summary = summarize("hard", {result});
  EXPECT_EQ(summary.groups.front().all_named, 1);
  EXPECT_EQ(summary.groups.front().needless, 0);
}

TEST(ScenariosTest, OneFaultHasOneRootCause) {
  RunSpec spec = spec_of("hard", "two-at-once/gpu+network");
  spec.faults.pop_back();
  const RunResult result = run_one(setup(), spec).value();
  ASSERT_TRUE(result.detected);
  EXPECT_EQ(result.answer.root_causes.size(), 1U);
  EXPECT_TRUE(result.answer.all_named);
  EXPECT_FALSE(result.answer.needless);
}

TEST(ScenariosTest, TheSameSeedGivesTheSameResultAndAnotherSeedAnother) {
  const auto json = [](std::uint64_t seed) {
    const RunResult result = run_one(setup(), spec_of("campaign", "memory/ray-replicas-0", seed)).value();
    return to_json({summarize("campaign", {result})}, {result});
  };
  EXPECT_EQ(json(1), json(1));
  EXPECT_NE(json(1), json(2));
}

TEST(ScenariosTest, WithoutAFaultThereIsNoIncident) {
  RunSpec spec = spec_of("campaign", "gpu/ray-replicas-1");
  spec.faults.clear();
  spec.duration = 600;
  const RunResult result = run_one(setup(), spec).value();
  EXPECT_TRUE(result.incidents.empty());
  EXPECT_FALSE(result.detected);
  EXPECT_TRUE(result.given.empty());
}

TEST(ScenariosTest, TrainingNeverSeesAReportedRun) {
  for (const std::string& suite : suite_names()) {
    const auto reported = make_suite(suite, kFirstReportedSeed, 3).value();
    const auto training = make_suite(suite, kFirstTrainingSeed, 3).value();
    ASSERT_EQ(reported.size(), training.size());
    for (const RunSpec& one : reported) {
      for (const RunSpec& other : training) EXPECT_NE(one.sim.seed, other.sim.seed);
    }
  }
  EXPECT_FALSE(make_suite("nothing", 1, 1).ok());
}

TEST(ScenariosTest, ARunThatMissedItsIncidentCountsAsAMiss) {
  RunResult found;
  found.suite = "s";
  found.group = "gpu";
  found.truth = {{"gpu", "a", "compute_saturation", 0}};
  found.detected = true;
  found.delay_seconds = 20;
  found.onset_error_seconds = -5;
  found.methods = {{"m", true, "", "a", 1}};
  found.given = {{"m", true, "", "b", 3}};
  RunResult missed = found;
  missed.detected = false;
  missed.early = 2;
  missed.methods.clear();
  missed.given = {{"m", false, "no", "", 0}};
  const SuiteSummary summary = summarize("s", {found, missed});
  EXPECT_EQ(summary.early, 2U);
  ASSERT_EQ(summary.groups.size(), 2U);  // all, gpu
  EXPECT_EQ(summary.groups[1].name, "gpu");
  EXPECT_EQ(summary.groups[0].detected, 1U);
  EXPECT_DOUBLE_EQ(summary.groups[0].delay_median, 20);
  EXPECT_DOUBLE_EQ(summary.groups[0].onset_error_median, 5);
  ASSERT_EQ(summary.groups[0].methods.size(), 1U);
  EXPECT_DOUBLE_EQ(summary.groups[0].methods[0].ac1, 0.5);
  EXPECT_DOUBLE_EQ(summary.groups[0].methods[0].avg5, 0.5);
  EXPECT_DOUBLE_EQ(summary.groups[0].methods[0].given_ac1, 0);
  EXPECT_DOUBLE_EQ(summary.groups[0].methods[0].given_avg5, 0.3);
  EXPECT_NE(to_markdown({summary}, {found, missed}).find("| `m` | 0.50 / 0.50 | 0.50 / 0.50 |"), std::string::npos);
}

}  // namespace
}  // namespace scenarios
