#include "remote_read/sample_buffer.h"

#include <tuple>
#include <utility>
#include <vector>

namespace remote_read {

void SampleBuffer::grow(std::size_t needed) {
  const std::size_t capacity = std::max(needed, capacity_ + capacity_ / 2);
  auto times = std::make_unique_for_overwrite<std::int64_t[]>(capacity);
  auto values = std::make_unique_for_overwrite<double[]>(capacity);
  std::copy_n(times_.get(), size_, times.get());
  std::copy_n(values_.get(), size_, values.get());
  times_ = std::move(times);
  values_ = std::move(values);
  capacity_ = capacity;
}

void SampleBuffer::trim(std::size_t from, std::int64_t first, std::int64_t last) {
  std::int64_t* const begin = times_.get() + from;
  std::int64_t* const end = times_.get() + size_;
  if (begin == end || (*begin >= first && *(end - 1) <= last)) return;
  const std::int64_t* const keep_begin = std::lower_bound(begin, end, first);
  const std::int64_t* const keep_end = std::upper_bound(keep_begin, static_cast<const std::int64_t*>(end), last);
  const auto kept = static_cast<std::size_t>(keep_end - keep_begin);
  const auto skipped = static_cast<std::size_t>(keep_begin - begin);
  std::copy_n(keep_begin, kept, begin);
  std::copy_n(values_.get() + from + skipped, kept, values_.get() + from);
  size_ = from + kept;
}

void SampleBuffer::sort_and_merge() {
  std::vector<std::pair<std::int64_t, double>> samples(size_);
  for (std::size_t i = 0; i < size_; ++i) samples[i] = {times_[i], values_[i]};
  std::stable_sort(samples.begin(), samples.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  const auto end =
      std::unique(samples.begin(), samples.end(), [](const auto& a, const auto& b) { return a.first == b.first; });
  size_ = static_cast<std::size_t>(end - samples.begin());
  for (std::size_t i = 0; i < size_; ++i) std::tie(times_[i], values_[i]) = samples[i];
}

}  // namespace remote_read
