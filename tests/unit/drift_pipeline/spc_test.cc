#include "exporter/drift/spc.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/drift_pipeline/planted_traffic.h"

namespace exporter {
namespace {

using drift_test::kHour;
using drift_test::kMinute;
using drift_test::kNow;
using drift_test::kScrape;

class SpcEngineTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* pod : {"calm", "raised"}) {
      rca::Samples samples;
      for (std::int64_t time = kNow - 7 * kHour; time <= kNow + kHour; time += kScrape) {
        // Scattered by a sine whose period has nothing to do with the step.
        double value = 1 + 0.1 * std::sin(static_cast<double>(time / kScrape) * 12.9898);
        if (pod == std::string("raised") && time > kNow - 20 * kMinute) value += 0.5;
        samples.push_back(time, value);
      }
      history_->series[pipeline_test::labels_of("load", {{"pod", pod}})] = samples;
    }
    config_ = drift_test::drift_config();
    config_.spc.signals = {"load", "no_such_role"};
    config_.spc.step = std::chrono::minutes(1);
    config_.spc.window = std::chrono::hours(6);
    config_.spc.seasonality = SpcSeason::none;
  }
  const SpcChart& chart(const std::string& entity) {
    static const SpcChart kNone;
    for (const SpcChart& one : engine_->report()->charts) {
      if (one.entity == entity) return one;
    }
    ADD_FAILURE() << entity;
    return kNone;
  }
  void make(std::int64_t reads_per_update = 0) {
    auto made = SpcEngine::create(config_, drift_test::test_catalog(config_), reads_per_update);
    ASSERT_TRUE(made.ok()) << made.error().message;
    engine_ = std::move(made).value();
  }
  bool update(std::int64_t now) {
    const auto done = engine_->update(now, sources_);
    EXPECT_TRUE(done.ok()) << done.error().message;
    return done.ok() && *done;
  }

  std::shared_ptr<pipeline_test::History> history_ = std::make_shared<pipeline_test::History>();
  std::shared_ptr<pipeline_test::Faults> faults_ = std::make_shared<pipeline_test::Faults>();
  Sources sources_ = pipeline_test::one_source(history_, faults_);
  Config config_;
  std::unique_ptr<SpcEngine> engine_;
};

TEST_F(SpcEngineTest, ChartsShowWhichSignalIsOutOfControl) {
  make();
  ASSERT_TRUE(update(kNow + 20'000));
  EXPECT_EQ(engine_->report()->evaluated_ms, kNow);
  ASSERT_EQ(engine_->report()->charts.size(), 2U);
  const SpcChart& calm = chart("calm");
  EXPECT_EQ(calm.signal, "load");
  EXPECT_EQ(calm.point.time_ms, kNow);
  EXPECT_NEAR(calm.point.center, 1, 0.05);
  EXPECT_FALSE(calm.point.violates(rca::SpcRule::beyond_3_sigma));
  EXPECT_FALSE(calm.point.violates(rca::SpcRule::cusum_high));
  EXPECT_FALSE(calm.point.violates(rca::SpcRule::ewma));
  EXPECT_GT(calm.reference_samples, 250U);
  const SpcChart& raised = chart("raised");
  EXPECT_NEAR(raised.point.center, 1, 0.05);
  EXPECT_TRUE(raised.point.violates(rca::SpcRule::beyond_3_sigma));
  EXPECT_TRUE(raised.point.violates(rca::SpcRule::cusum_high));
  EXPECT_TRUE(raised.point.violates(rca::SpcRule::ewma));
  EXPECT_FALSE(raised.point.violates(rca::SpcRule::cusum_low));
}

TEST_F(SpcEngineTest, WithoutTwoDaysOfASeasonThereIsNoVerdict) {
  make();
  ASSERT_TRUE(update(kNow + 20'000));
  EXPECT_TRUE(chart("raised").enough_data);
  config_.spc.seasonality = SpcSeason::hour_of_day;
  make();
  ASSERT_TRUE(update(kNow + 20'000));
  EXPECT_FALSE(chart("raised").enough_data);
  EXPECT_NEAR(chart("raised").point.center, 1, 0.05);
}

TEST_F(SpcEngineTest, DrawsOncePerStepAndReadsInPieces) {
  make(2);  // of an hour each: six hours and the reach take four updates
  EXPECT_FALSE(update(kNow + 20'000));
  EXPECT_EQ(engine_->report(), nullptr);
  int updates = 1;
  while (!update(kNow + 20'000)) ASSERT_LT(++updates, 6);
  EXPECT_GT(updates, 1);
  EXPECT_FALSE(update(kNow + 30'000));
  ASSERT_TRUE(update(kNow + kMinute + 20'000));
  EXPECT_EQ(chart("calm").point.time_ms, kNow + kMinute);
}

TEST_F(SpcEngineTest, ASignalWithoutHistoryHasNoChart) {
  history_->series.clear();
  rca::Samples few;
  for (std::int64_t time = kNow - 10 * kMinute; time <= kNow; time += kScrape) few.push_back(time, 1);
  history_->series[pipeline_test::labels_of("load", {{"pod", "new"}})] = few;
  make();
  ASSERT_TRUE(update(kNow + 20'000));
  EXPECT_TRUE(engine_->report()->charts.empty());
}

}  // namespace
}  // namespace exporter
