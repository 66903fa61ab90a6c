#include "tests/testbed/llmsim/kv_cache.h"

#include <gtest/gtest.h>

#include "tests/testbed/llmsim/random.h"

namespace llmsim {
namespace {

TEST(KvCacheTest, GivesOutNoMoreThanItHas) {
  KvCache cache(10);
  std::vector<KvCache::BlockId> a;
  std::vector<KvCache::BlockId> b;
  EXPECT_TRUE(cache.allocate(7, a));
  EXPECT_FALSE(cache.allocate(4, b));
  EXPECT_TRUE(b.empty()) << "a failed allocation takes nothing";
  EXPECT_TRUE(cache.allocate(3, b));
  EXPECT_EQ(cache.free_blocks(), 0);
  EXPECT_DOUBLE_EQ(cache.usage(), 1);
  cache.release(a);
  EXPECT_EQ(cache.free_blocks(), 7);
  EXPECT_DOUBLE_EQ(cache.usage(), 0.3);
}

TEST(KvCacheTest, FindsThePublishedPrefixAndStopsAtTheFirstMiss) {
  KvCache cache(10);
  std::vector<KvCache::BlockId> a;
  ASSERT_TRUE(cache.allocate(3, a));
  cache.publish(a[0], 101);
  cache.publish(a[2], 103);
  const std::vector<KvCache::BlockId> original = a;
  cache.release(a);

  std::vector<KvCache::BlockId> b;
  const std::vector<std::uint64_t> hashes = {101, 102, 103};
  EXPECT_EQ(cache.take_cached(hashes, b), 1);
  EXPECT_EQ(b, std::vector<KvCache::BlockId>{original[0]});
  EXPECT_EQ(cache.free_blocks(), 9);
}

TEST(KvCacheTest, SharedBlocksAreFreeOnlyWhenNobodyHoldsThem) {
  KvCache cache(4);
  std::vector<KvCache::BlockId> a;
  std::vector<KvCache::BlockId> b;
  ASSERT_TRUE(cache.allocate(1, a));
  cache.publish(a[0], 7);
  const std::vector<std::uint64_t> hashes = {7};
  EXPECT_EQ(cache.take_cached(hashes, b), 1);
  cache.release(a);
  EXPECT_EQ(cache.free_blocks(), 3);
  cache.release(b);
  EXPECT_EQ(cache.free_blocks(), 4);
}

TEST(KvCacheTest, EvictsTheLeastRecentlyFreed) {
  KvCache cache(2);
  std::vector<KvCache::BlockId> a;
  std::vector<KvCache::BlockId> b;
  ASSERT_TRUE(cache.allocate(1, a));
  ASSERT_TRUE(cache.allocate(1, b));
  cache.publish(a[0], 1);
  cache.publish(b[0], 2);
  cache.release(b);  // 2 is freed first
  cache.release(a);
  std::vector<KvCache::BlockId> c;
  ASSERT_TRUE(cache.allocate(1, c));
  std::vector<KvCache::BlockId> hit;
  const std::vector<std::uint64_t> second = {2};
  const std::vector<std::uint64_t> first = {1};
  EXPECT_EQ(cache.take_cached(second, hit), 0) << "its contents were evicted";
  EXPECT_EQ(cache.take_cached(first, hit), 1);
}

TEST(KvCacheTest, CountsStayRightUnderRandomUse) {
  KvCache cache(64);
  Random random(5, "cache");
  std::vector<std::vector<KvCache::BlockId>> holders(12);
  for (int i = 0; i < 20000; ++i) {
    auto& holder = holders[random.below(holders.size())];
    if (holder.empty()) {
      std::vector<std::uint64_t> hashes;
      const std::uint64_t conversation = random.below(6) * 100 + 1;
      for (std::uint64_t block = 0; block < 4; ++block) hashes.push_back(conversation + block);
      const int hits = cache.take_cached(hashes, holder);
      const int wanted = static_cast<int>(random.below(9));
      if (cache.allocate(wanted, holder)) {
        for (std::size_t block = static_cast<std::size_t>(hits); block < std::min<std::size_t>(4, holder.size());
             ++block) {
          cache.publish(holder[block], hashes[block]);
        }
      }
    } else {
      cache.release(holder);
    }
    ASSERT_GE(cache.free_blocks(), 0);
    ASSERT_LE(cache.free_blocks(), cache.capacity());
  }
  for (auto& holder : holders) cache.release(holder);
  EXPECT_EQ(cache.free_blocks(), cache.capacity());
}

}  // namespace
}  // namespace llmsim
