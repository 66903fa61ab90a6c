// tracerca: the operations that abnormal traces have in common.
// Z. Li et al., "Practical Root Cause Localization for Microservice Systems via Trace Analysis" (TraceRCA), IWQoS 2021.
//
//  1. Every span after the onset is judged by several metrics: the time that it works itself, how much longer its
//  caller
//     waits, and whether it failed on its own account, against the spans of the operation before the onset (3 standard
//     deviations). A metric of an operation counts only if it is abnormal notably more often after the onset than
//     before (the paper's feature selection). A trace with an abnormal span is abnormal.
//  2. Sets S of up to 3 operations are scored on traces: support = share of the abnormal traces that hold S, confidence
//  =
//     share of the traces that hold S that are abnormal, JI = their harmonic mean; sets with a support below 0.1 are
//     left out.
//  3. An operation has the largest JI(S) over its sets, times its part in S: the share of the abnormal traces with S
//     in which the operation itself is abnormal. Of equal ones the one that takes more time than before comes first.
//
// Where the reference (RCAEval) differs: it counts spans instead of traces and single operations instead of sets; it
// knows the whole duration only, so that callers are as suspicious as what they call; means and standard deviations are
// rounded to 10 µs; an operation that was not seen before the onset aborts it.

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "rca_core/graph/trace_rank.h"
#include "rca_core/methods/candidates.h"
#include "rca_core/methods/evidence.h"
#include "rca_core/methods/registry.h"
#include "rca_core/methods/trace_windows.h"

namespace rca {
namespace {

constexpr double kSigmas = 3;
constexpr double kMinSupport = 0.1;
constexpr std::size_t kMaxItems = 40;  // operations that sets are made of: those that stand out most

enum Metric : std::size_t { kOwn, kWaited, kError, kMetrics };

bool is_abnormal(const TraceWindows& windows, std::size_t span, std::size_t metric) {
  const std::size_t operation = windows.index.operation_of[span];
  switch (metric) {
    case kOwn: return deviations_above(windows.own[operation], windows.index.own_ms[span]) > kSigmas;
    case kWaited: return deviations_above(windows.waited[operation], windows.index.waited_ms[span]) > kSigmas;
    default: return windows.index.failed[span] != 0;
  }
}

// Operations × metrics: whether the metric tells the time after the onset from the time before.
std::vector<std::array<bool, kMetrics>> useful_metrics(const TraceWindows& windows) {
  struct Shares {
    std::array<double, kMetrics> abnormal{};
    double count = 0;
  };
  const std::size_t operations = windows.index.operations.size();
  const auto shares_of = [&](const std::vector<std::size_t>& traces) {
    std::vector<Shares> shares(operations);
    for (const std::size_t trace : traces) {
      for (const std::size_t span : windows.index.traces[trace]) {
        Shares& of = shares[windows.index.operation_of[span]];
        of.count += 1;
        for (std::size_t m = 0; m < kMetrics; ++m) of.abnormal[m] += is_abnormal(windows, span, m) ? 1 : 0;
      }
    }
    return shares;
  };
  const std::vector<Shares> before = shares_of(windows.before);
  const std::vector<Shares> after = shares_of(windows.after);
  std::vector<std::array<bool, kMetrics>> useful(operations);
  for (std::size_t o = 0; o < operations; ++o) {
    for (std::size_t m = 0; m < kMetrics; ++m) {
      constexpr double kMoreOften = 2;
      const double was = before[o].abnormal[m] / std::max(1.0, before[o].count);
      const double is = after[o].abnormal[m] / std::max(1.0, after[o].count);
      useful[o][m] = is > kMoreOften * was;
    }
  }
  return useful;
}

// A set of traces, one bit each.
class TraceSet {
 public:
  explicit TraceSet(std::size_t traces = 0) : words_((traces + kBits - 1) / kBits, 0) {}
  void insert(std::size_t trace) { words_[trace / kBits] |= std::uint64_t{1} << (trace % kBits); }
  [[nodiscard]] std::size_t size() const { return count(*this); }
  // Of the traces that both hold.
  [[nodiscard]] std::size_t count(const TraceSet& other) const {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < words_.size(); ++i) {
      sum += static_cast<std::size_t>(std::popcount(words_[i] & other.words_[i]));
    }
    return sum;
  }
  [[nodiscard]] TraceSet both(const TraceSet& other) const {
    TraceSet out = *this;
    for (std::size_t i = 0; i < words_.size(); ++i) out.words_[i] &= other.words_[i];
    return out;
  }

 private:
  static constexpr std::size_t kBits = 64;
  std::vector<std::uint64_t> words_;
};

// What the traces after the onset hold.
struct Occurrence {
  TraceSet abnormal;
  std::vector<TraceSet> holds;     // by operation
  std::vector<TraceSet> suspects;  // by operation: traces in which it is abnormal itself
};

Occurrence observe(const TraceWindows& windows) {
  const auto useful = useful_metrics(windows);
  const std::size_t operations = windows.index.operations.size();
  const std::size_t traces = windows.after.size();
  Occurrence out{TraceSet(traces), {}, {}};
  out.holds.assign(operations, TraceSet(traces));
  out.suspects = out.holds;
  for (std::size_t t = 0; t < traces; ++t) {
    for (const std::size_t span : windows.index.traces[windows.after[t]]) {
      const std::size_t operation = windows.index.operation_of[span];
      if (windows.index.client[span] == 0) out.holds[operation].insert(t);
      for (std::size_t m = 0; m < kMetrics; ++m) {
        if (!useful[operation][m] || !is_abnormal(windows, span, m)) continue;
        out.holds[operation].insert(t);
        out.suspects[operation].insert(t);
        out.abnormal.insert(t);
      }
    }
  }
  return out;
}

struct Suspicion {
  double score = 0;
  Association association;
  std::size_t abnormal_traces = 0;  // in which the operation itself is abnormal
};

class Miner {
 public:
  explicit Miner(const Occurrence& seen)
      : seen_(seen), abnormal_(seen.abnormal.size()), suspicions_(seen.holds.size()) {
    for (std::size_t o = 0; o < seen.holds.size(); ++o) {
      suspicions_[o].abnormal_traces = seen.suspects[o].size();
      consider(std::array{o}, seen.holds[o]);
    }
  }

  std::vector<Suspicion> mine() {
    std::vector<std::size_t> items;
    for (std::size_t o = 0; o < suspicions_.size(); ++o) {
      if (suspicions_[o].score > 0) items.push_back(o);
    }
    std::stable_sort(items.begin(), items.end(),
                     [&](std::size_t a, std::size_t b) { return suspicions_[a].score > suspicions_[b].score; });
    if (items.size() > kMaxItems) items.resize(kMaxItems);
    for (std::size_t i = 0; i < items.size(); ++i) {
      for (std::size_t j = i + 1; j < items.size(); ++j) {
        const TraceSet pair = seen_.holds[items[i]].both(seen_.holds[items[j]]);
        if (!consider(std::array{items[i], items[j]}, pair)) continue;  // no larger set has more support
        for (std::size_t k = j + 1; k < items.size(); ++k) {
          consider(std::array{items[i], items[j], items[k]}, pair.both(seen_.holds[items[k]]));
        }
      }
    }
    return std::move(suspicions_);
  }

 private:
  // False when the set has too little support.
  bool consider(std::span<const std::size_t> set, const TraceSet& held) {
    const std::size_t abnormal_with = held.count(seen_.abnormal);
    const Association association = associate(abnormal_with, abnormal_, held.size());
    if (abnormal_with == 0 || association.support < kMinSupport) return false;
    for (const std::size_t operation : set) {
      const std::size_t itself = held.count(seen_.suspects[operation]);
      const double part = static_cast<double>(itself) / static_cast<double>(abnormal_with);
      Suspicion& suspicion = suspicions_[operation];
      if (association.ji * part <= suspicion.score) continue;
      suspicion.score = association.ji * part;
      suspicion.association = association;
    }
    return true;
  }

  const Occurrence& seen_;
  std::size_t abnormal_;
  std::vector<Suspicion> suspicions_;
};

class TraceRca final : public Method {
 public:
  [[nodiscard]] std::string_view name() const override { return "tracerca"; }
  [[nodiscard]] std::string_view description() const override {
    return "sets of operations that abnormal traces have in common";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "Li et al., Practical Root Cause Localization for Microservice Systems via Trace Analysis, IWQoS 2021";
  }
  [[nodiscard]] Need needs() const override { return Need::traces; }

  [[nodiscard]] Result<Ranking> rank(const IncidentView& view, const MethodOptions&) const override {
    RCA_ASSIGN(const TraceWindows windows, make_trace_windows(view));
    const Occurrence seen = observe(windows);
    const std::size_t abnormal = seen.abnormal.size();
    if (abnormal == 0) {
      return Error{ErrorKind::missing_input,
                   "none of the " + std::to_string(windows.after.size()) + " traces after the onset is abnormal"};
    }
    const std::vector<Suspicion> suspicions = Miner(seen).mine();
    std::vector<Candidate> candidates;
    for (std::size_t o = 0; o < suspicions.size(); ++o) {
      const Suspicion& suspicion = suspicions[o];
      Candidate& candidate = candidates.emplace_back();
      candidate.entity = windows.index.operations[o].entity;
      candidate.signal = windows.index.operations[o].name;
      candidate.score = suspicion.score;
      candidate.evidence = evidence_of_operation(
          windows, o,
          "it is itself abnormal in " + std::to_string(suspicion.abnormal_traces) + " of " + std::to_string(abnormal) +
              " abnormal traces; support " + format_quantity(suspicion.association.support, "ratio") + ", confidence " +
              format_quantity(suspicion.association.confidence, "ratio"));
    }
    // Of equal suspicion: where more time was lost first.
    std::stable_sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
      return a.evidence.after - a.evidence.before > b.evidence.after - b.evidence.before;
    });
    return rank_candidates(name(), std::move(candidates));
  }
};

const MethodRegistration registration(std::make_unique<TraceRca>());

}  // namespace
}  // namespace rca
