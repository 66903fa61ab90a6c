// What every drift statistic has in common. One statistic is one file, which registers itself; nothing else names it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "rca_core/drift/pair.h"

namespace rca {

enum class DistributionKind { binned, samples, embeddings };
constexpr std::string_view to_string(DistributionKind kind) {
  switch (kind) {
    case DistributionKind::binned: return "binned";
    case DistributionKind::samples: return "samples";
    case DistributionKind::embeddings: return "embeddings";
  }
  return "binned";
}

struct StatisticOptions {
  std::uint64_t seed = 1;  // of permutations
  int permutations = 199;  // to which mmd fits the distribution whose tail is its p-value
  // Neighbouring cells are joined for the tests that count (chi_squared, g_test) until each is expected to hold this
  // many observations in both rows of the table (Cochran 1954); 0: no cell is joined.
  double min_expected_count = 5;
};

struct StatisticValue {
  double value = 0;               // as published, finite
  std::optional<double> p_value;  // of "both are one distribution"; 0 … 1
  // How large the difference is, apart from how many observations there are and from the unit: finite, ≥ 0. What
  // thresholds are about.
  double effect = 0;
};

// Pure and thread-safe: holds no state.
class DriftStatistic {
 public:
  virtual ~DriftStatistic() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;         // as the literature calls it: "kolmogorov_smirnov"
  [[nodiscard]] virtual std::string_view series() const = 0;       // published as rca_drift_<series>: "ks_statistic"
  [[nodiscard]] virtual std::string_view description() const = 0;  // one line, with the unit of the value
  [[nodiscard]] virtual std::string_view reference() const = 0;    // the paper or standard
  [[nodiscard]] virtual bool has_p_value() const = 0;
  // From which effect on a difference is large. The defaults are what each statistic gives when a normal distribution
  // moves by about 0.45 standard deviations: population stability index 0.2.
  [[nodiscard]] virtual double default_threshold() const = 0;
  [[nodiscard]] virtual std::string_view effect_name()
      const = 0;  // "Cramér's V", "Cohen's d"; "value" where it is that

  [[nodiscard]] virtual bool takes(DistributionKind kind) const = 0;
  // Empty: not defined for this pair (too few values, kind not taken).
  [[nodiscard]] virtual std::optional<StatisticValue> on_bins(const BinnedPair&, const StatisticOptions&) const {
    return std::nullopt;
  }
  [[nodiscard]] virtual std::optional<StatisticValue> on_samples(const SamplePair&, const StatisticOptions&) const {
    return std::nullopt;
  }
  [[nodiscard]] virtual std::optional<StatisticValue> on_embeddings(const EmbeddingPair&,
                                                                    const StatisticOptions&) const {
    return std::nullopt;
  }
};

// All statistics, ordered by name.
std::vector<const DriftStatistic*> all_drift_statistics();

// Error not_found: lists the known names.
Result<const DriftStatistic*> find_drift_statistic(std::string_view name);

// A statistic's file holds one of these at namespace scope.
class DriftStatisticRegistration {
 public:
  explicit DriftStatisticRegistration(std::unique_ptr<DriftStatistic> statistic);
};

}  // namespace rca
