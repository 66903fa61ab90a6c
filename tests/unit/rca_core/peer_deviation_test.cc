#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/rca_core/frames.h"

namespace rca {
namespace {

using testing::FrameBuilder;
using ::testing::HasSubstr;
using testing::Noise;
using testing::rank;

constexpr Eigen::Index kRows = 120;
constexpr Eigen::Index kOnset = 90;
constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

// One column per shift, level 100, noise 1; replica i is called "r<i>".
Frame group(const std::vector<double>& shifts, double common = 0) {
  Noise noise(17);
  FrameBuilder builder(kRows);
  for (std::size_t i = 0; i < shifts.size(); ++i) {
    builder.add(
        "r" + std::to_string(i), "throughput", "tokens_per_second",
        [&](Eigen::Index row) { return 100 + noise(1) + (row < kOnset ? 0 : common + shifts[i]); }, "replicas");
  }
  return builder.frame();
}

double score_of(const Ranking& ranking, const std::string& entity) {
  for (const Candidate& candidate : ranking.entities) {
    if (candidate.entity == entity) return candidate.score;
  }
  return kMissing;
}

TEST(PeerDeviation, NamesTheOneThatMovesAlone) {
  const Result<Ranking> ranking = rank("peer_deviation", group({0, -40, 0, 0}), kOnset);
  ASSERT_TRUE(ranking.ok());
  ASSERT_EQ(ranking->entities.size(), 4U);
  EXPECT_EQ(ranking->entities[0].entity, "r1");
  EXPECT_GT(ranking->entities[0].score, 20);
  EXPECT_LT(ranking->entities[1].score, 1);
  EXPECT_LT(ranking->entities[0].evidence.deviation, -20);
  EXPECT_EQ(ranking->entities[0].evidence.since_ms, testing::kNoon + kOnset * 5000);
  EXPECT_THAT(ranking->entities[0].evidence.text, HasSubstr("throughput of r1 fell from "));
  EXPECT_THAT(ranking->entities[0].evidence.text,
              HasSubstr("robust deviations) since 12:07:30Z while its 3 peers stayed within ±"));
}

TEST(PeerDeviation, WhatAllDoTogetherDoesNotCount) {
  const Result<Ranking> ranking = rank("peer_deviation", group({0, 0, 0, 0}, 80), kOnset);
  ASSERT_TRUE(ranking.ok());
  for (const Candidate& candidate : ranking->entities) EXPECT_LT(candidate.score, 1) << candidate.evidence.text;
}

TEST(PeerDeviation, SiblingsThatTakeOverTheLoadAreInnocent) {
  for (const std::size_t size : {3U, 4U, 5U, 8U}) {
    std::vector<double> shifts(size, 60.0 / static_cast<double>(size - 1));
    shifts[size / 2] = -60;
    const std::string broken = "r" + std::to_string(size / 2);
    const Result<Ranking> ranking = rank("peer_deviation", group(shifts), kOnset);
    ASSERT_TRUE(ranking.ok());
    EXPECT_EQ(ranking->entities[0].entity, broken) << size;
    EXPECT_GT(ranking->entities[0].score, 15) << size;
    EXPECT_LT(ranking->entities[1].score, 2) << size << ": " << ranking->entities[1].evidence.text;
  }
}

// Also when the broken replica's own signal hardly shows it, its siblings' load alone must not name one of them.
TEST(PeerDeviation, UnevenTakeOverBlamesNobodyMuch) {
  const Result<Ranking> ranking = rank("peer_deviation", group({-60, 25, 15, 20}), kOnset);
  ASSERT_TRUE(ranking.ok());
  EXPECT_EQ(ranking->entities[0].entity, "r0");
  EXPECT_GT(ranking->entities[0].score, 5 * ranking->entities[1].score);
}

TEST(PeerDeviation, HalfOfTheGroupBroken) {
  const Result<Ranking> ranking = rank("peer_deviation", group({-40, 0, -40, 0}), kOnset);
  ASSERT_TRUE(ranking.ok());
  const double healthy = std::max(score_of(*ranking, "r1"), score_of(*ranking, "r3"));
  EXPECT_GT(score_of(*ranking, "r0"), 3 * healthy);
  EXPECT_GT(score_of(*ranking, "r2"), 3 * healthy);
}

TEST(PeerDeviation, StuckWhileTheOthersFollowTheLoad) {
  const Result<Ranking> ranking = rank("peer_deviation", group({50, 50, 0, 50}), kOnset);
  ASSERT_TRUE(ranking.ok());
  EXPECT_EQ(ranking->entities[0].entity, "r2");
  EXPECT_GT(ranking->entities[0].score, 5);
  EXPECT_THAT(ranking->entities[0].evidence.text, HasSubstr("stayed near"));
  EXPECT_THAT(ranking->entities[0].evidence.text, HasSubstr("while its 3 peers moved by +"));
}

TEST(PeerDeviation, InAPairTheOneThatMovedIsNamed) {
  const Result<Ranking> pair = rank("peer_deviation", group({0, -40}), kOnset);
  const Result<Ranking> four = rank("peer_deviation", group({0, -40, 0, 0}), kOnset);
  ASSERT_TRUE(pair.ok() && four.ok());
  EXPECT_EQ(pair->entities[0].entity, "r1");
  EXPECT_GT(pair->entities[0].score, 3 * pair->entities[1].score);
  EXPECT_LT(pair->entities[0].score, 0.7 * four->entities[0].score);
}

TEST(PeerDeviation, EntitiesWithoutPeersTakeNoPart) {
  Noise noise(3);
  FrameBuilder builder(kRows);
  const auto step = [&](double shift) {
    return [&noise, shift](Eigen::Index row) { return 10 + noise(0.1) + (row < kOnset ? 0 : shift); };
  };
  builder.add("lonely", "x", "", step(100), "other");
  builder.add("none", "x", "", step(100));
  builder.add("r0", "x", "", step(0), "g");
  builder.add("r1", "x", "", step(5), "g");
  builder.add("r2", "x", "", step(0), "g");
  builder.add(
      "gone", "x", "", [](Eigen::Index row) { return row < kOnset ? 10 : kMissing; }, "g");
  const Result<Ranking> ranking = rank("peer_deviation", builder.frame(), kOnset);
  ASSERT_TRUE(ranking.ok());
  ASSERT_EQ(ranking->entities.size(), 3U);
  EXPECT_EQ(ranking->entities[0].entity, "r1");
}

TEST(PeerDeviation, NoPeersAtAllIsMissingInput) {
  FrameBuilder builder(kRows);
  builder.add(
      "a", "x", "", [](Eigen::Index) { return 1.0; }, "g");
  builder.add(
      "b", "y", "", [](Eigen::Index) { return 1.0; }, "g");
  const Result<Ranking> ranking = rank("peer_deviation", builder.frame(), kOnset);
  ASSERT_FALSE(ranking.ok());
  EXPECT_EQ(ranking.error().kind, ErrorKind::missing_input);
}

// A replica whose normal window happened to be quiet is not more suspicious for it.
TEST(PeerDeviation, TheGroupsNoiseIsTheScale) {
  Noise noise(5);
  FrameBuilder builder(kRows);
  for (int i = 0; i < 4; ++i) {
    builder.add(
        "r" + std::to_string(i), "x", "",
        [&, i](Eigen::Index row) { return 100 + (i == 2 && row < kOnset ? 0.0 : noise(5)); }, "g");
  }
  const Result<Ranking> ranking = rank("peer_deviation", builder.frame(), kOnset);
  ASSERT_TRUE(ranking.ok());
  for (const Candidate& candidate : ranking->entities) EXPECT_LT(candidate.score, 1.5) << candidate.evidence.text;
}

}  // namespace
}  // namespace rca
