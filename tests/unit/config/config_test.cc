// Configurations that are right: every key arrives where it belongs.
#include "exporter/config/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/temp_dir.h"

namespace exporter {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;

constexpr const char* kMinimal = "sources: [{url: 'http://127.0.0.1:9090/api/v1/read'}]\n";

class ConfigFiles : public testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& text) const { return folder_.write(name, text); }
  const test_support::TempDir folder_;
};

TEST(Config, OneSourceIsEnough) {
  const ConfigResult result = parse_config(kMinimal, "rca.yml");
  ASSERT_TRUE(result.config.has_value()) << to_string(result.diagnostics);
  const Config& config = *result.config;
  EXPECT_EQ(config.file, "rca.yml");
  ASSERT_EQ(config.sources.size(), 1U);
  EXPECT_EQ(config.sources[0].url, "http://127.0.0.1:9090/api/v1/read");
  EXPECT_EQ(config.sources[0].name, "127.0.0.1:9090");
  EXPECT_EQ(config.interval, seconds(15));
  EXPECT_EQ(config.window, hours(1));
  EXPECT_THAT(config.methods, ElementsAre("consensus", "peer_deviation", "baro", "nsigma"));
  EXPECT_EQ(config.slos.size(), default_slos().size());
  EXPECT_EQ(config.store_path, "rca_exporter.db");
  EXPECT_FALSE(config.webhook_enabled);
  EXPECT_FALSE(config.lifecycle_enabled);
}

TEST(Config, ReadsEvaluationAndIncidents) {
  const ConfigResult result = parse_config(std::string(kMinimal) + R"(
evaluation:
  interval: 10s
  step: 2s
  window: 2h
  normal_window: 40m
  anomalous_window: 5m
  lookback: 1m
  rate_range: 30s
  ingestion_delay: 90s
  promql_semantics: left_open
  seed: 42
  max_signals: 500
methods: [baro]
incidents: {open_after: 20s, resolve_after: 2m, resolve_ratio: 0.8, top_k: 5, kept: 7}
web: {enable_write: true, enable_lifecycle: true}
)",
                                           "rca.yml");
  ASSERT_TRUE(result.config.has_value()) << to_string(result.diagnostics);
  const Config& config = *result.config;
  EXPECT_EQ(config.interval, seconds(10));
  EXPECT_EQ(config.step, seconds(2));
  EXPECT_EQ(config.window, hours(2));
  EXPECT_EQ(config.normal_window, minutes(40));
  EXPECT_EQ(config.anomalous_window, minutes(5));
  EXPECT_EQ(config.lookback, minutes(1));
  EXPECT_EQ(config.rate_range, seconds(30));
  EXPECT_EQ(config.ingestion_delay, seconds(90));
  EXPECT_EQ(config.semantics, PromqlSemantics::left_open);
  EXPECT_EQ(config.seed, 42U);
  EXPECT_EQ(config.max_signals, 500U);
  EXPECT_THAT(config.methods, ElementsAre("baro"));
  EXPECT_EQ(config.incidents.open_after, seconds(20));
  EXPECT_EQ(config.incidents.resolve_after, minutes(2));
  EXPECT_EQ(config.incidents.resolve_ratio, 0.8);
  EXPECT_EQ(config.incidents.top_k, 5);
  EXPECT_EQ(config.incidents.kept, 7);
  EXPECT_TRUE(config.webhook_enabled);
  EXPECT_TRUE(config.lifecycle_enabled);
}

TEST_F(ConfigFiles, ReadsSourcesAndTheFilesBesideIt) {
  write("password", "s3cret\n");
  write("token", "abc");
  write("ca.pem", "x");
  write("cert.pem", "x");
  write("key.pem", "x");
  write("mine.yml", "version: 1\n");
  const std::string path = write("rca.yml", R"(
sources:
  - name: mimir
    url: https://mimir.example/prometheus/api/v1/read?x=1
    streamed: false
    headers: {X-Scope-OrgID: team-a}
    basic_auth: {username: user, password_file: password}
    tls_config: {ca_file: ca.pem, cert_file: cert.pem, key_file: key.pem, insecure_skip_verify: true}
    timeout: 30s
    connect_timeout: 2s
    retries: {max_attempts: 5, min_backoff: 100ms, max_backoff: 1s}
    concurrency: 8
    queries_per_request: 2
    limits: {bytes: 64MB, frame_bytes: 2MiB, series: 1000, samples: 2000}
  - {url: "http://h:8086/api/v1/prom/read?db=p", dialect: influxdb, bearer_token_file: token}
  - {url: "http://[::1]:20416/api/v1/prom/read", dialect: deepflow, basic_auth: {username: u, password: "p w"}}
catalog: {files: [mine.yml], match: ['namespace="ray"', 'pod!~"test.*"'], exporters: [vllm]}
store: {path: state/rca.db}
)");
  const ConfigResult result = load_config(path);
  ASSERT_TRUE(result.config.has_value()) << to_string(result.diagnostics);
  ASSERT_EQ(result.config->sources.size(), 3U);
  const remote_read::EndpointOptions& mimir = result.config->sources[0];
  EXPECT_EQ(mimir.name, "mimir");
  EXPECT_FALSE(mimir.streamed);
  EXPECT_EQ(mimir.headers.at("X-Scope-OrgID"), "team-a");
  EXPECT_EQ(mimir.basic_auth_username, "user");
  EXPECT_EQ(mimir.basic_auth_password, "s3cret");
  EXPECT_EQ(mimir.tls.ca_file, folder_.file("ca.pem"));
  EXPECT_EQ(mimir.tls.cert_file, folder_.file("cert.pem"));
  EXPECT_EQ(mimir.tls.key_file, folder_.file("key.pem"));
  EXPECT_TRUE(mimir.tls.insecure_skip_verify);
  EXPECT_EQ(mimir.timeout, seconds(30));
  EXPECT_EQ(mimir.connect_timeout, seconds(2));
  EXPECT_EQ(mimir.retry.max_attempts, 5);
  EXPECT_EQ(mimir.retry.min_backoff, milliseconds(100));
  EXPECT_EQ(mimir.retry.max_backoff, seconds(1));
  EXPECT_EQ(mimir.concurrency, 8);
  EXPECT_EQ(mimir.queries_per_request, 2);
  EXPECT_EQ(mimir.limits.max_bytes, 64U << 20U);
  EXPECT_EQ(mimir.limits.max_frame_bytes, 2U << 20U);
  EXPECT_EQ(mimir.limits.max_series, 1000U);
  EXPECT_EQ(mimir.limits.max_samples, 2000U);
  EXPECT_EQ(result.config->sources[1].dialect, remote_read::Dialect::influxdb);
  EXPECT_EQ(result.config->sources[1].name, "h:8086");
  EXPECT_EQ(result.config->sources[1].bearer_token_file, folder_.file("token"));
  EXPECT_EQ(result.config->sources[2].dialect, remote_read::Dialect::deepflow);
  EXPECT_EQ(result.config->sources[2].name, "[::1]:20416");
  EXPECT_EQ(result.config->sources[2].basic_auth_password, "p w");
  EXPECT_THAT(result.config->catalog_files, ElementsAre(folder_.file("mine.yml")));
  EXPECT_THAT(result.config->series_matchers, ElementsAre("namespace=\"ray\"", "pod!~\"test.*\""));
  EXPECT_THAT(result.config->catalog_exporters, ElementsAre("vllm"));
  EXPECT_EQ(result.config->store_path, folder_.file("state/rca.db"));
}

TEST(Config, ReadsEntitiesPeersGraphAndSlos) {
  const ConfigResult result = parse_config(std::string(kMinimal) + R"(
entities:
  - {regex: 'llm-.*-(head)-.*', replacement: ray-$1}
  - {regex: '.*dcgm-exporter.*', replacement: ''}
peer_groups: [{name: replicas, entities: 'ray-.*'}]
graph: {calls: [{source: nginx-proxy, target: ray-head}]}
slos:
  - {name: ttft, sli: time_to_first_token, threshold: 2.5}
  - name: all.of-it
    sli: throughput
    role: my_token_rate
    entity: ray-head
    threshold: 100
    objective: 0.95
    min_request_rate: 0.5
  - {name: latency, sli: end_to_end_latency, quantile: 0.5, threshold: 30, open_after: 3m}
store: {path: ':memory:'}
)",
                                           "rca.yml");
  ASSERT_TRUE(result.config.has_value()) << to_string(result.diagnostics);
  const Config& config = *result.config;
  ASSERT_EQ(config.entity_rules.size(), 2U);
  EXPECT_EQ(config.entity_rules[0].replacement, "ray-$1");
  EXPECT_EQ(config.entity_rules[1].replacement, "");
  ASSERT_EQ(config.peer_groups.size(), 1U);
  EXPECT_EQ(config.peer_groups[0].name, "replicas");
  EXPECT_EQ(config.peer_groups[0].entities, "ray-.*");
  ASSERT_EQ(config.calls.size(), 1U);
  EXPECT_EQ(config.calls[0].source, "nginx-proxy");
  EXPECT_EQ(config.calls[0].target, "ray-head");
  ASSERT_EQ(config.slos.size(), 3U);
  EXPECT_EQ(config.slos[0].sli, SliKind::time_to_first_token);
  EXPECT_EQ(config.slos[0].quantile, 0.95);
  EXPECT_EQ(config.slos[0].line, 9);
  EXPECT_EQ(config.slos[1].role, "my_token_rate");
  EXPECT_EQ(config.slos[1].entity, "ray-head");
  EXPECT_EQ(config.slos[1].objective, 0.95);
  EXPECT_EQ(config.slos[1].min_request_rate, 0.5);
  EXPECT_EQ(config.slos[2].quantile, 0.5);
  EXPECT_EQ(config.slos[2].open_after, std::chrono::minutes(3));
  EXPECT_FALSE(config.slos[0].open_after);
  EXPECT_EQ(config.store_path, ":memory:");
}

TEST(Config, AnEmptyListOfSlosMeansNone) {
  const ConfigResult result = parse_config(std::string(kMinimal) + "slos: []\n", "rca.yml");
  ASSERT_TRUE(result.config.has_value());
  EXPECT_TRUE(result.config->slos.empty());
}

TEST(Config, EverySliHasANameAndARole) {
  for (const SliKind kind :
       {SliKind::time_to_first_token, SliKind::inter_token_latency, SliKind::end_to_end_latency, SliKind::error_ratio,
        SliKind::availability, SliKind::throughput, SliKind::quality, SliKind::quality_defect}) {
    const std::string text =
        std::string(kMinimal) + "slos: [{name: a, threshold: 0.5, sli: " + std::string(to_string(kind)) + "}]\n";
    const ConfigResult result = parse_config(text, "rca.yml");
    ASSERT_TRUE(result.config.has_value()) << to_string(result.diagnostics);
    EXPECT_EQ(result.config->slos[0].sli, kind);
    EXPECT_NE(default_role(kind), "");
  }
}

}  // namespace
}  // namespace exporter
