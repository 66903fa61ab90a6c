// mmnsigma and mmbaro: nsigma and BARO's scorer on metrics and on the counts of log lines, calls and errors, in one
// ranking. Pham et al., "RCAEval: A Benchmark for Root Cause Analysis of Microservice Systems with Telemetry Data",
// WWW 2025 (multi-source variants of nsigma and BARO).
//
// Each signal is compared with its own normal window: |value − centre| / scale, the largest of the anomalous rows, with
// mean and standard deviation (mmnsigma) or median and interquartile range (mmbaro). Counts are on a grid of their own,
// cut at the time of the onset. The scale of a count is at least √max(1, centre), the standard deviation of a Poisson
// count of that level: a burst from 0 to 3 log lines is no infinite anomaly.
//
// Where the reference differs:
//  - signed scores: what falls (calls that do not come any more) is invisible;
//  - all five extra files must exist; here one of log lines, calls and errors is enough, and the evidence says what was
//    missing;
//  - counts that are mostly 0 have an interquartile range of 0 and are scored as raw counts;
//  - columns that are constant over the file, and of the errors the last two normal rows, are dropped;
//  - mmbaro does not look for a change point of its own (the given onset cuts all sources), in both.

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "rca_core/methods/candidates.h"
#include "rca_core/methods/count_signals.h"
#include "rca_core/methods/evidence.h"
#include "rca_core/methods/registry.h"
#include "rca_core/methods/scoring.h"
#include "rca_core/stats/scalers.h"

namespace rca {
namespace {

using ScaleOf = Scale (*)(std::span<const double> normal, std::vector<double>& scratch);

Scale by_deviation(std::span<const double> normal, std::vector<double>&) {
  return standard_scale(normal);
}

Scale by_range(std::span<const double> normal, std::vector<double>& scratch) {
  return or_standard(robust_scale(normal, scratch), normal, kRangePerSigma);
}

struct Variant {
  std::string_view name;
  std::string_view description;
  std::string_view unit;  // what one deviation is called
  ScaleOf scale_of;
  double per_sigma;  // the scale of the standard normal distribution
};

void add_candidates(const Frame& frame, const std::vector<SignalScore>& scores, std::string_view unit,
                    std::vector<Candidate>& candidates) {
  for (const SignalScore& score : scores) {
    const Signal& signal = frame.signals[static_cast<std::size_t>(score.column)];
    Candidate& candidate = candidates.emplace_back();
    candidate.entity = signal.entity;
    candidate.signal = signal.role;
    candidate.score = score.score;
    candidate.evidence = evidence_of(frame, score, "");
    candidate.evidence.text = describe_change(signal, score, unit, candidate.evidence.since_ms);
  }
}

class MultiSource final : public Method {
 public:
  explicit MultiSource(const Variant& variant) : variant_(variant) {}
  [[nodiscard]] std::string_view name() const override { return variant_.name; }
  [[nodiscard]] std::string_view description() const override { return variant_.description; }
  [[nodiscard]] std::string_view reference() const override {
    return "Pham et al., RCAEval: A Benchmark for Root Cause Analysis of Microservice Systems with Telemetry Data, WWW "
           "2025 (multi-source variant)";
  }
  [[nodiscard]] Need needs() const override { return Need::metrics | Need::logs | Need::traces; }

  [[nodiscard]] Result<Ranking> rank(const IncidentView& view, const MethodOptions& options) const override {
    RCA_ASSIGN(const Windows windows, make_windows(view, options, view.onset_row));
    RCA_ASSIGN(const CountSources sources, count_sources(view));
    std::vector<Candidate> candidates;
    add_candidates(view.frame, score_columns(view.frame, windows, variant_.scale_of), variant_.unit, candidates);
    std::size_t used = 0;
    for (const Frame& counts : sources.frames) {
      const Result<Windows> cut = count_windows(view, options, counts);
      if (!cut.ok()) continue;  // nothing of this source on one side of the onset
      ++used;
      const auto scale_of = [&](std::span<const double> normal, std::vector<double>& scratch) {
        Scale scale = variant_.scale_of(normal, scratch);
        const double poisson = variant_.per_sigma * std::sqrt(std::max(1.0, scale.centre));
        scale.spread = scale.constant ? poisson : std::max(scale.spread, poisson);
        scale.constant = false;
        return scale;
      };
      add_candidates(counts, score_columns(counts, *cut, scale_of), variant_.unit, candidates);
    }
    if (used == 0) {
      return Error{ErrorKind::missing_input, "the counts of log lines, calls and errors do not span the onset"};
    }
    Ranking ranking = rank_candidates(name(), std::move(candidates));
    sources.add_to_evidence(ranking);
    return ranking;
  }

 private:
  Variant variant_;
};

const MethodRegistration mmnsigma_registration(std::make_unique<MultiSource>(Variant{
    "mmnsigma", "nsigma on the signals and the counts of log lines, calls and errors", "standard deviations",
    by_deviation, 1.0}));
const MethodRegistration mmbaro_registration(std::make_unique<MultiSource>(Variant{
    "mmbaro", "BARO's scorer on the signals and the counts of log lines, calls and errors", "interquartile ranges",
    by_range, kRangePerSigma}));

}  // namespace
}  // namespace rca
