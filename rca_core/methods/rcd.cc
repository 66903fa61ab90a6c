// rcd: the incident as an intervention on an unknown signal.
// A. Ikram, S. Chakraborty, S. Mitra, S. Saini, S. Bagchi, M. Kocaoglu, "Root Cause Analysis of Failures in
// Microservices through Causal Discovery", NeurIPS 2022.
//
// A binary F-node says whether a row is before or after the onset; the signals on which the incident acts directly are
// its neighbours in the causal graph. Signals are cut into 5 levels each (1-D k-means). Random chunks of 5 signals are
// searched by Ψ-PC: a signal goes when the F-node is independent of it (χ²) given some of the others that are still
// there. The survivors of all chunks form new chunks until nothing goes any more; then the survivors are searched
// together. Which signals meet in a chunk is chance, so the search is repeated 10 times with other chunks (the paper
// averages over runs as well), and signals are ranked by the share of the searches that they survive plus, in [0, 1),
// how sure their dependence on the F-node is without conditions (p-value; where that is equal, the change of the median
// in robust deviations).
//
// mmrcd: the same on the signals and on the counts of log lines, calls and errors, which are averaged over the rows of
// the frame. Rows that a count does not cover take no part in its tests.
//
// Where the reference differs:
//  - it takes a test for which the strata hold too few rows (no degree of freedom, p = 1) for independence and removes
//    nearly everything; here a test counts only with five rows of the rarer side of the onset per degree of freedom;
//  - it returns the last survivors only, often one or two signals: the accuracy among the first 3 or 5 is capped;
//  - it drops level boundaries closer than 1e-8 in raw units, which makes small-valued signals constant, and signals
//    that are constant on one side of the onset, such as error counters;
//  - chunks are drawn with an unseeded generator;
//  - its mmrcd looks at the metrics only.

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "rca_core/methods/candidates.h"
#include "rca_core/methods/count_signals.h"
#include "rca_core/methods/evidence.h"
#include "rca_core/methods/rcd_search.h"
#include "rca_core/methods/registry.h"
#include "rca_core/methods/scoring.h"
#include "rca_core/stats/discretize.h"

namespace rca {
namespace {

constexpr int kLevels = 5;

// In [0, 1): first by the p-value, then by the change.
double strength(double log10_p, double deviation) {
  constexpr double kSpreadOfP = 50;
  constexpr double kForTies = 1e-6;
  const double by_p = -log10_p / (kSpreadOfP - log10_p);
  const double by_change = std::fabs(deviation) / (1 + std::fabs(deviation));
  return (1 - kForTies) * by_p + kForTies * by_change;
}

Result<Ranking> rank_by_rcd(const Frame& frame, const Windows& windows, std::string_view method,
                            const MethodOptions& options) {
  std::vector<SignalScore> changes = median_changes(frame, windows);
  std::vector<SignalScore> kept;
  std::vector<std::vector<std::int8_t>> codes;
  const Eigen::Index rows = windows.end() - windows.normal_begin;
  for (const SignalScore& change : changes) {
    std::vector<std::int8_t> levels =
        kmeans_codes(column_rows(frame, change.column, windows.normal_begin, rows), kLevels);
    if (*std::max_element(levels.begin(), levels.end()) < 1) continue;  // one level: nothing to test
    codes.push_back(std::move(levels));
    kept.push_back(change);
  }
  if (kept.empty()) return Error{ErrorKind::missing_input, "no signal varies over both windows"};
  std::vector<char> anomalous(static_cast<std::size_t>(rows), 0);
  std::fill(anomalous.begin() + static_cast<std::ptrdiff_t>(windows.normal_rows), anomalous.end(), char{1});
  const std::vector<RcdSignal> found = rcd_search(codes, anomalous, {.seed = options.seed});
  std::vector<const RcdSignal*> by_column(static_cast<std::size_t>(frame.values.cols()), nullptr);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    by_column[static_cast<std::size_t>(kept[i].column)] = &found[i];
    kept[i].score = found[i].survived + strength(found[i].log10_p, kept[i].deviation);
  }
  return make_ranking(frame, method, std::move(kept), [&](const SignalScore& score) {
    const RcdSignal& signal = *by_column[static_cast<std::size_t>(score.column)];
    const Signal& of = frame.signals[static_cast<std::size_t>(score.column)];
    return describe_change(of, score, "robust deviations", 0) + "; it stays dependent on the incident itself in " +
           format_quantity(signal.survived, "ratio") + " of the searches (p = 1e" +
           format_quantity(std::floor(signal.log10_p), "") + " alone)";
  });
}

class Rcd final : public Method {
 public:
  [[nodiscard]] std::string_view name() const override { return "rcd"; }
  [[nodiscard]] std::string_view description() const override {
    return "hierarchical search for the signals on which the incident acts directly";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "Ikram et al., Root Cause Analysis of Failures in Microservices through Causal Discovery, NeurIPS 2022";
  }
  [[nodiscard]] Need needs() const override { return Need::metrics; }

  [[nodiscard]] Result<Ranking> rank(const IncidentView& view, const MethodOptions& options) const override {
    RCA_ASSIGN(const Windows windows, make_windows(view, options, view.onset_row));
    return rank_by_rcd(view.frame, windows, name(), options);
  }
};

class MmRcd final : public Method {
 public:
  [[nodiscard]] std::string_view name() const override { return "mmrcd"; }
  [[nodiscard]] std::string_view description() const override {
    return "rcd on the signals and the counts of log lines, calls and errors";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "Ikram et al., NeurIPS 2022; Pham et al., RCAEval, WWW 2025 (multi-source variant)";
  }
  [[nodiscard]] Need needs() const override { return Need::metrics | Need::logs | Need::traces; }

  [[nodiscard]] Result<Ranking> rank(const IncidentView& view, const MethodOptions& options) const override {
    RCA_ASSIGN(const Windows windows, make_windows(view, options, view.onset_row));
    RCA_ASSIGN(const CountSources sources, count_sources(view));
    const Frame joined = join_counts(view.frame, sources);
    RCA_ASSIGN(Ranking ranking, rank_by_rcd(joined, windows, name(), options));
    sources.add_to_evidence(ranking);
    return ranking;
  }
};

const MethodRegistration rcd_registration(std::make_unique<Rcd>());
const MethodRegistration mmrcd_registration(std::make_unique<MmRcd>());

}  // namespace
}  // namespace rca
