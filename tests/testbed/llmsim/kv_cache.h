// The paged KV cache of one engine: blocks of 16 tokens, shared by equal prefixes, evicted least recently used first.
// After Kwon et al., "Efficient Memory Management for Large Language Model Serving with PagedAttention" (SOSP 2023) and
// vLLM's automatic prefix caching (a block is known by the hash of all tokens up to its end).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace llmsim {

inline constexpr int kBlockTokens = 16;

class KvCache {
 public:
  using BlockId = std::int32_t;

  explicit KvCache(int blocks);

  [[nodiscard]] int capacity() const { return static_cast<int>(blocks_.size()); }
  // Blocks that no request holds; cached contents in them can still be hit.
  [[nodiscard]] int free_blocks() const { return free_count_; }
  // As vLLM reports it: held blocks / all blocks.
  [[nodiscard]] double usage() const { return 1 - static_cast<double>(free_count_) / capacity(); }

  // Takes the longest run of `hashes` from the front that is cached, and appends its blocks (now held) to `held`.
  // Returns how many blocks that were.
  int take_cached(std::span<const std::uint64_t> hashes, std::vector<BlockId>& held);
  // Takes `count` fresh blocks, evicting the least recently freed contents. False, and nothing taken, if there are not
  // enough.
  bool allocate(int count, std::vector<BlockId>& held);
  // Makes the contents of a held, full block known as `hash`.
  void publish(BlockId block, std::uint64_t hash);
  // Forgets all contents: the process was started anew.
  void forget();
  // Gives blocks back; their contents stay until evicted, the tail of a request goes first.
  void release(std::vector<BlockId>& held);

 private:
  struct Block {
    std::uint64_t hash = 0;  // 0: unknown contents
    int references = 0;
    BlockId previous = -1;  // in the list of free blocks
    BlockId next = -1;
  };
  void unlink(BlockId id);
  void link_back(BlockId id);

  std::vector<Block> blocks_;
  std::unordered_map<std::uint64_t, BlockId> known_;
  BlockId head_ = -1;
  BlockId tail_ = -1;
  int free_count_ = 0;
};

}  // namespace llmsim
