#include "rca_core/methods/data_matrix.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "rca_core/methods/evidence.h"
#include "rca_core/stats/robust.h"
#include "rca_core/stats/scalers.h"

namespace rca {
namespace {

constexpr double kLargest = 1e150;  // beyond, a sum of squares overflows: such values count as missing

bool usable(double value) {
  return std::fabs(value) <= kLargest;
}

// False for a column from which nothing can be learnt.
bool fill_holes(std::span<const double> values, Eigen::Ref<Eigen::VectorXd> filled) {
  const auto first = std::find_if(values.begin(), values.end(), usable);
  if (first == values.end()) return false;
  double last = *first;
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (usable(values[row])) last = values[row];
    filled(static_cast<Eigen::Index>(row)) = last;
  }
  return (filled.array() - filled.mean()).matrix().squaredNorm() > 0 && (filled.array() != *first).any();
}

// The medians of both windows in robust deviations, or standard ones where most values are equal.
SignalScore median_change(const Frame& frame, const Windows& windows, Eigen::Index column,
                          std::vector<double>& scratch) {
  SignalScore out;
  out.column = column;
  const std::span<const double> normal = column_rows(frame, column, windows.normal_begin, windows.normal_rows);
  const Scale scale = or_standard(mad_scale(normal, scratch), normal, 1.0);
  copy_present(column_rows(frame, column, windows.anomalous_begin, windows.anomalous_rows), scratch);
  if (scale.count == 0 || scratch.empty()) return out;
  out.before = scale.centre;
  out.after = median_in_place(scratch);
  const double largest = std::max(std::fabs(out.before), std::fabs(out.after));
  const std::string& unit = frame.signals[static_cast<std::size_t>(column)].unit;
  out.scale = std::max(scale.spread, scale_floor(unit, out.before, largest));
  out.deviation = finite_score((out.after - out.before) / out.scale);
  return out;
}

}  // namespace

Eigen::Index DataMatrix::variable(Eigen::Index column) const {
  const auto found = std::find(columns.begin(), columns.end(), column);
  return found == columns.end() ? -1 : found - columns.begin();
}

Result<DataMatrix> make_data_matrix(const IncidentView& view, const MethodOptions& options, Eigen::Index at_least) {
  DataMatrix data;
  RCA_ASSIGN(data.windows, make_windows(view, options, view.onset_row));
  const Eigen::Index rows = data.windows.normal_rows + data.windows.anomalous_rows;
  const Eigen::Index all = view.frame.values.cols();
  data.values.resize(rows, all);
  for (Eigen::Index column = 0; column < all; ++column) {
    const auto next = static_cast<Eigen::Index>(data.columns.size());
    if (fill_holes(column_rows(view.frame, column, data.windows.normal_begin, rows), data.values.col(next))) {
      data.columns.push_back(column);
    } else {
      data.dropped.push_back(column);
    }
  }
  data.values.conservativeResize(Eigen::NoChange, static_cast<Eigen::Index>(data.columns.size()));
  if (data.variables() < at_least) {
    return Error{ErrorKind::missing_input, "only " + std::to_string(data.variables()) + " of " + std::to_string(all) +
                                               " signals vary in the window, at least " + std::to_string(at_least) +
                                               " are needed"};
  }
  return data;
}

Eigen::MatrixXd standardized(const Eigen::MatrixXd& values) {
  Eigen::MatrixXd out = values.rowwise() - values.colwise().mean();
  for (Eigen::Index column = 0; column < out.cols(); ++column) {
    const double deviation = std::sqrt(out.col(column).squaredNorm() / static_cast<double>(out.rows()));
    if (deviation > 0) {
      out.col(column) /= deviation;
    } else {
      out.col(column).setZero();
    }
  }
  return out;
}

Ranking rank_variables(const IncidentView& view, const DataMatrix& data, std::string_view method,
                       const Eigen::VectorXd& scores, const std::function<std::string(Eigen::Index)>& because) {
  std::vector<SignalScore> ranked;
  std::vector<double> scratch;
  for (Eigen::Index variable = 0; variable < scores.size(); ++variable) {
    if (std::isnan(scores(variable))) continue;
    const Eigen::Index column = data.columns[static_cast<std::size_t>(variable)];
    ranked.push_back(median_change(view.frame, data.windows, column, scratch));
    ranked.back().score = scores(variable);
  }
  return make_ranking(view.frame, method, std::move(ranked), [&](const SignalScore& score) {
    const Signal& signal = view.frame.signals[static_cast<std::size_t>(score.column)];
    std::string text = describe_change(signal, score, "robust deviations", 0);
    if (because) text += "; " + because(data.variable(score.column));
    return text;
  });
}

}  // namespace rca
