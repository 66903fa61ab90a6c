#include "rca_core/drift/distribution.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <numeric>
#include <string>
#include <utility>

namespace rca {
namespace {

Error invalid(std::string message) {
  return {ErrorKind::invalid_argument, std::move(message)};
}

// Autocorrelation of neighbours that are both there; 0 when it is negative or cannot be said.
double neighbour_correlation(std::span<const double> values, double mean) {
  double variance = 0;
  double covariance = 0;
  std::size_t count = 0;
  std::size_t neighbours = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) continue;
    const double deviation = values[i] - mean;
    variance += deviation * deviation;
    ++count;
    if (i == 0 || !std::isfinite(values[i - 1])) continue;
    covariance += deviation * (values[i - 1] - mean);
    ++neighbours;
  }
  if (neighbours == 0 || !(variance > 0) || !std::isfinite(variance)) return 0;
  const double correlation = covariance / static_cast<double>(neighbours) / (variance / static_cast<double>(count));
  return std::clamp(correlation, 0.0, 1.0);
}

}  // namespace

double BinnedDistribution::total() const {
  return std::accumulate(counts.begin(), counts.end(), 0.0);
}

Result<BinnedDistribution> make_binned(std::vector<double> upper_bounds, std::vector<double> counts) {
  if (upper_bounds.empty()) return invalid("a histogram without buckets");
  if (upper_bounds.size() != counts.size()) {
    return invalid(std::to_string(upper_bounds.size()) + " bucket bounds for " + std::to_string(counts.size()) +
                   " counts");
  }
  if (!std::isinf(upper_bounds.back()) || upper_bounds.back() < 0) {
    return invalid("the last bucket bound is not +Inf but " + std::to_string(upper_bounds.back()));
  }
  for (std::size_t i = 0; i < upper_bounds.size(); ++i) {
    const bool last = i + 1 == upper_bounds.size();
    if ((!last && !std::isfinite(upper_bounds[i])) || (i > 0 && !(upper_bounds[i] > upper_bounds[i - 1]))) {
      return invalid("bucket bound " + std::to_string(i) + ", " + std::to_string(upper_bounds[i]) +
                     ", is not above the one before");
    }
    if (!std::isfinite(counts[i]) || counts[i] < 0) {
      return invalid("the count of bucket " + std::to_string(i) + " is " + std::to_string(counts[i]));
    }
  }
  return BinnedDistribution{std::move(upper_bounds), std::move(counts)};
}

BinnedDistribution rebin(const BinnedDistribution& distribution, std::span<const double> upper_bounds) {
  BinnedDistribution out;
  out.upper_bounds.assign(upper_bounds.begin(), upper_bounds.end());
  out.counts.reserve(upper_bounds.size());
  std::size_t bucket = 0;
  for (const double bound : upper_bounds) {
    double count = 0;
    for (; bucket < distribution.counts.size() && distribution.upper_bounds[bucket] <= bound; ++bucket) {
      count += distribution.counts[bucket];
    }
    out.counts.push_back(count);
  }
  return out;
}

namespace {

// Takes out of `bounds` (ascending) those at which the distribution has observations on both sides of one bucket.
void keep_exact(const BinnedDistribution& distribution, std::vector<double>& bounds) {
  std::size_t bucket = 0;
  std::erase_if(bounds, [&](double bound) {
    while (distribution.upper_bounds[bucket] < bound) ++bucket;  // the last is +Inf
    return distribution.upper_bounds[bucket] != bound && distribution.counts[bucket] > 0;
  });
}

}  // namespace

Result<BinnedDistribution> merge(std::span<const BinnedDistribution> parts) {
  if (parts.empty()) return invalid("no histogram to add up");
  std::vector<const BinnedDistribution*> filled;
  for (const BinnedDistribution& part : parts) {
    if (part.total() > 0) filled.push_back(&part);
  }
  if (filled.empty()) return parts.front();
  std::vector<double> bounds = filled.front()->upper_bounds;
  for (const BinnedDistribution* part : filled) {
    if (part->upper_bounds == bounds) continue;
    std::vector<double> all;
    std::set_union(bounds.begin(), bounds.end(), part->upper_bounds.begin(), part->upper_bounds.end(),
                   std::back_inserter(all));
    bounds = std::move(all);
  }
  for (const BinnedDistribution* part : filled) keep_exact(*part, bounds);
  if (bounds.size() < 2) return invalid("the histograms have no finite bucket bound in common");
  BinnedDistribution sum{bounds, std::vector<double>(bounds.size(), 0)};
  for (const BinnedDistribution* part : filled) {
    const BinnedDistribution rebinned = rebin(*part, bounds);
    for (std::size_t i = 0; i < sum.counts.size(); ++i) sum.counts[i] += rebinned.counts[i];
  }
  return sum;
}

Sample make_sample(std::span<const double> values) {
  Sample sample;
  std::copy_if(values.begin(), values.end(), std::back_inserter(sample.values),
               [](double value) { return std::isfinite(value); });
  std::sort(sample.values.begin(), sample.values.end());
  sample.effective_size = static_cast<double>(sample.values.size());
  return sample;
}

Sample make_sample_of_series(std::span<const double> values) {
  Sample sample = make_sample(values);
  if (sample.values.empty()) return sample;
  const auto n = static_cast<double>(sample.values.size());
  const double mean = std::accumulate(sample.values.begin(), sample.values.end(), 0.0) / n;
  const double correlation = neighbour_correlation(values, mean);
  sample.effective_size = std::max(1.0, n * (1 - correlation) / (1 + correlation));
  return sample;
}

EmbeddingSample make_embedding_sample(const Eigen::MatrixXd& rows) {
  std::vector<Eigen::Index> finite;
  for (Eigen::Index row = 0; row < rows.rows(); ++row) {
    if (rows.row(row).allFinite()) finite.push_back(row);
  }
  EmbeddingSample sample;
  sample.rows.resize(static_cast<Eigen::Index>(finite.size()), rows.cols());
  for (std::size_t i = 0; i < finite.size(); ++i) sample.rows.row(static_cast<Eigen::Index>(i)) = rows.row(finite[i]);
  return sample;
}

}  // namespace rca
