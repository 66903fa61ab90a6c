#include "exporter/pipeline/page_block.h"

#include <sys/mman.h>

#include <limits>
#include <memory>
#include <new>
#include <utility>

namespace exporter {

void prefer_huge_pages(std::span<double> memory) {
  void* begin = memory.data();
  std::size_t bytes = memory.size_bytes();
  if (std::align(kHugePageBytes, kHugePageBytes, begin, bytes) == nullptr) return;
  madvise(begin, bytes / kHugePageBytes * kHugePageBytes, MADV_HUGEPAGE);
}

PageBlock::PageBlock(std::size_t count) {
  constexpr std::size_t kMost = (std::numeric_limits<std::size_t>::max() - kHugePageBytes) / sizeof(double);
  if (count == 0) return;
  if (count > kMost) throw std::bad_alloc();
  const std::size_t bytes = count * sizeof(double);
  const bool huge = bytes >= kHugePageBytes;
  // The system aligns to small pages only. What is mapped beyond the array is never touched, so it takes no memory.
  mapped_bytes_ = huge ? bytes + kHugePageBytes : bytes;
  void* const mapping = mmap(nullptr, mapped_bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) throw std::bad_alloc();
  mapping_ = mapping;
  void* begin = mapping;
  std::size_t space = mapped_bytes_;
  if (huge) std::align(kHugePageBytes, bytes, begin, space);
  values_ = {static_cast<double*>(begin), count};
  if (huge) prefer_huge_pages(values_);
}

PageBlock::~PageBlock() {
  if (mapping_ != nullptr) munmap(mapping_, mapped_bytes_);
}

PageBlock::PageBlock(PageBlock&& other) noexcept
    : values_(std::exchange(other.values_, {})),
      mapping_(std::exchange(other.mapping_, nullptr)),
      mapped_bytes_(std::exchange(other.mapped_bytes_, 0)) {}

PageBlock& PageBlock::operator=(PageBlock&& other) noexcept {
  std::swap(values_, other.values_);
  std::swap(mapping_, other.mapping_);
  std::swap(mapped_bytes_, other.mapped_bytes_);
  return *this;
}

}  // namespace exporter
