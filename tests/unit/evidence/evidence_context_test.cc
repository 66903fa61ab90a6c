#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "rca_core/evidence/evidence_source.h"
#include "tests/unit/rca_core/frames.h"

namespace rca {
namespace {

using testing::FrameBuilder;
using testing::kNoon;
using testing::Noise;

constexpr Eigen::Index kOnset = 30;

Frame two_services() {
  Noise noise(3);
  FrameBuilder builder(40);
  builder.add("web", "latency", "seconds",
              [&](Eigen::Index row) { return 0.2 + noise(0.01) + (row >= kOnset + 2 ? 0.3 : 0); });
  builder.add("cart", "success", "ratio", [](Eigen::Index row) { return row < kOnset ? 1.0 : 0.9; });
  builder.add("web", "cpu", "cores", [&](Eigen::Index) { return 1 + noise(0.1); });
  builder.add("cart", "late", "",
              [](Eigen::Index row) { return row < kOnset ? std::numeric_limits<double>::quiet_NaN() : 1.0; });
  return builder.frame();
}

TEST(EvidenceContext, EntitiesAreThoseOfFrameGraphSpansAndLogsInThatOrder) {
  const Frame frame = two_services();
  EntityGraph graph;
  graph.add_call("web", "cart");
  graph.add_call("cart", "cart-db");
  const std::vector<Span> spans = {{"t", "1", "", "tracer", "GET", 0, 5, false},
                                   {"t", "2", "", "", "GET", 0, 5, false}};
  const std::vector<LogLine> logs = {{kNoon, "logger", "hello"}, {kNoon, "web", "hello"}};
  const IncidentView view{.frame = frame, .onset_row = kOnset, .graph = &graph, .spans = spans, .logs = logs};
  const Result<EvidenceContext> context = make_evidence_context(view, {});
  ASSERT_TRUE(context.ok());
  std::vector<std::string> names;
  for (const auto& entity : context->entities) names.push_back(entity.name);
  EXPECT_EQ(names, (std::vector<std::string>{"web", "cart", "cart-db", "tracer", "logger"}));
  EXPECT_EQ(context->entities[0].columns, (std::vector<Eigen::Index>{0, 2}));
  EXPECT_EQ(context->entities[2].node, graph.find("cart-db"));
  EXPECT_TRUE(context->entities[2].columns.empty());
  EXPECT_FALSE(context->entities[3].node.has_value());
  EXPECT_EQ(context->find("cart-db"), 2U);
  EXPECT_FALSE(context->find("nobody").has_value());
}

TEST(EvidenceContext, ChangesAreTwoSidedAndHaveAScaleFloor) {
  const Frame frame = two_services();
  const Result<EvidenceContext> context = make_evidence_context({.frame = frame, .onset_row = kOnset}, {});
  ASSERT_TRUE(context.ok());
  ASSERT_TRUE(context->changes[0].has_value());
  const SignalScore& latency = *context->changes[0];
  EXPECT_GT(latency.deviation, 10);
  EXPECT_EQ(latency.since_row, kOnset + 2);
  EXPECT_NEAR(latency.after, 0.5, 0.02);
  ASSERT_TRUE(context->changes[1].has_value());
  EXPECT_NEAR(context->changes[1]->deviation, -0.1 / 0.01, 1e-9);  // constant before: the floor, 1 % of its level
  EXPECT_EQ(context->changes[1]->since_row, kOnset);
  ASSERT_TRUE(context->changes[2].has_value());
  EXPECT_EQ(context->changes[2]->since_row, -1);
  EXPECT_FALSE(context->changes[3].has_value());
}

TEST(EvidenceContext, AFaultThatLastsForAPartOfTheWindowCounts) {
  Noise noise(5);
  FrameBuilder builder(60);
  builder.add("part", "cpu", "", [&](Eigen::Index row) { return 1 + noise(0.05) + (row >= 30 && row < 42 ? 5 : 0); });
  builder.add("never", "cpu", "", [&](Eigen::Index) { return 1 + noise(0.05); });
  builder.add("leaps", "cpu", "",
              [](Eigen::Index row) { return row % 6 == 0 ? 5.0 : 1.0 + 1e-6 * static_cast<double>(row % 5); });
  const Result<EvidenceContext> context = make_evidence_context({.frame = builder.frame(), .onset_row = kOnset}, {});
  ASSERT_TRUE(context.ok());
  EXPECT_GT(context->changes[0]->deviation, 20);
  EXPECT_LT(context->changes[1]->score, 2);
  EXPECT_LT(context->changes[2]->score, 3);  // as it always did
}

TEST(EvidenceContext, WhatDriftsThroughTheNormalWindowIsMeasuredFromItsBegin) {
  constexpr Eigen::Index kRows = 160;
  constexpr Eigen::Index kLateOnset = 120;
  Noise noise(6);
  FrameBuilder builder(kRows);
  const auto time = [](Eigen::Index row) { return static_cast<double>(row); };
  builder.add("leak", "memory", "", [&](Eigen::Index row) { return 100 + time(row) + noise(2); });
  builder.add("drains", "memory", "", [&](Eigen::Index row) { return 500 - time(row) + noise(2); });
  builder.add("rests", "memory", "", [&](Eigen::Index) { return 100 + noise(2); });
  // Went one way and came back: the last level is where the drift came from.
  builder.add("returns", "memory", "",
              [&](Eigen::Index row) { return (row < kLateOnset ? 100 + time(row) : 100.0) + noise(2); });
  // Swings by more than it came: no drift.
  builder.add("swings", "memory", "",
              [&](Eigen::Index row) { return 100 + 0.2 * time(row) + 40 * std::sin(0.5 * time(row)); });
  const Result<EvidenceContext> context =
      make_evidence_context({.frame = builder.frame(), .onset_row = kLateOnset}, {});
  ASSERT_TRUE(context.ok());
  const auto change = [&](std::size_t column) { return context->changes[column].value_or(SignalScore{}); };
  EXPECT_NEAR(change(0).before, 110, 5);
  EXPECT_NEAR(change(0).after, 240, 5);
  EXPECT_GT(change(0).deviation, 10);
  EXPECT_GE(change(0).since_row, 0);
  EXPECT_LT(change(0).since_row, kLateOnset / 2);
  EXPECT_LT(change(1).deviation, -10);
  EXPECT_LT(change(2).score, 2);
  EXPECT_LT(change(3).score, 2.5);
  EXPECT_LT(change(4).score, 2.5);
}

TEST(EvidenceContext, NatureOfTheSliIsStatedOrToldByItsSignal) {
  const Frame frame = two_services();
  const auto nature = [&](const IncidentView& view) { return make_evidence_context(view, {})->sli; };
  EXPECT_EQ(nature({.frame = frame, .onset_row = kOnset}), SliNature::unknown);
  EXPECT_EQ(nature({.frame = frame, .onset_row = kOnset, .sli_column = 0}), SliNature::latency);
  EXPECT_EQ(nature({.frame = frame, .onset_row = kOnset, .sli_column = 1}), SliNature::failures);
  EXPECT_EQ(nature({.frame = frame, .onset_row = kOnset, .sli_column = 2}), SliNature::unknown);
  EXPECT_EQ(nature({.frame = frame, .onset_row = kOnset, .sli_column = 99}), SliNature::unknown);
  EXPECT_EQ(nature({.frame = frame, .onset_row = kOnset, .sli_column = 0, .sli_nature = SliNature::quality}),
            SliNature::quality);
}

TEST(EvidenceContext, NeedsRowsOnBothSides) {
  const Frame frame = two_services();
  EXPECT_EQ(make_evidence_context({.frame = frame, .onset_row = 0}, {}).error().kind, ErrorKind::missing_input);
  EXPECT_EQ(make_evidence_context({.frame = frame, .onset_row = 41}, {}).error().kind, ErrorKind::invalid_argument);
}

}  // namespace
}  // namespace rca
