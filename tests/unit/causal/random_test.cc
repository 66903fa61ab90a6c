#include "rca_core/stats/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

namespace rca {
namespace {

// The standard fixes the 10,000th value of the default-seeded engine.
TEST(Random, IsTheEngineOfTheStandard) {
  Random random(5489);
  for (int i = 0; i < 9999; ++i) random.next();
  EXPECT_EQ(random.next(), 9981545732273789042ULL);
}

TEST(Random, SameSeedSameNumbers) {
  Random one(3);
  Random other(3);
  Random third(4);
  EXPECT_EQ(one.uniform(), other.uniform());
  EXPECT_EQ(one.normal(), other.normal());
  EXPECT_NE(one.uniform(), third.uniform());
}

TEST(Random, MomentsAreThoseOfTheDistributions) {
  Random random(1);
  double sum = 0;
  double squares = 0;
  double uniform = 0;
  std::array<int, 3> counts{};
  constexpr int kDraws = 60'000;
  for (int i = 0; i < kDraws; ++i) {
    const double normal = random.normal();
    sum += normal;
    squares += normal * normal;
    uniform += random.uniform();
    ++counts.at(random.below(3));
  }
  EXPECT_NEAR(sum / kDraws, 0, 0.02);
  EXPECT_NEAR(squares / kDraws, 1, 0.03);
  EXPECT_NEAR(uniform / kDraws, 0.5, 0.01);
  for (const int count : counts) EXPECT_NEAR(count, kDraws / 3, 600);
  EXPECT_EQ(random.below(0), 0U);
}

TEST(Random, ShuffleKeepsWhatIsThere) {
  std::vector<int> values = {1, 2, 3, 4, 5, 6, 7, 8};
  const std::vector<int> before = values;
  Random(2).shuffle(values);
  EXPECT_NE(values, before);
  std::sort(values.begin(), values.end());
  EXPECT_EQ(values, before);
}

}  // namespace
}  // namespace rca
