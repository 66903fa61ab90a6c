#include "rca_core/drift/attribution.h"

#include <Eigen/Core>
#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "rca_core/drift/pair.h"
#include "rca_core/drift/shares.h"

namespace rca {
namespace {

using Shares = Eigen::ArrayXd;

Shares shares_of(const BinnedDistribution& distribution, const std::vector<double>& bounds) {
  const BinnedDistribution rebinned = rebin(distribution, bounds);
  const Eigen::Map<const Shares> counts(rebinned.counts.data(), static_cast<Eigen::Index>(bounds.size()));
  return counts / rebinned.total();
}

// One value of the label on the common cells.
struct Part {
  Shares reference;
  Shares current;
  double reference_share = 0;
  double current_share = 0;
};

double ratio(double part, double whole) {
  return whole > 0 ? part / whole : 0;
}

std::vector<BinnedDistribution> side(std::span<const LabelValue> values, bool current) {
  std::vector<BinnedDistribution> all;
  for (const LabelValue& value : values) all.push_back(current ? value.current : value.reference);
  return all;
}

// Bounds at which the counts of all values are known in both windows, and the totals of both.
struct Whole {
  BinnedDistribution reference;
  BinnedDistribution current;
};

Result<Whole> add_up(std::span<const LabelValue> values) {
  Whole whole;
  for (const bool current : {false, true}) {
    const std::string which = current ? "the current window" : "the reference window";
    if (values.empty()) return Error{ErrorKind::missing_input, "no label values"};
    Result<BinnedDistribution> sum = merge(side(values, current));
    if (!sum) return Error{ErrorKind::missing_input, which + ": " + sum.error().message};
    if (!(sum->total() > 0)) return Error{ErrorKind::missing_input, which + " has no observations"};
    (current ? whole.current : whole.reference) = *std::move(sum);
  }
  const BinnedDistribution windows[] = {whole.reference, whole.current};
  Result<BinnedDistribution> both = merge(windows);
  if (!both) return Error{ErrorKind::missing_input, both.error().message};
  whole.reference = rebin(whole.reference, both->upper_bounds);
  whole.current = rebin(whole.current, both->upper_bounds);
  return whole;
}

std::vector<Part> make_parts(std::span<const LabelValue> values, const Whole& whole) {
  const std::vector<double>& bounds = whole.reference.upper_bounds;
  std::vector<Part> parts;
  for (const LabelValue& value : values) {
    const double reference_total = value.reference.total();
    const double current_total = value.current.total();
    Part part;
    part.reference_share = reference_total / whole.reference.total();
    part.current_share = current_total / whole.current.total();
    part.reference = Shares::Zero(static_cast<Eigen::Index>(bounds.size()));
    if (reference_total > 0) part.reference = shares_of(value.reference, bounds);
    part.current = current_total > 0 ? shares_of(value.current, bounds) : part.reference;
    if (!(reference_total > 0)) part.reference = part.current;
    parts.push_back(std::move(part));
  }
  return parts;
}

}  // namespace

Result<std::vector<BucketContribution>> bucket_contributions(const BinnedDistribution& reference,
                                                             const BinnedDistribution& current) {
  RCA_ASSIGN(const BinnedPair pair, make_binned_pair(reference, current));
  std::vector<BucketContribution> cells;
  double sum = 0;
  double lower = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < pair.upper_bounds.size(); ++i) {
    BucketContribution cell;
    cell.lower_bound = lower;
    cell.upper_bound = pair.upper_bounds[i];
    cell.reference_share = pair.reference_shares[i];
    cell.current_share = pair.current_shares[i];
    cell.contribution = stability_term(cell.reference_share, cell.current_share);
    sum += cell.contribution;
    lower = cell.upper_bound;
    cells.push_back(cell);
  }
  for (BucketContribution& cell : cells) cell.contribution = ratio(cell.contribution, sum);
  return cells;
}

Result<std::vector<LabelContribution>> label_contributions(std::span<const LabelValue> values) {
  std::set<std::string_view> seen;
  for (const LabelValue& value : values) {
    if (!seen.insert(value.value).second) {
      return Error{ErrorKind::invalid_argument, "the label value \"" + value.value + "\" occurs twice"};
    }
  }
  RCA_ASSIGN(const Whole whole, add_up(values));
  const std::vector<Part> parts = make_parts(values, whole);
  const Shares reference = shares_of(whole.reference, whole.reference.upper_bounds);
  const Shares current = shares_of(whole.current, whole.current.upper_bounds);
  const Shares pooled = (reference + current) / 2;
  const Shares difference = current - reference;
  const Shares direction = (pooled > 0).select(difference / pooled, 0);
  const double square = (direction * difference).sum();
  constexpr double kRounding = 1e-24;  // of a sum of squares of shares
  std::vector<LabelContribution> out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Part& part = parts[i];
    LabelContribution contribution;
    contribution.value = values[i].value;
    contribution.reference_share = part.reference_share;
    contribution.current_share = part.current_share;
    if (square > kRounding) {
      const Shares mean = (part.reference + part.current) / 2 - pooled;
      const double mean_share = (part.reference_share + part.current_share) / 2;
      const double change = part.current_share - part.reference_share;
      contribution.mixture = change * (direction * mean).sum() / square;
      contribution.within = mean_share * (direction * (part.current - part.reference)).sum() / square;
    }
    out.push_back(std::move(contribution));
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const LabelContribution& a, const LabelContribution& b) { return a.total() > b.total(); });
  return out;
}

}  // namespace rca
