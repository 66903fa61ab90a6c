// The methods that learn a graph with functional, score-based or lagged models: each finds a planted cause.
#include <gtest/gtest.h>

#include <cmath>

#include "rca_core/stats/random.h"
#include "tests/unit/rca_core/frames.h"

namespace rca {
namespace {

using testing::FrameBuilder;

constexpr Eigen::Index kRows = 300;
constexpr Eigen::Index kOnset = 200;

double spiky(Random& random) {
  return std::pow(random.normal(), 3) / 4;
}

// The load of "disk" drives the latency of "store" and "cache" one row later, both that of "front"; "other" stands
// alone. From the onset on the disk is loaded a little more.
Frame lagged_incident() {
  Random random(5);
  Eigen::MatrixXd x(kRows, 5);
  for (Eigen::Index row = 0; row < kRows; ++row) {
    const Eigen::Index before = std::max<Eigen::Index>(row - 1, 0);
    x(row, 0) = random.normal() + (row < kOnset ? 0 : 0.3);
    x(row, 1) = 0.9 * (row > 0 ? x(before, 0) : 0) + 0.5 * random.normal();
    x(row, 2) = 0.7 * (row > 0 ? x(before, 0) : 0) + 0.5 * random.normal();
    x(row, 3) = (row > 0 ? x(before, 1) + x(before, 2) : 0) + 0.5 * random.normal();
    x(row, 4) = random.normal();
  }
  FrameBuilder builder(kRows);
  const std::vector<std::string> names = {"disk", "store", "cache", "front", "other"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    builder.add(names[i], "load", "", [&](Eigen::Index row) { return 10 + x(row, static_cast<Eigen::Index>(i)); });
  }
  return builder.frame();
}

// The same shape without delay and with spiky noise; columns in another order, so that no tie helps.
Frame instant_incident() {
  Random random(9);
  Eigen::MatrixXd x(kRows, 5);
  for (Eigen::Index row = 0; row < kRows; ++row) {
    const double disk = 2 * spiky(random) + (row < kOnset ? 0 : 1);
    x(row, 3) = disk;
    x(row, 1) = 0.9 * disk + 0.5 * spiky(random);
    x(row, 2) = -0.7 * disk + 0.5 * spiky(random);
    x(row, 0) = x(row, 1) - x(row, 2) + 0.5 * spiky(random);
    x(row, 4) = spiky(random);
  }
  FrameBuilder builder(kRows);
  const std::vector<std::string> names = {"front", "store", "cache", "disk", "other"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    builder.add(names[i], "load", "", [&](Eigen::Index row) { return 10 + x(row, static_cast<Eigen::Index>(i)); });
  }
  return builder.frame();
}

void expect_disk_first(const std::string& method, const Frame& frame) {
  const Result<Ranking> ranking = testing::rank(method, frame, kOnset);
  ASSERT_TRUE(ranking.ok()) << ranking.error().message;
  ASSERT_EQ(ranking->entities.size(), 5U) << method;
  EXPECT_EQ(ranking->entities[0].entity, "disk") << method;
  EXPECT_GT(ranking->entities[0].score, 1.05 * ranking->entities[1].score) << method;
  EXPECT_NE(ranking->entities[0].evidence.text.find("graph"), std::string::npos) << method;
}

TEST(Granger, FindsTheOneThatComesFirst) {
  expect_disk_first("granger_pagerank", lagged_incident());
}

TEST(Granger, WalksFromTheSliToWhatCausesIt) {
  const Frame frame = lagged_incident();
  const auto ranking = (*find_method("granger_randomwalk"))->rank({frame, kOnset, 3}, {});
  ASSERT_TRUE(ranking.ok());
  EXPECT_EQ(ranking->entities.back().entity, "other");
  EXPECT_NE(ranking->entities[0].entity, "front");
}

TEST(Granger, SaysWhenThereAreTooFewRows) {
  FrameBuilder builder(8);
  for (const std::string entity : {"a", "b"}) {
    builder.add(entity, "x", "", [&](Eigen::Index row) { return static_cast<double>(row * row) + double(entity[0]); });
  }
  const Result<Ranking> ranking = testing::rank("granger_pagerank", builder.frame(), 4);
  ASSERT_FALSE(ranking.ok());
  EXPECT_EQ(ranking.error().kind, ErrorKind::missing_input);
}

TEST(Lingam, FindsTheOneWhoseNoiseTheOthersShare) {
  expect_disk_first("lingam_pagerank", instant_incident());
  expect_disk_first("micro_diag", instant_incident());
}

TEST(Lingam, WalksFromTheSliToWhatCausesIt) {
  const Frame frame = instant_incident();
  const auto ranking = (*find_method("lingam_randomwalk"))->rank({frame, kOnset, 0}, {});
  ASSERT_TRUE(ranking.ok());
  EXPECT_EQ(ranking->entities.size(), 5U);
  EXPECT_EQ(ranking->entities.back().entity, "other");
}

// Two independent causes of one effect: the only thing that undelayed Gaussian data can show.
TEST(Ges, RanksCausesAboveTheirEffect) {
  Random random(4);
  FrameBuilder builder(kRows);
  Eigen::MatrixXd x(kRows, 4);
  for (Eigen::Index row = 0; row < kRows; ++row) {
    for (Eigen::Index column = 0; column < 4; ++column) x(row, column) = random.normal();
    x(row, 1) += 2 * x(row, 0) + (row < kOnset ? 0 : 1) - 2 * x(row, 2);
  }
  const std::vector<std::string> names = {"disk", "front", "network", "other"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    builder.add(names[i], "load", "", [&](Eigen::Index row) { return x(row, static_cast<Eigen::Index>(i)); });
  }
  const Result<Ranking> ranking = testing::rank("ges_pagerank", builder.frame(), kOnset);
  ASSERT_TRUE(ranking.ok()) << ranking.error().message;
  ASSERT_EQ(ranking->entities.size(), 4U);
  EXPECT_EQ(ranking->entities[0].entity, "disk");
  EXPECT_EQ(ranking->entities[1].entity, "network");
}

// Variance that grows along the graph would show on raw data; standardized, colliders and strengths remain.
TEST(Notears, LearnsTheSameGraphEveryTimeAndLeavesOutWhatIsUnrelated) {
  const Frame frame = instant_incident();
  for (const std::string name : {"ntlr_pagerank", "ntlr_randomwalk"}) {
    const Method* method = *find_method(name);
    const auto ranking = method->rank({frame, kOnset, 0}, {.seed = 3});
    const auto again = method->rank({frame, kOnset, 0}, {.seed = 3});
    ASSERT_TRUE(ranking.ok() && again.ok());
    ASSERT_EQ(ranking->entities.size(), 5U);
    for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(ranking->entities[i].score, again->entities[i].score);
    EXPECT_NE(ranking->entities[0].entity, "other") << name;
  }
}

}  // namespace
}  // namespace rca
