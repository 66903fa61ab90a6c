// Order statistics of columns with holes. A value that is not finite counts as missing everywhere in this folder.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace rca {

// Median absolute deviation × this = standard deviation, for normally distributed values: 1 / Φ⁻¹(3/4).
inline constexpr double kMadToSigma = 1.4826022185056018;

// Replaces the content of `present` by the finite values of `values`.
void copy_present(std::span<const double> values, std::vector<double>& present);

// Of values that are all finite; their order is changed. NaN for an empty span. O(n).
double median_in_place(std::span<double> values);

// Linear interpolation between order statistics, h = (n − 1) q (Hyndman & Fan 1996, type 7; numpy's default).
// Requires 0 ≤ q ≤ 1. NaN for an empty span. O(n).
double quantile_in_place(std::span<double> values, double q);

struct Quartiles {
  double lower = 0;   // 25 %
  double median = 0;  // 50 %
  double upper = 0;   // 75 %
};
// As quantile_in_place at 1/4, 1/2, 3/4, with one partition for all three.
Quartiles quartiles_in_place(std::span<double> values);

// The same on values with holes. NaN when no value is present.
double median(std::span<const double> values);
double quantile(std::span<const double> values, double q);

// Median of |values − centre|; not scaled to a standard deviation. NaN when no value is present.
double median_absolute_deviation(std::span<const double> values, double centre);

}  // namespace rca
