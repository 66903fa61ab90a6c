#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rca_core/methods/trace_windows.h"
#include "tests/unit/methods/traces.h"

namespace rca {
namespace {

using testing::FrameBuilder;
using ::testing::HasSubstr;
using testing::TraceFault;

Result<Ranking> rank_traces(const char* method, const std::vector<Span>& spans) {
  static const Frame frame = FrameBuilder(24).frame();
  IncidentView view{frame, 12};
  view.onset_ms = testing::kOnsetMs;
  view.spans = spans;
  return (*find_method(method))->rank(view, {});
}

class TraceMethods : public ::testing::TestWithParam<const char*> {};

TEST_P(TraceMethods, FindTheServiceThatWorksLonger) {
  const Result<Ranking> ranking = rank_traces(GetParam(), testing::shop_traces({.cart_works = 20}));
  ASSERT_TRUE(ranking.ok()) << ranking.error().message;
  EXPECT_EQ(ranking->entities[0].entity, "cart");
  EXPECT_EQ(ranking->entities[0].signal, "GetCart");
  EXPECT_EQ(ranking->entities.size(), 3U);
  EXPECT_THAT(ranking->entities[0].evidence.text,
              HasSubstr("GetCart of cart took 3.98 ms before the onset and 24 ms after it"));
}

// Only the caller sees it: the span of the service itself is as short as ever.
TEST_P(TraceMethods, FindTheServiceBehindASlowNetwork) {
  const Result<Ranking> ranking = rank_traces(GetParam(), testing::shop_traces({.cart_network = 30}));
  ASSERT_TRUE(ranking.ok()) << ranking.error().message;
  EXPECT_EQ(ranking->entities[0].entity, "cart");
}

TEST_P(TraceMethods, FindTheServiceThatFails) {
  const Result<Ranking> ranking = rank_traces(GetParam(), testing::shop_traces({.cart_fails = true}));
  ASSERT_TRUE(ranking.ok()) << ranking.error().message;
  EXPECT_EQ(ranking->entities[0].entity, "cart");
}

TEST_P(TraceMethods, AnOperationThatIsNewAfterTheOnsetDoesNoHarm) {
  const Result<Ranking> ranking =
      rank_traces(GetParam(), testing::shop_traces({.cart_network = 30, .cart_fails = true, .new_operation = true}));
  ASSERT_TRUE(ranking.ok()) << ranking.error().message;
  EXPECT_EQ(ranking->entities[0].entity, "cart");
}

TEST_P(TraceMethods, SayWhatIsMissing) {
  const auto message = [](const Result<Ranking>& ranking) {
    EXPECT_FALSE(ranking.ok());
    EXPECT_EQ(ranking.error().kind, ErrorKind::missing_input);
    return ranking.error().message;
  };
  EXPECT_EQ(message(rank_traces(GetParam(), {})), "there are no traces");
  std::vector<Span> spans = testing::shop_traces({});
  std::vector<Span> late;
  std::vector<Span> early;
  for (const Span& span : spans) (span.start_us / 1000 < testing::kOnsetMs - 1000 ? early : late).push_back(span);
  EXPECT_THAT(message(rank_traces(GetParam(), early)), HasSubstr("no trace from the onset on"));
  for (Span& span : spans) span.start_us += 3'600'000'000;
  EXPECT_THAT(message(rank_traces(GetParam(), spans)), HasSubstr("nothing to compare with"));
}

TEST_P(TraceMethods, SpansThatMakeNoSense) {
  std::vector<Span> spans = testing::shop_traces({.cart_works = 20});
  for (std::size_t i = 0; i < spans.size(); ++i) {
    if (i % 7 == 0) spans[i].duration_us = -spans[i].duration_us;
    if (i % 5 == 0) spans[i].parent_id = spans[i].span_id;
    if (i % 11 == 0) spans[i].trace_id.clear();
  }
  const Result<Ranking> ranking = rank_traces(GetParam(), spans);
  ASSERT_TRUE(ranking.ok()) << ranking.error().message;
  for (const Candidate& candidate : ranking->signals) EXPECT_TRUE(std::isfinite(candidate.score));
}

INSTANTIATE_TEST_SUITE_P(All, TraceMethods, ::testing::Values("microrank", "tracerca"));

TEST(TraceWindows, SmallBaselinesNeedLargeDeviations) {
  const std::vector<Span> spans = {{"a", "1", "", "x", "op", (testing::kOnsetMs - 5000) * 1000, 10'000, false},
                                   {"b", "1", "", "x", "op", (testing::kOnsetMs - 4000) * 1000, 12'000, false},
                                   {"c", "1", "", "x", "op", (testing::kOnsetMs + 4000) * 1000, 20'000, false}};
  const Frame frame = FrameBuilder(24).frame();
  IncidentView view{frame, 12};
  view.onset_ms = testing::kOnsetMs;
  view.spans = spans;
  const auto windows = make_trace_windows(view);
  ASSERT_TRUE(windows.ok());
  EXPECT_EQ(windows->own[0].count, 2U);
  EXPECT_DOUBLE_EQ(windows->own[0].mean, 11);
  EXPECT_GT(windows->own[0].widening, 50);
  EXPECT_LT(deviations_above(windows->own[0], 20), 0.2);
  TimeBaseline large = windows->own[0];
  large.widening = 1;
  EXPECT_GT(deviations_above(large, 20), 6);
  EXPECT_EQ(deviations_above({}, 20), 0);
}

TEST(PDiagnose, SourcesVote) {
  testing::Noise noise(6);
  FrameBuilder builder(24);
  const auto still = [&](Eigen::Index) { return noise(1); };
  builder.add("front", "cpu", "", still).add("ads", "cpu", "", still);
  builder.add("cart", "cpu", "", [&](Eigen::Index row) { return (row < 12 ? 0 : 12) + noise(1); });
  const std::vector<Span> spans = testing::shop_traces({.cart_works = 20});
  IncidentView view{builder.frame(), 12};
  view.onset_ms = testing::kOnsetMs;
  const Method* method = *find_method("pdiagnose");
  const Result<Ranking> alone = method->rank(view, {});
  ASSERT_FALSE(alone.ok());
  EXPECT_EQ(alone.error().message, "there are no traces, and there are no log lines");

  view.spans = spans;
  const Result<Ranking> with_traces = method->rank(view, {});
  ASSERT_TRUE(with_traces.ok()) << with_traces.error().message;
  EXPECT_EQ(with_traces->entities[0].entity, "cart");
  EXPECT_GT(with_traces->entities[0].score, 1.5);  // nearly two votes
  EXPECT_THAT(with_traces->entities[0].evidence.text, HasSubstr("of the votes of metrics and traces (no logs)"));

  std::vector<LogLine> logs;
  for (std::int64_t i = 0; i < 10; ++i) logs.push_back({testing::kOnsetMs + 1000 * i, "ads", "ERROR no ad"});
  view.spans = {};
  view.logs = logs;
  const Result<Ranking> with_logs = method->rank(view, {});
  ASSERT_TRUE(with_logs.ok());
  EXPECT_THAT(with_logs->entities[0].evidence.text, HasSubstr("metrics and logs (no traces)"));
  ASSERT_EQ(with_logs->entities.size(), 3U);
  EXPECT_EQ(with_logs->entities[2].entity, "front");
}

}  // namespace
}  // namespace rca
