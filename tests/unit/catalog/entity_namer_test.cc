#include <gtest/gtest.h>

#include <string>

#include "exporter/signals/catalog.h"

namespace exporter {
namespace {

TEST(EntityNamer, TakesTheFirstLabelThatSaysSomething) {
  const auto namer = EntityNamer::create({});
  ASSERT_TRUE(namer.ok());
  const rca::Labels labels{{"a", ""}, {"b", "unknown"}, {"c", "<none>"}, {"d", "web-0"}, {"e", "x"}};
  EXPECT_EQ(namer->name(labels, {"z", "a", "b", "c", "d", "e"}), "web-0");
  EXPECT_EQ(namer->name(labels, {"e", "d"}), "x");
  EXPECT_EQ(namer->name(labels, {"a", "b"}), "");
  EXPECT_EQ(namer->name(labels, {}), "");
}

// The names that the simulated stack uses, and what its configuration makes of them.
TEST(EntityNamer, RulesRunInOrderAndMayDropAName) {
  const auto namer = EntityNamer::create({{"llm-raycluster-[a-z0-9]+-head-[a-z0-9]+", "ray-head"},
                                          {"llm-raycluster-[a-z0-9]+-(ray-replicas-[0-9]+)-worker-[a-z0-9]+", "$1"},
                                          {"(nginx-proxy)-[a-z0-9]+-[a-z0-9]+", "$1"},
                                          {"nginx-(proxy)", "nginx-${1}"},
                                          {".*dcgm-exporter.*", ""}});
  ASSERT_TRUE(namer.ok());
  EXPECT_EQ(namer->rewrite("llm-raycluster-h7k2p-head-9xk2q"), "ray-head");
  EXPECT_EQ(namer->rewrite("llm-raycluster-h7k2p-ray-replicas-1-worker-m8c2t"), "ray-replicas-1");
  EXPECT_EQ(namer->rewrite("nginx-proxy-6c9f7b7d4-x2x8k"), "nginx-proxy");
  EXPECT_EQ(namer->rewrite("nvidia-dcgm-exporter-abcde"), "");
  EXPECT_EQ(namer->rewrite("gpu-node-1"), "gpu-node-1");
}

TEST(EntityNamer, RefusesABadRule) {
  const auto namer = EntityNamer::create({{"(", "x"}});
  ASSERT_FALSE(namer.ok());
  EXPECT_EQ(namer.error().kind, rca::ErrorKind::invalid_argument);
  EXPECT_EQ(namer.error().message, "bad regex \"(\": missing ): (");
}

}  // namespace
}  // namespace exporter
