#include "rca_core/drift/histogram_window.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "tests/unit/drift/statistics.h"

namespace rca {
namespace {

using drift_test::kInfinity;
using drift_test::kNaN;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::int64_t kMinute = 60'000;

// Scrapes of one histogram, a row a minute beginning with minute 0.
class Histogram {
 public:
  // `values`: one per scrape; `first`: minute of the first of them.
  Histogram& bucket(double bound, std::vector<double> values, std::int64_t first = 0) {
    Samples& samples = owned_.emplace_back();
    for (std::size_t i = 0; i < values.size(); ++i) {
      samples.push_back((first + static_cast<std::int64_t>(i)) * kMinute, values[i]);
    }
    bounds_.push_back(bound);
    return *this;
  }

  // Of the minutes in (from, to].
  [[nodiscard]] Result<WindowedHistogram> increase(std::int64_t from, std::int64_t to) const {
    std::vector<BucketSeries> series;
    for (std::size_t i = 0; i < owned_.size(); ++i) series.push_back({bounds_[i], owned_[i].view()});
    return histogram_increase(series, {from * kMinute, to * kMinute});
  }

 private:
  std::deque<Samples> owned_;
  std::vector<double> bounds_;
};

TEST(HistogramWindow, CountsTheIncreaseOfEachBucket) {
  const Histogram histogram =
      Histogram().bucket(1, {0, 2, 3, 7}).bucket(kInfinity, {0, 4, 6, 12}).bucket(2, {0, 3, 5, 10});
  const auto window = histogram.increase(1, 3);
  ASSERT_TRUE(window.ok()) << window.error().message;
  EXPECT_THAT(window->distribution.upper_bounds, ElementsAre(1, 2, kInfinity));
  EXPECT_THAT(window->distribution.counts, ElementsAre(5, 2, 1));
  EXPECT_EQ(window->rows, 2U);
  EXPECT_EQ(window->resets, 0U);
  EXPECT_FALSE(window->rebinned);
  EXPECT_FALSE(window->repaired);
}

TEST(HistogramWindow, WindowsThatFollowEachOtherCountEachObservationOnce) {
  const Histogram histogram = Histogram().bucket(1, {0, 2, 3, 7, 9}).bucket(kInfinity, {0, 4, 6, 12, 20});
  const auto first = histogram.increase(0, 2);
  const auto second = histogram.increase(2, 4);
  const auto whole = histogram.increase(0, 4);
  const BinnedDistribution parts[] = {first->distribution, second->distribution};
  EXPECT_EQ(merge(parts)->counts, whole->distribution.counts);
  EXPECT_THAT(whole->distribution.counts, ElementsAre(9, 11));
}

TEST(HistogramWindow, WithoutAScrapeBeforeItTheFirstOneIsTheStart) {
  const Histogram histogram = Histogram().bucket(1, {10, 12, 13}, 7).bucket(kInfinity, {20, 24, 26}, 7);
  EXPECT_THAT(histogram.increase(5, 9)->distribution.counts, ElementsAre(3, 3));
  // The scrape of minute 7 is too long ago to be compared with one of minute 20.
  Histogram gap;
  gap.bucket(1, {10}, 7).bucket(kInfinity, {20}, 7);
  EXPECT_THAT(gap.increase(15, 30)->distribution.counts, ElementsAre(0, 0));
}

TEST(HistogramWindow, AResetCountsFromZeroInEveryBucket) {
  // The process restarts after minute 1. The first bucket has outgrown its old count by the next scrape.
  const Histogram histogram = Histogram().bucket(1, {1, 2, 3, 4}).bucket(kInfinity, {10, 20, 5, 7});
  const auto window = histogram.increase(0, 3);
  EXPECT_EQ(window->resets, 1U);
  EXPECT_THAT(window->distribution.counts, ElementsAre(1 + 3 + 1, 10 + 5 + 2 - 5));
}

TEST(HistogramWindow, BoundsThatChangeLeaveTheCommonOnes) {
  const Histogram histogram =
      Histogram().bucket(1, {0, 1, 2, 3}).bucket(2, {0, 2}).bucket(3, {4, 5}, 2).bucket(kInfinity, {0, 3, 5, 6});
  const auto window = histogram.increase(0, 3);
  ASSERT_TRUE(window.ok()) << window.error().message;
  EXPECT_TRUE(window->rebinned);
  EXPECT_THAT(window->distribution.upper_bounds, ElementsAre(1, kInfinity));
  EXPECT_THAT(window->distribution.counts, ElementsAre(3, 3));
  // Before the change the old bounds are all there.
  EXPECT_THAT(histogram.increase(0, 1)->distribution.upper_bounds, ElementsAre(1, 2, kInfinity));

  const Histogram all_new = Histogram().bucket(1, {0, 1}).bucket(2, {1, 2}, 2).bucket(kInfinity, {0, 2, 4, 6});
  const auto none = all_new.increase(0, 3);
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().kind, ErrorKind::invalid_argument);
}

TEST(HistogramWindow, ScrapesWithNaNAreLeftOut) {
  const Histogram histogram = Histogram().bucket(1, {0, kNaN, 3, 4}).bucket(kInfinity, {0, 4, kInfinity, 8});
  const auto window = histogram.increase(0, 3);
  EXPECT_EQ(window->skipped_rows, 2U);
  EXPECT_EQ(window->rows, 1U);
  EXPECT_THAT(window->distribution.counts, ElementsAre(4, 4));
}

TEST(HistogramWindow, StaleMarkersAreNoValues) {
  const double stale = stale_marker();
  const Histogram histogram = Histogram().bucket(1, {0, stale, 3}).bucket(kInfinity, {0, stale, 5});
  const auto window = histogram.increase(0, 2);
  EXPECT_EQ(window->skipped_rows, 0U);
  EXPECT_FALSE(window->rebinned);
  EXPECT_THAT(window->distribution.counts, ElementsAre(3, 2));
}

TEST(HistogramWindow, NegativeIncreasesAreRepaired) {
  // le="2" lags behind le="1", as in a torn scrape.
  const Histogram histogram = Histogram().bucket(1, {0, 5}).bucket(2, {0, 3}).bucket(kInfinity, {0, 6});
  const auto window = histogram.increase(0, 1);
  EXPECT_TRUE(window->repaired);
  EXPECT_THAT(window->distribution.counts, ElementsAre(5, 0, 1));
}

TEST(HistogramWindow, AnEmptyWindowHasNoObservations) {
  const Histogram histogram = Histogram().bucket(1, {0, 5}).bucket(kInfinity, {0, 6});
  const auto window = histogram.increase(100, 200);
  ASSERT_TRUE(window.ok());
  EXPECT_EQ(window->rows, 0U);
  EXPECT_THAT(window->distribution.upper_bounds, ElementsAre(1, kInfinity));
  EXPECT_EQ(window->distribution.total(), 0);
}

TEST(HistogramWindow, SaysWhatIsWrong) {
  const auto message = [](const Result<WindowedHistogram>& result) { return result ? "" : result.error().message; };
  EXPECT_THAT(message(Histogram().increase(0, 1)), HasSubstr("without bucket series"));
  EXPECT_THAT(message(Histogram().bucket(1, {0, 1}).increase(0, 1)), HasSubstr("le=\"+Inf\""));
  EXPECT_THAT(message(Histogram().bucket(1, {}).bucket(1, {}).bucket(kInfinity, {}).increase(0, 1)),
              HasSubstr("two bucket series"));
  EXPECT_THAT(message(Histogram().bucket(kNaN, {}).increase(0, 1)), HasSubstr("bound"));
  EXPECT_THAT(message(Histogram().bucket(-kInfinity, {}).bucket(kInfinity, {}).increase(0, 1)), HasSubstr("bound"));
  EXPECT_THAT(message(Histogram().bucket(kInfinity, {}).increase(1, 0)), HasSubstr("ends before"));
}

}  // namespace
}  // namespace rca
