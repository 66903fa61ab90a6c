// Values of one signal on the newest rows of an endless grid: row r is the instant r × step.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace exporter {

// Holds `capacity` rows. Which of them are current is known by the owner, who writes every row that it moves on to.
class RowRing {
 public:
  explicit RowRing(std::size_t capacity) : values_(capacity, std::numeric_limits<double>::quiet_NaN()) {}

  void set(std::int64_t row, double value) { values_[slot(row)] = value; }
  [[nodiscard]] double at(std::int64_t row) const { return values_[slot(row)]; }
  void clear() { std::fill(values_.begin(), values_.end(), std::numeric_limits<double>::quiet_NaN()); }

  // Row first + i becomes values[i]. Requires values.size() <= capacity.
  void write(std::int64_t first, std::span<const double> values) {
    const std::size_t to = slot(first);
    const std::size_t head = std::min(values.size(), values_.size() - to);
    std::copy_n(values.begin(), head, values_.begin() + static_cast<std::ptrdiff_t>(to));
    std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(head), values.size() - head, values_.begin());
  }

  // out[i] = the value of row first + i. Requires out.size() <= capacity.
  void copy(std::int64_t first, std::span<double> out) const {
    const std::size_t from = slot(first);
    const std::size_t head = std::min(out.size(), values_.size() - from);
    std::copy_n(values_.begin() + static_cast<std::ptrdiff_t>(from), head, out.begin());
    std::copy_n(values_.begin(), out.size() - head, out.begin() + static_cast<std::ptrdiff_t>(head));
  }

 private:
  [[nodiscard]] std::size_t slot(std::int64_t row) const {
    return static_cast<std::size_t>(row) % values_.size();  // rows count from the epoch: never negative
  }
  std::vector<double> values_;
};

}  // namespace exporter
