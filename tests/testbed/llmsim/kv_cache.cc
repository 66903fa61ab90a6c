#include "tests/testbed/llmsim/kv_cache.h"

namespace llmsim {

KvCache::KvCache(int blocks) : blocks_(static_cast<std::size_t>(blocks)) {
  for (BlockId id = 0; id < blocks; ++id) link_back(id);
}

void KvCache::unlink(BlockId id) {
  Block& block = blocks_[static_cast<std::size_t>(id)];
  (block.previous < 0 ? head_ : blocks_[static_cast<std::size_t>(block.previous)].next) = block.next;
  (block.next < 0 ? tail_ : blocks_[static_cast<std::size_t>(block.next)].previous) = block.previous;
  block.previous = block.next = -1;
  --free_count_;
}

void KvCache::link_back(BlockId id) {
  Block& block = blocks_[static_cast<std::size_t>(id)];
  block.previous = tail_;
  block.next = -1;
  (tail_ < 0 ? head_ : blocks_[static_cast<std::size_t>(tail_)].next) = id;
  tail_ = id;
  ++free_count_;
}

int KvCache::take_cached(std::span<const std::uint64_t> hashes, std::vector<BlockId>& held) {
  int hits = 0;
  for (const std::uint64_t hash : hashes) {
    const auto it = known_.find(hash);
    if (it == known_.end()) break;
    Block& block = blocks_[static_cast<std::size_t>(it->second)];
    if (block.references++ == 0) unlink(it->second);
    held.push_back(it->second);
    ++hits;
  }
  return hits;
}

bool KvCache::allocate(int count, std::vector<BlockId>& held) {
  if (count > free_count_) return false;
  for (int i = 0; i < count; ++i) {
    const BlockId id = head_;
    unlink(id);
    Block& block = blocks_[static_cast<std::size_t>(id)];
    if (block.hash != 0) known_.erase(block.hash);
    block.hash = 0;
    block.references = 1;
    held.push_back(id);
  }
  return true;
}

void KvCache::publish(BlockId id, std::uint64_t hash) {
  Block& block = blocks_[static_cast<std::size_t>(id)];
  // The same contents twice (two requests computed them at once): the first copy stays the known one.
  if (block.hash == 0 && known_.try_emplace(hash, id).second) block.hash = hash;
}

void KvCache::forget() {
  known_.clear();
  for (Block& block : blocks_) block.hash = 0;
}

void KvCache::release(std::vector<BlockId>& held) {
  for (auto it = held.rbegin(); it != held.rend(); ++it) {
    if (--blocks_[static_cast<std::size_t>(*it)].references == 0) link_back(*it);
  }
  held.clear();
}

}  // namespace llmsim
