// Methods on delayed causes and on trained networks: the planted cause is found, and what is missing is said.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/unit/rca_core/frames.h"

namespace rca {
namespace {

using Eigen::Index;
using testing::FrameBuilder;
using ::testing::HasSubstr;
using testing::Noise;

// The disk of `store` slows down at the onset; one row later the queue of `worker` follows, and after one more the
// latency of `front`. `other` has nothing to do with it. The SLI is the last column.
// `step` is how far the disk moves, in standard deviations of its noise, `memory` how much of the noise stays.
Frame delayed_chain(Index rows, Index onset, unsigned seed, double step = 6, double memory = 0) {
  Noise noise(seed);
  const auto size = static_cast<std::size_t>(rows);
  std::vector<double> disk(size);
  std::vector<double> queue(size);
  std::vector<double> latency(size);
  double drift = 0;
  for (std::size_t t = 0; t < size; ++t) {
    drift = memory * drift + noise(std::sqrt(1 - memory * memory));
    disk[t] = (static_cast<Index>(t) < onset ? 0.0 : step) + drift;
    queue[t] = (t > 0 ? 0.8 * disk[t - 1] : 0.0) + noise(0.4);
    latency[t] = (t > 0 ? 0.8 * queue[t - 1] : 0.0) + noise(0.4);
  }
  const auto of = [](const std::vector<double>& values) {
    return [&values](Index row) { return values[static_cast<std::size_t>(row)]; };
  };
  FrameBuilder builder(rows);
  builder.add("other", "load", "", [&](Index) { return noise(1); });
  builder.add("worker", "queue", "", of(queue));
  builder.add("store", "disk", "", of(disk));
  builder.add("other", "memory", "", [&](Index) { return noise(1); });
  builder.add("front", "latency", "", of(latency));
  return builder.frame();
}

constexpr Index kSli = 4;

Result<Ranking> rank_chain(const std::string& method, const Frame& frame, Index onset,
                           std::optional<Index> sli = kSli) {
  const auto found = find_method(method);
  if (!found.ok()) return found.error();
  return (*found)->rank({frame, onset, sli, nullptr, {}}, {});
}

TEST(Microcause, WalksFromTheSliToTheCause) {
  const auto ranking = rank_chain("microcause", delayed_chain(200, 160, 3), 160);
  ASSERT_TRUE(ranking.ok()) << ranking.error().message;
  EXPECT_EQ(ranking->entities[0].entity, "store");
  EXPECT_THAT(ranking->entities[0].evidence.text, HasSubstr("the walk from the SLI spends"));
  EXPECT_THAT(ranking->entities[0].evidence.text, HasSubstr("extreme since 12:13:20Z"));
  EXPECT_EQ(ranking->signals.back().score, 0);
}

TEST(Microcause, NeedsAnSliThatVaries) {
  const Frame frame = delayed_chain(60, 40, 1);
  const auto without = rank_chain("microcause", frame, 40, std::nullopt);
  ASSERT_FALSE(without.ok());
  EXPECT_EQ(without.error().kind, ErrorKind::missing_input);
  EXPECT_THAT(without.error().message, HasSubstr("SLI"));
  Frame flat = frame;
  flat.values.col(kSli).setConstant(3);
  const auto constant = rank_chain("microcause", flat, 40);
  ASSERT_FALSE(constant.ok());
  EXPECT_EQ(constant.error().message, "the SLI does not vary in the window");
}

TEST(CausalAi, SignalsThatFollowOthersAreNotCauses) {
  Noise noise(2);
  FrameBuilder builder(300);
  std::vector<double> clock;
  for (int t = 0; t < 300; ++t) clock.push_back((t < 200 ? 0.0 : -4.0) + noise(1));
  const auto at = [&](Index row) { return clock[static_cast<std::size_t>(row)]; };
  builder.add("b", "throughput", "", [&](Index row) { return 2 * at(row) + noise(3); });
  builder.add("c", "load", "", [&](Index) { return noise(1); });
  builder.add("d", "power", "", [&](Index row) { return 3 * at(row) + noise(4); });
  builder.add("a", "clock", "", at);
  const auto ranking = rank_chain("causalai", builder.frame(), 200, std::nullopt);
  ASSERT_TRUE(ranking.ok()) << ranking.error().message;
  ASSERT_EQ(ranking->entities.size(), 4U);
  EXPECT_EQ(ranking->entities[0].entity, "a");
  EXPECT_GT(ranking->entities[0].score, 1);
  EXPECT_THAT(ranking->entities[0].evidence.text, HasSubstr("it depends on time"));
  for (std::size_t i = 1; i < 4; ++i) EXPECT_LE(ranking->entities[i].score, 1);
}

TEST(CausalAi, NeedsThreeRows) {
  const auto ranking = rank_chain("causalai", delayed_chain(2, 1, 1), 1);
  ASSERT_FALSE(ranking.ok());
  EXPECT_EQ(ranking.error().kind, ErrorKind::missing_input);
}

// PageRank flows from effects to causes: what drives others is above what only follows.
void expect_cause_above_effect(const std::string& method, const Frame& frame, Index onset) {
  const auto ranking = rank_chain(method, frame, onset, std::nullopt);
  ASSERT_TRUE(ranking.ok()) << ranking.error().message;
  ASSERT_EQ(ranking->entities.size(), 4U);
  std::vector<std::string> order;
  for (const Candidate& candidate : ranking->entities) order.push_back(candidate.entity);
  const auto place = [&](const char* entity) { return std::find(order.begin(), order.end(), entity) - order.begin(); };
  EXPECT_LT(place("store"), place("front")) << ::testing::PrintToString(order);
}

TEST(CmlpPageRank, RanksTheCauseAboveItsEffects) {
  expect_cause_above_effect("cmlp_pagerank", delayed_chain(150, 110, 5), 110);
}

TEST(CausalRca, WhatIsLinkedComesFirst) {
  const auto ranking = rank_chain("causalrca", delayed_chain(150, 110, 5), 110, std::nullopt);
  ASSERT_TRUE(ranking.ok()) << ranking.error().message;
  EXPECT_NE(ranking->entities[0].entity, "other");
  EXPECT_THAT(ranking->entities[0].evidence.text, HasSubstr("in the graph of the auto-encoder"));
}

TEST(EasyRca, TheSignalWithoutAnAnomalousCauseIsTheRoot) {
  const auto ranking = rank_chain("easyrca", delayed_chain(300, 240, 7), 240, std::nullopt);
  ASSERT_TRUE(ranking.ok()) << ranking.error().message;
  EXPECT_EQ(ranking->entities[0].entity, "store");
  EXPECT_THAT(ranking->entities[0].evidence.text, HasSubstr("no anomalous signal causes it, and reaches 2 other"));
  EXPECT_THAT(ranking->entities.back().evidence.text, HasSubstr("not anomalous"));
}

// Both signals are anomalous; the effect of the first on the second is another one from the onset on.
TEST(EasyRca, AChangedDirectEffectIsACause) {
  Noise noise(3);
  FrameBuilder builder(400);
  std::vector<double> load;
  std::vector<double> latency;
  for (int t = 0; t < 400; ++t) {
    load.push_back((t < 340 ? 0.0 : 8.0) + noise(1));
    latency.push_back((t > 0 ? (t < 340 ? 1.0 : 4.0) * load[static_cast<std::size_t>(t) - 1] : 0.0) + noise(0.3));
  }
  builder.add("cache", "latency", "", [&](Index row) { return latency[static_cast<std::size_t>(row)]; });
  builder.add("front", "load", "", [&](Index row) { return load[static_cast<std::size_t>(row)]; });
  const auto ranking = rank_chain("easyrca", builder.frame(), 340, std::nullopt);
  ASSERT_TRUE(ranking.ok()) << ranking.error().message;
  EXPECT_THAT(ranking->signals[0].evidence.text, HasSubstr("no anomalous signal causes it"));
  EXPECT_THAT(ranking->signals[1].evidence.text, HasSubstr("the direct effect of an anomalous cause on it changed"));
}

// PageRank of RUN follows causes to effects: what the chain drives is above what nothing drives.
TEST(Run, RanksWhereEffectsAddUp) {
  const auto ranking = rank_chain("run", delayed_chain(300, 225, 5, 1.5, 0.8), 225, std::nullopt);
  ASSERT_TRUE(ranking.ok()) << ranking.error().message;
  std::vector<std::string> order;
  for (const Candidate& candidate : ranking->entities) order.push_back(candidate.entity);
  const auto place = [&](const char* entity) { return std::find(order.begin(), order.end(), entity) - order.begin(); };
  EXPECT_LT(place("worker"), place("store")) << ::testing::PrintToString(order);
  EXPECT_LT(place("front"), place("store")) << ::testing::PrintToString(order);
  EXPECT_THAT(ranking->entities[0].evidence.text, HasSubstr("its attention makes it a cause of"));
}

TEST(Run, NeedsRowsForItsWindows) {
  const auto ranking = rank_chain("run", delayed_chain(7, 4, 1), 4);
  ASSERT_FALSE(ranking.ok());
  EXPECT_EQ(ranking.error().kind, ErrorKind::missing_input);
}

// All signals move together until one leaves.
TEST(Mscred, TheSignalThatLeavesTheOthersHasTheMostBrokenPairs) {
  Noise noise(4);
  std::vector<double> load;
  for (int t = 0; t < 120; ++t) load.push_back(std::sin(0.3 * t) + noise(0.2));
  FrameBuilder builder(120);
  for (const std::string entity : {"a", "b", "c", "d", "e"}) {
    const bool leaves = entity == "d";
    builder.add(entity, "load", "", [&](Index row) {
      return (leaves && row >= 90 ? 4.0 : load[static_cast<std::size_t>(row)]) + noise(0.1);
    });
  }
  const auto ranking = rank_chain("mscred", builder.frame(), 90, std::nullopt);
  ASSERT_TRUE(ranking.ok()) << ranking.error().message;
  EXPECT_EQ(ranking->entities[0].entity, "d");
  EXPECT_THAT(ranking->entities[0].evidence.text, HasSubstr("of its correlations with other signals are broken"));
}

TEST(Mscred, NeedsNormalRowsToLearnFrom) {
  const auto ranking = rank_chain("mscred", delayed_chain(20, 5, 1), 5);
  ASSERT_FALSE(ranking.ok());
  EXPECT_EQ(ranking.error().kind, ErrorKind::missing_input);
}

}  // namespace
}  // namespace rca
