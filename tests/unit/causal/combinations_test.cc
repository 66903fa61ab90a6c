#include "rca_core/causal/combinations.h"

#include <gtest/gtest.h>

#include <vector>

namespace rca {
namespace {

TEST(Combinations, ComeInLexicographicOrderAndEnd) {
  std::vector<int> chosen{0, 1};
  std::vector<std::vector<int>> seen;
  do seen.push_back(chosen);
  while (next_combination(std::span(chosen), 4));
  EXPECT_EQ(seen, (std::vector<std::vector<int>>{{0, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 3}}));
  EXPECT_EQ(chosen, (std::vector<int>{2, 3}));
  std::vector<std::size_t> none;
  EXPECT_FALSE(next_combination(std::span(none), std::size_t{3}));
}

}  // namespace
}  // namespace rca
