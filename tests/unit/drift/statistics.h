// Short cuts to one statistic of one pair.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "rca_core/drift/compare.h"

namespace rca::drift_test {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();
inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

inline const DriftStatistic& statistic(const std::string& name) {
  const Result<const DriftStatistic*> found = find_drift_statistic(name);
  EXPECT_TRUE(found.ok()) << name;
  return **found;
}

inline BinnedDistribution binned(std::vector<double> bounds, std::vector<double> counts) {
  Result<BinnedDistribution> made = make_binned(std::move(bounds), std::move(counts));
  EXPECT_TRUE(made.ok()) << made.error().message;
  return *std::move(made);
}

// Buckets ending at 1, 2, 3, …, +Inf.
inline BinnedDistribution counts(std::vector<double> per_bucket) {
  std::vector<double> bounds;
  for (std::size_t i = 1; i < per_bucket.size(); ++i) bounds.push_back(static_cast<double>(i));
  bounds.push_back(kInfinity);
  return binned(std::move(bounds), std::move(per_bucket));
}

inline std::optional<StatisticValue> on_bins(const std::string& name, const BinnedDistribution& reference,
                                             const BinnedDistribution& current, const StatisticOptions& options = {}) {
  const Result<BinnedPair> pair = make_binned_pair(reference, current);
  EXPECT_TRUE(pair.ok());
  return pair ? statistic(name).on_bins(*pair, options) : std::nullopt;
}

inline std::optional<StatisticValue> on_samples(const std::string& name, const Sample& reference,
                                                const Sample& current) {
  const Result<SamplePair> pair = make_sample_pair(reference, current);
  EXPECT_TRUE(pair.ok());
  return pair ? statistic(name).on_samples(*pair, {}) : std::nullopt;
}

inline std::optional<StatisticValue> on_embeddings(const std::string& name, const EmbeddingSample& reference,
                                                   const EmbeddingSample& current) {
  const Result<EmbeddingPair> pair = make_embedding_pair(reference, current);
  EXPECT_TRUE(pair.ok());
  return pair ? statistic(name).on_embeddings(*pair, {}) : std::nullopt;
}

}  // namespace rca::drift_test
