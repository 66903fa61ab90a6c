// Memory for the rows of one read: taken piece by piece, given back all at once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace exporter {

class RowArena {
 public:
  // `count` doubles, not initialised, valid until reset().
  std::span<double> take(std::size_t count) {
    if (blocks_.empty() || used_ + count > blocks_.back().size) {
      const std::size_t size = std::max(count, kBlock);
      blocks_.push_back({std::make_unique_for_overwrite<double[]>(size), size});
      used_ = 0;
    }
    const std::span<double> piece(blocks_.back().data.get() + used_, count);
    used_ += count;
    return piece;
  }

  // Keeps one block for the next read: a cycle in steady state then allocates nothing.
  void reset() {
    if (blocks_.size() > 1) blocks_.resize(1);
    used_ = 0;
  }

 private:
  static constexpr std::size_t kBlock = std::size_t{1} << 17;  // 1 MiB
  struct Block {
    std::unique_ptr<double[]> data;
    std::size_t size = 0;
  };
  std::vector<Block> blocks_;
  std::size_t used_ = 0;
};

}  // namespace exporter
