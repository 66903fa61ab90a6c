// Reference and current distribution made comparable, once for all statistics.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "common/result.h"
#include "rca_core/drift/distribution.h"

namespace rca {

// Two histograms on the union of their finite bounds. Conventions:
//  - the observations of a bucket lie evenly between its bounds, and are split so when the other histogram has a bound
//    in between; the first bucket begins at 0, or is a point at its bound when that is not positive;
//  - observations beyond a histogram's last finite bound lie at that bound; as a cell they belong to the one after it,
//    which is (last bound, +Inf) where both histograms end at one bound.
struct BinnedPair {
  // K + 1 cells: (−Inf, bound 0], …, (bound K−1, +Inf).
  std::vector<double> upper_bounds;      // K + 1, the last +Inf
  std::vector<double> reference_counts;  // K + 1
  std::vector<double> current_counts;    // K + 1
  std::vector<double> reference_shares;  // K + 1, sum 1
  std::vector<double> current_shares;    // K + 1, sum 1
  double reference_total = 0;            // observations, > 0
  double current_total = 0;              // observations, > 0

  // Both distribution functions as polygons: between knots[i] and knots[i + 1] they go straight from *_right[i] to
  // *_left[i + 1]; at a knot they may jump from left to right.
  struct Knot {
    double x = 0;
    double reference_left = 0;
    double reference_right = 0;
    double current_left = 0;
    double current_right = 0;
  };
  std::vector<Knot> knots;  // ascending in x; the first begins at 0, the last ends at 1
};

// Errors: missing_input, when one of them has no observations or no finite bound.
Result<BinnedPair> make_binned_pair(const BinnedDistribution& reference, const BinnedDistribution& current);

// Two samples, pooled.
struct SamplePair {
  // A value that occurs, and how often.
  struct Tie {
    double value = 0;
    double reference = 0;
    double current = 0;
  };
  const Sample* reference = nullptr;
  const Sample* current = nullptr;
  std::vector<Tie> ties;  // ascending in value

  // What a test's statistic that grows like nm / (n + m) is to be multiplied by, so that dependent values count as the
  // independent ones that they are worth: in (0, 1], 1 for independent values.
  double dependence = 1;
};

// The samples must outlive the pair. Errors: missing_input, when one of them is empty.
Result<SamplePair> make_sample_pair(const Sample& reference, const Sample& current);

struct EmbeddingPair {
  const Eigen::MatrixXd* reference = nullptr;  // n × d
  const Eigen::MatrixXd* current = nullptr;    // m × d
};

// The samples must outlive the pair. Errors: missing_input, when one of them is empty; invalid_argument, when their
// vectors have different lengths.
Result<EmbeddingPair> make_embedding_pair(const EmbeddingSample& reference, const EmbeddingSample& current);

}  // namespace rca
