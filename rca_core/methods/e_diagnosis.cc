// e_diagnosis: which signals have another distribution after the onset than before it?
// H. Shan, Y. Chen, H. Liu, Y. Zhang, X. Xiao, X. He, M. Li, W. Ding, "ε-Diagnosis: Unsupervised and Real-time
// Diagnosis of Small-window Long-tail Latency in Large-scale Microservice Platforms", WWW 2019.
//
// The paper compares the snippet of each metric before the anomaly with the one during it by a two-sample test on the
// energy distance, and reports the metrics whose change is significant. Here every signal is ranked by the energy
// coefficient H = D² / 2 E|X − Y| between both windows, 0 = same distribution, 1 = far apart compared with the spread
// within, where D² = 2 E|X − Y| − E|X − X'| − E|Y − Y'|; the p-value of the permutation test is in the evidence. The
// smallest change worth a deviation (scoring.h) is added to the denominator, so that a constant signal that moves a
// little does not have H = 1.
//
// Where the reference (PyRCA's EpsilonDiagnosis, as RCAEval runs it) differs: it correlates the values before with
// those after row by row and ranks by *high* correlation, the opposite of a change; it compares each signal with the
// threshold of an unrelated bootstrap; it cuts the list after 3 signals, and often returns none.

#include <cmath>
#include <cstdint>
#include <memory>
#include <utility>

#include "rca_core/methods/candidates.h"
#include "rca_core/methods/evidence.h"
#include "rca_core/methods/registry.h"
#include "rca_core/methods/scoring.h"
#include "rca_core/stats/energy_distance.h"

namespace rca {
namespace {

constexpr int kPermutations = 199;

class EDiagnosis final : public Method {
 public:
  [[nodiscard]] std::string_view name() const override { return "e_diagnosis"; }
  [[nodiscard]] std::string_view description() const override {
    return "energy distance between the distributions before and after the onset";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "Shan et al., ε-Diagnosis: Unsupervised and Real-time Diagnosis of Small-window Long-tail Latency in "
           "Large-scale Microservice Platforms, WWW 2019";
  }
  [[nodiscard]] Need needs() const override { return Need::metrics; }

  [[nodiscard]] Result<Ranking> rank(const IncidentView& view, const MethodOptions& options) const override {
    RCA_ASSIGN(const Windows windows, make_windows(view, options, view.onset_row));
    const Frame& frame = view.frame;
    std::vector<SignalScore> scores = median_changes(frame, windows);
    const Relabellings relabellings(static_cast<std::size_t>(windows.normal_rows),
                                    static_cast<std::size_t>(windows.anomalous_rows), kPermutations, options.seed);
    std::vector<EnergyTest> tests(static_cast<std::size_t>(frame.values.cols()));
    for_each_column(static_cast<Eigen::Index>(scores.size()), (windows.end() - windows.normal_begin) * kPermutations,
                    [&](Eigen::Index at, std::vector<double>&) {
                      SignalScore& score = scores[static_cast<std::size_t>(at)];
                      const Eigen::Index column = score.column;
                      EnergyTest& test = tests[static_cast<std::size_t>(column)];
                      test = energy_test(column_rows(frame, column, windows.normal_begin, windows.normal_rows),
                                         column_rows(frame, column, windows.anomalous_begin, windows.anomalous_rows),
                                         relabellings);
                      const double largest = std::max(std::fabs(score.before), std::fabs(score.after));
                      const Signal& signal = frame.signals[static_cast<std::size_t>(column)];
                      const double floor = scale_floor(signal.unit, score.before, largest);
                      score.score = finite_score(test.distance / (2 * test.between + floor));
                    });
    return make_ranking(frame, name(), std::move(scores), [&](const SignalScore& score) {
      const Signal& signal = frame.signals[static_cast<std::size_t>(score.column)];
      const EnergyTest& test = tests[static_cast<std::size_t>(score.column)];
      return describe_change(signal, score, "robust deviations", 0) + "; energy coefficient " +
             format_quantity(score.score, "") + ", p = " + format_quantity(test.p_value, "");
    });
  }
};

const MethodRegistration registration(std::make_unique<EDiagnosis>());

}  // namespace
}  // namespace rca
