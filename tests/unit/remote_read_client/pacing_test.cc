#include "remote_read/pacing.h"

#include <gtest/gtest.h>

namespace remote_read {
namespace {

using std::chrono::milliseconds;

TEST(Backoff, GrowsToItsCapWithFullJitter) {
  const RetryOptions options{.max_attempts = 10, .min_backoff = milliseconds(100), .max_backoff = milliseconds(1000)};
  std::mt19937_64 random(1);
  const milliseconds ceilings[] = {milliseconds(100), milliseconds(200),  milliseconds(400),
                                   milliseconds(800), milliseconds(1000), milliseconds(1000)};
  int attempt = 2;
  for (const milliseconds ceiling : ceilings) {
    milliseconds least = ceiling;
    milliseconds most{0};
    for (int i = 0; i < 1000; ++i) {
      const milliseconds drawn = backoff(options, attempt, milliseconds(0), random);
      least = std::min(least, drawn);
      most = std::max(most, drawn);
    }
    EXPECT_LE(most, ceiling) << attempt;
    EXPECT_GT(most, ceiling * 9 / 10) << attempt;
    EXPECT_LT(least, ceiling / 10) << attempt;
    ++attempt;
  }
}

TEST(Backoff, HonoursRetryAfterUpToTheCap) {
  const RetryOptions options{.max_attempts = 3, .min_backoff = milliseconds(1), .max_backoff = milliseconds(5000)};
  std::mt19937_64 random(1);
  EXPECT_EQ(backoff(options, 2, milliseconds(3000), random), milliseconds(3000));
  EXPECT_EQ(backoff(options, 2, milliseconds(3'600'000), random), milliseconds(5000));
}

TEST(Backoff, DoesNotOverflow) {
  const RetryOptions options{
      .max_attempts = 1000, .min_backoff = milliseconds(1), .max_backoff = milliseconds::max() / 4};
  std::mt19937_64 random(1);
  EXPECT_LE(backoff(options, 1000, milliseconds(0), random), options.max_backoff);
}

TEST(InterruptibleSleep, EndsAtAStop) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(interruptible_sleep(std::chrono::hours(1), stop.get_token()));
  EXPECT_TRUE(interruptible_sleep(std::chrono::nanoseconds(1), {}));
}

TEST(Gate, RefusesAtAStopWhenFull) {
  Gate gate(1);
  std::stop_source stop;
  {
    const Gate::Pass first = gate.enter(stop.get_token());
    EXPECT_TRUE(first);
    stop.request_stop();
    EXPECT_FALSE(gate.enter(stop.get_token()));
  }
  EXPECT_TRUE(gate.enter({}));
}

TEST(Pacer, StopsInsteadOfWaiting) {
  Pacer pacer(std::chrono::hours(1));
  std::stop_source stop;
  EXPECT_TRUE(pacer.wait(stop.get_token()));
  stop.request_stop();
  EXPECT_FALSE(pacer.wait(stop.get_token()));
}

}  // namespace
}  // namespace remote_read
