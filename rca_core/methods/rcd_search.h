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
  int repetitions = 10;        // searches with other random chunks
  std::uint64_t seed = 1;
};

struct RcdSignal {
  double survived = 0;   // share of the repetitions in which it is a neighbour of the F-node in the end
  double log10_p = 0;    // of the independence from the incident, without a condition; ≤ 0
  double statistic = 0;  // χ² of that test
};

// Whether the F-node is independent of a signal within every stratum of the conditions: Pearson's χ², summed over the
// strata, with (non-empty rows − 1)(non-empty columns − 1) degrees of freedom each. Rows of the frame where a code is
// missing are left out.
struct FNodeTest {
  // A test that cannot see a dependence must not be taken for independence. Common practice asks for five cases per
  // degree of freedom; cases are those of the rarer side of the onset, which limits what can be seen.
  static constexpr double kRowsPerDegree = 5;

  double statistic = 0;
  double degrees = 0;  // 0: in no stratum both vary
  double rows = 0;     // of the rarer side, in the strata where both vary

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
