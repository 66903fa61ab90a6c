// The window of an incident as a plain matrix, for methods that learn from all rows at once.
#pragma once

#include <Eigen/Core>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "rca_core/methods/method.h"
#include "rca_core/methods/scoring.h"

namespace rca {

struct DataMatrix {
  Eigen::MatrixXd values;             // rows × variables, without holes
  std::vector<Eigen::Index> columns;  // the frame's column of each variable
  Windows windows;                    // rows of the frame; row 0 of `values` is windows.normal_begin
  std::vector<Eigen::Index> dropped;  // the frame's columns that hold one value, or none

  [[nodiscard]] Eigen::Index normal_rows() const { return windows.normal_rows; }
  [[nodiscard]] Eigen::Index variables() const { return values.cols(); }
  [[nodiscard]] auto normal() const { return values.topRows(windows.normal_rows); }
  [[nodiscard]] auto anomalous() const { return values.bottomRows(windows.anomalous_rows); }
  // The variable that is the frame's column `column`, or -1.
  [[nodiscard]] Eigen::Index variable(Eigen::Index column) const;
};

// Both windows, normal rows first. A hole is filled with the last value before it, holes at the start with the first
// value after; a value beyond ±1e150 counts as a hole. Columns that do not vary are dropped: no dependence can be
// learnt from them. Errors: as make_windows, and missing_input when fewer than `at_least` variables remain.
Result<DataMatrix> make_data_matrix(const IncidentView& view, const MethodOptions& options, Eigen::Index at_least = 2);

// Zero mean, population variance 1 per column; a column of variance 0 becomes 0.
Eigen::MatrixXd standardized(const Eigen::MatrixXd& values);

// The ranking of methods that give one score per variable and no account of their own: evidence is the change of the
// signal's median from the normal to the anomalous window in robust deviations. `scores`: one per variable; NaN = not
// ranked. `because` ends the sentence of the evidence, e.g. "PageRank 0.12 in the PC graph"; may be empty.
Ranking rank_variables(const IncidentView& view, const DataMatrix& data, std::string_view method,
                       const Eigen::VectorXd& scores,
                       const std::function<std::string(Eigen::Index variable)>& because = {});

}  // namespace rca
