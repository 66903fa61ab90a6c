// fci, cloudranger, ht and circa on an incident whose cause is known.
#include <gtest/gtest.h>

#include "rca_core/methods/residual_test.h"
#include "tests/unit/methods/planted.h"

namespace rca {
namespace {

Result<Ranking> rank_view(std::string_view method, const IncidentView& view) {
  return (*find_method(method))->rank(view, {});
}

// The disk is where it begins; queue and latency only do what it makes them do.
TEST(HypothesisTests, TheCauseComesBeforeItsEffects) {
  const auto incident = testing::planted_incident();
  for (const std::string_view name : {"ht", "circa"}) {
    const auto ranking = rank_view(name, incident.view());
    ASSERT_TRUE(ranking.ok()) << name << ": " << ranking.error().message;
    EXPECT_EQ(ranking->signals.size(), 6U) << name;
    EXPECT_EQ(ranking->entities[0].entity, "node") << name << ": " << ranking->entities[0].evidence.text;
  }
}

TEST(Circa, UsesTheCallsWhereTheyAreKnown) {
  const auto incident = testing::planted_incident();
  EntityGraph graph;
  graph.add_call("front", "worker");
  graph.add_placement("worker", "node");
  IncidentView view = incident.view();
  view.graph = &graph;
  const auto ranking = rank_view("circa", view);
  ASSERT_TRUE(ranking.ok()) << ranking.error().message;
  EXPECT_EQ(ranking->signals.size(), 6U);
  for (const Candidate& candidate : ranking->signals) {
    // Requests are what makes latency, within the entity that the graph knows.
    if (candidate.signal == "latency") {
      EXPECT_NE(candidate.evidence.text.find("what its cause predicts"), std::string::npos) << candidate.evidence.text;
    }
  }
}

TEST(WalkAndPag, EveryVariableIsRankedAndTheEvidenceNamesTheGraph) {
  const auto incident = testing::planted_incident();
  for (const std::string_view name : {"fci_pagerank", "fci_randomwalk", "cloudranger"}) {
    const auto ranking = rank_view(name, incident.view());
    ASSERT_TRUE(ranking.ok()) << name << ": " << ranking.error().message;
    EXPECT_EQ(ranking->signals.size(), 6U) << name;
    EXPECT_NE(ranking->entities[0].entity, "other") << name;
    EXPECT_NE(ranking->entities[0].evidence.text.find(" graph"), std::string::npos) << name;
  }
}

TEST(CloudRanger, SaysThatItNeedsAnSli) {
  const auto incident = testing::planted_incident();
  const auto ranking = rank_view("cloudranger", {incident.frame, testing::PlantedIncident::kOnset});
  ASSERT_FALSE(ranking.ok());
  EXPECT_EQ(ranking.error().kind, ErrorKind::missing_input);
  EXPECT_EQ(ranking.error().message, "there is no SLI for the walk to start at");
}

TEST(ResidualTest, ExplainedChangesAreNoSurprise) {
  const auto incident = testing::planted_incident();
  const IncidentView view = incident.view();
  const auto data = make_data_matrix(view, {});
  ASSERT_TRUE(data.ok());
  Parents parents(6);
  const std::vector<Residual> alone = test_residuals(view, *data, parents);
  parents[2] = {1, 3};  // queue: requests, disk
  const std::vector<Residual> explained = test_residuals(view, *data, parents);
  EXPECT_GT(alone[2].z, 8);
  EXPECT_LT(std::abs(explained[2].z), 4.5);
  EXPECT_EQ(explained[2].causes, 2);
  EXPECT_EQ(explained[3].z, alone[3].z);
  EXPECT_GE(alone[3].row, testing::PlantedIncident::kOnset);
}

// One cause for five normal rows: with fewer the fit would be as good as its number of causes.
TEST(ResidualTest, FewNormalRowsCarryFewCauses) {
  testing::Noise noise(3);
  testing::FrameBuilder builder(16);
  for (const std::string entity : {"a", "b", "c", "d"}) {
    builder.add(entity, "load", "", [&](Eigen::Index) { return noise(1); });
  }
  const Frame frame = builder.frame();
  const IncidentView view{frame, 6};
  const auto data = make_data_matrix(view, {});
  ASSERT_TRUE(data.ok());
  const Parents parents = {{1, 2, 3}, {}, {}, {}};
  EXPECT_EQ(test_residuals(view, *data, parents)[0].causes, 1);
}

TEST(ResidualTest, DescendantsSpeakForTheirAncestors) {
  // 0 → 1 → 2, and a cycle 2 → 0 that must not count.
  const Parents parents = {{2}, {0}, {1}};
  const Eigen::VectorXd scores = (Eigen::VectorXd(3) << 4, 2, 9).finished();
  const Eigen::VectorXd adjusted = adjust_by_descendants(parents, scores, 3);
  EXPECT_EQ(adjusted(0), 13);  // through 1, which is not anomalous itself
  EXPECT_EQ(adjusted(1), 2);   // below the threshold: stays
  EXPECT_EQ(adjusted(2), 13);  // 0 is its child
}

}  // namespace
}  // namespace rca
