#include "rca_core/diagnosis/audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace rca {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr std::int64_t kNow = 1'700'049'600'000;  // 12:00:00Z

EntityInventory replica(const std::string& name, const std::vector<std::string>& roles) {
  EntityInventory out;
  out.entity = name;
  out.peer_group = "model-a";
  for (const std::string& role : roles) out.roles.push_back({role, kNow - 10'000, false});
  out.serves_requests = true;
  out.trace_coverage = 0.99;
  out.has_logs = true;
  out.unstructured_log_ratio = 0.0;
  out.log_without_trace_id_ratio = 0.0;
  return out;
}

Inventory healthy() {
  Inventory inventory;
  inventory.now_ms = kNow;
  for (const char* name : {"r0", "r1", "r2"}) {
    inventory.entities.push_back(replica(name, {"ttft", "kv_cache_usage", "gpu_clock"}));
  }
  inventory.objectives.push_back({"ttft-p90", "ttft", {20, 40, 30}, 60});
  return inventory;
}

std::vector<std::string> keys(const std::vector<ObservabilityGap>& gaps) {
  std::vector<std::string> out;
  for (const ObservabilityGap& gap : gaps) {
    out.push_back(gap.entity + " " + gap.signal + " " + gap.kind + " " + std::string(fault_class_of(gap)));
  }
  return out;
}

TEST(Audit, FindsNothingWhereAllIsThere) {
  EXPECT_THAT(audit(healthy()), IsEmpty());
  EXPECT_THAT(audit({}), IsEmpty());
}

TEST(Audit, MissesWhatPeersHave) {
  Inventory inventory = healthy();
  inventory.entities[1].roles.erase(inventory.entities[1].roles.begin() + 2);
  const auto gaps = audit(inventory);
  ASSERT_THAT(keys(gaps), UnorderedElementsAre("r1 gpu_clock missing missing_metrics"));
  EXPECT_EQ(
      gaps[0].text,
      "r1 does not send gpu_clock, as 2 of its 2 peers do, without which compute_saturation is hard to recognise");
}

// A role that only one of three has is that one's speciality.
TEST(Audit, DoesNotExpectWhatFewPeersHave) {
  Inventory inventory = healthy();
  inventory.entities[0].roles.push_back({"spec_decode_acceptance_ratio", kNow, false});
  EXPECT_THAT(audit(inventory), IsEmpty());
}

TEST(Audit, ExpectsOfAnExporterOnlyWhatTheTableNeeds) {
  Inventory inventory = healthy();
  for (EntityInventory& entity : inventory.entities) entity.exporter_roles = {"preemption_rate", "request_n", "ttft"};
  EXPECT_THAT(keys(audit(inventory)), UnorderedElementsAre("r0 preemption_rate missing missing_metrics",
                                                           "r1 preemption_rate missing missing_metrics",
                                                           "r2 preemption_rate missing missing_metrics"));
}

TEST(Audit, TellsStaleFromMissing) {
  Inventory inventory = healthy();
  inventory.entities[2].roles[0].last_sample_ms = kNow - 600'000;
  const auto gaps = audit(inventory);
  ASSERT_THAT(keys(gaps), UnorderedElementsAre("r2 ttft stale missing_metrics"));
  EXPECT_THAT(gaps[0].text, HasSubstr("11:50:00Z"));
}

TEST(Audit, AnEntityThatIsCalledNeedsMetrics) {
  Inventory inventory = healthy();
  EntityInventory tool;
  tool.entity = "search-api";
  tool.serves_requests = true;
  inventory.entities.push_back(tool);
  EXPECT_THAT(keys(audit(inventory)), UnorderedElementsAre("search-api metrics missing missing_metrics",
                                                           "search-api traces no_tracing missing_traces",
                                                           "search-api logs missing unstructured_logs"));
  inventory.traces_expected = false;
  inventory.logs_expected = false;
  EXPECT_THAT(keys(audit(inventory)), UnorderedElementsAre("search-api metrics missing missing_metrics"));
}

TEST(Audit, MeasuresTracesAndLogs) {
  Inventory inventory = healthy();
  inventory.entities[0].trace_coverage = 0.1;
  inventory.entities[1].unstructured_log_ratio = 0.6;
  inventory.entities[1].log_without_trace_id_ratio = 0.9;
  inventory.entities[2].log_without_trace_id_ratio = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(keys(audit(inventory)),
              UnorderedElementsAre("r0 traces no_tracing missing_traces", "r1 logs unstructured unstructured_logs",
                                   "r1 logs no_correlation_id unstructured_logs"));
}

TEST(Audit, AlertingIsLateAgainstItsTarget) {
  Inventory inventory = healthy();
  inventory.objectives[0].detection_delays_s = {300, 20, 200};
  const auto gaps = audit(inventory);
  ASSERT_THAT(keys(gaps), UnorderedElementsAre("ttft-p90 ttft late_alerting late_alerting"));
  EXPECT_THAT(gaps[0].text, HasSubstr("200 s after the onset"));
  inventory.objectives[0].target_s = 0;
  EXPECT_THAT(audit(inventory), IsEmpty());
}

// Span metrics end at both sides of a call when one side stops sending spans: that side is the gap.
TEST(Audit, LostSpansExplainWhatIsComputedFromThem) {
  Inventory inventory = healthy();
  for (EntityInventory& entity : inventory.entities) {
    entity.peer_group.clear();
    entity.roles.push_back({"span_latency", kNow - 600'000, true});
    entity.roles.push_back({"service_graph_latency", kNow - 600'000, true});
  }
  inventory.entities[1].trace_coverage = 0;
  inventory.entities[2].roles[0].last_sample_ms = kNow - 600'000;
  EXPECT_THAT(keys(audit(inventory)),
              UnorderedElementsAre("r1 traces no_tracing missing_traces", "r2 ttft stale missing_metrics"));
  inventory.entities[1].trace_coverage = 0.99;
  EXPECT_EQ(audit(inventory).size(), 7);  // nobody lost spans: the series themselves stopped
}

TEST(Audit, RulesThatAreSkippedMakeAlertsLate) {
  Inventory inventory = healthy();
  EntityInventory prometheus;
  prometheus.entity = "prometheus-0";
  prometheus.rule_missed_ratio = 0.9;
  inventory.entities.push_back(prometheus);
  const auto gaps = audit(inventory);
  ASSERT_THAT(keys(gaps), UnorderedElementsAre("prometheus-0 rule_missed_ratio late_alerting late_alerting"));
  EXPECT_THAT(gaps[0].text, HasSubstr("90 %"));
  for (const double fine : {0.0, 0.1, std::numeric_limits<double>::quiet_NaN()}) {
    inventory.entities.back().rule_missed_ratio = fine;
    EXPECT_THAT(audit(inventory), IsEmpty());
  }
}

TEST(Audit, EveryGapHasARowInTheTable) {
  for (const char* kind :
       {"missing", "stale", "no_tracing", "no_correlation_id", "unstructured", "late_alerting", "something else"}) {
    ObservabilityGap gap;
    gap.kind = kind;
    const FaultClass* row = find_fault_class(fault_class_of(gap));
    ASSERT_NE(row, nullptr) << kind;
    EXPECT_EQ(row->category, FaultCategory::observability_gaps);
  }
}

}  // namespace
}  // namespace rca
