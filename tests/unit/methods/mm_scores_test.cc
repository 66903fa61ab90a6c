#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "rca_core/methods/count_signals.h"
#include "rca_core/methods/log_errors.h"
#include "tests/unit/rca_core/frames.h"

namespace rca {
namespace {

using testing::FrameBuilder;
using ::testing::HasSubstr;
using testing::Noise;

constexpr Eigen::Index kRows = 120;
constexpr Eigen::Index kOnset = 100;

Frame metrics() {
  Noise noise(2);
  FrameBuilder builder(kRows);
  builder.add("a", "cpu", "", [&](Eigen::Index) { return noise(1); });
  builder.add("b", "cpu", "", [&](Eigen::Index row) { return (row < kOnset ? 0 : 4) + noise(1); });
  builder.add("c", "cpu", "", [&](Eigen::Index) { return noise(1); });
  return builder.frame();
}

// Counts on a grid of half the step, from an hour before.
Frame counts(const std::string& entity, const std::string& role, double before, double after) {
  FrameBuilder builder(kRows * 2);
  builder.add(entity, role, "", [&](Eigen::Index row) { return row < kOnset * 2 ? before : after; });
  Frame frame = builder.frame();
  frame.grid.step_ms = 2500;
  return frame;
}

TEST(MultiSource, CallsThatDoNotComeAnyMoreAreSeen) {
  const Frame frame = metrics();
  EventCounts events;
  events.span_counts = counts("c", "GetAds", 400, 0);
  IncidentView view{frame, kOnset};
  view.counts = &events;
  for (const char* name : {"mmnsigma", "mmbaro", "mmrcd"}) {
    const Result<Ranking> ranking = (*find_method(name))->rank(view, {});
    ASSERT_TRUE(ranking.ok()) << ranking.error().message;
    EXPECT_EQ(ranking->entities[0].entity, "c") << name;
    EXPECT_EQ(ranking->entities[0].signal, "calls of GetAds");
    EXPECT_LT(ranking->entities[0].evidence.deviation, -10);
    EXPECT_THAT(ranking->entities[0].evidence.text, HasSubstr("there were no log lines and errors to look at"));
    EXPECT_EQ(ranking->entities[1].entity, "b") << name;
  }
}

TEST(MultiSource, AHandfulOfLinesIsNoInfiniteAnomaly) {
  const Frame frame = metrics();
  EventCounts events;
  events.logs = counts("a", "log_lines", 0, 3);
  IncidentView view{frame, kOnset};
  view.counts = &events;
  const Result<Ranking> ranking = (*find_method("mmnsigma"))->rank(view, {});
  ASSERT_TRUE(ranking.ok());
  EXPECT_EQ(ranking->entities[0].entity, "b");
  EXPECT_EQ(ranking->entities[1].signal, "log_lines");
  EXPECT_DOUBLE_EQ(ranking->entities[1].score, 3);
}

TEST(MultiSource, WithoutCountsThereIsNothingToAdd) {
  const Frame frame = metrics();
  const EventCounts nothing;
  IncidentView view{frame, kOnset};
  for (const EventCounts* counts : {static_cast<const EventCounts*>(nullptr), &nothing}) {
    view.counts = counts;
    for (const char* name : {"mmnsigma", "mmbaro", "mmrcd"}) {
      const Result<Ranking> ranking = (*find_method(name))->rank(view, {});
      ASSERT_FALSE(ranking.ok());
      EXPECT_EQ(ranking.error().kind, ErrorKind::missing_input);
      EXPECT_THAT(ranking.error().message, HasSubstr("no counts of log lines, calls or errors"));
    }
  }
}

TEST(MultiSource, CountsThatEndBeforeTheOnset) {
  const Frame frame = metrics();
  EventCounts events;
  events.logs = counts("a", "log_lines", 5, 5);
  events.logs.grid.start_ms -= 3'600'000;
  IncidentView view{frame, kOnset};
  view.counts = &events;
  const Result<Ranking> ranking = (*find_method("mmbaro"))->rank(view, {});
  ASSERT_FALSE(ranking.ok());
  EXPECT_EQ(ranking.error().kind, ErrorKind::missing_input);
}

TEST(JoinCounts, MeansOverTheRowsOfTheFrame) {
  FrameBuilder builder(4);
  builder.add("a", "cpu", "", [](Eigen::Index) { return 1.0; });
  EventCounts events;
  FrameBuilder count_builder(4);
  count_builder.add("a", "log_lines", "", [](Eigen::Index row) { return static_cast<double>(row); });
  events.logs = count_builder.frame();
  events.logs.grid.step_ms = 2500;
  IncidentView view{builder.frame(), 2};
  view.counts = &events;
  const auto sources = count_sources(view);
  ASSERT_TRUE(sources.ok());
  const Frame joined = join_counts(builder.frame(), *sources);
  ASSERT_EQ(joined.signals.size(), 2U);
  EXPECT_EQ(joined.values(0, 1), 0);    // 0 s
  EXPECT_EQ(joined.values(1, 1), 1.5);  // 2.5 s and 5 s
  EXPECT_EQ(joined.values(2, 1), 3);    // 7.5 s; there is none at 10 s
  EXPECT_TRUE(std::isnan(joined.values(3, 1)));
}

TEST(LogErrors, KnowsErrorLines) {
  for (const char* line :
       {"ERROR out of tokens", "request failed", "RuntimeError: CUDA", "java.lang.NullPointerException",
        "dial tcp: connection refused", "Killed: Out of memory", "level=error msg=x", "2 errors and no warnings"}) {
    EXPECT_TRUE(reports_error(line)) << line;
  }
  for (const char* line : {"all fine", "0 errors", "finished with no errors", "error: null", "unfailing service",
                           "errors=0 ok=12", "{\"error\": none}", ""}) {
    EXPECT_FALSE(reports_error(line)) << line;
  }
}

TEST(LogErrors, CountsThemOnBothSides) {
  const Frame frame = metrics();
  const std::int64_t onset = frame.grid.time_ms(kOnset);
  const std::vector<LogLine> logs = {{onset - 100'000, "a", "error once"},
                                     {onset - 50'000, "b", "hello"},
                                     {onset + 1, "a", "error again"},
                                     {onset + 50'000, "a", "error and again"}};
  IncidentView view{frame, kOnset};
  view.logs = logs;
  const std::vector<LogErrors> errors = count_log_errors(view);
  ASSERT_EQ(errors.size(), 2U);
  EXPECT_EQ(errors[0].entity, "a");
  EXPECT_EQ(errors[0].before, 1);
  EXPECT_EQ(errors[0].after, 2);
  EXPECT_DOUBLE_EQ(errors[0].rate_before(), 0.01);
  EXPECT_DOUBLE_EQ(errors[0].rate_after(), 0.04);
  EXPECT_EQ(errors[0].example, "error again");
  EXPECT_THAT(errors[0].evidence().text, HasSubstr("a logged 2 error lines after the onset, 1 before it"));
  EXPECT_EQ(errors[1].after, 0);
}

}  // namespace
}  // namespace rca
