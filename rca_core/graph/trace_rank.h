// What trace-based fault localization computes on the operations that traces cover: MicroRank's PageRank and its
// weighted spectrum (G. Yu et al., "MicroRank: End-to-End Latency Issue Localization with Extended Spectrum Analysis in
// Microservice Environments", WWW 2021, eq. 2-8), and TraceRCA's association of operation sets with abnormal traces
// (Z. Li et al., "Practical Root Cause Localization for Microservice Systems via Trace Analysis", IWQoS 2021).
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

namespace rca {

// O operations, R traces.
struct TraceCoverage {
  std::vector<std::vector<std::size_t>> traces;   // R: the distinct operations of each
  std::vector<std::vector<std::size_t>> callees;  // O: the operations that each one calls
};

struct TraceRankOptions {
  double damping = 0.85;          // d
  double call = 0.01;             // ω: how much of a caller's score goes to what it calls
  double fewer_operations = 0.5;  // φ: preference for traces with few operations against rare kinds of traces
  int iterations = 25;
};

struct TraceRank {
  Eigen::VectorXd operations;         // O: 1 for the best; 0 for operations that no trace covers
  Eigen::VectorXd traces;             // R
  Eigen::VectorXd preference;         // R, sums to 1
  std::vector<std::size_t> covering;  // O: how many traces cover the operation
};

enum class TraceSide { normal, anomalous };

// PageRank on the graph of operations and traces: traces pass their score to the operations that they cover, operations
// to the traces that cover them and, a little, to what they call. Anomalous traces are preferred where they have few
// operations and where few others have the same set of operations, normal ones by the latter only. After every
// iteration both score vectors are divided by their maximum.
TraceRank rank_operations(const TraceCoverage& coverage, TraceSide side, const TraceRankOptions& options = {});

// How often an operation is and is not in failing (f) and passing (p) traces, weighted.
struct Spectrum {
  double ef = 0;  // executed, failed
  double nf = 0;  // not executed, failed
  double ep = 0;
  double np = 0;
};

enum class SpectrumFormula {
  dstar2,
  ochiai,
  tarantula,
  jaccard,
  sorensen_dice,
  m1,
  m2,
  goodman,
  russell_rao,
  hamann,
  simple_matching,
  rogers,
};

// May be infinite (dstar2 and m1 without anything that speaks against the operation) or NaN (0 / 0).
double spectrum_score(SpectrumFormula formula, const Spectrum& spectrum);

// The weighted spectrum from both sides (eq. 8): weight of an operation × count of traces. An operation that is missing
// on one side has the weight 0.0001 there.
std::vector<Spectrum> weighted_spectrum(const TraceRank& anomalous, const TraceRank& normal);

// How a set of operations goes along with abnormal traces.
struct Association {
  double support = 0;     // share of the abnormal traces that hold the set
  double confidence = 0;  // share of the traces that hold the set that are abnormal
  double ji = 0;          // harmonic mean of both
};
// `abnormal_with` traces hold the set and are abnormal, of `abnormal`; `with` hold it. 0 / 0 is 0.
Association associate(std::size_t abnormal_with, std::size_t abnormal, std::size_t with);

}  // namespace rca
