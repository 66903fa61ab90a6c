// Centre and scale of one column: what z-scores are made of. Missing values are ignored.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace rca {

struct Scale {
  double centre = 0;      // NaN: no value present
  double spread = 0;      // as estimated; 0 or rounding noise for a constant column
  bool constant = false;  // the spread is no more than rounding noise
  std::size_t count = 0;  // values present

  // What to divide by when a column must have a scale: the spread, or 1 for a constant column (as scikit-learn does).
  [[nodiscard]] double divisor() const { return constant ? 1.0 : spread; }
};

// `scratch` is only working memory, so that a loop over columns allocates once.

// Mean and population standard deviation (ddof 0). Constant: variance ≤ n ε variance + (n mean ε)², the bound on the
// rounding error of the variance that scikit-learn's StandardScaler uses (Chan, Golub & LeVeque 1983).
Scale standard_scale(std::span<const double> values);

// Median and interquartile range, linear interpolation. Constant: range < 10 ε (scikit-learn's RobustScaler).
Scale robust_scale(std::span<const double> values, std::vector<double>& scratch);

// Median and 1.4826 × median absolute deviation: robust standard deviations. Constant: spread < 10 ε.
Scale mad_scale(std::span<const double> values, std::vector<double>& scratch);

// `robust` where it has a spread. A column that holds one value most of the time (an error counter, an empty queue) has
// a robust spread of 0 without being constant: then the spread that normal noise of its standard deviation would have,
// `per_sigma` being the robust spread of the standard normal distribution (kRangePerSigma, or 1 for mad_scale).
inline constexpr double kRangePerSigma = 1.3489795003921634;  // 2 Φ⁻¹(3/4)
Scale or_standard(Scale robust, std::span<const double> values, double per_sigma);

}  // namespace rca
