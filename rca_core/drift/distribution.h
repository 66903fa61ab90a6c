// What drift is measured on: the distribution of a signal in one window, as a histogram, as raw values or as vectors.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <span>
#include <vector>

#include "common/result.h"

namespace rca {

// Observations per bucket of a histogram. Made by make_binned, histogram_increase or merge, which hold to what is said
// here.
struct BinnedDistribution {
  std::vector<double>
      upper_bounds;            // in the signal's unit, strictly ascending; the last is +Inf, the others are finite
  std::vector<double> counts;  // per bucket, not cumulative; finite, not negative; fractional where they are rates

  [[nodiscard]] double total() const;  // observations
};

// Errors: invalid_argument, when there are no bounds, the last is not +Inf, they do not ascend, the counts are not as
// many as the bounds, or a count is negative or not finite.
Result<BinnedDistribution> make_binned(std::vector<double> upper_bounds, std::vector<double> counts);

// The sum of several histograms (the replicas of a service, the hours of a day). Where their bounds differ, those are
// kept at which every part's count is known: a bound of its own, or one within a bucket of its that is empty (sparse
// buckets of native histograms). Other buckets are joined: nothing is said about where in a bucket its observations
// were. Histograms without observations do not count; when none has any, the first is the answer. Errors:
// invalid_argument, when there is none, or when no finite bound is left.
Result<BinnedDistribution> merge(std::span<const BinnedDistribution> parts);

// The same observations in other buckets: each counts in the first whose bound is not below its own bucket's.
// `upper_bounds`: ascending, +Inf the last.
BinnedDistribution rebin(const BinnedDistribution& distribution, std::span<const double> upper_bounds);

// Raw values of a gauge, or one value per request.
struct Sample {
  std::vector<double> values;  // finite, ascending
  // How many independent values are worth as much: n (1 − ρ) / (1 + ρ), ρ the autocorrelation of neighbours in time,
  // where that is positive (Bayley & Hammersley 1946). p-values count these, since the values of a gauge resemble the
  // ones before. 0 < effective_size ≤ values.size(); 0 for an empty sample.
  double effective_size = 0;
};

// Of values whose order means nothing: each counts fully. Values that are not finite are left out.
Sample make_sample(std::span<const double> values);

// Of values in time order, NaN where one is missing.
Sample make_sample_of_series(std::span<const double> values);

// Vectors of equal length: embeddings, or centroids of embeddings. n × dims, all finite.
struct EmbeddingSample {
  Eigen::MatrixXd rows;
};

// Leaves out rows with a value that is not finite.
EmbeddingSample make_embedding_sample(const Eigen::MatrixXd& rows);

}  // namespace rca
