// How two lists of numbers go together: Pearson's r, Spearman's rho, Kendall's tau, with two-sided p values.
#pragma once

#include <span>

namespace rca {

struct Correlation {
  double value = 0;
  double p = 1;  // two-sided, of independence
};

// All: NaN when the lists differ in length, have fewer than two values (p: fewer than three), hold a NaN, or when one
// of them is constant.

// p by Student's t with n − 2 degrees of freedom.
Correlation pearson(std::span<const double> x, std::span<const double> y);

// Pearson's r of the ranks; equal values share the mean of their ranks.
Correlation spearman(std::span<const double> x, std::span<const double> y);

// Kendall's tau-b, which corrects for ties. p without ties: exact up to 33 values or where at most one pair is
// discordant (or concordant); otherwise by the normal approximation with the variance for ties (Kendall, "Rank
// Correlation Methods", 1970).
Correlation kendall(std::span<const double> x, std::span<const double> y);

// Stuart's tau-c, for tables that are not square. NaN as above.
double kendall_tau_c(std::span<const double> x, std::span<const double> y);

}  // namespace rca
