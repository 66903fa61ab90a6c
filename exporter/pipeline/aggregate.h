// From the rows of several series to the rows of one signal.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "exporter/signals/catalog.h"
#include "rca_core/frame/promql.h"

namespace exporter {

// Rows of one series: as many as the read has, or none when the series has no value in any row. NaN = missing.
using Rows = std::span<const double>;

// One bucket series of a histogram: rates of the cumulative counter of observations <= upper_bound.
struct BucketRows {
  double upper_bound = 0;
  Rows rates;
};

// out[row] = sum, mean, maximum or minimum of the values that are there; NaN where there is none. As PromQL's
// aggregations in the order of `inputs`.
void aggregate_rows(Aggregate how, std::span<const Rows> inputs, std::span<double> out);

// out[row] = histogram_quantile(q, sum by (le) (rate(buckets))). `buckets` ordered by upper bound; scratch is reused.
void quantile_rows(double q, std::span<const BucketRows> buckets, rca::RangeSemantics semantics,
                   std::vector<rca::Bucket>& scratch, std::span<double> out);

// values[row] = values[row] / divisor[row]; NaN where the result is not finite (nothing happened, or the divisor is
// missing).
void divide_rows(std::span<double> values, Rows divisor);

// values[row] × scale; what is not finite becomes missing.
void scale_rows(std::span<double> values, double scale);

}  // namespace exporter
