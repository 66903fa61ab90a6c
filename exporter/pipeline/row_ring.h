// Values of one signal on the newest rows of an endless grid: row r is the instant r × step.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>

#include "exporter/pipeline/row_slab.h"

namespace exporter {

// Holds as many rows as the slab's pieces have, at least one; the slab must outlive it. Which rows are current is known
// by the owner, who writes every row that it moves on to.
class RowRing {
 public:
  // Every row is missing (NaN).
  explicit RowRing(RowSlab& slab) : capacity_(slab.rows()), values_(slab.take(), GiveBack{&slab}) {}

  [[nodiscard]] double at(std::int64_t row) const { return blank_ ? kMissing : values_[slot(row)]; }
  // Makes every row missing.
  void clear() { blank_ = true; }

  // Row first + i becomes values[i]. Requires values.size() <= capacity.
  void write(std::int64_t first, std::span<const double> values) {
    write_each(first, values, [](double value) { return value; });
  }
  // The same, but what is not finite becomes missing.
  void write_finite(std::int64_t first, std::span<const double> values) {
    write_each(first, values, [](double value) { return std::isfinite(value) ? value : kMissing; });
  }

  // out[i] = the value of row first + i. Requires out.size() <= capacity.
  void copy(std::int64_t first, std::span<double> out) const {
    if (blank_) {
      std::fill(out.begin(), out.end(), kMissing);
      return;
    }
    const std::size_t from = slot(first);
    const std::size_t head = std::min(out.size(), capacity_ - from);
    std::copy_n(values_.get() + from, head, out.begin());
    std::copy_n(values_.get(), out.size() - head, out.begin() + static_cast<std::ptrdiff_t>(head));
  }

 private:
  static constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
  struct GiveBack {
    RowSlab* slab;
    void operator()(double* piece) const { slab->give_back(piece); }
  };

  [[nodiscard]] std::size_t slot(std::int64_t row) const {
    return static_cast<std::size_t>(row) % capacity_;  // rows count from the epoch: never negative
  }

  template <typename Function>
  void write_each(std::int64_t first, std::span<const double> values, const Function& function) {
    double* const ring = values_.get();
    const std::size_t to = slot(first);
    const std::size_t head = std::min(values.size(), capacity_ - to);
    const std::size_t wrapped = values.size() - head;
    if (blank_) {
      // Only what is not written now: of fresh memory each value is touched once.
      std::fill(ring + wrapped, ring + to, kMissing);
      std::fill(ring + to + head, ring + capacity_, kMissing);
      blank_ = false;
    }
    std::transform(values.data(), values.data() + head, ring + to, function);
    std::transform(values.data() + head, values.data() + values.size(), ring, function);
  }

  std::size_t capacity_;
  std::unique_ptr<double[], GiveBack> values_;
  bool blank_ = true;  // nothing was written since the last clear(): what the memory holds means nothing
};

}  // namespace exporter
