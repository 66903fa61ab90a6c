#include "exporter/drift/evaluation.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "common/parallel_for.h"
#include "rca_core/drift/statistic.h"

namespace exporter {
namespace {

// More rows than these say nothing new and cost their square.
constexpr std::size_t kMaxValues = 4000;
constexpr std::size_t kMaxVectors = 256;
constexpr std::size_t kMaxLabelValues = 200;

// Statistics may be named as their series are.
std::string statistic_name(const std::string& name) {
  for (const rca::DriftStatistic* statistic : rca::all_drift_statistics()) {
    if (statistic->series() == name) return std::string(statistic->name());
  }
  return name;
}

rca::CompareOptions compare_options(const Config& config) {
  rca::CompareOptions options;
  options.statistic.seed = config.seed;
  for (const std::string& name : config.drift.statistics) options.statistics.push_back(statistic_name(name));
  for (const auto& [name, threshold] : config.drift.thresholds) options.thresholds[statistic_name(name)] = threshold;
  options.significance = config.drift.alpha;
  options.min_observations = static_cast<double>(config.drift.min_observations);
  options.min_values = static_cast<double>(config.drift.min_values);
  options.min_vectors = config.drift.min_vectors;
  return options;
}

std::optional<rca::BinnedDistribution> total_of(const DriftSide& side, DriftGapMask& gaps) {
  std::vector<rca::BinnedDistribution> all;
  for (const auto& [values, distribution] : side.parts) all.push_back(distribution);
  return add_up(std::move(all), gaps);
}

// Rows number i × n / most: evenly spaced.
std::vector<double> thinned(const DriftPart::Rows& rows, std::size_t most) {
  const std::size_t count = rows.dimensions == 0 ? 0 : rows.values.size() / rows.dimensions;
  if (count <= most) return rows.values;
  std::vector<double> out;
  for (std::size_t i = 0; i < most; ++i) {
    const auto first = rows.values.begin() + static_cast<std::ptrdiff_t>(i * count / most * rows.dimensions);
    out.insert(out.end(), first, first + static_cast<std::ptrdiff_t>(rows.dimensions));
  }
  return out;
}

rca::EmbeddingSample embeddings_of(const DriftPart::Rows& rows) {
  const std::vector<double> values = thinned(rows, kMaxVectors);
  const auto dims = static_cast<Eigen::Index>(rows.dimensions);
  const auto count = dims == 0 ? 0 : static_cast<Eigen::Index>(values.size()) / dims;
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  return rca::make_embedding_sample(Eigen::Map<const RowMajor>(values.data(), count, dims));
}

// One value of a label: of the parts that have it.
rca::BinnedDistribution of_value(const DriftSide& side, std::size_t label, const std::string& value) {
  std::vector<rca::BinnedDistribution> parts;
  for (const auto& [values, distribution] : side.parts) {
    if (values[label] == value) parts.push_back(distribution);
  }
  DriftGapMask ignored = 0;
  return add_up(std::move(parts), ignored).value_or(rca::BinnedDistribution{});
}

std::vector<std::string> values_of(const DriftSide& reference, const DriftSide& current, std::size_t label) {
  std::vector<std::string> values;
  for (const DriftSide* side : {&reference, &current}) {
    for (const auto& [all, distribution] : side->parts) {
      if (label < all.size()) values.push_back(all[label]);
    }
  }
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

void attribute(const DriftConfig& config, const DriftSide& reference, const DriftSide& current,
               std::vector<DriftAttribution>& out) {
  for (std::size_t label = 0; label < config.attribution_labels.size(); ++label) {
    const std::vector<std::string> values = values_of(reference, current, label);
    if (values.size() < 2 || values.size() > kMaxLabelValues) continue;  // nothing to tell apart
    std::vector<rca::LabelValue> all;
    all.reserve(values.size());
    for (const std::string& value : values) {
      all.push_back({value, of_value(reference, label, value), of_value(current, label, value)});
    }
    auto contributions = rca::label_contributions(all);
    if (!contributions.ok()) continue;
    const std::size_t count = std::min(contributions->size(), static_cast<std::size_t>(config.attribution_top_k));
    for (std::size_t i = 0; i < count; ++i) out.push_back({config.attribution_labels[label], (*contributions)[i]});
  }
}

// At most `most` buckets of both together: neighbours are joined.
std::vector<rca::BucketContribution> buckets_of(const rca::BinnedDistribution& reference,
                                                const rca::BinnedDistribution& current, std::size_t most) {
  if (most == 0) return {};
  auto all = rca::bucket_contributions(reference, current);
  if (!all.ok()) return {};
  if (all->size() <= most) return std::move(*all);
  std::vector<rca::BucketContribution> joined;
  const std::size_t per_bucket = (all->size() + most - 1) / most;
  for (std::size_t i = 0; i < all->size(); ++i) {
    const rca::BucketContribution& one = (*all)[i];
    if (i % per_bucket == 0) {
      joined.push_back(one);
      continue;
    }
    rca::BucketContribution& last = joined.back();
    last.upper_bound = one.upper_bound;
    last.reference_share += one.reference_share;
    last.current_share += one.current_share;
    last.contribution += one.contribution;
  }
  return joined;
}

class Comparer {
 public:
  explicit Comparer(const Config& config) : config_(config.drift), options_(compare_options(config)) {}

  void compare(const DriftSide& reference, const DriftSide& current, DriftComparison& out) const {
    DriftGapMask gaps = reference.gaps | current.gaps;
    rca::Result<rca::Comparison> result = rca::Comparison();
    const DriftKind kind = current.empty() ? reference.kind : current.kind;
    switch (kind) {
      case DriftKind::histogram: result = compare_bins(reference, current, gaps, out); break;
      case DriftKind::gauge:
        result = rca::compare(rca::make_sample_of_series(thinned(reference.rows, kMaxValues)),
                              rca::make_sample_of_series(thinned(current.rows, kMaxValues)), options_);
        break;
      case DriftKind::embedding:
        if (!reference.empty() && !current.empty() && reference.rows.dimensions != current.rows.dimensions) {
          gaps |= mask_of(DriftGap::dimensions_changed);
          break;
        }
        result = rca::compare(embeddings_of(reference.rows), embeddings_of(current.rows), options_);
        break;
    }
    if (result.ok()) out.result = std::move(result).value();
    out.gaps = gaps_of(gaps, out.result, kind);
  }

 private:
  rca::Result<rca::Comparison> compare_bins(const DriftSide& reference, const DriftSide& current, DriftGapMask& gaps,
                                            DriftComparison& out) const {
    const auto before = total_of(reference, gaps);
    const auto now = total_of(current, gaps);
    const rca::BinnedDistribution none;
    auto result = rca::compare(before.value_or(none), now.value_or(none), options_);
    if (before && now) {
      out.buckets = buckets_of(*before, *now, config_.max_buckets);
      if (result.ok() && result->enough_data) attribute(config_, reference, current, out.attributions);
    }
    return result;
  }

  [[nodiscard]] std::vector<DriftGap> gaps_of(DriftGapMask mask, const rca::Comparison& result, DriftKind kind) const {
    double fewest = static_cast<double>(config_.min_observations);
    if (kind == DriftKind::gauge) fewest = static_cast<double>(config_.min_values);
    if (kind == DriftKind::embedding) fewest = static_cast<double>(config_.min_vectors);
    const auto judge = [&](double size, DriftGap none, DriftGap few) {
      if (size <= 0) {
        mask |= mask_of(none);
      } else if (size < fewest) {
        mask |= mask_of(few);
      }
    };
    judge(result.current_size, DriftGap::no_current_data, DriftGap::few_current);
    judge(result.reference_size, DriftGap::no_reference_data, DriftGap::few_reference);
    std::vector<DriftGap> gaps;
    for (std::size_t i = 0; i < kDriftGaps; ++i) {
      if ((mask & mask_of(static_cast<DriftGap>(i))) != 0) gaps.push_back(static_cast<DriftGap>(i));
    }
    return gaps;
  }

  const DriftConfig& config_;
  rca::CompareOptions options_;
};

}  // namespace

DriftSide drift_side(const DriftHistory::Parts& parts, const DriftSlots& slots) {
  DriftSide side;
  std::optional<std::size_t> preference;  // of the metric that is read; parts are in its order
  for (const auto& [id, part] : parts) {
    if (preference && id.first != *preference) break;
    side.kind = part.kind();
    if (part.kind() == DriftKind::histogram) {
      std::vector<rca::BinnedDistribution> found;
      part.collect(slots, found, side.gaps);
      auto sum = add_up(std::move(found), side.gaps);
      if (!sum || !(sum->total() > 0)) continue;
      side.parts.emplace_back(id.second, std::move(*sum));
    } else {
      side.rows = part.rows(slots, side.gaps);
      if (side.rows.values.empty()) continue;
    }
    preference = id.first;
  }
  return side;
}

std::vector<DriftComparison> compare_targets(const Config& config, const DriftHistory& history,
                                             const DriftSlots& current,
                                             const std::vector<DriftReferenceData>& references) {
  std::vector<std::pair<const DriftHistory::TargetKey*, const DriftHistory::Parts*>> targets;
  for (const auto& [key, parts] : history.targets()) targets.emplace_back(&key, &parts);
  std::vector<DriftComparison> out(targets.size() * references.size());
  const Comparer comparer(config);
  rca::parallel_for(0, targets.size(), 1, [&](std::size_t i) {
    const auto& [signal, entity] = *targets[i].first;
    const DriftSide now = drift_side(*targets[i].second, current);
    for (std::size_t r = 0; r < references.size(); ++r) {
      DriftComparison& comparison = out[i * references.size() + r];
      comparison.signal = config.drift.signals[signal].name;
      comparison.entity = entity;
      comparison.reference = references[r].reference->name;
      if (references[r].dataset == nullptr) {
        comparer.compare(drift_side(*targets[i].second, references[r].slots), now, comparison);
        continue;
      }
      const auto pinned = references[r].dataset->find({comparison.signal, entity});
      comparer.compare(pinned == references[r].dataset->end() ? DriftSide() : pinned->second, now, comparison);
    }
  });
  std::vector<rca::Comparison*> family;
  family.reserve(out.size());
  for (DriftComparison& comparison : out) family.push_back(&comparison.result);
  rca::decide(family, config.drift.alpha);
  return out;
}

}  // namespace exporter
