// Memory for the rows of one read: taken piece by piece, given back all at once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "exporter/pipeline/page_block.h"

namespace exporter {

class RowArena {
 public:
  // `count` doubles, not initialised, valid until reset().
  std::span<double> take(std::size_t count) {
    if (blocks_.empty() || count > blocks_.back().values().size() - used_) {
      blocks_.emplace_back(std::max(count, kBlock));
      used_ = 0;
    }
    const std::span<double> piece = blocks_.back().values().subspan(used_, count);
    used_ += count;
    return piece;
  }

  // Keeps one block for the next read: a cycle in steady state then allocates nothing.
  void reset() {
    if (blocks_.size() > 1) blocks_.erase(blocks_.begin() + 1, blocks_.end());
    used_ = 0;
  }

 private:
  static constexpr std::size_t kBlock = kHugePageBytes / sizeof(double);
  std::vector<PageBlock> blocks_;
  std::size_t used_ = 0;  // of the last block
};

}  // namespace exporter
