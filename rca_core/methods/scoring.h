// What the ranking methods share: windows, scale floors, parallel loops, and how signals become a ranking.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "rca_core/methods/method.h"
#include "rca_core/stats/scalers.h"

namespace rca {

// Rows of the frame; both counts are at least 1.
struct Windows {
  Eigen::Index normal_begin = 0;
  Eigen::Index normal_rows = 0;
  Eigen::Index anomalous_begin = 0;  // the onset row
  Eigen::Index anomalous_rows = 0;

  [[nodiscard]] Eigen::Index end() const { return anomalous_begin + anomalous_rows; }
};

// The rows before and after `onset_row` that `options` lets a method see. Errors: invalid_argument (a frame whose parts
// do not fit together, an onset outside the frame, negative options), missing_input (no row before or after the onset,
// no columns).
Result<Windows> make_windows(const IncidentView& view, const MethodOptions& options, Eigen::Index onset_row);

// The values of one column in rows [begin, begin + rows).
std::span<const double> column_rows(const Frame& frame, Eigen::Index column, Eigen::Index begin, Eigen::Index rows);

// The smallest change of a signal that is worth a deviation: without it a column that does not move at all before the
// onset (an error ratio of 0, a success ratio of 1, a clock at its maximum) would turn any later change into an
// infinite score, or, with scikit-learn's scale of 1, into its raw units. The larger of
//  - an absolute part by unit (kUnitFloors in scoring.cc: 0.2 points of a ratio, 1 ms, 1 MiB, …),
//  - a relative part: 1 % of the level `centre`,
//  - for units that the table does not know and a level of 0: a tenth of `largest`, the largest |value| seen.
double scale_floor(std::string_view unit, double centre, double largest);

// Scores outside ±1e12 are cut there, NaN becomes 0: a ranking is always finite.
double finite_score(double score);

// Calls `body(column, scratch)` once for every column, on all cores when there is enough work. `body` must only write
// to what belongs to its column.
void for_each_column(Eigen::Index columns, Eigen::Index rows,
                     const std::function<void(Eigen::Index, std::vector<double>&)>& body);

// What a method found out about one signal. `row` and `since_row` are rows of the frame.
struct SignalScore {
  Eigen::Index column = 0;
  double score = 0;
  double before = 0;
  double after = 0;
  double scale = 0;
  double deviation = 0;
  Eigen::Index since_row = -1;  // -1: not known
};

// Signals and entities, best first; ties keep the order of the frame's columns. An entity has the score of its best
// signal. `sentence` writes Evidence::text.
Ranking make_ranking(const Frame& frame, std::string_view method, std::vector<SignalScore> scores,
                     const std::function<std::string(const SignalScore&)>& sentence);

// The scorer of nsigma and BARO: z = (value − centre) / max(spread, floor), the score is the largest |z| of the
// anomalous rows. Nothing for a column without a value in one of the windows.
std::optional<SignalScore> largest_deviation(const Frame& frame, const Windows& windows, Eigen::Index column,
                                             const Scale& scale);

// largest_deviation of every column, in parallel; columns without values are left out.
std::vector<SignalScore> score_columns(
    const Frame& frame, const Windows& windows,
    const std::function<Scale(std::span<const double> normal, std::vector<double>& scratch)>& scale_of);

}  // namespace rca
