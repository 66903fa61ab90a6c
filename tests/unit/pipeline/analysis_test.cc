#include "exporter/pipeline/analysis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/pipeline/fake_source.h"

namespace exporter {
namespace {

using pipeline_test::History;
using pipeline_test::kStart;
using testing::HasSubstr;

struct Span {
  std::int64_t begin_s = 0;
  std::int64_t end_s = 0;
};

// 20 minutes in which a gauge breaks its objective during `broken`, and another one says how busy each pod is.
rca::Result<Analysis> analyze(const std::vector<Span>& broken, std::optional<std::int64_t> onset_s = std::nullopt) {
  constexpr std::int64_t kLengthS = 1200;
  auto history = std::make_shared<History>();
  for (std::int64_t t = 0; t <= kLengthS; t += 5) {
    bool is_broken = false;
    for (const Span& span : broken) is_broken = is_broken || (t >= span.begin_s && t < span.end_s);
    const std::int64_t at = kStart + 1000 * t;
    const double wobble = 0.01 * static_cast<double>(t % 3);
    history->series[pipeline_test::labels_of("load", {{"pod", "a"}})].push_back(at, (is_broken ? 0.9 : 0.1) + wobble);
    history->series[pipeline_test::labels_of("load", {{"pod", "b"}})].push_back(at, 0.1 + wobble);
  }
  Config config = pipeline_test::test_config();
  config.slos.resize(1);
  config.slos[0].name = "busy";
  config.slos[0].sli = SliKind::quality_defect;
  config.slos[0].role = "load";
  config.slos[0].entity = "a";
  config.slos[0].threshold = 0.5;
  AnalysisRequest request;
  request.start_ms = kStart;
  request.end_ms = kStart + 1000 * kLengthS;
  request.methods = {"nsigma"};
  if (onset_s) request.onset_ms = kStart + 1000 * *onset_s;
  Sources sources = pipeline_test::one_source(history, std::make_shared<pipeline_test::Faults>());
  return analyze_window(config, request, pipeline_test::test_resolver(config), sources);
}

TEST(AnalyzeWindow, TakesTheFirstIncidentThatHasAHistory) {
  const auto analysis = analyze({{0, 120}, {600, 800}, {1000, 1100}});
  ASSERT_TRUE(analysis.ok()) << analysis.error().message;
  ASSERT_TRUE(analysis->incident);
  EXPECT_NEAR(static_cast<double>(analysis->incident->onset_ms - kStart), 600'000, 10'000);
  EXPECT_EQ(analysis->incident->rankings.at(0).entities.at(0).entity, "a");
  ASSERT_EQ(analysis->others.size(), 2U);
  EXPECT_EQ(analysis->others[0].onset_ms, kStart);
  EXPECT_GT(analysis->others[1].onset_ms, analysis->incident->onset_ms);
}

TEST(AnalyzeWindow, SaysWhatToDoWhenNoIncidentHasOne) {
  const auto analysis = analyze({{0, 1200}});
  ASSERT_FALSE(analysis.ok());
  EXPECT_EQ(analysis.error().kind, rca::ErrorKind::missing_input);
  EXPECT_THAT(analysis.error().message,
              HasSubstr("the objective of busy is broken from the start of the window on (2026-11-21T22:26:40Z)"));
  EXPECT_THAT(analysis.error().message, HasSubstr("let the window begin earlier"));
}

TEST(AnalyzeWindow, TakesTheIncidentAtAGivenOnset) {
  const auto analysis = analyze({{0, 120}, {600, 800}}, 590);
  ASSERT_TRUE(analysis.ok()) << analysis.error().message;
  EXPECT_EQ(analysis->incident->onset_ms, kStart + 590'000);
  EXPECT_EQ(analysis->incident->slo, "busy");
  ASSERT_EQ(analysis->others.size(), 1U);
}

TEST(AnalyzeWindow, FindsNoneWhereNothingBroke) {
  const auto analysis = analyze({});
  ASSERT_TRUE(analysis.ok()) << analysis.error().message;
  EXPECT_FALSE(analysis->incident);
}

}  // namespace
}  // namespace exporter
