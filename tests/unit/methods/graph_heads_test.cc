#include "rca_core/methods/graph_heads.h"

#include <gtest/gtest.h>

#include "tests/unit/rca_core/frames.h"

namespace rca {
namespace {

// disk → queue → latency (the SLI), and noise on its own.
Frame chain_frame() {
  testing::Noise noise(5);
  std::vector<double> disk;
  std::vector<double> queue;
  for (int row = 0; row < 100; ++row) {
    disk.push_back((row < 70 ? 1.0 : 3.0) + noise(0.3));
    queue.push_back(disk.back() + noise(0.3));
  }
  testing::FrameBuilder builder(100);
  const auto at = [](Eigen::Index row) { return static_cast<std::size_t>(row); };
  builder.add("front", "latency", "seconds", [&](Eigen::Index row) { return queue[at(row)] + noise(0.3); });
  builder.add("other", "noise", "", [&](Eigen::Index) { return noise(1); });
  builder.add("worker", "queue", "", [&](Eigen::Index row) { return queue[at(row)]; });
  builder.add("node", "disk", "", [&](Eigen::Index row) { return disk[at(row)]; });
  return builder.frame();
}

Eigen::MatrixXd chain_causes() {
  Eigen::MatrixXd causes = Eigen::MatrixXd::Zero(4, 4);
  causes(3, 2) = causes(2, 0) = 1;
  return causes;
}

std::vector<std::string> entities(const Ranking& ranking) {
  std::vector<std::string> out;
  for (const Candidate& candidate : ranking.entities) out.push_back(candidate.entity);
  return out;
}

TEST(GraphHeads, PageRankFlowsFromEffectsToCausesAndKeepsTheIsolated) {
  const Frame frame = chain_frame();
  const IncidentView view{frame, 70};
  const auto data = make_data_matrix(view, {});
  ASSERT_TRUE(data.ok());
  const auto ranking = rank_by_pagerank(view, *data, "test", chain_causes(), "PC graph");
  ASSERT_TRUE(ranking.ok()) << ranking.error().message;
  EXPECT_EQ(entities(*ranking), (std::vector<std::string>{"node", "worker", "front", "other"}));
  EXPECT_NE(ranking->entities[0].evidence.text.find("in the PC graph, where it may cause 1 other signal"),
            std::string::npos)
      << ranking->entities[0].evidence.text;
}

TEST(GraphHeads, RandomWalkStartsAtTheSliAndEndsAtTheCause) {
  const Frame frame = chain_frame();
  const IncidentView view{frame, 70, 0};
  const auto data = make_data_matrix(view, {});
  ASSERT_TRUE(data.ok());
  const auto ranking = rank_by_random_walk(view, *data, "test", chain_causes(), "PC graph");
  ASSERT_TRUE(ranking.ok()) << ranking.error().message;
  // The SLI correlates with itself best of those that the walk is not counted for.
  EXPECT_EQ(ranking->entities[2].entity, "front");
  EXPECT_EQ(ranking->entities[3].entity, "other");
  EXPECT_GT(ranking->entities[1].score, 0.1);
  EXPECT_NE(ranking->entities[0].evidence.text.find("a random walk from latency of front"), std::string::npos);
}

TEST(GraphHeads, RandomWalkWithoutSliOrEdgesIsDefined) {
  const Frame frame = chain_frame();
  const IncidentView view{frame, 70};
  const auto data = make_data_matrix(view, {});
  ASSERT_TRUE(data.ok());
  const auto with_edges = rank_by_random_walk(view, *data, "test", chain_causes(), "graph");
  ASSERT_TRUE(with_edges.ok());
  ASSERT_EQ(with_edges->entities.size(), 4U);
  EXPECT_EQ(with_edges->entities[3].entity, "other");  // did not change at the onset, and nothing leads there
  const IncidentView with_sli{frame, 70, 0};
  const auto none = rank_by_random_walk(with_sli, *data, "test", Eigen::MatrixXd::Zero(4, 4), "graph");
  ASSERT_TRUE(none.ok());
  EXPECT_EQ(entities(*none), (std::vector<std::string>{"front", "worker", "node", "other"}));
}

TEST(GraphHeads, AGraphOfAnotherSizeIsAnError) {
  const Frame frame = chain_frame();
  const IncidentView view{frame, 70};
  const auto data = make_data_matrix(view, {});
  ASSERT_TRUE(data.ok());
  EXPECT_FALSE(rank_by_pagerank(view, *data, "test", Eigen::MatrixXd::Zero(3, 3), "graph").ok());
  EXPECT_FALSE(rank_by_random_walk(view, *data, "test", Eigen::MatrixXd::Zero(3, 3), "graph").ok());
}

TEST(GraphHeads, AMethodIsALearnerAndAHead) {
  const Frame frame = chain_frame();
  const auto learner = [](const DataMatrix&, const MethodOptions&) -> Result<Eigen::MatrixXd> {
    return chain_causes();
  };
  const auto method = make_graph_method({"x", "what", "where", "x graph", GraphHead::pagerank, learner});
  EXPECT_EQ(method->name(), "x");
  EXPECT_EQ(method->needs(), Need::metrics);
  const auto ranking = method->rank({frame, 70}, {});
  ASSERT_TRUE(ranking.ok());
  EXPECT_EQ(ranking->method, "x");
  EXPECT_EQ(ranking->entities[0].entity, "node");
}

}  // namespace
}  // namespace rca
