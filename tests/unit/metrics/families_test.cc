#include "exporter/metrics/families.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <limits>
#include <set>

#include "tests/support/temp_dir.h"
#include "tests/unit/metrics/sample_snapshot.h"

namespace exporter {
namespace {

using testing::HasSubstr;

const BuildLabels kBuild{"0.1.0", "abc", "gcc 12"};

// Not the matcher HasSubstr: that would print the whole page when it fails.
bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string text_of(const Snapshot& snapshot) {
  return render(snapshot_families(snapshot, kBuild));
}

TEST(Families, ShowWhatTheSnapshotHolds) {
  const std::string text = text_of(sample_snapshot());
  for (const char* line : {
           "rca_incident_active{slo=\"itl\"} 1\n",
           "rca_incident_active{slo=\"ttft\"} 0\n",
           "rca_slo_info{slo=\"itl\",service=\"chat\",sli=\"inter_token_latency\",budgeting_method=\"occurrences\"} "
           "1\n",
           "rca_slo_objective_ratio{slo=\"itl\"} 0.99\n",
           "rca_slo_sli_ratio{slo=\"itl\",window=\"5m\"} 0.98\n",
           "rca_slo_sli_ratio{slo=\"itl\",window=\"30d\"} 0.875\n",
           "rca_slo_burn_rate{slo=\"itl\",window=\"5m\"} 2\n",
           "rca_slo_burn_rate_limit{slo=\"itl\",window=\"1h\",short_window=\"5m\",severity=\"critical\"} 14.4\n",
           "rca_slo_error_budget_remaining_ratio{slo=\"itl\",window=\"30d\"} 0.75\n",
           "rca_slo_data_coverage_ratio{slo=\"itl\",window=\"3d\"} 0.5\n",
           "rca_incident_recurrence_budget_ratio{incident=\"itl-20261122T073000Z\",slo=\"itl\"} 0.25\n",
           "rca_incident_active{slo=\"GpuLost\"} 0\n",
           "rca_incident_info{incident=\"itl-20261122T073000Z\",slo=\"itl\",fault_class=\"compute_"
           "saturation\",entity=\"ray-replicas-1\"} 1\n",
           "rca_incident_info{incident=\"itl-20261121T000000Z\",slo=\"itl\",fault_class=\"unknown\",entity=\"unknown\"}"
           " 1\n",
           "rca_incident_onset_timestamp_seconds{incident=\"itl-20261122T073000Z\",slo=\"itl\"} 1795332580\n",
           "rca_incident_detected_timestamp_seconds{incident=\"itl-20261122T073000Z\",slo=\"itl\"} 1795332600\n",
           "rca_incident_resolved_timestamp_seconds{incident=\"itl-20261121T000000Z\",slo=\"itl\"} 1795246600\n",
           "rca_incident_first_symptom_timestamp_seconds{incident=\"itl-20261122T073000Z\",slo=\"itl\"} 1795332575\n",
           "rca_incident_peak_timestamp_seconds{incident=\"itl-20261122T073000Z\",slo=\"itl\"} 1795332630\n",
           "rca_incident_mitigated_timestamp_seconds{incident=\"itl-20261121T000000Z\",slo=\"itl\"} 1795246540\n",
           "rca_root_cause_score{incident=\"itl-20261122T073000Z\",method=\"baro\",entity=\"ray-replicas-1\",signal="
           "\"gpu_clock\"} 0.75\n",
           // The answer is a probability, not a share.
           "rca_root_cause_score{incident=\"itl-20261122T073000Z\",method=\"consensus\",entity=\"ray-replicas-1\","
           "signal=\"gpu_clock\"} 0.9\n",
           "rca_root_cause_score{incident=\"itl-20261122T073000Z\",method=\"consensus\",entity=\"ray-head\","
           "signal=\"\"} 0.06\n",
           "rca_root_cause_rank{incident=\"itl-20261122T073000Z\",method=\"consensus\",entity=\"ray-head\"} 2\n",
           "rca_fault_class_probability{incident=\"itl-20261122T073000Z\",entity=\"ray-replicas-1\",category="
           "\"inference_"
           "infrastructure\",fault_class=\"compute_saturation\"} 0.8\n",
           "rca_fault_class_probability{incident=\"itl-20261122T073000Z\",entity=\"ray-replicas-1\",category="
           "\"unknown\","
           "fault_class=\"unknown\"} 0.1\n",
           "rca_finding_role{incident=\"itl-20261122T073000Z\",entity=\"gateway\",signal=\"gateway_retry_rate\",role="
           "\"contributing_factor\"} 1\n",
           "rca_finding_probability{incident=\"itl-20261122T073000Z\",entity=\"gateway\",signal=\"gateway_retry_rate\","
           "role=\"contributing_factor\"} 0.3\n",
           "rca_change_likelihood{incident=\"itl-20261122T073000Z\",kind=\"deployment\",entity=\"ray-head\","
           "from=\"v1\",to=\"v2\"} 0.2\n",
           "rca_why{incident=\"itl-20261122T073000Z\",step=\"2\",effect=\"requests queue at "
           "ray-replicas-1\",cause=\"its "
           "GPU computes more slowly\"} 0.8\n",
           "rca_propagation_edge_weight{incident=\"itl-20261122T073000Z\",source=\"ray-replicas-1\",target=\"gateway\"}"
           " "
           "0.75\n",
           "rca_incident_recurrences{incident=\"itl-20261122T073000Z\",slo=\"itl\"} 2\n",
           "rca_incident_error_budget_consumed_ratio{incident=\"itl-20261122T073000Z\",slo=\"itl\"} 0.1",
           "rca_action_verified{incident=\"itl-20261122T073000Z\",action=\"Take ray-replicas-1 out of rotation\",kind="
           "\"mitigate\",state=\"holds\"} 1\n",
           "rca_observability_gap{entity=\"ray-head\",signal=\"traces\",kind=\"no_tracing\"} 1\n",
           "rca_root_cause_rank{incident=\"itl-20261122T073000Z\",method=\"baro\",entity=\"ray-head\"} 2\n",
           "rca_root_cause_rank{incident=\"itl-20261122T073000Z\",method=\"consensus\",entity=\"ray-replicas-1\"} 1\n",
           "rca_anomaly_score{entity=\"ray-replicas-1\",signal=\"gpu_clock\"} 31.5\n",
           "rca_peer_deviation{peer_group=\"vllm\",entity=\"ray-replicas-1\",signal=\"gpu_clock\"} -300000000\n",
           "rca_sli_value{slo=\"ttft\"} Nan\n",
           "rca_drift_detected{signal=\"prompt_tokens\",entity=\"ray-replicas-1\",reference=\"earlier_days\"} 1\n",
           "rca_drift_psi{signal=\"prompt_tokens\",entity=\"ray-replicas-1\",reference=\"earlier_days\"} 0.5\n",
           "rca_drift_samples{signal=\"prompt_tokens\",entity=\"ray-replicas-1\",reference=\"earlier_days\","
           "distribution=\"reference\"} 25200\n",
           "rca_drift_adjusted_p_value{signal=\"prompt_tokens\",entity=\"ray-replicas-1\",reference=\"earlier_days\","
           "test=\"kolmogorov_smirnov\"} 0.002\n",
           "rca_drift_distribution_ratio{signal=\"prompt_tokens\",entity=\"ray-replicas-1\",reference=\"earlier_days\","
           "distribution=\"current\",le=\"+Inf\"} 0.5\n",
           "rca_drift_bucket_contribution{signal=\"prompt_tokens\",entity=\"ray-replicas-1\",reference=\"earlier_"
           "days\","
           "le=\"100\"} 0.4\n",
           "rca_drift_gap{signal=\"prompt_tokens\",entity=\"ray-replicas-1\",reference=\"earlier_days\","
           "reason=\"bounds_changed\"} 1\n",
           "rca_drift_reference_age_seconds{reference=\"earlier_days\"} 82800\n",
           "rca_spc_value{signal=\"ttft\",entity=\"ray-replicas-1\"} 4\n",
           "rca_spc_upper_limit{signal=\"ttft\",entity=\"ray-replicas-1\"} 2.5\n",
           "rca_spc_violation{signal=\"ttft\",entity=\"ray-replicas-1\",rule=\"beyond_3_sigma\"} 1\n",
           "rca_spc_violation{signal=\"ttft\",entity=\"ray-replicas-1\",rule=\"ewma\"} 0\n",
           "rca_spc_enough_data{signal=\"ttft\",entity=\"ray-replicas-1\"} 1\n",
           "rca_spc_enough_data{signal=\"ttft\",entity=\"new\"} 0\n",
           "rca_sli_threshold{slo=\"itl\"} 0.2\n",
           "rca_change_event_timestamp_seconds{kind=\"deployment\",entity=\"ray-head\",from=\"v1\",to=\"v2\"} "
           "1795332600\n",
           "rca_remote_read_up{endpoint=\"prometheus\"} 1\n",
           "rca_remote_read_samples_total{endpoint=\"prometheus\"} 1000000\n",
           "rca_remote_read_failures_total{endpoint=\"prometheus\",reason=\"http_server_error\"} 3\n",
           "rca_remote_read_failures_total{endpoint=\"prometheus\",reason=\"checksum\"} 0\n",
           "rca_evaluation_runs_total 7\n",
           "rca_evaluation_failures_total{reason=\"timeout\"} 2\n",
           "rca_evaluation_failures_total{reason=\"connection\"} 0\n",
           "rca_last_success_timestamp_seconds 1795332600\n",
           "rca_evaluation_signals 120\n",
           "rca_evaluation_signals_limit 20000\n",
           "rca_cardinality_limit{what=\"candidates_per_ranking\"} 2\n",
           "rca_cardinality_limit{what=\"findings_per_incident\"} 30\n",
           "rca_config_last_reload_successful 1\n",
           "rca_build_info{version=\"0.1.0\",revision=\"abc\",compiler=\"gcc 12\"} 1\n",
       }) {
    EXPECT_TRUE(holds(text, line)) << line;
  }
  // Open: no resolution. Beyond top_k: no series.
  EXPECT_FALSE(holds(text, "rca_incident_resolved_timestamp_seconds{incident=\"itl-20261122T073000Z\""));
  EXPECT_FALSE(holds(text, "signal=\"x\""));
  EXPECT_FALSE(holds(text, "cpu-node-0"));
}

TEST(Families, BeforeTheFirstEvaluationOnlyTheExportersOwnSeries) {
  const std::string text = text_of(Snapshot{});
  EXPECT_TRUE(holds(text, "rca_build_info{"));
  EXPECT_TRUE(holds(text, "rca_last_success_timestamp_seconds 0\n"));
  EXPECT_TRUE(holds(text, "rca_evaluation_failures_total{reason=\"timeout\"} 0\n"));
  EXPECT_FALSE(holds(text, "rca_incident_active"));
}

bool is_name(std::string_view name) {
  return !name.empty() && (name[0] < '0' || name[0] > '9') &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

TEST(Families, FollowTheirTable) {
  std::vector<prometheus::MetricFamily> families = snapshot_families(sample_snapshot(), kBuild);
  for (prometheus::MetricFamily& family : process_families(read_process_stats())) families.push_back(std::move(family));
  const auto table = family_table();
  ASSERT_EQ(families.size(), table.size());
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < table.size(); ++i) {
    EXPECT_EQ(families[i].name, table[i].name);
    EXPECT_TRUE(names.insert(table[i].name).second) << table[i].name;
    EXPECT_TRUE(is_name(table[i].name)) << table[i].name;
    EXPECT_TRUE(table[i].name.starts_with("rca_") || table[i].name.starts_with("process_"));
    EXPECT_EQ(table[i].name.ends_with("_total"), table[i].type == prometheus::MetricType::Counter) << table[i].name;
    EXPECT_EQ(table[i].help.find('\n'), std::string_view::npos);
    EXPECT_TRUE(table[i].help.ends_with('.')) << table[i].name;
    for (const prometheus::ClientMetric& metric : families[i].metric) {
      ASSERT_EQ(metric.label.size(), table[i].labels.size()) << table[i].name;
      for (std::size_t l = 0; l < metric.label.size(); ++l) {
        EXPECT_EQ(metric.label[l].name, table[i].labels[l]);
        EXPECT_TRUE(is_name(metric.label[l].name));
      }
    }
  }
}

TEST(Families, CachedResultsSaySo) {
  for (const FamilyRow& row : family_table()) {
    if (row.name == "rca_root_cause_score" || row.name == "rca_anomaly_score" || row.name == "rca_sli_value" ||
        row.name == "rca_peer_deviation" || row.name == "rca_root_cause_rank") {
      EXPECT_THAT(std::string(row.help), HasSubstr("Cached")) << row.name;
    }
  }
}

double sum_of(const Snapshot& snapshot, std::string_view family) {
  double sum = 0;
  for (const prometheus::MetricFamily& one : snapshot_families(snapshot, kBuild)) {
    if (one.name != family) continue;
    for (const prometheus::ClientMetric& metric : one.metric) sum += metric.gauge.value;
  }
  return sum;
}

std::size_t count_of(const Snapshot& snapshot, std::string_view family) {
  for (const prometheus::MetricFamily& one : snapshot_families(snapshot, kBuild)) {
    if (one.name == family) return one.metric.size();
  }
  return 0;
}

TEST(Families, FaultClassProbabilitiesSumToOne) {
  EXPECT_NEAR(sum_of(sample_snapshot(), "rca_fault_class_probability"), 1, 1e-12);
  Snapshot many = sample_snapshot();
  rca::Diagnosis diagnosis = sample_diagnosis();
  diagnosis.assessment.classes.clear();
  for (int i = 0; i < 100; ++i) diagnosis.assessment.classes.push_back({"e" + std::to_string(i), "hot_key", 0.01, {}});
  many.incidents[0].diagnosis = std::make_shared<rca::Diagnosis>(diagnosis);
  EXPECT_NEAR(sum_of(many, "rca_fault_class_probability"), 1, 1e-12);
  EXPECT_EQ(count_of(many, "rca_fault_class_probability"), 21U);
}

TEST(Families, AnUnknownRootCauseIsCalledUnknown) {
  Snapshot snapshot = sample_snapshot();
  rca::Diagnosis diagnosis = sample_diagnosis();
  diagnosis.entity.clear();
  diagnosis.category.clear();
  diagnosis.fault_class = rca::kUnknownFaultClass;
  snapshot.incidents[0].diagnosis = std::make_shared<rca::Diagnosis>(diagnosis);
  EXPECT_TRUE(holds(text_of(snapshot),
                    "rca_incident_info{incident=\"itl-20261122T073000Z\",slo=\"itl\",fault_class=\"unknown\",entity="
                    "\"unknown\"} 1\n"));
}

TEST(Families, WhatADiagnosisSaysIsBounded) {
  Snapshot snapshot = sample_snapshot();
  rca::Diagnosis diagnosis = sample_diagnosis();
  for (int i = 0; i < 500; ++i) {
    const std::string name = "e" + std::to_string(i);
    diagnosis.findings.push_back({name, "x", rca::Role::symptom, "", 0.1, {}});
    diagnosis.propagation.push_back({name, "gateway", 0.1});
    diagnosis.whys.push_back({i, name, std::string(5000, 'w'), 0.1, "", "", ""});
    snapshot.gaps.push_back({name, "x", "missing", ""});
    diagnosis.changes.push_back({{i * 1000, "scaling", name, "", ""}, 0.01, ""});
  }
  snapshot.incidents[0].diagnosis = std::make_shared<rca::Diagnosis>(diagnosis);
  EXPECT_EQ(count_of(snapshot, "rca_finding_role"), 30U);
  EXPECT_EQ(count_of(snapshot, "rca_finding_probability"), 30U);
  EXPECT_EQ(count_of(snapshot, "rca_change_likelihood"), 30U);
  EXPECT_EQ(count_of(snapshot, "rca_propagation_edge_weight"), 30U);
  EXPECT_EQ(count_of(snapshot, "rca_why"), 5U);
  EXPECT_EQ(count_of(snapshot, "rca_observability_gap"), 200U);
  EXPECT_FALSE(holds(text_of(snapshot), std::string(201, 'w')));
  EXPECT_TRUE(holds(text_of(snapshot), std::string(197, 'w') + "…\"}"));
}

TEST(Families, OfAChangeMadeTwiceTheMoreLikelyTimeCounts) {
  Snapshot snapshot = sample_snapshot();
  rca::Diagnosis diagnosis = sample_diagnosis();
  diagnosis.changes.push_back({{1000, "deployment", "ray-head", "v1", "v2"}, 0.05, ""});
  snapshot.incidents[0].diagnosis = std::make_shared<rca::Diagnosis>(diagnosis);
  EXPECT_EQ(count_of(snapshot, "rca_change_likelihood"), 1U);
  EXPECT_DOUBLE_EQ(sum_of(snapshot, "rca_change_likelihood"), 0.2);
}

TEST(Families, AnOpenIncidentIsNotMitigated) {
  const std::string text = text_of(sample_snapshot());
  EXPECT_FALSE(holds(text, "rca_incident_mitigated_timestamp_seconds{incident=\"itl-20261122T073000Z\""));
  EXPECT_FALSE(holds(text, "rca_incident_peak_timestamp_seconds{incident=\"itl-20261121T000000Z\""));
}

TEST(Families, RubbishInLabelsStaysInItsPlace) {
  Snapshot snapshot;
  snapshot.anomalies = {{"a\nb\"c\\d", "\xff\xfe", 1},
                        {"a\nb\"c\\d", "\xfe\xff", 2},  // the same after replacement: only the first stays
                        {std::string(5000, 'x'), std::string("\0", 1), 3},
                        {"", "", std::numeric_limits<double>::infinity()}};
  const std::string text = text_of(snapshot);
  EXPECT_TRUE(holds(text, "rca_anomaly_score{entity=\"a\\nb\\\"c\\\\d\",signal=\"\xef\xbf\xbd\xef\xbf\xbd\"} 1\n"));
  EXPECT_FALSE(holds(text, "} 2\n"));
  EXPECT_TRUE(holds(text, "entity=\"" + std::string(1024, 'x') + "\",signal=\"\xef\xbf\xbd\"} 3\n"));
  EXPECT_TRUE(holds(text, "rca_anomaly_score{entity=\"\",signal=\"\"} +Inf\n"));
  EXPECT_EQ(text.find('\0'), std::string::npos);
}

TEST(Families, ChangeEventsAreBoundedNewestFirst) {
  Snapshot snapshot;
  for (int i = 0; i < 150; ++i) snapshot.changes.push_back({i * 1000, "scaling", "e" + std::to_string(i), "", ""});
  const std::string text = text_of(snapshot);
  EXPECT_TRUE(holds(text, "entity=\"e149\""));
  EXPECT_TRUE(holds(text, "entity=\"e50\""));
  EXPECT_FALSE(holds(text, "entity=\"e49\""));
}

TEST(Families, EveryOneIsDocumented) {
  const char* source = std::getenv("RCA_SOURCE_DIR");
  ASSERT_NE(source, nullptr);
  const std::string page = test_support::read_text(std::string(source) + "/docs/series.md");
  ASSERT_FALSE(page.empty());
  for (const FamilyRow& row : family_table()) {
    const auto line = page.find("| `" + std::string(row.name) + "` |");
    ASSERT_NE(line, std::string::npos) << row.name << " has no row in docs/series.md";
    const std::string text = page.substr(line, page.find('\n', line) - line);
    for (const std::string_view label : row.labels) EXPECT_THAT(text, HasSubstr(std::string(label))) << row.name;
    EXPECT_THAT(text, HasSubstr(row.type == prometheus::MetricType::Counter ? "| counter |" : "| gauge |")) << row.name;
  }
}

TEST(ProcessStats, AreThoseOfThisProcess) {
  const ProcessStats stats = read_process_stats();
  EXPECT_GT(stats.resident_bytes, 1e5);
  EXPECT_GT(stats.virtual_bytes, stats.resident_bytes);
  EXPECT_GE(stats.cpu_seconds, 0);
  EXPECT_GE(stats.threads, 1);
  EXPECT_GE(stats.open_fds, 3);
  EXPECT_GT(stats.max_fds, stats.open_fds);
  const auto now = static_cast<double>(std::time(nullptr));
  EXPECT_GT(stats.start_time_seconds, now - 86'400);
  EXPECT_LE(stats.start_time_seconds, now + 2);
}

TEST(ProcessStats, AnOpenFileCounts) {
  const double before = read_process_stats().open_fds;
  const int fd = dup(0);
  ASSERT_GE(fd, 0);
  EXPECT_EQ(read_process_stats().open_fds, before + 1);
  close(fd);
}

TEST(ProcessFamilies, LeaveOutWhatCouldNotBeRead) {
  ProcessStats stats;
  stats.threads = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(process_families(stats).size(), 6U);
}

}  // namespace
}  // namespace exporter
