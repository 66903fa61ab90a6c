#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "rca_core/methods/rcd_search.h"
#include "rca_core/stats/discretize.h"
#include "rca_core/stats/random.h"
#include "tests/unit/rca_core/frames.h"

namespace rca {
namespace {

using ::testing::ElementsAre;
using testing::FrameBuilder;
using ::testing::HasSubstr;
using testing::Noise;

TEST(KmeansCodes, OrderedLevelsWithoutGaps) {
  constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(kmeans_codes(std::vector<double>{10, 0.1, 0, kMissing, 9.9, 0.2}, 5), ElementsAre(1, 0, 0, -1, 1, 0));
  EXPECT_THAT(kmeans_codes(std::vector<double>{9, 0, 1, 2, 8.5, 4}, 5), ElementsAre(3, 0, 0, 1, 3, 2));
  EXPECT_THAT(kmeans_codes(std::vector<double>{3, 3, 3}, 5), ElementsAre(0, 0, 0));
  EXPECT_THAT(kmeans_codes(std::vector<double>{1e-12, 2e-12, 1e-12}, 2), ElementsAre(0, 1, 0));  // whatever the unit
  EXPECT_THAT(kmeans_codes(std::vector<double>{-1.7e308, 1.7e308}, 2), ElementsAre(0, 1));
  EXPECT_THAT(kmeans_codes({}, 5), ElementsAre());
}

TEST(FNodeTest, ChiSquaredOfATable) {
  // 2 × 2 table (8, 2; 2, 8): χ² = 20 · (64 − 4)² / 10⁴ = 7.2, one degree of freedom, p = 0.00729.
  std::vector<std::int8_t> codes;
  std::vector<char> anomalous;
  for (const auto& [code, after, count] : {std::tuple{0, 0, 8}, {1, 0, 2}, {0, 1, 2}, {1, 1, 8}}) {
    codes.insert(codes.end(), static_cast<std::size_t>(count), static_cast<std::int8_t>(code));
    anomalous.insert(anomalous.end(), static_cast<std::size_t>(count), static_cast<char>(after));
  }
  const FNodeTest test = f_node_test({codes}, anomalous, 0, {});
  EXPECT_DOUBLE_EQ(test.statistic, 7.2);
  EXPECT_EQ(test.degrees, 1);
  EXPECT_NEAR(std::pow(10, test.log10_p()), 0.00729036, 1e-8);
  EXPECT_EQ(test.rows, 10);
  EXPECT_TRUE(test.reliable());
  // Given itself nothing varies within a stratum: the test says nothing, rather than "independent".
  const FNodeTest given = f_node_test({codes, codes}, anomalous, 0, {1});
  EXPECT_EQ(given.degrees, 0);
  EXPECT_FALSE(given.reliable());
}

TEST(FNodeTest, TinyPValuesStayFinite) {
  const FNodeTest test{4000, 4, 2000};
  EXPECT_LT(test.log10_p(), -800);
  EXPECT_GT(test.log10_p(), -1000);
}

// The incident acts on `cause`; `effect` follows it noisily. Given the cause the effect is independent of the incident.
TEST(RcdSearch, EffectsGoWhenTheCauseIsInTheirChunk) {
  Random random(5);
  std::vector<std::vector<std::int8_t>> signals(6);
  std::vector<char> anomalous;
  for (int row = 0; row < 600; ++row) {
    const bool after = row >= 400;
    anomalous.push_back(after ? 1 : 0);
    const bool cause = random.uniform() < (after ? 0.85 : 0.15);
    const bool effect = random.uniform() < (cause ? 0.8 : 0.2);
    signals[0].push_back(effect ? 1 : 0);
    signals[1].push_back(cause ? 1 : 0);
    for (std::size_t i = 2; i < 6; ++i) signals[i].push_back(static_cast<std::int8_t>(random.below(3)));
  }
  const std::vector<RcdSignal> found = rcd_search(signals, anomalous, {.seed = 1});
  EXPECT_EQ(found[1].survived, 1);
  EXPECT_LT(found[0].survived, 0.01);
  EXPECT_LT(found[0].log10_p, -2);  // taken alone the effect depends on the incident as well
  for (std::size_t i = 2; i < 6; ++i) EXPECT_LT(found[i].survived, 0.01);
}

TEST(Rcd, FindsTheShiftedSignalAndRanksAll) {
  Noise noise(11);
  FrameBuilder builder(300);
  for (int e = 0; e < 6; ++e) {
    for (const std::string role : {"cpu", "memory", "network"}) {
      const bool faulty = e == 3 && role == "memory";
      builder.add("s" + std::to_string(e), role, "",
                  [&](Eigen::Index row) { return (faulty && row >= 250 ? 8 : 0) + noise(1); });
    }
  }
  const Result<Ranking> ranking = testing::rank("rcd", builder.frame(), 250);
  ASSERT_TRUE(ranking.ok()) << ranking.error().message;
  EXPECT_EQ(ranking->signals.size(), 18U);
  EXPECT_EQ(ranking->signals[0].entity, "s3");
  EXPECT_EQ(ranking->signals[0].signal, "memory");
  EXPECT_THAT(ranking->signals[0].evidence.text,
              HasSubstr("dependent on the incident itself in 100 % of the searches"));
}

TEST(Rcd, NothingVaries) {
  FrameBuilder builder(20);
  builder.add("a", "x", "", [](Eigen::Index) { return 1.0; });
  const Result<Ranking> ranking = testing::rank("rcd", builder.frame(), 10);
  ASSERT_FALSE(ranking.ok());
  EXPECT_EQ(ranking.error().kind, ErrorKind::missing_input);
  EXPECT_EQ(ranking.error().message, "no signal varies over both windows");
}

}  // namespace
}  // namespace rca
