// Tables of numbers over time (data.csv, logts.csv, tracets_*.csv, latency_merged_90.csv), and the even time grid that
// they are put on.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "exporter/dataset/csv.h"
#include "rca_core/frame/time_grid.h"

namespace exporter::dataset {

struct NumericTable {
  std::vector<std::int64_t> times_ms;  // T, rising
  std::vector<std::string> names;      // N, without `time`
  std::vector<double> values;          // T × N, row by row; NaN = missing or infinite

  [[nodiscard]] std::size_t rows() const { return times_ms.size(); }
};

// A header, then rows. The column `time` holds seconds since the epoch. Columns that `keep` does not want may hold
// anything. Errors, with file and line: malformed (no header, no rows, no time column, two columns of one name, a row
// that is longer or shorter than the header, text where a number belongs, a time that is not after the one before),
// limit.
rca::Result<NumericTable> read_numeric_table(std::string_view text, const std::string& file, const Limits& limits,
                                             const std::function<bool(std::string_view)>& keep);

// Where the rows of a table lie on an even grid.
struct GridPlacement {
  rca::TimeGrid grid;
  std::vector<Eigen::Index> rows;  // of each row of the table; rising
};

// The step is the median (or the smallest) distance of the times; a time belongs to the nearest row of the grid. Where
// two would share one, or more than three rows in four would be empty, the times are too uneven for that: then the
// rows of the table are the rows of the grid, and the step is the mean distance.
enum class StepRule { median, smallest };
GridPlacement place_on_grid(const std::vector<std::int64_t>& times_ms, StepRule rule);

// The table on the grid: grid.rows × N; `empty` in rows of the grid that the table has not.
Eigen::MatrixXd on_grid(const NumericTable& table, const GridPlacement& placement, double empty);

// The value that was current at each row of `grid`: the last one not after the row, unless it is older than one and a
// half of the table's median distances. grid.rows × N.
Eigen::MatrixXd hold_on_grid(const NumericTable& table, const rca::TimeGrid& grid);

}  // namespace exporter::dataset
