// The 2 × K table of two histograms that the tests of homogeneity count in.
#pragma once

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <cstddef>
#include <vector>

#include "rca_core/drift/pair.h"

namespace rca {

struct ContingencyTable {
  std::vector<double> reference;
  std::vector<double> current;
};

// Cells empty in both left out; neighbours joined until each is expected to hold `min_expected` in both rows.
inline ContingencyTable make_table(const BinnedPair& pair, double min_expected) {
  const double smaller_row =
      std::min(pair.reference_total, pair.current_total) / (pair.reference_total + pair.current_total);
  ContingencyTable table;
  double reference = 0;
  double current = 0;
  for (std::size_t i = 0; i < pair.upper_bounds.size(); ++i) {
    reference += pair.reference_counts[i];
    current += pair.current_counts[i];
    const double expected = (reference + current) * smaller_row;
    if (expected <= 0 || expected < min_expected) continue;
    table.reference.push_back(reference);
    table.current.push_back(current);
    reference = 0;
    current = 0;
  }
  if (reference + current > 0) {
    if (table.reference.empty()) {
      table.reference.push_back(0);
      table.current.push_back(0);
    }
    table.reference.back() += reference;
    table.current.back() += current;
  }
  return table;
}

// P(χ² ≥ statistic) with K − 1 degrees of freedom; 1 for one cell.
inline double homogeneity_p_value(const ContingencyTable& table, double statistic) {
  if (table.reference.size() < 2) return 1;
  const boost::math::chi_squared distribution(static_cast<double>(table.reference.size() - 1));
  return boost::math::cdf(boost::math::complement(distribution, statistic));
}

}  // namespace rca
