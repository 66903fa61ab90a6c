// The memory of rows: blocks from the system, the arena of a read, the slab and the rings on it.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <new>
#include <random>
#include <utility>
#include <vector>

#include "exporter/pipeline/page_block.h"
#include "exporter/pipeline/row_arena.h"
#include "exporter/pipeline/row_ring.h"
#include "exporter/pipeline/row_slab.h"

namespace exporter {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

bool same(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

TEST(PageBlock, LargeOnesBeginOnAHugePage) {
  const PageBlock block(kHugePageBytes / sizeof(double) + 1);
  ASSERT_EQ(block.values().size(), kHugePageBytes / sizeof(double) + 1);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block.values().data()) % kHugePageBytes, 0U);
  block.values().front() = 1;
  block.values().back() = 2;
  EXPECT_EQ(block.values().front(), 1);
  EXPECT_EQ(block.values().back(), 2);
}

TEST(PageBlock, MovesItsMemory) {
  PageBlock first(10);
  first.values()[9] = 7;
  PageBlock second(std::move(first));
  EXPECT_EQ(second.values()[9], 7);
  PageBlock third(20);
  third = std::move(second);
  ASSERT_EQ(third.values().size(), 10U);
  EXPECT_EQ(third.values()[9], 7);
  EXPECT_TRUE(PageBlock(0).values().empty());
}

TEST(PageBlock, MoreThanThereIsThrows) {
  EXPECT_THROW(PageBlock{std::numeric_limits<std::size_t>::max()}, std::bad_alloc);
  EXPECT_THROW(PageBlock{std::numeric_limits<std::size_t>::max() / sizeof(double)}, std::bad_alloc);
  EXPECT_THROW(PageBlock(std::size_t{1} << 58), std::bad_alloc);
}

TEST(RowArena, PiecesDoNotOverlapAndAreTakenAgain) {
  RowArena arena;
  for (int round = 0; round < 3; ++round) {
    std::vector<std::span<double>> pieces;
    const std::size_t sizes[] = {1000, 0, 7, 200'000, 400'000, 100'000};  // also larger than a block
    for (const std::size_t size : sizes) {
      pieces.push_back(arena.take(size));
      ASSERT_EQ(pieces.back().size(), size);
      std::fill(pieces.back().begin(), pieces.back().end(), static_cast<double>(pieces.size()));
    }
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      for (const double value : pieces[i]) ASSERT_EQ(value, static_cast<double>(i + 1));
    }
    arena.reset();
  }
}

TEST(RowSlab, GivesBackWhatItTookBack) {
  RowSlab slab(5, 3);
  std::vector<double*> pieces;
  for (int i = 0; i < 7; ++i) {
    pieces.push_back(slab.take());
    std::fill_n(pieces.back(), 5, i);
  }
  for (int i = 0; i < 7; ++i) EXPECT_EQ(pieces[static_cast<std::size_t>(i)][4], i);
  slab.give_back(pieces[2]);
  slab.give_back(pieces[5]);
  EXPECT_EQ(slab.take(), pieces[5]);
  EXPECT_EQ(slab.take(), pieces[2]);
}

TEST(RowRing, IsMissingUntilItIsWritten) {
  RowSlab slab(4, 2);
  RowRing ring(slab);
  std::vector<double> out(4, 1);
  EXPECT_TRUE(std::isnan(ring.at(9)));
  ring.copy(6, out);
  for (const double value : out) EXPECT_TRUE(std::isnan(value));
}

TEST(RowRing, KeepsInfinitiesUnlessFiniteIsAskedFor) {
  RowSlab slab(3, 1);
  RowRing ring(slab);
  ring.write(30, std::vector<double>{1, kInf, -kInf});
  EXPECT_EQ(ring.at(31), kInf);
  ring.write_finite(31, std::vector<double>{kInf, 2});
  EXPECT_EQ(ring.at(30), 1);
  EXPECT_TRUE(std::isnan(ring.at(31)));
  EXPECT_EQ(ring.at(32), 2);
}

// Whatever is written, cleared and read, as an endless row of values would have it; and on memory that rings before it
// have used.
TEST(RowRing, EqualsAnEndlessRow) {
  constexpr std::size_t kCapacity = 7;
  constexpr std::int64_t kFirst = 1000;
  std::mt19937_64 random(1);
  RowSlab slab(kCapacity, 2);
  for (int round = 0; round < 50; ++round) {
    RowRing ring(slab);
    std::int64_t next = kFirst + static_cast<std::int64_t>(random() % 10);
    std::vector<double> endless(static_cast<std::size_t>(next), kNaN);
    for (int step = 0; step < 60; ++step) {
      if (random() % 10 == 0) {
        ring.clear();
        endless.assign(endless.size(), kNaN);
      }
      // Writes go on from the end or a few rows before it.
      const auto back = static_cast<std::int64_t>(random() % 3);
      std::vector<double> values(static_cast<std::size_t>(back) + random() % (kCapacity - 2));
      for (double& value : values) value = random() % 5 == 0 ? kNaN : static_cast<double>(random() % 100);
      const std::int64_t first = next - back;
      endless.resize(static_cast<std::size_t>(first));
      endless.insert(endless.end(), values.begin(), values.end());
      ring.write(first, values);
      next = first + static_cast<std::int64_t>(values.size());
      std::vector<double> out(kCapacity);
      const std::int64_t from = next - static_cast<std::int64_t>(kCapacity);
      ring.copy(from, out);
      for (std::size_t i = 0; i < kCapacity; ++i) {
        const double expected = endless[static_cast<std::size_t>(from) + i];
        ASSERT_TRUE(same(out[i], expected)) << "round " << round << " step " << step << " row " << i;
        ASSERT_TRUE(same(ring.at(from + static_cast<std::int64_t>(i)), expected));
      }
    }
  }
}

}  // namespace
}  // namespace exporter
