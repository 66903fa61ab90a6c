#include "rca_core/drift/compare.h"

#include <algorithm>
#include <string>
#include <utility>

namespace rca {
namespace {

Result<std::vector<const DriftStatistic*>> chosen(DistributionKind kind, const CompareOptions& options) {
  std::vector<const DriftStatistic*> statistics;
  if (options.statistics.empty()) {
    for (const DriftStatistic* statistic : all_drift_statistics()) {
      if (statistic->takes(kind)) statistics.push_back(statistic);
    }
    return statistics;
  }
  for (const std::string& name : options.statistics) {
    RCA_ASSIGN(const DriftStatistic* const statistic, find_drift_statistic(name));
    if (!statistic->takes(kind)) {
      return Error{ErrorKind::invalid_argument,
                   "drift statistic \"" + name + "\" is not defined for " + std::string(to_string(kind))};
    }
    statistics.push_back(statistic);
  }
  std::sort(statistics.begin(), statistics.end(),
            [](const DriftStatistic* a, const DriftStatistic* b) { return a->name() < b->name(); });
  statistics.erase(std::unique(statistics.begin(), statistics.end()), statistics.end());
  return statistics;
}

double threshold_of(const DriftStatistic& statistic, const CompareOptions& options) {
  const auto it = options.thresholds.find(statistic.name());
  return it != options.thresholds.end() ? it->second : statistic.default_threshold();
}

// `evaluate` gives what one statistic says of the pair.
template <typename Evaluate>
void add_verdicts(const std::vector<const DriftStatistic*>& statistics, const CompareOptions& options,
                  const Evaluate& evaluate, Comparison& out) {
  for (const DriftStatistic* statistic : statistics) {
    const std::optional<StatisticValue> value = evaluate(*statistic);
    if (!value) continue;
    StatisticVerdict verdict;
    verdict.statistic = statistic;
    verdict.result = *value;
    verdict.threshold = threshold_of(*statistic, options);
    verdict.large = value->effect >= verdict.threshold;
    out.statistics.push_back(verdict);
  }
  Comparison* const only[] = {&out};
  decide(only, options.significance);
}

}  // namespace

const StatisticVerdict* Comparison::find(std::string_view name) const {
  const auto it = std::find_if(statistics.begin(), statistics.end(),
                               [&](const StatisticVerdict& verdict) { return verdict.statistic->name() == name; });
  return it == statistics.end() ? nullptr : &*it;
}

Result<Comparison> compare(const BinnedDistribution& reference, const BinnedDistribution& current,
                           const CompareOptions& options) {
  RCA_ASSIGN(const auto statistics, chosen(DistributionKind::binned, options));
  Comparison out;
  out.kind = DistributionKind::binned;
  out.reference_size = reference.total();
  out.current_size = current.total();
  Result<BinnedPair> pair = make_binned_pair(reference, current);
  if (!pair) return out;
  out.enough_data = std::min(out.reference_size, out.current_size) >= options.min_observations;
  add_verdicts(
      statistics, options, [&](const DriftStatistic& statistic) { return statistic.on_bins(*pair, options.statistic); },
      out);
  return out;
}

Result<Comparison> compare(const Sample& reference, const Sample& current, const CompareOptions& options) {
  RCA_ASSIGN(const auto statistics, chosen(DistributionKind::samples, options));
  Comparison out;
  out.kind = DistributionKind::samples;
  out.reference_size = static_cast<double>(reference.values.size());
  out.current_size = static_cast<double>(current.values.size());
  Result<SamplePair> pair = make_sample_pair(reference, current);
  if (!pair) return out;
  out.enough_data = std::min(reference.effective_size, current.effective_size) >= options.min_values;
  add_verdicts(
      statistics, options,
      [&](const DriftStatistic& statistic) { return statistic.on_samples(*pair, options.statistic); }, out);
  return out;
}

Result<Comparison> compare(const EmbeddingSample& reference, const EmbeddingSample& current,
                           const CompareOptions& options) {
  RCA_ASSIGN(const auto statistics, chosen(DistributionKind::embeddings, options));
  Comparison out;
  out.kind = DistributionKind::embeddings;
  out.reference_size = static_cast<double>(reference.rows.rows());
  out.current_size = static_cast<double>(current.rows.rows());
  Result<EmbeddingPair> pair = make_embedding_pair(reference, current);
  if (!pair) {
    if (pair.error().kind == ErrorKind::invalid_argument) return std::move(pair).error();
    return out;
  }
  out.enough_data = std::min(out.reference_size, out.current_size) >= static_cast<double>(options.min_vectors);
  add_verdicts(
      statistics, options,
      [&](const DriftStatistic& statistic) { return statistic.on_embeddings(*pair, options.statistic); }, out);
  return out;
}

void decide(std::span<Comparison* const> comparisons, double significance) {
  std::vector<StatisticVerdict*> tests;
  std::vector<double> p_values;
  for (Comparison* comparison : comparisons) {
    for (StatisticVerdict& verdict : comparison->statistics) {
      verdict.adjusted_p_value.reset();
      verdict.significant = false;
      if (!comparison->enough_data || !verdict.result.p_value) continue;
      tests.push_back(&verdict);
      p_values.push_back(*verdict.result.p_value);
    }
  }
  const std::vector<double> adjusted = benjamini_hochberg(p_values);
  for (std::size_t i = 0; i < tests.size(); ++i) {
    tests[i]->adjusted_p_value = adjusted[i];
    tests[i]->significant = adjusted[i] <= significance;
  }
  for (Comparison* comparison : comparisons) {
    std::vector<StatisticVerdict>& verdicts = comparison->statistics;
    const bool any = std::any_of(verdicts.begin(), verdicts.end(),
                                 [](const StatisticVerdict& verdict) { return verdict.significant; });
    for (StatisticVerdict& verdict : verdicts) {
      if (!verdict.result.p_value) verdict.significant = any;
    }
    comparison->detected = std::any_of(verdicts.begin(), verdicts.end(),
                                       [](const StatisticVerdict& verdict) { return verdict.detected(); });
  }
}

}  // namespace rca
