// SCORE ORDERING: W. R. Orchard, N. Okati, S. H. Garrido Mejia, P. Blöbaum, D. Janzing, "Root Cause Analysis of
// Outliers with Missing Structural Knowledge", NeurIPS 2025, algorithm 2, for an unknown causal graph.
//
// Weak outliers are unlikely to cause strong ones, so signals are ranked by their information-theoretic outlier score
// (outlier_scores.h). An entity has the score of its best signal.
//
// Where we differ from the published implementation: it looks at the first anomalous row only, and its rank estimate
// gives every value beyond the normal range the same score, which ends in ties; ours takes the mean over the anomalous
// rows and lets the probability fall on. The reference does not have this method.

#include <memory>
#include <utility>

#include "rca_core/methods/evidence.h"
#include "rca_core/methods/outlier_scores.h"
#include "rca_core/methods/registry.h"

namespace rca {
namespace {

class ScoreOrdering final : public Method {
 public:
  [[nodiscard]] std::string_view name() const override { return "score_ordering"; }
  [[nodiscard]] std::string_view description() const override {
    return "how improbable the anomalous rows are, by their ranks among the normal ones";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "Orchard et al., Root Cause Analysis of Outliers with Missing Structural Knowledge, NeurIPS 2025";
  }
  [[nodiscard]] Need needs() const override { return Need::metrics; }

  [[nodiscard]] Result<Ranking> rank(const IncidentView& view, const MethodOptions& options) const override {
    RCA_ASSIGN(const Windows windows, make_windows(view, options, view.onset_row));
    const Frame& frame = view.frame;
    return make_ranking(frame, name(), information_scores(frame, windows), [&](const SignalScore& score) {
      return describe_change(frame.signals[static_cast<std::size_t>(score.column)], score, "times its normal range",
                             0) +
             "; outlier score " + format_quantity(score.score, "") + " (−ln of the probability of such values)";
    });
  }
};

const MethodRegistration registration(std::make_unique<ScoreOrdering>());

}  // namespace
}  // namespace rca
