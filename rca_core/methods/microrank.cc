// microrank: spectrum-based fault localization on traces, weighted by PageRank.
// G. Yu et al., "MicroRank: End-to-End Latency Issue Localization with Extended Spectrum Analysis in Microservice
// Environments", WWW 2021.
//
//  1. A trace after the onset is abnormal if it took longer than its operations let expect: the sum over its spans of
//     the operation's mean before the onset, plus three times the root of the sum of their variances; or if it has a
//     failed span of an operation that failed in less than half of its calls before. The other traces after the onset
//     are normal; where there are none, those before it are. Where no trace is abnormal, the tenth of them that is
//     furthest above what was expected is taken: there is an incident.
//  2. PageRank over operations and traces, on each side (graph/trace_rank.h): how much of the (ab)normality of the
//     traces an operation stands for.
//  3. The spectrum of each operation (in how many abnormal and normal traces it takes part), weighted by 2, scored with
//     D*² = ef² / (ep + nf).
// The client side of a call is no operation of its own (graph/trace_index.h); its caller and the server side are.
//
// Where we differ from the paper: expected deviations add up as those of independent operations (the paper adds 1.5
// standard deviations of every span, which lets long traces get away with anything); failed spans count.
// Where the reference (RCAEval) differs: it computes the partition of step 1 but ranks with all traces before the onset
// as normal and all after it as abnormal, so that counts of "not executed" can be negative; a caller's callees are
// overwritten by its last span; an operation not seen before the onset aborts it; 11 operations are returned.

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "rca_core/graph/trace_rank.h"
#include "rca_core/methods/candidates.h"
#include "rca_core/methods/evidence.h"
#include "rca_core/methods/registry.h"
#include "rca_core/methods/trace_windows.h"
#include "rca_core/stats/robust.h"

namespace rca {
namespace {

// How much longer a trace took than expected, in standard deviations; infinite for one with a new failure.
double excess(const TraceWindows& windows, const std::vector<std::size_t>& trace) {
  double difference = 0;
  double variance = 0;
  const auto add = [&](const TimeBaseline& baseline, double value) {
    const double deviations = deviations_above(baseline, value);
    if (baseline.count < 2 || std::isnan(value)) return;  // nothing is known of it: neither expected nor counted
    const double scale = deviation_of(baseline);
    difference += deviations * scale;
    variance += scale * scale;
  };
  for (const std::size_t span : trace) {
    const std::size_t operation = windows.index.operation_of[span];
    constexpr double kFailsAnyway = 0.5;
    if (windows.index.failed[span] != 0 && windows.error_ratio[operation] < kFailsAnyway) {
      return std::numeric_limits<double>::infinity();
    }
    add(windows.own[operation], windows.index.own_ms[span]);
    add(windows.waited[operation], windows.index.waited_ms[span]);
  }
  return variance > 0 ? difference / std::sqrt(variance) : 0.0;
}

struct Partition {
  std::vector<std::size_t> abnormal;
  std::vector<std::size_t> normal;
  bool by_threshold = true;
};

Partition partition(const TraceWindows& windows) {
  constexpr double kSigmas = 3;
  constexpr double kShare = 0.1;
  std::vector<double> excesses;
  for (const std::size_t trace : windows.after) excesses.push_back(excess(windows, windows.index.traces[trace]));
  Partition out;
  double threshold = kSigmas;
  if (*std::max_element(excesses.begin(), excesses.end()) <= kSigmas) {
    std::vector<double> sorted = excesses;
    threshold = quantile_in_place(sorted, 1 - kShare);
    out.by_threshold = false;
  }
  for (std::size_t i = 0; i < excesses.size(); ++i) {
    const bool abnormal = out.by_threshold ? excesses[i] > threshold : excesses[i] >= threshold;
    (abnormal ? out.abnormal : out.normal).push_back(windows.after[i]);
  }
  if (out.normal.empty()) out.normal = windows.before;
  return out;
}

TraceCoverage coverage_of(const TraceIndex& index, const std::vector<std::size_t>& traces) {
  TraceCoverage out;
  out.callees.resize(index.operations.size());
  const auto add_once = [](std::vector<std::size_t>& list, std::size_t value) {
    if (std::find(list.begin(), list.end(), value) == list.end()) list.push_back(value);
  };
  for (const std::size_t trace : traces) {
    std::vector<std::size_t>& operations = out.traces.emplace_back();
    for (const std::size_t span : index.traces[trace]) {
      if (index.client[span] != 0) continue;
      const std::size_t operation = index.operation_of[span];
      add_once(operations, operation);
      std::size_t caller = index.parent_of[span];
      if (caller != TraceIndex::kNone && index.client[caller] != 0) caller = index.parent_of[caller];
      if (caller == TraceIndex::kNone || index.client[caller] != 0) continue;
      if (index.operation_of[caller] != operation) add_once(out.callees[index.operation_of[caller]], operation);
    }
  }
  return out;
}

class MicroRank final : public Method {
 public:
  [[nodiscard]] std::string_view name() const override { return "microrank"; }
  [[nodiscard]] std::string_view description() const override {
    return "operations in abnormal but not in normal traces, weighted by PageRank";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "Yu et al., MicroRank: End-to-End Latency Issue Localization with Extended Spectrum Analysis in "
           "Microservice Environments, WWW 2021";
  }
  [[nodiscard]] Need needs() const override { return Need::traces; }

  [[nodiscard]] Result<Ranking> rank(const IncidentView& view, const MethodOptions&) const override {
    RCA_ASSIGN(const TraceWindows windows, make_trace_windows(view));
    const Partition traces = partition(windows);
    const TraceRank failed = rank_operations(coverage_of(windows.index, traces.abnormal), TraceSide::anomalous);
    const TraceRank passed = rank_operations(coverage_of(windows.index, traces.normal), TraceSide::normal);
    const std::vector<Spectrum> spectra = weighted_spectrum(failed, passed);
    std::vector<Candidate> candidates;
    for (std::size_t o = 0; o < spectra.size(); ++o) {
      if (failed.covering[o] + passed.covering[o] == 0) continue;
      Candidate& candidate = candidates.emplace_back();
      candidate.entity = windows.index.operations[o].entity;
      candidate.signal = windows.index.operations[o].name;
      // Nothing speaks against it: of several such, the one with the larger weight first.
      const double score = spectrum_score(SpectrumFormula::dstar2, spectra[o]);
      constexpr double kNothingAgainst = 1e9;
      candidate.score = std::isfinite(score) ? std::min(score, kNothingAgainst) : kNothingAgainst + spectra[o].ef;
      candidate.evidence = evidence_of_operation(
          windows, o,
          "it takes part in " + std::to_string(failed.covering[o]) + " of " + std::to_string(traces.abnormal.size()) +
              " abnormal and " + std::to_string(passed.covering[o]) + " of " + std::to_string(traces.normal.size()) +
              (traces.by_threshold ? " normal traces"
                                   : " other traces (none is clearly slower than expected: the slowest tenth)"));
    }
    return rank_candidates(name(), std::move(candidates));
  }
};

const MethodRegistration registration(std::make_unique<MicroRank>());

}  // namespace
}  // namespace rca
