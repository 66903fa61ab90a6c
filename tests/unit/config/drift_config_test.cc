// The sections `drift` and `spc`: what is right arrives where it belongs, what is wrong has its line, key and sentence.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "exporter/config/config.h"

namespace exporter {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

ConfigResult parse(const std::string& text) {
  ConfigChecks checks;
  checks.known_statistics = {"psi", "kolmogorov_smirnov", "ks_statistic"};
  return parse_config("sources: [{url: 'http://h/read'}]\n" + text, "/etc/rca/rca.yml", checks);
}

TEST(DriftConfig, HasDefaultsThatNeedNoSection) {
  for (const char* text : {"", "drift: {}", "drift:"}) {
    const ConfigResult result = parse(text);
    ASSERT_TRUE(result.config.has_value()) << to_string(result.diagnostics);
    const DriftConfig& drift = result.config->drift;
    EXPECT_TRUE(drift.enabled);
    EXPECT_EQ(drift.interval, minutes(5));
    EXPECT_EQ(drift.window, hours(1));
    ASSERT_EQ(drift.references.size(), 1U);
    EXPECT_EQ(drift.references[0].name, "earlier_days");
    EXPECT_EQ(drift.references[0].kind, ReferenceKind::same_hour);
    EXPECT_EQ(drift.references[0].days, 7);
    ASSERT_FALSE(drift.signals.empty());
    EXPECT_EQ(drift.signals[0].name, "prompt_tokens");
    EXPECT_EQ(drift.signals[0].line, 0);
    EXPECT_TRUE(result.config->spc.enabled);
    EXPECT_FALSE(result.config->spc.signals.empty());
  }
}

TEST(DriftConfig, ReadsEveryKey) {
  const ConfigResult result = parse(R"(
drift:
  interval: 1m
  window: 30m
  signals:
    - ttft
    - {name: rag, histogram: 'rag_latency_bucket{job="rag",env!="test"}', by: [service, env]}
    - {name: depth, gauge: queue_depth}
    - {name: answers, embedding: 'answer_embedding{model="m"}', dim: d}
  references:
    - {name: days, same_hour: {days: 3}}
    - {name: before, rolling: {window: 2h, gap: 10m}}
    - {name: launch, fixed: {start: 2026-11-01T00:00:00Z, end: 2026-11-02T00:00:00Z}}
    - {name: golden, pinned: {file: golden.json}}
  min_observations: 50
  min_values: 12
  min_vectors: 8
  alpha: 0.05
  statistics: [psi, ks_statistic]
  thresholds: {psi: 0.25, kolmogorov_smirnov: 0.3}
  attribution: {labels: [tenant], top_k: 3}
  sample_interval: 30s
  limits: {comparisons: 10, parts: 20, buckets: 15, dimensions: 8}
spc:
  signals: [ttft, kv_cache_usage]
  methods: [ewma]
  step: 1m
  window: 3d
  seasonality: hour_of_day
  ewma_lambda: 0.1
  ewma_limit: 3
  cusum_slack: 1
  cusum_limit: 5
  max_signals: 7
)");
  ASSERT_TRUE(result.config.has_value()) << to_string(result.diagnostics);
  const DriftConfig& drift = result.config->drift;
  EXPECT_EQ(drift.interval, minutes(1));
  EXPECT_EQ(drift.window, minutes(30));
  ASSERT_EQ(drift.signals.size(), 4U);
  EXPECT_EQ(drift.signals[0].name, "ttft");
  EXPECT_EQ(drift.signals[0].metric, "");
  EXPECT_GT(drift.signals[0].line, 0);
  EXPECT_EQ(drift.signals[1].metric, "rag_latency");  // native or classic: both are asked for by the plain name
  EXPECT_EQ(drift.signals[1].matchers.size(), 2U);
  EXPECT_THAT(drift.signals[1].by, ElementsAre("service", "env"));
  EXPECT_EQ(drift.signals[2].kind, DriftKind::gauge);
  EXPECT_EQ(drift.signals[3].kind, DriftKind::embedding);
  EXPECT_EQ(drift.signals[3].dim, "d");
  ASSERT_EQ(drift.references.size(), 4U);
  EXPECT_EQ(drift.references[0].days, 3);
  EXPECT_EQ(drift.references[1].kind, ReferenceKind::rolling);
  EXPECT_EQ(drift.references[1].window, hours(2));
  EXPECT_EQ(drift.references[1].gap, minutes(10));
  EXPECT_EQ(drift.references[2].kind, ReferenceKind::fixed);
  EXPECT_EQ(drift.references[2].start_ms, 1793491200000);
  EXPECT_EQ(drift.references[2].end_ms - drift.references[2].start_ms, 86'400'000);
  EXPECT_EQ(drift.references[3].kind, ReferenceKind::pinned);
  EXPECT_EQ(drift.references[3].file, "/etc/rca/golden.json");
  EXPECT_EQ(drift.min_observations, 50U);
  EXPECT_EQ(drift.min_values, 12U);
  EXPECT_EQ(drift.min_vectors, 8U);
  EXPECT_EQ(drift.alpha, 0.05);
  EXPECT_THAT(drift.statistics, ElementsAre("psi", "ks_statistic"));
  EXPECT_THAT(drift.thresholds, ElementsAre(Pair("kolmogorov_smirnov", 0.3), Pair("psi", 0.25)));
  EXPECT_THAT(drift.attribution_labels, ElementsAre("tenant"));
  EXPECT_EQ(drift.attribution_top_k, 3);
  EXPECT_EQ(drift.sample_interval, std::chrono::seconds(30));
  EXPECT_EQ(drift.max_targets, 10U);
  EXPECT_EQ(drift.max_parts, 20U);
  EXPECT_EQ(drift.max_buckets, 15U);
  EXPECT_EQ(drift.max_dimensions, 8U);
  const SpcConfig& spc = result.config->spc;
  EXPECT_THAT(spc.signals, ElementsAre("ttft", "kv_cache_usage"));
  EXPECT_THAT(spc.methods, ElementsAre("ewma"));
  EXPECT_EQ(spc.step, minutes(1));
  EXPECT_EQ(spc.window, hours(72));
  EXPECT_EQ(spc.seasonality, SpcSeason::hour_of_day);
  EXPECT_EQ(spc.ewma_lambda, 0.1);
  EXPECT_EQ(spc.ewma_limit, 3);
  EXPECT_EQ(spc.cusum_slack, 1);
  EXPECT_EQ(spc.cusum_limit, 5);
  EXPECT_EQ(spc.max_signals, 7U);
}

TEST(DriftConfig, EmptyListsMeanNone) {
  const ConfigResult result = parse("drift: {signals: []}\nspc: {signals: []}\n");
  ASSERT_TRUE(result.config.has_value()) << to_string(result.diagnostics);
  EXPECT_THAT(result.config->drift.signals, IsEmpty());
  EXPECT_THAT(result.config->spc.signals, IsEmpty());
}

struct Case {
  const char* text;
  const char* message;  // without the file
};
void PrintTo(const Case& mistake, std::ostream* out) {
  *out << mistake.text;
}

class DriftMistakes : public testing::TestWithParam<Case> {};
TEST_P(DriftMistakes, AreNamed) {
  EXPECT_EQ(to_string(parse(GetParam().text).diagnostics), std::string("/etc/rca/rca.yml:") + GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Config, DriftMistakes,
    testing::Values(
        Case{"drift: {window: 7m}", "2: drift.window: must be a multiple of interval = 5m, not 7m"},
        Case{"drift: {alpha: 1}", "2: drift.alpha: must be between 0 and 1, both excluded"},
        Case{"drift: {statistics: [ks_statstic]}",
             "2: drift.statistics[0]: unknown statistic, did you mean \"ks_statistic\"?"},
        Case{"drift: {thresholds: {psi: 0}}", "2: drift.thresholds.psi: must be greater than 0"},
        Case{"drift: {signals: [ttft, ttft]}", "2: drift.signals[1]: the signal \"ttft\" appears twice"},
        Case{"drift: {signals: [{name: a}]}",
             "2: drift.signals[0]: one of histogram, gauge and embedding is missing; a role of the catalogue is "
             "written alone"},
        Case{"drift: {signals: [{name: a, gauge: x, histogram: y}]}",
             "2: drift.signals[0].gauge: only one of histogram, gauge and embedding may be given"},
        Case{"drift: {signals: [{name: a, gauge: '{job=\"x\"}'}]}",
             "2: drift.signals[0].gauge: must name one metric, such as request_tokens{job=\"app\"}"},
        Case{"drift: {signals: [{name: a, gauge: x, dim: d}]}",
             "2: drift.signals[0].dim: only an embedding has dimensions"},
        Case{"drift: {references: []}", "2: drift.references: must not be empty"},
        Case{"drift: {references: [{name: a}]}",
             "2: drift.references[0]: one of fixed, same_hour, rolling and pinned is missing"},
        Case{"drift: {references: [{name: a, fixed: {start: 5, end: 4}}]}",
             "2: drift.references[0].fixed: end must be after start"},
        Case{"drift: {references: [{name: a, fixed: {start: yesterday, end: 4}}]}",
             "2: drift.references[0].fixed.start: 'yesterday' is neither an RFC 3339 time (2026-11-22T07:30:00Z) nor "
             "unix seconds"},
        Case{"drift: {interval: 5s, window: 5s, references: [{name: a, rolling: {window: 31d}}]}",
             "2: drift.interval: must be longer: a window would consist of 535680 intervals, over 10000"},
        Case{"drift: {attribution: {labels: [le]}}",
             "2: drift.attribution.labels: \"le\" cannot be the name of such a label"},
        Case{"spc: {methods: [shewart]}", "2: spc.methods[0]: unknown method, did you mean \"shewhart\"?"},
        Case{"spc: {window: 1h}", "2: spc.window: must be 20 to 20000 steps of 5m, not 12"},
        Case{"spc: {window: 1d}",
             "2: spc.window: must be at least 2d8h to see every hour of the day twice; `seasonality: none` permits a "
             "shorter one, for signals without a daily rhythm"},
        Case{"spc: {step: 2h, window: 30d}",
             "2: spc.step: must be at most 1h to see every hour, or set `seasonality: none`"}));

}  // namespace
}  // namespace exporter
