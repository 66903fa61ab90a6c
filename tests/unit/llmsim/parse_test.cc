#include "tests/testbed/llmsim/parse.h"

#include <gtest/gtest.h>

namespace llmsim {
namespace {

TEST(ParseTest, Durations) {
  EXPECT_DOUBLE_EQ(parse_duration("90s").value(), 90);
  EXPECT_DOUBLE_EQ(parse_duration("1h30m").value(), 5400);
  EXPECT_DOUBLE_EQ(parse_duration("500ms").value(), 0.5);
  EXPECT_DOUBLE_EQ(parse_duration("2d").value(), 172800);
  EXPECT_DOUBLE_EQ(parse_duration("12").value(), 12);
  for (const auto* bad : {"", "s", "5x", "-5s", "0", "0s", "5s5", "1e400s", "nan"}) {
    EXPECT_FALSE(parse_duration(bad).ok()) << bad;
  }
}

TEST(ParseTest, Times) {
  EXPECT_DOUBLE_EQ(parse_time("1700000000").value(), 1700000000);
  EXPECT_DOUBLE_EQ(parse_time("1700000000.5").value(), 1700000000.5);
  EXPECT_DOUBLE_EQ(parse_time("2023-11-14T22:13:20Z").value(), 1700000000);
  for (const auto* bad : {"", "yesterday", "2023-11-14", "2023-11-14T22:13:20Zx"}) {
    EXPECT_FALSE(parse_time(bad).ok()) << bad;
  }
}

TEST(ParseTest, FaultPlans) {
  const auto plan = parse_fault_plan("gpu,target=ray-replicas-1,at=90m,for=10m");
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->type, "gpu");
  EXPECT_EQ(plan->target, "ray-replicas-1");
  EXPECT_DOUBLE_EQ(plan->at, 5400);
  EXPECT_DOUBLE_EQ(plan->duration, 600);
  const auto tuned = parse_fault_plan("gpu,watts=120.5,at=1m,for=1m");
  ASSERT_TRUE(tuned.ok());
  EXPECT_TRUE(tuned->target.empty()) << "the default of the type";
  EXPECT_DOUBLE_EQ(tuned->parameters.at("watts"), 120.5);
  for (const auto* bad : {"", "gpu", "gpu,target=a", "gpu,target=a,at=1m", "gpu,target=a,at=1m,for=x", "gpu,who=a",
                          "target=a,at=1m,for=1m", "gpu,cpu,target=a,at=1m,for=1m"}) {
    EXPECT_FALSE(parse_fault_plan(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace llmsim
