#include "common/parallel_for.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace rca {
namespace {

TEST(ParallelFor, VisitsEveryIndexOnce) {
  for (const int begin : {0, -7, 12}) {
    for (const int count : {1, 2, 63, 64, 65, 5000}) {
      for (const int grain : {1, 64, 10'000}) {
        std::vector<int> visits(static_cast<std::size_t>(count));
        parallel_for(begin, begin + count, grain,
                     [&](int index) { ++visits[static_cast<std::size_t>(index - begin)]; });
        EXPECT_EQ(visits, std::vector<int>(visits.size(), 1)) << begin << " " << count << " " << grain;
      }
    }
  }
}

TEST(ParallelFor, AnEmptyRangeCallsNothing) {
  const auto never = [](int index) { FAIL() << index; };
  parallel_for(3, 3, 1, never);
  parallel_for(3, 2, 1, never);
  parallel_ranges(0, std::size_t{0}, 1, [](std::size_t, std::size_t) { FAIL(); });
}

TEST(ParallelFor, AGrainBelowOneIsOne) {
  std::vector<int> visits(10);
  parallel_for(0, 10, 0, [&](int index) { ++visits[static_cast<std::size_t>(index)]; });
  parallel_for(0, 10, -5, [&](int index) { ++visits[static_cast<std::size_t>(index)]; });
  EXPECT_EQ(visits, std::vector<int>(10, 2));
}

TEST(ParallelFor, PartsCoverTheRangeAndNoneIsCutBelowHalfTheGrain) {
  std::vector<std::size_t> length_at(1000);  // by first index
  parallel_ranges(0, length_at.size(), 50,
                  [&](std::size_t first, std::size_t last) { length_at[first] = last - first; });
  std::size_t covered = 0;
  while (covered < length_at.size() && length_at[covered] > 0) {
    EXPECT_GE(length_at[covered], 25U);
    covered += length_at[covered];
  }
  EXPECT_EQ(covered, 1000U);
}

TEST(ParallelFor, WhatABodyThrowsComesOut) {
  const auto run = [] {
    parallel_for(0, 1000, 1, [](int index) {
      if (index == 700) throw std::runtime_error("at " + std::to_string(index));
    });
  };
  try {
    run();
    FAIL() << "nothing was thrown";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "at 700");
  }
}

// Under ThreadSanitizer this also shows that data may go into a loop and come out of it without a report.
TEST(ParallelFor, NestedLoopsSeeWhatWasWrittenBeforeThem) {
  constexpr std::size_t kOuter = 40;
  constexpr std::size_t kInner = 300;
  for (int round = 0; round < 20; ++round) {
    std::vector<double> input(kOuter);
    std::iota(input.begin(), input.end(), round);
    std::vector<double> sums(kOuter);
    parallel_for(0, kOuter, 1, [&](std::size_t outer) {
      std::vector<double> products(kInner);
      parallel_for(0, kInner, 16,
                   [&](std::size_t inner) { products[inner] = input[outer] * static_cast<double>(inner); });
      sums[outer] = std::accumulate(products.begin(), products.end(), 0.0);
    });
    for (std::size_t outer = 0; outer < kOuter; ++outer) {
      EXPECT_EQ(sums[outer], input[outer] * static_cast<double>(kInner * (kInner - 1) / 2));
    }
  }
}

#if defined(__SANITIZE_THREAD__)
// Two parts that are surely on two threads write to one place: the loop must not hide that from ThreadSanitizer.
void race() {
  std::atomic<int> arrived{0};
  int shared = 0;
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  parallel_for(0, 2, 1, [&](int index) {
    // Relaxed: waiting for the other must not put the writes in order.
    arrived.fetch_add(1, std::memory_order_relaxed);
    while (arrived.load(std::memory_order_relaxed) < 2 && std::chrono::steady_clock::now() < give_up) {
      std::this_thread::yield();
    }
    shared += index + 1;
  });
  std::exit(arrived.load() == 2 && shared > 0 ? 0 : 1);
}

TEST(ParallelForDeathTest, ARaceInABodyIsFound) {
  if (std::thread::hardware_concurrency() < 2) GTEST_SKIP() << "needs two processors";
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(race(), testing::ExitedWithCode(66), "data race");  // 66: what ThreadSanitizer exits with
}
#endif

}  // namespace
}  // namespace rca
