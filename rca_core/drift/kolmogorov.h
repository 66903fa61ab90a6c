// Null distributions of the Kolmogorov-Smirnov statistic.
#pragma once

#include <cstddef>

namespace rca {

// P(K ≥ x) of the Kolmogorov distribution, the limit of √(nm / (n + m)) D. A. N. Kolmogorov 1933.
double kolmogorov_survival(double x);

// P(D ≥ d) for two samples of n and m values without ties, by counting lattice paths: J. L. Hodges, "The Significance
// Probability of the Smirnov Two-Sample Test", Arkiv för Matematik 1958. `scaled` = d · n · m, a whole number. With
// ties it is an upper bound. O(n m).
double smirnov_survival(std::size_t n, std::size_t m, double scaled);

// The same approximately, for an effective size e = nm / (n + m): M. A. Stephens, JRSS B 1970.
double stephens_survival(double effective_size, double d);

}  // namespace rca
