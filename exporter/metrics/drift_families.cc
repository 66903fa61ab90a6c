#include "exporter/metrics/drift_families.h"

#include <array>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>

#include "exporter/drift/report.h"
#include "remote_read/histogram_series.h"

namespace exporter::metrics {
namespace {

constexpr auto kGauge = prometheus::MetricType::Gauge;
constexpr auto kCounter = prometheus::MetricType::Counter;
using S = const Source&;

template <typename Visit>
void for_each_comparison(S source, Visit visit) {
  if (!source.snapshot.drift) return;
  for (const DriftComparison& comparison : source.snapshot.drift->comparisons) visit(comparison);
}

template <typename Visit>
void for_each_chart(S source, Visit visit) {
  if (!source.snapshot.spc) return;
  for (const SpcChart& chart : source.snapshot.spc->charts) visit(chart);
}

// Families rca_drift_<series> of the statistics, with what their value is.
struct StatisticFamily {
  std::string_view family;
  std::string_view help;
};
constexpr std::array<StatisticFamily, 17> kStatistics{{
    {"rca_drift_psi",
     "Population stability index of current against reference, 0: alike. Cached: from the last "
     "evaluation of drift."},
    {"rca_drift_js_divergence",
     "Jensen-Shannon divergence of current and reference in bits, 0 to 1. Cached: from the "
     "last evaluation of drift."},
    {"rca_drift_kl_divergence",
     "Kullback-Leibler divergence of current from reference in nats. Cached: from the last evaluation of drift."},
    {"rca_drift_hellinger_distance",
     "Hellinger distance of current and reference, 0 to 1. Cached: from the last evaluation of drift."},
    {"rca_drift_total_variation_distance",
     "Share of the observations that changed their bucket, 0 to 1. Cached: from the last evaluation of drift."},
    {"rca_drift_ks_statistic",
     "Kolmogorov-Smirnov statistic: largest difference of the distribution functions, 0 to "
     "1. Cached: from the last evaluation of drift."},
    {"rca_drift_wasserstein_distance",
     "Wasserstein-1 distance: how far observations moved on average, in the unit of "
     "the signal. Cached: from the last evaluation of drift."},
    {"rca_drift_chi_squared_statistic",
     "Pearson's chi-squared statistic of homogeneity. Cached: from the last evaluation of drift."},
    {"rca_drift_g_statistic", "G statistic of homogeneity. Cached: from the last evaluation of drift."},
    {"rca_drift_cramer_von_mises_statistic",
     "Two-sample Cramer-von Mises statistic. Cached: from the last evaluation of drift."},
    {"rca_drift_anderson_darling_statistic",
     "Two-sample Anderson-Darling statistic, standardised. Cached: from the last evaluation of drift."},
    {"rca_drift_energy_distance",
     "Energy distance, in the square root of the unit of the signal. Cached: from the "
     "last evaluation of drift."},
    {"rca_drift_mann_whitney_statistic",
     "Mann-Whitney U: pairs in which the current value is the larger one. Cached: from the last evaluation of drift."},
    {"rca_drift_welch_statistic",
     "Welch's t of the values of a gauge; positive: the current mean is larger. Cached: "
     "from the last evaluation of drift."},
    {"rca_drift_cosine_distance",
     "Cosine distance of the centroids of embeddings, 0 to 2. Cached: from the last evaluation of drift."},
    {"rca_drift_frechet_distance",
     "Frechet distance of embeddings, in the square of their unit. Cached: from the last "
     "evaluation of drift."},
    {"rca_drift_mmd",
     "Squared maximum mean discrepancy of embeddings with a Gaussian kernel. Cached: from the last "
     "evaluation of drift."},
}};
constexpr std::size_t kPrefixBytes = std::string_view("rca_drift_").size();

template <std::size_t I>
void fill_statistic(S source, Series& series) {
  for_each_comparison(source, [&](const DriftComparison& comparison) {
    for (const rca::StatisticVerdict& verdict : comparison.result.statistics) {
      if (verdict.statistic->series() != kStatistics.at(I).family.substr(kPrefixBytes)) continue;
      series.add({comparison.signal, comparison.entity, comparison.reference}, verdict.result.value);
    }
  });
}

template <std::size_t... I>
std::vector<Row> statistic_rows(std::index_sequence<I...> /*numbers*/) {
  return {Row{kStatistics.at(I).family,
              kGauge,
              {"signal", "entity", "reference"},
              kStatistics.at(I).help,
              fill_statistic<I>}...};
}

void fill_p_values(S source, Series& series) {
  for_each_comparison(source, [&](const DriftComparison& comparison) {
    for (const rca::StatisticVerdict& verdict : comparison.result.statistics) {
      if (!verdict.result.p_value) continue;
      series.add({comparison.signal, comparison.entity, comparison.reference, verdict.statistic->name()},
                 *verdict.result.p_value);
    }
  });
}

void fill_adjusted(S source, Series& series) {
  for_each_comparison(source, [&](const DriftComparison& comparison) {
    for (const rca::StatisticVerdict& verdict : comparison.result.statistics) {
      if (!verdict.adjusted_p_value) continue;
      series.add({comparison.signal, comparison.entity, comparison.reference, verdict.statistic->name()},
                 *verdict.adjusted_p_value);
    }
  });
}

void fill_samples(S source, Series& series) {
  for_each_comparison(source, [&](const DriftComparison& comparison) {
    series.add({comparison.signal, comparison.entity, comparison.reference, "current"}, comparison.result.current_size);
    series.add({comparison.signal, comparison.entity, comparison.reference, "reference"},
               comparison.result.reference_size);
  });
}

void fill_gaps_of_drift(S source, Series& series) {
  for_each_comparison(source, [&](const DriftComparison& comparison) {
    for (const DriftGap gap : comparison.gaps) {
      series.add({comparison.signal, comparison.entity, comparison.reference, to_string(gap)}, 1);
    }
  });
}

void fill_distribution(S source, Series& series) {
  for_each_comparison(source, [&](const DriftComparison& comparison) {
    for (const rca::BucketContribution& bucket : comparison.buckets) {
      const std::string le = remote_read::format_bound(bucket.upper_bound);
      series.add({comparison.signal, comparison.entity, comparison.reference, "current", le}, bucket.current_share);
      series.add({comparison.signal, comparison.entity, comparison.reference, "reference", le}, bucket.reference_share);
    }
  });
}

void fill_contributions(S source, Series& series) {
  for_each_comparison(source, [&](const DriftComparison& comparison) {
    for (const rca::BucketContribution& bucket : comparison.buckets) {
      series.add(
          {comparison.signal, comparison.entity, comparison.reference, remote_read::format_bound(bucket.upper_bound)},
          bucket.contribution);
    }
  });
}

void fill_attributions(S source, Series& series) {
  for_each_comparison(source, [&](const DriftComparison& comparison) {
    for (const DriftAttribution& one : comparison.attributions) {
      series.add({comparison.signal, comparison.entity, comparison.reference, one.label, one.value.value},
                 one.value.total());
    }
  });
}

template <auto Field>
void fill_point(S source, Series& series) {
  for_each_chart(source, [&](const SpcChart& chart) { series.add({chart.signal, chart.entity}, chart.point.*Field); });
}

template <auto Field>
void fill_shewhart(S source, Series& series) {
  if (source.snapshot.spc && source.snapshot.spc->shewhart) fill_point<Field>(source, series);
}

template <auto Field>
void fill_ewma(S source, Series& series) {
  if (source.snapshot.spc && source.snapshot.spc->ewma) fill_point<Field>(source, series);
}

void fill_cusum(S source, Series& series) {
  if (!source.snapshot.spc || !source.snapshot.spc->cusum) return;
  for_each_chart(source, [&](const SpcChart& chart) {
    series.add({chart.signal, chart.entity, "high"}, chart.point.cusum_high);
    series.add({chart.signal, chart.entity, "low"}, chart.point.cusum_low);
  });
}

bool is_configured(const SpcReport& report, rca::SpcRule rule) {
  switch (rule) {
    case rca::SpcRule::ewma: return report.ewma;
    case rca::SpcRule::cusum_high:
    case rca::SpcRule::cusum_low: return report.cusum;
    default: return report.shewhart;
  }
}

void fill_violations(S source, Series& series) {
  for_each_chart(source, [&](const SpcChart& chart) {
    if (!chart.enough_data) return;
    for (const rca::SpcRule rule : rca::kSpcRules) {
      if (!is_configured(*source.snapshot.spc, rule)) continue;
      series.add({chart.signal, chart.entity, rca::to_string(rule)}, chart.point.violates(rule) ? 1 : 0);
    }
  });
}

}  // namespace

std::vector<Row> drift_rows() {
  const std::vector<std::string_view> key{"signal", "entity", "reference"};
  const auto with = [&](std::initializer_list<std::string_view> more) {
    std::vector<std::string_view> labels = key;
    labels.insert(labels.end(), more);
    return labels;
  };
  std::vector<Row> rows{
      {"rca_drift_detected", kGauge, key,
       "1 when the current distribution differs from the reference significantly and by enough, otherwise 0. Cached: "
       "from the last evaluation of drift.",
       [](S s, Series& series) {
         for_each_comparison(s, [&](const DriftComparison& c) {
           series.add({c.signal, c.entity, c.reference}, c.result.detected ? 1 : 0);
         });
       }},
      {"rca_drift_enough_data", kGauge, key,
       "1 when both distributions have enough observations for a verdict, otherwise 0. Cached: from the last "
       "evaluation of drift.",
       [](S s, Series& series) {
         for_each_comparison(s, [&](const DriftComparison& c) {
           series.add({c.signal, c.entity, c.reference}, c.result.enough_data ? 1 : 0);
         });
       }},
      {"rca_drift_samples", kGauge, with({"distribution"}),
       "Observations (of gauges: independent values) of the current and the reference distribution. Cached: from the "
       "last evaluation of drift.",
       fill_samples},
  };
  for (Row& row : statistic_rows(std::make_index_sequence<kStatistics.size()>())) rows.push_back(std::move(row));
  const std::vector<Row> rest{
      {"rca_drift_p_value", kGauge, with({"test"}),
       "P-value of the test that both distributions are the same. Cached: from the last evaluation of drift.",
       fill_p_values},
      {"rca_drift_adjusted_p_value", kGauge, with({"test"}),
       "P-value after Benjamini and Hochberg's correction over all tests of the evaluation. Cached: from the last "
       "evaluation of drift.",
       fill_adjusted},
      {"rca_drift_distribution_ratio", kGauge, with({"distribution", "le"}),
       "Share of the observations in the bucket that ends at le (not cumulative), 0..1. Cached: from the last "
       "evaluation of drift.",
       fill_distribution},
      {"rca_drift_bucket_contribution", kGauge, with({"le"}),
       "Share of the bucket that ends at le in the population stability index, 0..1. Cached: from the last evaluation "
       "of drift.",
       fill_contributions},
      {"rca_drift_attribution_ratio", kGauge, with({"label", "value"}),
       "Share of the drift that the observations with this value of the label carry; negative: they work against it. "
       "Cached: from the last evaluation of drift.",
       fill_attributions},
      {"rca_drift_gap", kGauge, with({"reason"}),
       "1 where a comparison lacks something: too few observations, or telemetry that cannot be used. Cached: from the "
       "last evaluation of drift.",
       fill_gaps_of_drift},
      {"rca_drift_reference_age_seconds",
       kGauge,
       {"reference"},
       "From the newest instant that belongs to the reference to the end of the current window. Cached: from the last "
       "evaluation of drift.",
       [](S s, Series& series) {
         if (!s.snapshot.drift) return;
         for (const DriftReferenceStatus& one : s.snapshot.drift->references) series.add({one.name}, one.age_seconds);
       }},
      {"rca_drift_evaluation_timestamp_seconds",
       kGauge,
       {},
       "End of the current window of the last evaluation of drift; unix time.",
       [](S s, Series& series) {
         if (s.snapshot.drift) series.add({}, static_cast<double>(s.snapshot.drift->evaluated_ms) / 1000);
       }},
      {"rca_drift_evaluation_duration_seconds",
       kGauge,
       {},
       "How long the last evaluation of drift took, its reading included.",
       [](S s, Series& series) {
         if (s.snapshot.drift) series.add({}, s.snapshot.drift->seconds);
       }},
      {"rca_drift_evaluation_failures_total",
       kCounter,
       {"stage"},
       "Attempts to read for drift (stage drift) or for control charts (stage spc) that failed and are repeated.",
       [](S s, Series& series) {
         series.add({"drift"}, static_cast<double>(s.snapshot.drift_failures));
         series.add({"spc"}, static_cast<double>(s.snapshot.spc_failures));
       }},
      {"rca_drift_targets",
       kGauge,
       {},
       "Signals of entities whose distribution is compared.",
       [](S s, Series& series) {
         if (s.snapshot.drift) series.add({}, static_cast<double>(s.snapshot.drift->targets));
       }},
  };
  rows.insert(rows.end(), rest.begin(), rest.end());
  return rows;
}

std::vector<Row> spc_rows() {
  using P = rca::ControlPoint;
  const std::vector<std::string_view> key{"signal", "entity"};
  return {
      {"rca_spc_value", kGauge, key, "Newest point of the control chart. Cached: from the last step of the charts.",
       fill_point<&P::value>},
      {"rca_spc_center", kGauge, key, "Centre line of the control chart, of this hour where the signal has a season.",
       fill_point<&P::center>},
      {"rca_spc_sigma", kGauge, key, "Robust standard deviation of the signal in control.", fill_point<&P::sigma>},
      {"rca_spc_upper_limit", kGauge, key, "Upper control limit: centre + 3 sigma.", fill_shewhart<&P::upper_limit>},
      {"rca_spc_lower_limit", kGauge, key, "Lower control limit: centre - 3 sigma.", fill_shewhart<&P::lower_limit>},
      {"rca_spc_ewma", kGauge, key, "Exponentially weighted moving average of the signal.", fill_ewma<&P::ewma>},
      {"rca_spc_ewma_upper_limit", kGauge, key, "Upper control limit of the EWMA.", fill_ewma<&P::ewma_upper_limit>},
      {"rca_spc_ewma_lower_limit", kGauge, key, "Lower control limit of the EWMA.", fill_ewma<&P::ewma_lower_limit>},
      {"rca_spc_cusum",
       kGauge,
       {"signal", "entity", "side"},
       "Cumulative sum of the deviations above (high) or below (low) the centre, in the unit of the signal.",
       fill_cusum},
      {"rca_spc_cusum_limit", kGauge, key, "Beyond this a cumulative sum violates its rule.",
       [](S s, Series& series) {
         if (s.snapshot.spc && s.snapshot.spc->cusum) fill_point<&P::cusum_limit>(s, series);
       }},
      {"rca_spc_violation",
       kGauge,
       {"signal", "entity", "rule"},
       "1 while the newest point violates the rule, otherwise 0; absent without enough data.",
       fill_violations},
      {"rca_spc_enough_data", kGauge, key,
       "1 when the history is long enough to tell the season of the signal, otherwise 0: then no rule is judged.",
       [](S s, Series& series) {
         for_each_chart(s, [&](const SpcChart& chart) {
           series.add({chart.signal, chart.entity}, chart.enough_data ? 1 : 0);
         });
       }},
      {"rca_spc_reference_samples", kGauge, key, "Points in control that centre and sigma come from.",
       [](S s, Series& series) {
         for_each_chart(s, [&](const SpcChart& chart) {
           series.add({chart.signal, chart.entity}, static_cast<double>(chart.reference_samples));
         });
       }},
  };
}

void add_drift_limits(const Source& source, Series& series) {
  series.add({"drift_targets"}, static_cast<double>(source.snapshot.max_drift_targets));
  series.add({"drift_parts"}, static_cast<double>(source.snapshot.max_drift_parts));
  series.add({"drift_buckets_per_comparison"}, static_cast<double>(source.snapshot.max_drift_buckets));
  series.add({"control_charts"}, static_cast<double>(source.snapshot.max_spc_signals));
}

}  // namespace exporter::metrics
