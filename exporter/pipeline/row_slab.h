// Memory for the rings of many signals: pieces of one size.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "exporter/pipeline/page_block.h"

namespace exporter {

// Pieces that are given back are handed out again; the system gets the memory back when the slab is destroyed. So it
// holds what the largest number of pieces that were out at one time took. Not thread-safe.
class RowSlab {
 public:
  // Pieces of `rows` doubles; memory for `pieces` of them, at least one, is taken at a time.
  RowSlab(std::size_t rows, std::size_t pieces) : rows_(rows), pieces_(std::max<std::size_t>(pieces, 1)) {}

  [[nodiscard]] std::size_t rows() const { return rows_; }

  // rows() doubles, not initialised.
  double* take() {
    if (free_.empty()) grow();
    double* const piece = free_.back();
    free_.pop_back();
    return piece;
  }
  void give_back(double* piece) { free_.push_back(piece); }

 private:
  void grow() {
    blocks_.emplace_back(pieces_ * rows_);
    free_.reserve(blocks_.size() * pieces_);  // give_back() then never allocates
    // The last that is put in is the first that is taken: memory is used from the block's beginning on.
    for (std::size_t i = pieces_; i-- > 0;) free_.push_back(blocks_.back().values().data() + i * rows_);
  }

  std::size_t rows_;
  std::size_t pieces_;
  std::vector<PageBlock> blocks_;
  std::vector<double*> free_;
};

}  // namespace exporter
