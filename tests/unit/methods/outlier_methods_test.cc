// max_abs_z, cd, score_ordering and smooth_traversal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "rca_core/methods/outlier_scores.h"
#include "rca_core/stats/random.h"
#include "tests/unit/rca_core/frames.h"

namespace rca {
namespace {

using testing::FrameBuilder;
using ::testing::HasSubstr;

constexpr Eigen::Index kRows = 60;
constexpr Eigen::Index kOnset = 50;

// Normal rows 10 ± 1 in turn, then `after`.
auto around_ten(double after) {
  return [after](Eigen::Index row) { return row < kOnset ? 10.0 + (row % 2 == 0 ? 1 : -1) : after; };
}

TEST(MaxAbsZ, IsTheTextbookScoreAndSeesDrops) {
  FrameBuilder builder(kRows);
  builder.add("a", "clock", "", around_ten(2)).add("b", "load", "", around_ten(13));
  const Result<Ranking> ranking = testing::rank("max_abs_z", builder.frame(), kOnset);
  ASSERT_TRUE(ranking.ok());
  EXPECT_EQ(ranking->entities[0].entity, "a");
  EXPECT_NEAR(ranking->entities[0].score, 8 / std::sqrt(50.0 / 49), 1e-9);
  EXPECT_LT(ranking->entities[0].evidence.deviation, 0);
}

TEST(MaxAbsZ, HasNoFloorUnlessTheColumnIsConstant) {
  FrameBuilder builder(kRows);
  builder.add("quiet", "memory", "bytes",
              [](Eigen::Index row) { return 1e9 + (row < kOnset ? double(row % 2) : 9.5); });
  builder.add("constant", "success", "ratio", [](Eigen::Index row) { return row < kOnset ? 1 : 0.9; });
  const Result<Ranking> plain = testing::rank("max_abs_z", builder.frame(), kOnset);
  const Result<Ranking> floored = testing::rank("nsigma", builder.frame(), kOnset);
  ASSERT_TRUE(plain.ok() && floored.ok());
  EXPECT_EQ(plain->entities[0].entity, "quiet");
  EXPECT_EQ(floored->entities[0].entity, "constant");
  EXPECT_NEAR(plain->entities[1].score, 10, 1e-9);  // 0.1 in units of 1 % of the level
}

TEST(ChangeDetection, WantsBothKindsOfChange) {
  FrameBuilder builder(kRows);
  builder.add("quiet", "x", "", [](Eigen::Index row) { return 100 + (row < kOnset ? double(row % 2) : 16); });
  builder.add("noisy", "x", "", [](Eigen::Index row) { return row < kOnset ? double(row % 20) : 25; });
  builder.add("both", "x", "", around_ten(25));
  const Result<Ranking> ranking = testing::rank("cd", builder.frame(), kOnset);
  ASSERT_TRUE(ranking.ok());
  EXPECT_EQ(ranking->entities[0].entity, "both");
  EXPECT_NEAR(ranking->entities[0].score, 15 * 0.6, 1e-9);
  EXPECT_THAT(ranking->entities[0].evidence.text, HasSubstr("60 % of its level"));
}

TEST(InformationScores, AreRanksInTheNormalRangeAndGrowBeyond) {
  FrameBuilder builder(110);
  const auto ramp = [](double after) {  // distances from the median 49.5: 0.5 … 49.5, two of each
    return [after](Eigen::Index row) { return row < 100 ? static_cast<double>(row) : after; };
  };
  builder.add("inside", "x", "", ramp(89.5)).add("edge", "x", "", ramp(99.1)).add("far", "x", "", ramp(49.5 + 99));
  builder.add("constant", "x", "ratio", [](Eigen::Index) { return 0.5; });
  const std::vector<SignalScore> scores = information_scores(builder.frame(), {0, 100, 100, 10});
  ASSERT_EQ(scores.size(), 4U);
  EXPECT_NEAR(scores[0].score, std::log(101.0 / 21), 1e-9);  // 20 normal rows are at least 40 away
  EXPECT_NEAR(scores[1].score, std::log(101) + std::log(49.6 / 49.5), 1e-9);
  EXPECT_NEAR(scores[2].score, std::log(101) + std::log(2), 1e-9);
  EXPECT_EQ(scores[3].score, 0);
}

// disk ← store ← front: the score rises most at the store. The front's own latency is amplified; "apart" is not called.
Frame chain_frame() {
  Random random(2);
  Eigen::MatrixXd noise(kRows, 4);
  for (Eigen::Index i = 0; i < noise.size(); ++i) noise.data()[i] = random.normal();
  FrameBuilder builder(kRows);
  const std::vector<std::string> names = {"front", "disk", "store", "apart"};
  const std::vector<double> jump = {80, 0, 40, 500};
  for (std::size_t i = 0; i < names.size(); ++i) {
    builder.add(names[i], "latency", "", [&, i](Eigen::Index row) {
      return 100 + noise(row, static_cast<Eigen::Index>(i)) + (row < kOnset ? 0 : jump[i]);
    });
  }
  return builder.frame();
}

EntityGraph chain_graph() {
  EntityGraph graph;
  graph.add_call("front", "store");
  graph.add_placement("store", "disk");
  return graph;
}

TEST(ScoreOrdering, RanksTheMostImprobableFirst) {
  const Result<Ranking> ranking = testing::rank("score_ordering", chain_frame(), kOnset);
  ASSERT_TRUE(ranking.ok());
  EXPECT_EQ(ranking->entities[0].entity, "apart");
  EXPECT_EQ(ranking->entities[1].entity, "front");
  EXPECT_EQ(ranking->entities[3].entity, "disk");
}

TEST(SmoothTraversal, FindsWhereTheScoreRises) {
  const Frame frame = chain_frame();
  const EntityGraph graph = chain_graph();
  const Method* method = *find_method("smooth_traversal");
  const Result<Ranking> ranking = method->rank({frame, kOnset, 0, &graph}, {});
  ASSERT_TRUE(ranking.ok());
  ASSERT_EQ(ranking->entities.size(), 4U);
  EXPECT_EQ(ranking->entities[0].entity, "store");
  EXPECT_EQ(ranking->entities[3].entity, "apart");
  EXPECT_THAT(ranking->entities[0].evidence.text, HasSubstr("that of disk, on which it depends, is"));
}

TEST(SmoothTraversal, JudgesByTheRoleOfTheSli) {
  const EntityGraph graph = chain_graph();
  const Frame chain = chain_frame();
  FrameBuilder builder(kRows);
  for (Eigen::Index column = 0; column < 4; ++column) {
    const std::string entity = chain.signals[static_cast<std::size_t>(column)].entity;
    builder.add(entity, "latency", "", [&](Eigen::Index row) { return chain.values(row, column); });
  }
  // An accident elsewhere: far out, but not what propagates.
  builder.add("disk", "temperature", "", [](Eigen::Index row) { return row < kOnset ? double(row % 3) : 1e6; });
  const Result<Ranking> ranking = (*find_method("smooth_traversal"))->rank({builder.frame(), kOnset, 0, &graph}, {});
  ASSERT_TRUE(ranking.ok());
  EXPECT_EQ(ranking->entities[0].entity, "store");
}

TEST(SmoothTraversal, SaysThatItNeedsAGraph) {
  const Result<Ranking> ranking = testing::rank("smooth_traversal", chain_frame(), kOnset);
  ASSERT_FALSE(ranking.ok());
  EXPECT_EQ(ranking.error().kind, ErrorKind::missing_input);
  EXPECT_EQ(ranking.error().message, "smooth_traversal needs the graph of calls and placements");
}

}  // namespace
}  // namespace rca
