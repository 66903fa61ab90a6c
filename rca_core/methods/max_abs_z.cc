// max_abs_z: the largest |z| of the anomalous rows, the textbook z-score (W. A. Shewhart, "Economic Control of Quality
// of Manufactured Product", 1931): mean and sample standard deviation (n − 1) of the normal window, nothing else.
//
// The plain baseline that score-based methods are measured against (for one: Orchard et al., "Root Cause Analysis of
// Outliers with Missing Structural Knowledge", NeurIPS 2025). It differs from our nsigma in having no scale floor, so
// that a signal that hardly ever moves outranks the others when it moves a little; only a column that is constant
// before the onset, which has no z, gets the floor of scoring.h. The reference only has the signed one, which does not
// see drops.

#include <cmath>
#include <memory>
#include <utility>

#include "rca_core/methods/evidence.h"
#include "rca_core/methods/registry.h"
#include "rca_core/methods/scoring.h"

namespace rca {
namespace {

class MaxAbsZ final : public Method {
 public:
  [[nodiscard]] std::string_view name() const override { return "max_abs_z"; }
  [[nodiscard]] std::string_view description() const override { return "largest |z| of the anomalous rows, no floor"; }
  [[nodiscard]] std::string_view reference() const override {
    return "Shewhart, Economic Control of Quality of Manufactured Product, 1931; as baseline in Orchard et al., Root "
           "Cause Analysis of Outliers with Missing Structural Knowledge, NeurIPS 2025";
  }
  [[nodiscard]] Need needs() const override { return Need::metrics; }

  [[nodiscard]] Result<Ranking> rank(const IncidentView& view, const MethodOptions& options) const override {
    RCA_ASSIGN(const Windows windows, make_windows(view, options, view.onset_row));
    const Frame& frame = view.frame;
    auto scores = score_columns(
        frame, windows, [](std::span<const double> normal, std::vector<double>&) { return standard_scale(normal); });
    for (SignalScore& score : scores) drop_floor(frame, windows, score);
    return make_ranking(frame, name(), std::move(scores), [&](const SignalScore& score) {
      return describe_change(frame.signals[static_cast<std::size_t>(score.column)], score, "standard deviations",
                             score.since_row < 0 ? 0 : frame.grid.time_ms(score.since_row));
    });
  }

 private:
  // The row that is farthest away is the same with and without floor; only the unit of its distance changes.
  static void drop_floor(const Frame& frame, const Windows& windows, SignalScore& score) {
    const Scale scale = standard_scale(column_rows(frame, score.column, windows.normal_begin, windows.normal_rows));
    if (scale.constant || scale.count < 2) return;
    const auto count = static_cast<double>(scale.count);
    score.scale = scale.spread * std::sqrt(count / (count - 1));
    score.deviation = finite_score((score.after - score.before) / score.scale);
    score.score = std::fabs(score.deviation);
  }
};

const MethodRegistration registration(std::make_unique<MaxAbsZ>());

}  // namespace
}  // namespace rca
