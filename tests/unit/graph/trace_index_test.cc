#include "rca_core/graph/trace_index.h"

#include <gtest/gtest.h>

#include <cmath>

namespace rca {
namespace {

Span span(const char* id, const char* parent, const char* entity, std::int64_t start_ms, std::int64_t length_ms) {
  return {"t", id, parent, entity, std::string("do-") + id, start_ms * 1000, length_ms * 1000, false};
}

TEST(TraceIndex, OwnTimeLeavesOutWhatChildrenCover) {
  const std::vector<Span> spans = {span("a", "", "front", 0, 100), span("b", "a", "front", 10, 30),
                                   span("c", "a", "front", 30, 30),   // overlaps b by 10
                                   span("d", "a", "front", 95, 20)};  // ends after its parent: moved inside
  const TraceIndex index = index_traces(spans);
  ASSERT_EQ(index.traces.size(), 1U);
  EXPECT_EQ(index.operations.size(), 4U);
  EXPECT_EQ(index.parent_of, (std::vector<std::size_t>{TraceIndex::kNone, 0, 0, 0}));
  EXPECT_DOUBLE_EQ(index.own_ms[0], 100 - 50 - 20);
  EXPECT_DOUBLE_EQ(index.own_ms[1], 30);
}

TEST(TraceIndex, WhatTheClientWaitsLongerCountsForTheCallee) {
  const std::vector<Span> spans = {span("a", "", "front", 0, 100), span("b", "a", "front", 10, 80),
                                   span("c", "b", "ads", 80, 5), span("x", "gone", "cart", 0, 7)};
  const TraceIndex index = index_traces(spans);
  EXPECT_DOUBLE_EQ(index.own_ms[0], 20);
  EXPECT_DOUBLE_EQ(index.own_ms[1], 0);
  EXPECT_EQ(index.client, (std::vector<char>{0, 1, 0, 0}));
  EXPECT_DOUBLE_EQ(index.own_ms[2], 5);
  EXPECT_DOUBLE_EQ(index.waited_ms[2], 75);
  EXPECT_TRUE(std::isnan(index.waited_ms[1]));
  EXPECT_EQ(index.parent_of[3], TraceIndex::kNone);  // its parent was not recorded
}

TEST(TraceIndex, FailuresCountWhereTheyBegin) {
  std::vector<Span> spans = {span("a", "", "front", 0, 100), span("b", "a", "front", 10, 80),
                             span("c", "b", "ads", 80, 5), span("d", "a", "front", 90, 5),
                             span("e", "d", "cart", 91, 3)};
  for (const std::size_t failed : {0U, 1U, 2U}) spans[failed].error = true;  // ads fails, and with it all above
  spans[3].error = true;                                                     // the call of cart fails, but not cart
  EXPECT_EQ(index_traces(spans).failed, (std::vector<char>{0, 0, 1, 0, 1}));
}

TEST(TraceIndex, SurvivesLoopsNegativeDurationsAndNothing) {
  EXPECT_TRUE(index_traces({}).traces.empty());
  const std::vector<Span> spans = {span("a", "b", "x", 0, -5), span("b", "a", "x", 0, 10), span("c", "c", "x", 0, 1)};
  const TraceIndex index = index_traces(spans);
  EXPECT_EQ(index.parent_of, (std::vector<std::size_t>{1, 0, TraceIndex::kNone}));
  for (const double own : index.own_ms) EXPECT_GE(own, 0);
}

}  // namespace
}  // namespace rca
