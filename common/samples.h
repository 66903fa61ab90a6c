// Samples of one series, as Prometheus stores them: (milliseconds since the epoch, double).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace rca {

// Prometheus marks the end of a series with this NaN. It is not a value; an ordinary NaN is.
inline constexpr std::uint64_t kStaleNaNBits = 0x7ff0000000000002ULL;
inline bool is_stale(double value) {
  return std::bit_cast<std::uint64_t>(value) == kStaleNaNBits;
}
inline double stale_marker() {
  return std::bit_cast<double>(kStaleNaNBits);
}

// A view of samples in strictly increasing time order. `times` and `values` have the same length.
struct SampleView {
  std::span<const std::int64_t> times;  // ms since the epoch
  std::span<const double> values;       // may hold stale markers

  [[nodiscard]] std::size_t size() const { return times.size(); }
  [[nodiscard]] bool empty() const { return times.empty(); }
  [[nodiscard]] SampleView subview(std::size_t offset, std::size_t count) const {
    return {times.subspan(offset, count), values.subspan(offset, count)};
  }
};

// The owning form.
struct Samples {
  std::vector<std::int64_t> times;
  std::vector<double> values;

  [[nodiscard]] SampleView view() const { return {times, values}; }
  [[nodiscard]] std::size_t size() const { return times.size(); }
  void push_back(std::int64_t time, double value) {
    times.push_back(time);
    values.push_back(value);
  }
  void append(SampleView other) {
    times.insert(times.end(), other.times.begin(), other.times.end());
    values.insert(values.end(), other.values.begin(), other.values.end());
  }
  void clear() {
    times.clear();
    values.clear();
  }
};

}  // namespace rca
