#include "tests/testbed/llmsim/random.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace llmsim {
namespace {

// Computed by an independent implementation (Python) of SplitMix64 seeding and xoshiro256**.
TEST(RandomTest, KeepsItsSequenceForever) {
  std::uint64_t state = 0;
  EXPECT_EQ(split_mix(state), 0xe220a8397b1dcdafULL);
  EXPECT_EQ(split_mix(state), 0x6e789e6aa1b965f4ULL);
  Random random(1, "test");
  EXPECT_EQ(random.next(), 0x80a2f5384465c1a0ULL);
  EXPECT_EQ(random.next(), 0x8c551253bb3d1728ULL);
}

TEST(RandomTest, StreamsOfDifferentPurposesDiffer) {
  Random a(1, "arrivals");
  Random b(1, "lengths");
  Random c(1, "arrivals", 1);
  Random d(2, "arrivals");
  const std::uint64_t first = a.next();
  EXPECT_NE(first, b.next());
  EXPECT_NE(first, c.next());
  EXPECT_NE(first, d.next());
}

TEST(RandomTest, DistributionsHaveTheirMoments) {
  Random random(3, "moments");
  constexpr int kDraws = 200000;
  double uniform = 0;
  double normal = 0;
  double square = 0;
  double exponential = 0;
  double poisson = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double u = random.uniform();
    ASSERT_GE(u, 0);
    ASSERT_LT(u, 1);
    uniform += u;
    const double n = random.normal();
    normal += n;
    square += n * n;
    exponential += random.exponential(2.5);
    poisson += random.poisson(3.5);
  }
  EXPECT_NEAR(uniform / kDraws, 0.5, 0.003);
  EXPECT_NEAR(normal / kDraws, 0, 0.01);
  EXPECT_NEAR(square / kDraws, 1, 0.02);
  EXPECT_NEAR(exponential / kDraws, 2.5, 0.03);
  EXPECT_NEAR(poisson / kDraws, 3.5, 0.03);
  EXPECT_EQ(random.poisson(0), 0);
}

}  // namespace
}  // namespace llmsim
