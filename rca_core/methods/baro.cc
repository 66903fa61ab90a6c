// BARO: Bayesian online change-point detection finds when, RobustScorer ranks what.
// L. Pham, H. Ha, H. Zhang, "BARO: Robust Root Cause Analysis for Microservices via Multivariate Bayesian Online Change
// Point Detection", FSE 2024.
//
// Stage 1 (stats/bocpd.h, with the paper's hazard, prior, scaling and threshold) looks at the SLI and at the signals of
// the same role, and moves the given onset to the change point it sees. Stage 2 scores every column by the largest
// (value − median) / interquartile range of the anomalous rows.
//
// Where we differ from the published implementation:
//  - stage 1 searches near the onset that the view gives, not the whole history, and takes the most probable change
//    point there, not the first; without an SLI in the frame, or with fewer than 10 rows after the change, the given
//    onset stays;
//  - two-sided, |z|: with signed z a drop (clock, throughput, success ratio) is invisible;
//  - columns that are constant in one window are kept, with a scale floor (scoring.h), instead of dropped; columns that
//    hold one value for half of the rows (range 0) get the range that their standard deviation stands for, instead of
//    being scored in their raw units;
//  - missing values are left out, not filled with the previous value or 0; a column without a value in one of the
//    windows is not ranked.

#include <algorithm>
#include <memory>
#include <utility>

#include "rca_core/methods/evidence.h"
#include "rca_core/methods/registry.h"
#include "rca_core/methods/scoring.h"
#include "rca_core/stats/bocpd.h"
#include "rca_core/stats/scalers.h"

namespace rca {
namespace {

constexpr double kChangeThreshold = 0.01;  // the paper's
constexpr Eigen::Index kRowsBefore = 120;  // stage 1 sees these rows before and after the given onset
constexpr Eigen::Index kRowsAfter = 60;
constexpr Eigen::Index kMaxSliColumns = 4;

// The SLI and the signals of the same role (the same indicator seen at other places), as one matrix.
Eigen::MatrixXd sli_series(const Frame& frame, Eigen::Index sli_column, Eigen::Index begin, Eigen::Index rows) {
  const Signal& sli = frame.signals[static_cast<std::size_t>(sli_column)];
  Eigen::MatrixXd series(rows, kMaxSliColumns);
  Eigen::Index used = 0;
  series.col(used++) = frame.values.col(sli_column).segment(begin, rows);
  for (Eigen::Index column = 0; column < frame.values.cols() && used < kMaxSliColumns; ++column) {
    if (column == sli_column || frame.signals[static_cast<std::size_t>(column)].role != sli.role) continue;
    series.col(used++) = frame.values.col(column).segment(begin, rows);
  }
  return series.leftCols(used);
}

// Stage 1. `windows` are those of the given onset; so is the row that is given back when nothing better is seen.
Eigen::Index refine_onset(const IncidentView& view, const Windows& windows) {
  const Eigen::Index given = windows.anomalous_begin;
  if (!view.sli_column || *view.sli_column < 0 || *view.sli_column >= view.frame.values.cols()) return given;
  const Eigen::Index begin = std::max(windows.normal_begin, given - kRowsBefore);
  const Eigen::Index end = std::min(windows.end(), given + kRowsAfter);
  const std::vector<double> probability =
      baro_change_probability(sli_series(view.frame, *view.sli_column, begin, end - begin));
  // Half of each window stays on its side, so that there is always something to compare.
  const Eigen::Index first = std::max(begin + 1, given - windows.normal_rows / 2);
  const Eigen::Index last = std::min(end - 1, given + windows.anomalous_rows / 2);
  Eigen::Index best = given;
  double best_probability = kChangeThreshold;
  for (Eigen::Index row = first; row <= last; ++row) {
    const double p = probability[static_cast<std::size_t>(row - begin)];
    if (p <= best_probability) continue;
    best_probability = p;
    best = row;
  }
  return best;
}

class Baro final : public Method {
 public:
  [[nodiscard]] std::string_view name() const override { return "baro"; }
  [[nodiscard]] std::string_view description() const override {
    return "largest distance from the normal window's median, in its interquartile ranges, from a Bayesian change "
           "point";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "Pham, Ha and Zhang, BARO: Robust Root Cause Analysis for Microservices via Multivariate Bayesian Online "
           "Change Point Detection, FSE 2024";
  }
  [[nodiscard]] Need needs() const override { return Need::metrics; }

  [[nodiscard]] Result<Ranking> rank(const IncidentView& view, const MethodOptions& options) const override {
    RCA_ASSIGN(const Windows given, make_windows(view, options, view.onset_row));
    RCA_ASSIGN(const Windows windows, make_windows(view, options, refine_onset(view, given)));
    const Frame& frame = view.frame;
    auto scores = score_columns(frame, windows, [](std::span<const double> normal, std::vector<double>& scratch) {
      return or_standard(robust_scale(normal, scratch), normal, kRangePerSigma);
    });
    return make_ranking(frame, name(), std::move(scores), [&](const SignalScore& score) {
      return describe_change(frame.signals[static_cast<std::size_t>(score.column)], score, "interquartile ranges",
                             score.since_row < 0 ? 0 : frame.grid.time_ms(score.since_row));
    });
  }
};

const MethodRegistration baro_registration(std::make_unique<Baro>());

}  // namespace
}  // namespace rca
