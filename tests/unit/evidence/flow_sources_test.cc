#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "rca_core/evidence/flow.h"
#include "tests/unit/evidence/measured.h"
#include "tests/unit/rca_core/frames.h"

namespace rca {
namespace {

using testing::FrameBuilder;
using ::testing::HasSubstr;
using testing::measured;
using testing::Noise;
using testing::value_of;

constexpr Eigen::Index kRows = 120;
constexpr Eigen::Index kOnset = 100;

// front → api → db, front → ads; the db becomes slow, which api and front pass on.
class FlowSources : public ::testing::Test {
 protected:
  FlowSources() {
    graph_.add_call("front", "api");
    graph_.add_call("front", "ads");
    graph_.add_call("api", "db");
    latency("front", 0.10, 0.20);
    latency("api", 0.05, 0.15);
    latency("db", 0.01, 0.11);
    latency("ads", 0.01, 0.01);
  }

  void add(const std::string& entity, const std::string& role, double before, double after) {
    builder_.add(entity, role, "seconds",
                 [&](Eigen::Index row) { return (row < kOnset ? before : after) * (1 + noise_(0.05)); });
  }
  void latency(const std::string& entity, double before, double after) { add(entity, "latency", before, after); }
  [[nodiscard]] IncidentView view() const {
    IncidentView view{builder_.frame(), kOnset};
    view.sli_column = 0;
    view.graph = &graph_;
    return view;
  }

  Noise noise_{5};
  EntityGraph graph_;
  FrameBuilder builder_{kRows};
};

TEST_F(FlowSources, ExclusiveFlowIsWhatCalleesDoNotExplain) {
  const auto items = measured("exclusive_flow", view());
  ASSERT_EQ(items.size(), 4U);
  EXPECT_EQ(items[0].entity, "db");
  EXPECT_EQ(items[0].signal, "latency");
  EXPECT_GT(items[0].value, 2 * value_of(items, "api"));
  EXPECT_LT(value_of(items, "ads"), 3);
  for (const EvidenceItem& item : items) {
    if (item.entity == "api") {
      EXPECT_THAT(item.evidence.text, HasSubstr("db changed most"));
    }
  }
}

TEST_F(FlowSources, GraphPositionIsBelowAllThatChanged) {
  const auto items = measured("graph_position", view());
  ASSERT_EQ(items.size(), 4U);
  EXPECT_EQ(items[0].entity, "db");
  EXPECT_GT(items[0].value, 2 * items[1].value);
  IncidentView alone = view();
  alone.graph = nullptr;
  EXPECT_TRUE(measured("graph_position", alone).empty());
}

TEST_F(FlowSources, CallerEdgeFindsASlowNetworkBehindHealthySignals) {
  add("ads", "latency-from-front", 0.012, 0.3);
  add("api", "latency-from-front", 0.052, 0.152);
  add("db", "latency-from-api", 0.012, 0.112);
  const auto items = measured("caller_edge", view());
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(items[0].entity, "ads");
  EXPECT_EQ(items[0].signal, "latency-from-front");
  EXPECT_GT(value_of(items, "db"), value_of(items, "api"));
}

TEST_F(FlowSources, CallerEdgeReadsTheLatenciesOfCalls) {
  EXPECT_TRUE(measured("caller_edge", view()).empty());
  CallLatencies calls;
  calls.edges = {{"front", "api"}, {"front", "ads"}, {"api", "db"}, {"api", "nobody"}};
  calls.seconds.resize(kRows, 4);
  for (Eigen::Index row = 0; row < kRows; ++row) {
    const bool after = row >= kOnset;
    calls.seconds.row(row) << 0.05, 0.01 + (after ? 0.2 : 0) + std::fabs(noise_(0.001)), 0.01,
        std::numeric_limits<double>::quiet_NaN();
  }
  IncidentView with = view();
  with.call_latencies = &calls;
  const auto items = measured("caller_edge", with);
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(items[0].entity, "ads");
  EXPECT_TRUE(items[0].signal.empty());
  EXPECT_THAT(items[0].evidence.text, HasSubstr("latency-from-front of ads rose"));
  // The callee's own latency, in ms, is not what its callers see.
  calls.seconds.col(0) = builder_.frame().values.col(1) * 1000;
  EXPECT_EQ(measured("caller_edge", with).size(), 2U);
}

TEST_F(FlowSources, BudgetNeedsTraffic) {
  EXPECT_TRUE(measured("budget", view()).empty());
  for (const std::string entity : {"front", "api", "db", "ads"}) {
    builder_.add(entity, "workload", "", [](Eigen::Index) { return 100.0; });
  }
  const auto items = measured("budget", view());
  ASSERT_EQ(items.size(), 4U);
  EXPECT_EQ(items[0].entity, "db");
  EXPECT_GT(items[0].value, 2 * items[1].value);
  EXPECT_THAT(items[0].evidence.text, HasSubstr("of all that is added"));
}

TEST_F(FlowSources, BudgetIsSilentWithoutCalls) {
  for (const std::string entity : {"front", "api", "db", "ads"}) {
    builder_.add(entity, "workload", "", [](Eigen::Index) { return 100.0; });
  }
  IncidentView alone = view();
  alone.graph = nullptr;
  EXPECT_TRUE(measured("budget", alone).empty());  // the front end waits for all others
}

TEST_F(FlowSources, LostRequestsSpeakHalfAsLoudWhereTheSliIsAboutLatency) {
  FrameBuilder builder(kRows);
  for (const std::string entity : {"front", "api", "db", "ads"}) {
    builder.add(entity, "latency", "seconds", [&](Eigen::Index) { return 0.1 * (1 + noise_(0.05)); });
    builder.add(entity, "success", "ratio",
                [&](Eigen::Index row) { return row >= kOnset && entity == "ads" ? 0.5 : 1.0; });
    builder.add(entity, "workload", "", [](Eigen::Index) { return 100.0; });
  }
  IncidentView view{builder.frame(), kOnset};
  view.sli_column = 0;
  view.graph = &graph_;
  const auto by_latency = measured("budget", view);
  ASSERT_EQ(by_latency.size(), 4U);
  EXPECT_EQ(by_latency[0].entity, "ads");
  EXPECT_EQ(by_latency[0].signal, "success");
  view.sli_column = 1;
  const auto by_failures = measured("budget", view);
  EXPECT_EQ(by_failures[0].entity, "ads");
  EXPECT_GT(by_failures[0].value, 3 * by_latency[0].value);
}

TEST_F(FlowSources, WhatGotBetterSpeaksHalfAsLoud) {
  latency("cache", 0.5, 0.1);
  const auto items = measured("exclusive_flow", view());
  ASSERT_EQ(items[0].entity, "db");
  for (const EvidenceItem& item : items) {
    if (item.entity == "cache") {
      EXPECT_NEAR(item.value, std::sqrt(1 - item.evidence.deviation) - 1, 1e-9);
    }
  }
}

TEST_F(FlowSources, ReplicasStandForTheirServiceInTheGraph) {
  latency("db-0", 0.01, 0.01);
  EntityGraph graph;
  graph.add_call("api", "db");
  IncidentView other = view();
  other.graph = &graph;
  const Result<EvidenceContext> context = make_evidence_context(other, {});
  ASSERT_TRUE(context.ok());
  const auto callees = callees_of_entities(*context);
  EXPECT_EQ(callees[*context->find("api")], (std::vector<std::size_t>{*context->find("db"), *context->find("db-0")}));
  EXPECT_EQ(callers_of_entities(*context)[*context->find("db-0")], (std::vector<std::size_t>{*context->find("api")}));
}

TEST_F(FlowSources, NothingIsSaidAboutEntitiesWithoutCalls) {
  FrameBuilder builder(kRows);
  builder.add("node", "gpu_clock", "hertz", [](Eigen::Index row) { return row < kOnset ? 1e9 : 5e8; });
  builder.add("pod", "latency", "seconds",
              [](Eigen::Index row) { return row < kOnset ? 1.0 : std::numeric_limits<double>::quiet_NaN(); });
  const IncidentView view{builder.frame(), kOnset};
  for (const std::string source : {"exclusive_flow", "caller_edge", "graph_position", "budget"}) {
    EXPECT_TRUE(measured(source, view).empty()) << source;
  }
}

}  // namespace
}  // namespace rca
