// cd, change detection: ranks by how much the level of a signal changed, and asks that the change be large in both
// senses, against the signal's own noise and against its own level.
//
//   z = |mean after − mean before| / max(standard deviation before, scale floor)
//   r = |mean after − mean before| / max(|mean before|, |mean after|), cut at 1
//   score = z · r
//
// A z alone is won by quiet signals that moved by a hair (memory +1 %, 50 deviations), a relative change alone by noisy
// ones that are near 0 anyway (an error counter from 0 to 1). The product needs both. It compares levels, not single
// rows, so that one spike counts for as much as it lasts. An entity has the score of its best signal.
//
// The reference does not have this method; there is no one paper of this name, this is the plain form of the idea that
// alerting on relative change and alerting on deviation complete each other.

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "rca_core/methods/evidence.h"
#include "rca_core/methods/registry.h"
#include "rca_core/methods/scoring.h"
#include "rca_core/stats/robust.h"

namespace rca {
namespace {

double relative_change(const SignalScore& score) {
  const double largest = std::max(std::fabs(score.before), std::fabs(score.after));
  return largest > 0 ? std::min(std::fabs(score.after - score.before) / largest, 1.0) : 0;
}

std::optional<SignalScore> level_change(const Frame& frame, const Windows& windows, Eigen::Index column) {
  const Scale normal = standard_scale(column_rows(frame, column, windows.normal_begin, windows.normal_rows));
  const Scale anomalous = standard_scale(column_rows(frame, column, windows.anomalous_begin, windows.anomalous_rows));
  if (normal.count == 0 || anomalous.count == 0 || !std::isfinite(normal.centre) || !std::isfinite(anomalous.centre)) {
    return std::nullopt;
  }
  SignalScore out;
  out.column = column;
  out.before = normal.centre;
  out.after = anomalous.centre;
  const double largest = std::max(std::fabs(out.before), std::fabs(out.after));
  const double floor = scale_floor(frame.signals[static_cast<std::size_t>(column)].unit, out.before, largest);
  out.scale = normal.constant || !std::isfinite(normal.spread) ? floor : std::max(normal.spread, floor);
  out.deviation = finite_score((out.after - out.before) / out.scale);
  out.score = std::fabs(out.deviation) * relative_change(out);
  return out;
}

class ChangeDetection final : public Method {
 public:
  [[nodiscard]] std::string_view name() const override { return "cd"; }
  [[nodiscard]] std::string_view description() const override {
    return "change of level that is large both against the signal's noise and against its level";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "deviation (Shewhart 1931) times relative change; no single paper";
  }
  [[nodiscard]] Need needs() const override { return Need::metrics; }

  [[nodiscard]] Result<Ranking> rank(const IncidentView& view, const MethodOptions& options) const override {
    RCA_ASSIGN(const Windows windows, make_windows(view, options, view.onset_row));
    const Frame& frame = view.frame;
    std::vector<std::optional<SignalScore>> found(frame.signals.size());
    for_each_column(frame.values.cols(), windows.normal_rows + windows.anomalous_rows,
                    [&](Eigen::Index column, std::vector<double>&) {
                      found[static_cast<std::size_t>(column)] = level_change(frame, windows, column);
                    });
    std::vector<SignalScore> scores;
    for (const std::optional<SignalScore>& score : found) {
      if (score) scores.push_back(*score);
    }
    return make_ranking(frame, name(), std::move(scores), [&](const SignalScore& score) {
      return describe_change(frame.signals[static_cast<std::size_t>(score.column)], score, "standard deviations", 0) +
             ", " + format_quantity(relative_change(score), "ratio") + " of its level, on average";
    });
  }
};

const MethodRegistration registration(std::make_unique<ChangeDetection>());

}  // namespace
}  // namespace rca
