#include "exporter/slo/error_budget.h"

#include <gtest/gtest.h>

#include <cmath>

namespace exporter {
namespace {

constexpr std::int64_t kNow = 1'795'300'020'000;  // a whole minute
constexpr std::int64_t kWindow = 30 * kDayMs;
constexpr double kPerMinute = 100;

// 100 events a minute from `first` to `last` days ago, of which `bad` are bad.
void add(EventRing& ring, double first_days_ago, double last_days_ago, double bad) {
  const auto from = kNow - static_cast<std::int64_t>(first_days_ago * static_cast<double>(kDayMs));
  const auto to = kNow - static_cast<std::int64_t>(last_days_ago * static_cast<double>(kDayMs));
  const double minutes = static_cast<double>(to - from) / static_cast<double>(kMinuteMs);
  ring.add_total(from, to, kPerMinute * minutes);
  ring.add_part(from, to, bad * minutes);
  ring.cover(from, to);
}

EventRing ring_of_month() {
  return {kMinuteMs, 30 * 24 * 60 + 2, false};
}

SloStatus status_of(const EventRing& ring, double objective) {
  SloStatus status;
  status.objective = objective;
  measure_budget(ring, kWindow, kNow, status);
  return status;
}

TEST(BurnWindows, LimitsOfThirtyDaysAreTheWorkbooks) {
  EXPECT_DOUBLE_EQ(burn_limit(kBurnAlerts[0], kWindow), 14.4);
  EXPECT_DOUBLE_EQ(burn_limit(kBurnAlerts[1], kWindow), 6);
  EXPECT_DOUBLE_EQ(burn_limit(kBurnAlerts[2], kWindow), 3);
  EXPECT_DOUBLE_EQ(burn_limit(kBurnAlerts[3], kWindow), 1);
  // 2 % and 5 % of a week; what would be below 1 is 1.
  EXPECT_DOUBLE_EQ(burn_limit(kBurnAlerts[0], 7 * kDayMs), 3.36);
  EXPECT_DOUBLE_EQ(burn_limit(kBurnAlerts[1], 7 * kDayMs), 1.4);
  EXPECT_DOUBLE_EQ(burn_limit(kBurnAlerts[3], 7 * kDayMs), 1);
}

TEST(ErrorBudget, BurnRatesAndWhatIsLeft) {
  EventRing ring = ring_of_month();
  add(ring, 30, 1, 0);
  add(ring, 1, 0, 2);  // 2 % bad for a day
  const SloStatus status = status_of(ring, 0.99);
  ASSERT_EQ(status.windows.size(), 7U);
  EXPECT_EQ(status.windows[0].name, "5m");
  EXPECT_NEAR(status.windows[0].sli, 0.98, 1e-9);
  EXPECT_NEAR(status.windows[0].burn, 2, 1e-9);
  EXPECT_EQ(status.windows[6].name, "3d");
  EXPECT_NEAR(status.windows[6].burn, 2.0 / 3, 1e-9);
  EXPECT_EQ(status.budget.name, "30d");
  EXPECT_NEAR(status.budget.burn, 2.0 / 30, 1e-9);
  EXPECT_NEAR(status.remaining, 28.0 / 30, 1e-9);
  EXPECT_NEAR(status.budget.coverage, 1, 1e-9);
  EXPECT_EQ(status.burn_limits.size(), 4U);
}

TEST(ErrorBudget, PartOfTheWindowIsJudgedByItself) {
  EventRing ring = ring_of_month();
  add(ring, 3, 0, 1);
  const SloStatus status = status_of(ring, 0.99);
  EXPECT_NEAR(status.budget.coverage, 0.1, 1e-9);
  EXPECT_NEAR(status.remaining, 0, 1e-9);
}

TEST(ErrorBudget, WithoutEventsThereIsNothingToSay) {
  const SloStatus status = status_of(ring_of_month(), 0.99);
  EXPECT_TRUE(std::isnan(status.remaining));
  EXPECT_TRUE(std::isnan(status.windows[0].burn));
  EXPECT_EQ(status.exhausted_ms, 0);
  EXPECT_EQ(status.budget.coverage, 0);
}

TEST(Forecast, FullMonthAtTwiceTheRateRunsOutWhenTheGoodDaysDoNotMakeUpForIt) {
  EventRing ring = ring_of_month();
  add(ring, 30, 1, 0);
  add(ring, 1, 0, 2);
  // 1/30 of the window was bad at 2 ×. After t more days: 2 (1 + t) / 30 = 1 at t = 14, in a step of 86.4 minutes.
  const std::int64_t at = forecast_exhaustion(ring, kWindow, 0.99, kNow);
  EXPECT_NEAR(static_cast<double>(at - kNow) / static_cast<double>(kDayMs), 14, 0.07);
}

TEST(Forecast, ABurnBelowOneNeverUsesTheBudgetUp) {
  EventRing ring = ring_of_month();
  add(ring, 30, 0, 0.9);
  EXPECT_EQ(forecast_exhaustion(ring, kWindow, 0.99, kNow), 0);
}

TEST(Forecast, OldBadDaysLeaveTheWindow) {
  EventRing ring = ring_of_month();
  add(ring, 30, 15, 1.8);  // 90 % of the budget, but it leaves day by day
  add(ring, 15, 1, 0);
  add(ring, 1, 0, 0.9);
  EXPECT_EQ(forecast_exhaustion(ring, kWindow, 0.99, kNow), 0);
}

TEST(Forecast, AShortBurstDoesNotDecide) {
  EventRing ring = ring_of_month();
  add(ring, 30, 10.0 / 1440, 0);
  add(ring, 10.0 / 1440, 0, 50);  // ten minutes of half the requests: 1 h burns at 8.3, 6 h at 1.4, 1 d at 0.35
  EXPECT_GT(status_of(ring, 0.99).windows[2].burn, 8);
  const std::int64_t at = forecast_exhaustion(ring, kWindow, 0.99, kNow);
  // At the rate of the median window, 1.39: 1 / 1.39 × 30 days, less what is used already.
  EXPECT_NEAR(static_cast<double>(at - kNow) / static_cast<double>(kDayMs), 21.35, 0.1);
}

TEST(Forecast, ABudgetThatIsUsedUpIsUsedUpNow) {
  EventRing ring = ring_of_month();
  add(ring, 30, 0, 1.5);
  EXPECT_EQ(forecast_exhaustion(ring, kWindow, 0.99, kNow), kNow);
}

}  // namespace
}  // namespace exporter
