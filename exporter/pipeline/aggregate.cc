#include "exporter/pipeline/aggregate.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace exporter {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

double combine(Aggregate how, double a, double b) {
  switch (how) {
    case Aggregate::sum:
    case Aggregate::mean: return a + b;
    case Aggregate::max: return std::max(a, b);
    case Aggregate::min: return std::min(a, b);
  }
  return a;
}

}  // namespace

void aggregate_rows(Aggregate how, std::span<const Rows> inputs, std::span<double> out) {
  if (inputs.size() == 1 && !inputs.front().empty()) {
    std::copy(inputs.front().begin(), inputs.front().end(), out.begin());
    return;
  }
  for (std::size_t row = 0; row < out.size(); ++row) {
    double total = kMissing;
    double count = 0;
    for (const Rows& input : inputs) {
      if (input.empty() || std::isnan(input[row])) continue;
      total = count == 0 ? input[row] : combine(how, total, input[row]);
      count += 1;
    }
    out[row] = how == Aggregate::mean && count > 0 ? total / count : total;
  }
}

void quantile_rows(double q, std::span<const BucketRows> buckets, rca::RangeSemantics semantics,
                   std::vector<rca::Bucket>& scratch, std::span<double> out) {
  for (std::size_t row = 0; row < out.size(); ++row) {
    scratch.clear();
    for (const BucketRows& bucket : buckets) {
      if (bucket.rates.empty() || std::isnan(bucket.rates[row])) continue;
      if (!scratch.empty() && scratch.back().upper_bound == bucket.upper_bound) {
        scratch.back().count += bucket.rates[row];
      } else {
        scratch.push_back({bucket.upper_bound, bucket.rates[row]});
      }
    }
    out[row] = rca::histogram_quantile(q, scratch, semantics);
  }
}

void divide_rows(std::span<double> values, Rows divisor) {
  if (divisor.empty()) {
    std::fill(values.begin(), values.end(), kMissing);
    return;
  }
  for (std::size_t row = 0; row < values.size(); ++row) {
    const double ratio = values[row] / divisor[row];
    values[row] = std::isfinite(ratio) ? ratio : kMissing;
  }
}

void scale_rows(std::span<double> values, double scale) {
  for (double& value : values) {
    value *= scale;
    if (!std::isfinite(value)) value = kMissing;
  }
}

}  // namespace exporter
