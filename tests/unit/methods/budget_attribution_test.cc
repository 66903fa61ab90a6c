#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "rca_core/methods/budget.h"
#include "tests/unit/rca_core/frames.h"

namespace rca {
namespace {

using testing::FrameBuilder;
using ::testing::HasSubstr;
using testing::Noise;

constexpr Eigen::Index kRows = 120;
constexpr Eigen::Index kOnset = 100;

double step(Eigen::Index row, double before, double after) {
  return row < kOnset ? before : after;
}

Result<Ranking> attribute(const IncidentView& view) {
  return (*find_method("budget_attribution"))->rank(view, {});
}

// front → api → db, front → ads. The db waits longer, which api and front pass on; batch is rare and much slower.
class BudgetAttribution : public ::testing::Test {
 protected:
  BudgetAttribution() {
    graph_.add_call("front", "api");
    graph_.add_call("front", "ads");
    graph_.add_call("api", "db");
    graph_.add_entity("batch");
  }

  void add(const std::string& entity, double requests, double before, double after) {
    builder_.add(entity, "latency-avg", "seconds",
                 [&](Eigen::Index row) { return step(row, before, after) * (1 + noise_(0.02)); });
    builder_.add(entity, "workload", "", [&](Eigen::Index) { return requests * (1 + noise_(0.02)); });
  }
  void add_slow_db() {
    add("front", 100, 0.10, 0.31);
    add("api", 100, 0.05, 0.25);
    add("db", 300, 0.01, 0.07);
    add("ads", 100, 0.01, 0.01);
    add("batch", 0.1, 1, 60);
  }
  [[nodiscard]] IncidentView view() const {
    IncidentView view{builder_.frame(), kOnset};
    view.sli_column = 0;
    view.graph = &graph_;
    view.entry = "front";
    return view;
  }

  Noise noise_{3};
  EntityGraph graph_;
  FrameBuilder builder_{kRows};
};

TEST_F(BudgetAttribution, NamesWhoAddsTheTimeThatUsersWait) {
  add_slow_db();
  const Result<Ranking> ranking = attribute(view());
  ASSERT_TRUE(ranking.ok()) << ranking.error().message;
  ASSERT_EQ(ranking->entities.size(), 5U);
  EXPECT_EQ(ranking->entities[0].entity, "db");
  EXPECT_EQ(ranking->entities[0].signal, "latency-avg");
  EXPECT_THAT(ranking->entities[0].evidence.text, HasSubstr("which nothing that it calls explains"));
  // 6000 % slower, but a call in a thousand.
  for (const Candidate& candidate : ranking->entities) {
    if (candidate.entity == "batch") {
      EXPECT_LT(candidate.score, 0.4);
    }
    if (candidate.entity == "api") {
      EXPECT_THAT(candidate.evidence.text, HasSubstr("(most of it db)"));
    }
  }
}

TEST_F(BudgetAttribution, IgnoresWhatHappensWhileUsersFeelNothing) {
  add("front", 100, 0.1, 0.1);
  add("db", 100, 0.01, 0.01);
  add("ads", 100, 0.01, 0.01);
  Frame frame = builder_.frame();
  for (Eigen::Index row = kOnset; row < kRows; ++row) {
    const bool felt = row < kOnset + 5;
    frame.values(row, 0) += felt ? 0.1 : 0.0;   // front
    frame.values(row, 2) += felt ? 0.05 : 0.0;  // db
    frame.values(row, 4) += felt ? 0.0 : 0.2;   // ads, used by others too
  }
  EntityGraph graph;
  graph.add_call("front", "db");
  graph.add_call("front", "ads");
  IncidentView view{frame, kOnset};
  view.sli_column = 0;
  view.graph = &graph;
  const Result<Ranking> ranking = attribute(view);
  ASSERT_TRUE(ranking.ok()) << ranking.error().message;
  const auto score = [&](const std::string& entity) {
    for (const Candidate& candidate : ranking->entities) {
      if (candidate.entity == entity) return candidate.score;
    }
    return -1.0;
  };
  EXPECT_GT(score("db"), 0.4);
  EXPECT_NEAR(score("ads"), 0, 1e-9);
}

TEST_F(BudgetAttribution, CountsLostRequestsForAnSliOfFailures) {
  for (const auto& [entity, requests, after] :
       {std::tuple("front", 100.0, 0.9), {"api", 100.0, 0.9}, {"db", 100.0, 1.0}, {"ads", 1.0, 0.5}}) {
    builder_.add(entity, "success", "ratio", [&, lost = after](Eigen::Index row) { return step(row, 1, lost); });
    builder_.add(entity, "latency", "seconds", [&](Eigen::Index row) { return step(row, 0.1, 0.05); });
    builder_.add(entity, "workload", "", [n = requests](Eigen::Index) { return n; });
  }
  const Result<Ranking> ranking = attribute(view());
  ASSERT_TRUE(ranking.ok()) << ranking.error().message;
  EXPECT_EQ(ranking->entities[0].entity, "api");
  EXPECT_EQ(ranking->entities[0].signal, "success");
  EXPECT_THAT(ranking->entities[0].evidence.text, HasSubstr("10 lost requests"));
}

TEST_F(BudgetAttribution, ComparesDeviationsWhereThereIsNoTraffic) {
  for (const auto& [entity, after] : {std::pair("front", 0.2), {"api", 0.2}, {"db", 0.2}, {"ads", 0.1}}) {
    builder_.add(entity, "latency", "seconds",
                 [this, slow = after](Eigen::Index row) { return step(row, 0.1, slow) * (1 + noise_(0.02)); });
  }
  const Result<Ranking> ranking = attribute(view());
  ASSERT_TRUE(ranking.ok()) << ranking.error().message;
  EXPECT_EQ(ranking->entities[0].entity, "db");
  EXPECT_THAT(ranking->entities[0].evidence.text, HasSubstr("robust deviations"));
}

TEST_F(BudgetAttribution, WhatCallersWaitForCountsForTheCallee) {
  add("front", 100, 0.1, 0.3);
  add("api", 100, 0.05, 0.05);  // healthy, behind a slow network
  add("ads", 100, 0.01, 0.01);
  for (const std::string role : {"server-latency-from-front", "client-latency-from-front"}) {
    const double after = role.starts_with("client") ? 0.25 : 0.05;
    builder_.add("api", role, "seconds", [&](Eigen::Index row) { return step(row, 0.05, after) * (1 + noise_(0.02)); });
  }
  const Result<Ranking> ranking = attribute(view());
  ASSERT_TRUE(ranking.ok()) << ranking.error().message;
  EXPECT_EQ(ranking->entities[0].entity, "api");
  EXPECT_EQ(ranking->entities[0].signal, "client-latency-from-front");
  EXPECT_LT(ranking->entities[1].score, 0.1);  // what the front end waits for is explained
}

TEST_F(BudgetAttribution, AProxyThatWaitsForTheWholeAnswerIsExplained) {
  // Users feel the time to the first token; the proxy only knows how long whole requests take.
  const auto add_role = [&](const std::string& entity, const std::string& role, double before, double after) {
    builder_.add(entity, role, "seconds",
                 [&](Eigen::Index row) { return step(row, before, after) * (1 + noise_(0.02)); });
  };
  add_role("replica", "ttft", 0.1, 0.2);
  add_role("replica", "e2e_latency", 2, 6);
  add_role("proxy", "http_request_latency", 2, 6);
  for (const std::string entity : {"replica", "proxy"}) {
    builder_.add(entity, "request_rate", "per_second", [&](Eigen::Index) { return 10 * (1 + noise_(0.01)); });
  }
  EntityGraph graph;
  graph.add_call("proxy", "replica");
  IncidentView view{builder_.frame(), kOnset};
  view.sli_column = 0;
  view.graph = &graph;
  const Result<Ranking> ranking = attribute(view);
  ASSERT_TRUE(ranking.ok()) << ranking.error().message;
  EXPECT_EQ(ranking->entities[0].entity, "replica");
  EXPECT_EQ(ranking->entities[0].signal, "ttft");
}

TEST_F(BudgetAttribution, ReplicasStandForTheirServiceInTheGraph) {
  add("front", 100, 0.1, 0.3);
  add("db-0", 50, 0.01, 0.01);
  add("db-1", 50, 0.01, 0.41);
  EntityGraph graph;
  graph.add_call("Front", "db");
  IncidentView view{builder_.frame(), kOnset};
  view.sli_column = 0;
  view.graph = &graph;
  const Result<Ranking> ranking = attribute(view);
  ASSERT_TRUE(ranking.ok()) << ranking.error().message;
  EXPECT_EQ(ranking->entities[0].entity, "db-1");
  EXPECT_LT(ranking->entities[1].score, 0.1);  // the front's time is explained
}

TEST_F(BudgetAttribution, DoubtsWhatTheCallsOfUsersDoNotReach) {
  add("front", 100, 0.1, 0.2);
  add("db", 100, 0.01, 0.11);
  add("batch", 100, 0.01, 0.15);
  EntityGraph graph;
  graph.add_call("front", "db");
  graph.add_entity("batch");
  IncidentView view{builder_.frame(), kOnset};
  view.sli_column = 0;
  view.graph = &graph;
  const Result<Ranking> ranking = attribute(view);
  ASSERT_TRUE(ranking.ok()) << ranking.error().message;
  EXPECT_EQ(ranking->entities[0].entity, "db");
  EXPECT_EQ(ranking->entities[1].entity, "batch");
  EXPECT_THAT(ranking->entities[1].evidence.text, HasSubstr("do not reach it"));
}

TEST_F(BudgetAttribution, SaysWhatIsMissing) {
  add_slow_db();
  IncidentView no_graph = view();
  no_graph.graph = nullptr;
  EXPECT_THAT(attribute(no_graph).error().message, HasSubstr("no call graph"));
  IncidentView no_sli = view();
  no_sli.sli_column = std::nullopt;
  EXPECT_EQ(attribute(no_sli).error().kind, ErrorKind::missing_input);
  no_sli.sli_nature = SliNature::failures;
  EXPECT_THAT(attribute(no_sli).error().message, HasSubstr("no entity has a signal of failures"));
  no_sli.sli_nature = SliNature::latency;
  EXPECT_TRUE(attribute(no_sli).ok());  // every row counts alike
  no_sli.sli_nature = SliNature::quality;
  EXPECT_EQ(attribute(no_sli).error().kind, ErrorKind::missing_input);
}

TEST_F(BudgetAttribution, SurvivesMissingAndUselessColumns) {
  constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
  add_slow_db();
  Frame frame = builder_.frame();
  frame.values.col(1).setConstant(kMissing);                            // traffic of front
  frame.values.col(2).tail(kRows - kOnset).setConstant(kMissing);       // latency of api after the onset
  frame.values.col(6).setConstant(0);                                   // latency of ads
  frame.values.col(8).setConstant(std::numeric_limits<double>::max());  // latency of batch
  IncidentView broken = view();
  IncidentView other{frame, kOnset, broken.sli_column, broken.graph, {}};
  const Result<Ranking> ranking = attribute(other);
  ASSERT_TRUE(ranking.ok()) << ranking.error().message;
  for (const Candidate& candidate : ranking->entities) {
    EXPECT_TRUE(std::isfinite(candidate.score));
    EXPECT_TRUE(std::isfinite(candidate.evidence.deviation));
  }
  EXPECT_EQ(ranking->entities[0].entity, "db");
}

TEST(NodeOfEntity, KnowsReplicasButNotNamesakes) {
  EntityGraph graph;
  graph.add_call("front-end", "carts");
  EXPECT_EQ(node_of_entity(graph, "front_End"), graph.find("front-end"));
  EXPECT_EQ(node_of_entity(graph, "carts-0"), graph.find("carts"));
  EXPECT_EQ(node_of_entity(graph, "carts-7d9fbc8f6-x2abc"), graph.find("carts"));
  EXPECT_EQ(node_of_entity(graph, "carts-db"), std::nullopt);
  EXPECT_EQ(node_of_entity(graph, "car"), std::nullopt);
}

}  // namespace
}  // namespace rca
