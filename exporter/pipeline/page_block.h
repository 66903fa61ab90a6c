// Memory for large arrays, on huge pages where the system gives them on request: a first touch then costs one page
// fault in 2 MiB instead of 512.
#pragma once

#include <cstddef>
#include <span>

namespace exporter {

inline constexpr std::size_t kHugePageBytes = std::size_t{2} << 20;

// Asks for huge pages under the whole huge pages that lie within `memory`, best before it is written for the first
// time. Only for memory that will be written from end to end: what is resident then does not grow. A mere wish: systems
// without huge pages, or that give them never, change nothing.
void prefer_huge_pages(std::span<double> memory);

// An array straight from the system, not initialised, given back at once when it is destroyed. From kHugePageBytes on
// it begins on the boundary of a huge page and asks for them. Throws std::bad_alloc, as new does.
class PageBlock {
 public:
  explicit PageBlock(std::size_t count);
  ~PageBlock();
  PageBlock(PageBlock&& other) noexcept;
  PageBlock& operator=(PageBlock&& other) noexcept;
  PageBlock(const PageBlock&) = delete;
  PageBlock& operator=(const PageBlock&) = delete;

  [[nodiscard]] std::span<double> values() const { return values_; }

 private:
  std::span<double> values_;
  void* mapping_ = nullptr;
  std::size_t mapped_bytes_ = 0;
};

}  // namespace exporter
