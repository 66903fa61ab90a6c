// A growing buffer of samples that is filled in place.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "common/samples.h"

namespace remote_read {

// Like rca::Samples, but growing leaves the new places uninitialised: the decoders write each sample exactly once.
class SampleBuffer {
 public:
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] rca::SampleView view() const { return {{times_.get(), size_}, {values_.get(), size_}}; }
  void clear() { size_ = 0; }

  // Room for `count` samples behind the last; append(count) then takes them in.
  struct Room {
    std::int64_t* times;
    double* values;
  };
  Room room(std::size_t count) {
    if (size_ + count > capacity_) grow(size_ + count);
    return {times_.get() + size_, values_.get() + size_};
  }
  void append(std::size_t count) { size_ += count; }

  void push_back(std::int64_t time, double value) {
    const Room place = room(1);
    *place.times = time;
    *place.values = value;
    append(1);
  }

  // Drops what lies outside of [first, last] in time, from position `from` on, where times must be ascending.
  void trim(std::size_t from, std::int64_t first, std::int64_t last);

  // Sorts by time; of samples with equal times, the one that was appended first stays.
  void sort_and_merge();

 private:
  void grow(std::size_t needed);

  std::unique_ptr<std::int64_t[]> times_;
  std::unique_ptr<double[]> values_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace remote_read
