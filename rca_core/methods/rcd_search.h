// The hierarchical search of RCD for the signals that an incident acts on directly; see methods/rcd.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace rca {

struct RcdOptions {
  std::size_t chunk = 5;       // γ of the paper: signals that are searched together
  double significance = 0.01;  // α
  std::uint64_t seed = 1;
};

struct RcdSignal {
  std::size_t phase = 0;  // rounds survived; higher = closer to the cause
  double log10_p = 0;     // of the independence from the incident, without a condition; ≤ 0
  double statistic = 0;   // χ² of that test
};

// Whether the F-node is independent of a signal within every stratum of the conditions: Pearson's χ², summed over the
// strata, with (non-empty rows − 1)(non-empty columns − 1) degrees of freedom each. Rows where a code is missing are
// left out.
struct FNodeTest {
  double statistic = 0;
  double degrees = 0;  // 0: in no stratum both vary
  std::size_t rows = 0;

  // Common practice asks for five rows per degree of freedom; with fewer, or none, the test says nothing.
  [[nodiscard]] bool reliable() const;
  [[nodiscard]] double log10_p() const;
};

// signals: n vectors of T codes (stats/discretize.h); anomalous: T, the F-node.
FNodeTest f_node_test(const std::vector<std::vector<std::int8_t>>& signals, const std::vector<char>& anomalous,
                      std::size_t signal, const std::vector<std::size_t>& conditions);

// n results. Deterministic for a seed.
std::vector<RcdSignal> rcd_search(const std::vector<std::vector<std::int8_t>>& signals,
                                  const std::vector<char>& anomalous, const RcdOptions& options);

}  // namespace rca
