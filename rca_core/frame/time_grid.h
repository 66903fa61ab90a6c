// The rows of a frame: evenly spaced instants.
#pragma once

#include <cstdint>

namespace rca {

struct TimeGrid {
  std::int64_t start_ms = 0;  // time of row 0, ms since the epoch
  std::int64_t step_ms = 0;   // > 0
  std::int64_t rows = 0;

  [[nodiscard]] std::int64_t time_ms(std::int64_t row) const { return start_ms + row * step_ms; }
  [[nodiscard]] std::int64_t end_ms() const { return time_ms(rows - 1); }  // of the last row; requires rows > 0

  // The first row at or after `time`, within [0, rows].
  [[nodiscard]] std::int64_t row_at_or_after(std::int64_t time) const {
    if (time <= start_ms) return 0;
    const std::int64_t row = (time - start_ms + step_ms - 1) / step_ms;
    return row < rows ? row : rows;
  }
  friend bool operator==(const TimeGrid&, const TimeGrid&) = default;
};

}  // namespace rca
