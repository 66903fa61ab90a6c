// nsigma: how many standard deviations of the normal window the anomalous window gets away from its mean, at most.
// The baseline of Li et al., "Causal Inference-Based Root Cause Analysis for Online Service Systems with Intervention
// Recognition", KDD 2022, as RCAEval has it (Pham et al., "RCAEval: A Benchmark for Root Cause Analysis of Microservice
// Systems with Telemetry Data", WWW 2025): mean and population standard deviation per column, score = max over the
// anomalous rows of z.
//
// Where we differ from that implementation:
//  - two-sided, |z|: with signed z a drop (clock, throughput, success ratio) is invisible;
//  - a column that is constant in one window is kept, with a scale floor (scoring.h), instead of dropped or left in its
//    raw units;
//  - missing values are left out, not filled with the previous value or 0;
//  - a column without a value in one of the windows is not ranked.

#include <memory>
#include <utility>

#include "rca_core/methods/evidence.h"
#include "rca_core/methods/registry.h"
#include "rca_core/methods/scoring.h"
#include "rca_core/stats/scalers.h"

namespace rca {
namespace {

class Nsigma final : public Method {
 public:
  [[nodiscard]] std::string_view name() const override { return "nsigma"; }
  [[nodiscard]] std::string_view description() const override {
    return "largest distance from the normal window's mean, in its standard deviations";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "Li et al., Causal Inference-Based Root Cause Analysis for Online Service Systems with Intervention "
           "Recognition, KDD 2022 (baseline); Pham et al., RCAEval, WWW 2025";
  }
  [[nodiscard]] Need needs() const override { return Need::metrics; }

  [[nodiscard]] Result<Ranking> rank(const IncidentView& view, const MethodOptions& options) const override {
    RCA_ASSIGN(const Windows windows, make_windows(view, options, view.onset_row));
    const Frame& frame = view.frame;
    auto scores = score_columns(
        frame, windows, [](std::span<const double> normal, std::vector<double>&) { return standard_scale(normal); });
    return make_ranking(frame, name(), std::move(scores), [&](const SignalScore& score) {
      return describe_change(frame.signals[static_cast<std::size_t>(score.column)], score, "standard deviations",
                             score.since_row < 0 ? 0 : frame.grid.time_ms(score.since_row));
    });
  }
};

const MethodRegistration nsigma_registration(std::make_unique<Nsigma>());

}  // namespace
}  // namespace rca
