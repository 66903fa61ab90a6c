// What a drift consists of: which buckets moved, and which values of a label carry it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "common/result.h"
#include "rca_core/drift/distribution.h"

namespace rca {

struct BucketContribution {
  double lower_bound = 0;  // −Inf for the first cell
  double upper_bound = 0;  // +Inf for the last
  double reference_share = 0;
  double current_share = 0;
  double contribution = 0;  // share of this cell in the population stability index, 0 … 1; 0 when that is 0
};

// One per cell of the union of both histograms' bounds, ascending; the contributions add up to 1, or all are 0.
// Errors: missing_input, as make_binned_pair.
Result<std::vector<BucketContribution>> bucket_contributions(const BinnedDistribution& reference,
                                                             const BinnedDistribution& current);

// One value of a label: its own distribution in both windows (either may be empty: a new tenant, a retired model).
struct LabelValue {
  std::string value;
  BinnedDistribution reference;
  BinnedDistribution current;
};

struct LabelContribution {
  std::string value;
  double reference_share = 0;  // of all observations
  double current_share = 0;
  double mixture = 0;  // because its share changed
  double within = 0;   // because its own distribution changed
  [[nodiscard]] double total() const { return mixture + within; }
};

// Splits the difference Δ of the whole distribution, which is the mixture of its values', exactly:
//   Δ = Σ_v (w'_v − w_v) (P̄_v − P̄) + w̄_v (P'_v − P_v),
// w shares, P bucket shares, ' current, a bar the mean of both windows (E. M. Kitagawa, "Components of a Difference
// Between Two Rates", JASA 1955). What a term adds is its projection on Δ, cells weighted by one over their pooled
// share: the totals add up to 1; one that works against the drift is negative. A value that is there in one window only
// has that window's distribution in both. Largest total first. All 0 when the whole did not change. Errors:
// missing_input, when all values together have no observations in one of the windows, or fewer than two bounds in
// common; invalid_argument, when a value occurs twice.
Result<std::vector<LabelContribution>> label_contributions(std::span<const LabelValue> values);

}  // namespace rca
