#include "exporter/pipeline/service_level.h"

#include <gtest/gtest.h>

#include <cmath>

#include "exporter/pipeline/signal_store.h"
#include "tests/unit/pipeline/fake_source.h"

namespace exporter {
namespace {

using pipeline_test::Faults;
using pipeline_test::History;
using pipeline_test::kStart;
using pipeline_test::labels_of;

// Two replicas; the second is slower and fails more, and serves half as much.
std::shared_ptr<History> two_replicas() {
  auto history = std::make_shared<History>();
  for (std::int64_t t = 0; t <= 900'000; t += 5000) {
    const double n = static_cast<double>(t) / 5000;
    const auto put = [&](const char* pod, const std::string& name, std::vector<rca::Label> labels, double value) {
      labels.push_back({"pod", pod});
      history->series[labels_of(name, std::move(labels))].push_back(kStart + t, value);
    };
    put("a", "latency_seconds_bucket", {{"le", "1"}}, 20 * n);
    put("a", "latency_seconds_bucket", {{"le", "2"}}, 20 * n);
    put("a", "latency_seconds_bucket", {{"le", "+Inf"}}, 20 * n);
    put("b", "latency_seconds_bucket", {{"le", "1"}}, 0);
    put("b", "latency_seconds_bucket", {{"le", "2"}}, 10 * n);
    put("b", "latency_seconds_bucket", {{"le", "+Inf"}}, 10 * n);
    put("a", "requests_total", {{"code", "200"}}, 20 * n);
    put("a", "requests_total", {{"code", "500"}}, 0);
    put("b", "requests_total", {{"code", "200"}}, 7 * n);
    put("b", "requests_total", {{"code", "500"}}, 3 * n);
    put("a", "work_total", {}, 100 * n);
    put("b", "work_total", {}, 50 * n);
  }
  return history;
}

double last_of(const Slo& slo, bool judged = false) {
  Config config = pipeline_test::test_config();
  config.slos = {slo};
  const auto history = two_replicas();
  Sources sources = pipeline_test::one_source(history, std::make_shared<Faults>());
  SignalStore store(config, pipeline_test::test_resolver(config), rca::RangeSemantics::closed);
  EXPECT_TRUE(store.update(kStart + 900'000, sources, {}).ok());
  if (!judged) return store.levels().measured(0, *store.last_row());
  const auto series = store.levels().series(store.first_row(), *store.last_row(), store.step_ms());
  EXPECT_EQ(series.size(), 1U);
  return series[0].values.back();
}

Slo slo_of(SliKind kind, const std::string& role, const std::string& entity = "") {
  Slo slo;
  slo.name = "x";
  slo.sli = kind;
  slo.role = role;
  slo.entity = entity;
  slo.threshold = 1;
  slo.quantile = 0.8;
  return slo;
}

TEST(ServiceLevels, LatencyOfTheServiceIsTheQuantileOfAllBuckets) {
  // Of 30 requests 20 take up to 1 s and 10 up to 2 s: the 24th lies 4/10 into the second bucket.
  EXPECT_DOUBLE_EQ(last_of(slo_of(SliKind::end_to_end_latency, "latency")), 1.4);
  EXPECT_DOUBLE_EQ(last_of(slo_of(SliKind::end_to_end_latency, "latency", "a")), 0.8);
  EXPECT_DOUBLE_EQ(last_of(slo_of(SliKind::end_to_end_latency, "latency", "b")), 1.8);
}

TEST(ServiceLevels, ErrorRatioOfTheServiceIsAllErrorsOverAllRequests) {
  EXPECT_DOUBLE_EQ(last_of(slo_of(SliKind::error_ratio, "error_ratio")), 0.1);
  EXPECT_DOUBLE_EQ(last_of(slo_of(SliKind::error_ratio, "error_ratio", "b")), 0.3);
  EXPECT_DOUBLE_EQ(last_of(slo_of(SliKind::availability, "error_ratio")), 0.9);
}

TEST(ServiceLevels, ThroughputIsSummedAndIdleRowsKeepTheObjective) {
  Slo slo = slo_of(SliKind::throughput, "work");
  EXPECT_DOUBLE_EQ(last_of(slo), 30);
  slo.min_request_rate = 5;
  EXPECT_DOUBLE_EQ(last_of(slo, true), 30);
  slo.min_request_rate = 7;  // six requests a second arrive
  EXPECT_DOUBLE_EQ(last_of(slo), 30);
  EXPECT_EQ(last_of(slo, true), INFINITY);
}

TEST(ServiceLevels, NoDataIsNoValue) {
  EXPECT_TRUE(std::isnan(last_of(slo_of(SliKind::end_to_end_latency, "latency", "nobody"))));
  EXPECT_TRUE(std::isnan(last_of(slo_of(SliKind::end_to_end_latency, "renamed"))));
}

}  // namespace
}  // namespace exporter
