// Logs, traces, rules and endpoints of the full stack, and the faults that leave gaps in them.
#include <gtest/gtest.h>

#include <string>

#include "tests/testbed/llmsim/exporters/exporter.h"
#include "tests/testbed/llmsim/hooks/endpoints.h"
#include "tests/testbed/llmsim/hooks/logs.h"
#include "tests/testbed/llmsim/hooks/rule_groups.h"
#include "tests/testbed/llmsim/hooks/traces.h"
#include "tests/testbed/llmsim/scrapes.h"

namespace llmsim {
namespace {

std::uint64_t server_spans(const Simulation& simulation, std::string_view service) {
  std::uint64_t out = 0;
  for (const auto& [key, counts] : find_traces(simulation)->spans()) {
    if (std::get<0>(key) == service && std::get<1>(key) == Traces::Side::server) out += counts.ok + counts.failed;
  }
  return out;
}

LogCounts lines(const Simulation& simulation, const std::string& container, const std::string& logger) {
  return find_logs(simulation)->streams().at({container, logger}).counts;
}

TEST(TracesTest, NearlyEveryRequestIsTracedOnEverySide) {
  Simulation simulation(full_stack_config());
  simulation.advance_to(300);
  const auto requests = static_cast<double>(simulation.client().answered);
  EXPECT_NEAR(static_cast<double>(server_spans(simulation, "chat-app")), requests, 0.05 * requests);
  double replicas = 0;
  for (std::size_t i = 0; i < simulation.topology().replicas(); ++i) {
    replicas += static_cast<double>(server_spans(simulation, simulation.topology().replica_pod(i).container));
  }
  EXPECT_NEAR(replicas, requests, 0.05 * requests);
  const auto& calls = find_traces(simulation)->calls();
  EXPECT_TRUE(calls.contains({"gateway", "chat-app"}));
  EXPECT_TRUE(calls.contains({"chat-app", "vector-store"}));
}

TEST(TracesTest, MissingTracesTakesOnlyTheTargetsSpans) {
  Simulation simulation(full_stack_config());
  simulation.advance_to(120);
  ASSERT_TRUE(simulation.inject("missing_traces").ok());
  EXPECT_EQ(simulation.faults().back().entity, pod_entity(simulation.topology(), "chat-app"));
  const auto app = server_spans(simulation, "chat-app");
  const auto store = server_spans(simulation, "vector-store");
  const auto answered = simulation.client().answered;
  simulation.advance_to(240);
  EXPECT_EQ(server_spans(simulation, "chat-app"), app);
  EXPECT_GT(server_spans(simulation, "vector-store"), store + 100);
  EXPECT_GT(simulation.client().answered, answered + 300) << "nobody feels it";
  simulation.remove_faults();
  simulation.advance_to(300);
  EXPECT_GT(server_spans(simulation, "chat-app"), app + 100);
}

TEST(LogsTest, LinesAreStructuredAndNameTheirTrace) {
  Simulation simulation(full_stack_config());
  simulation.advance_to(300);
  for (const std::string container : {"gateway", "chat-app", "vector-store", "ray-replicas-1"}) {
    const LogCounts own = lines(simulation, container, container);
    EXPECT_GT(own.lines, 100U) << container;
    EXPECT_EQ(own.unstructured, 0U) << container;
    // Engines log their throughput every ten seconds, which belongs to no request.
    EXPECT_EQ(own.without_trace_id, container == "ray-replicas-1" ? 30U : 0U) << container;
    EXPECT_GT(lines(simulation, container, std::string(kSidecar)).lines, 50U) << container;
  }
}

TEST(LogsTest, TheRulerRecordsTheLastMinute) {
  Simulation simulation(full_stack_config());
  simulation.advance_to(300);
  const Logs& logs = *find_logs(simulation);
  EXPECT_GE(logs.recorded_ago(), 0);
  EXPECT_LE(logs.recorded_ago(), 18);
  const auto& stream = logs.streams().at({"chat-app", "chat-app"});
  EXPECT_NEAR(stream.recorded.lines, static_cast<double>(stream.counts.lines) / 300, 0.35 * stream.recorded.lines);
}

TEST(LogsTest, UnstructuredLogsTakesStructureAndTraceOfTheTarget) {
  Simulation simulation(full_stack_config());
  simulation.advance_to(100);
  ASSERT_TRUE(simulation.inject("unstructured_logs", "vector-store").ok());
  EXPECT_EQ(simulation.faults().back().entity, "vector-store-0");
  const LogCounts before = lines(simulation, "vector-store", "vector-store");
  const LogCounts sidecar = lines(simulation, "vector-store", std::string(kSidecar));
  simulation.advance_to(200);
  const LogCounts after = lines(simulation, "vector-store", "vector-store");
  EXPECT_GT(after.lines, before.lines + 50);
  EXPECT_EQ(after.unstructured - before.unstructured, after.lines - before.lines);
  EXPECT_EQ(after.without_trace_id - before.without_trace_id, after.lines - before.lines);
  EXPECT_EQ(lines(simulation, "vector-store", std::string(kSidecar)).unstructured, sidecar.unstructured);
  EXPECT_EQ(lines(simulation, "chat-app", "chat-app").unstructured, 0U);
}

TEST(RuleGroupTest, SlowIterationsMissThoseThatFallDue) {
  RuleGroup group(1, "p", "g", 15, 0.1);
  group.advance(600);
  EXPECT_EQ(group.due(), 40U);
  EXPECT_EQ(group.missed(), 0U);
  ASSERT_TRUE(group.delay(300).has_value());
  EXPECT_LE(*group.delay(300), 16);
  group.set_cost(1000);  // 100 s
  group.advance(1800);
  EXPECT_EQ(group.due(), 120U);
  EXPECT_GT(group.missed(), 55U);
  EXPECT_GT(group.last_seconds(), 75);
  ASSERT_TRUE(group.delay(1000).has_value());
  EXPECT_GT(*group.delay(1000), 60);
  EXPECT_FALSE(group.delay(1799).has_value()) << "not seen yet";
}

TEST(RuleGroupTest, LateAlertingDelaysDetectionAndNothingElse) {
  Simulation simulation(full_stack_config());
  simulation.advance_to(100);
  ASSERT_TRUE(simulation.inject("late_alerting").ok());
  EXPECT_EQ(simulation.faults().back().entity, kPrometheus);
  simulation.advance_to(1200);
  const Rules& rules = *find_rules(simulation);
  ASSERT_TRUE(rules.detection_delay(50).has_value());
  EXPECT_LT(*rules.detection_delay(50), 20);
  ASSERT_TRUE(rules.detection_delay(300).has_value());
  EXPECT_GT(*rules.detection_delay(300), 60);
  EXPECT_EQ(find_logs(simulation)->ruler().missed(), 0U);
}

// Keeps no samples; counts those of each target, and its `up`.
class Counter : public ScrapeReceiver {
 public:
  explicit Counter(std::size_t targets) : samples(targets), up(targets) {}
  ScrapeSink& start(std::size_t target, bool about, double) override {
    sink_.bind(about ? &up[target] : nullptr, about ? nullptr : &samples[target]);
    return sink_;
  }
  std::vector<std::size_t> samples;
  std::vector<double> up;  // summed

 private:
  class CountingSink : public ScrapeSink {
   public:
    void bind(double* up_sum, std::size_t* count) {
      up_sum_ = up_sum;
      count_ = count;
      seen_ = 0;
    }
    void family(std::string_view, MetricType, std::string_view) override {}
    void sample(std::string_view name, std::string_view, double value) override {
      ++seen_;
      if (count_ != nullptr) ++*count_;
      if (up_sum_ != nullptr && name == "up") *up_sum_ += value;
    }
    [[nodiscard]] std::size_t samples() const override { return seen_; }

   private:
    double* up_sum_ = nullptr;
    std::size_t* count_ = nullptr;
    std::size_t seen_ = 0;
  };
  CountingSink sink_;
};

TEST(EndpointsTest, MissingMetricsSilencesThePodsOwnExporters) {
  Simulation simulation(full_stack_config());
  const std::vector<Target> targets = make_targets(simulation.topology(), {});
  simulation.advance_to(60);
  ASSERT_TRUE(simulation.inject("missing_metrics").ok());
  Counter counter(targets.size());
  ASSERT_TRUE(run_scrapes(simulation, targets, {.duration = 30, .step = 10}, counter).ok());
  const std::size_t pod = 3;  // ray-replicas-1
  ASSERT_EQ(simulation.topology().pods[pod].container, "ray-replicas-1");
  std::size_t silent = 0;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const bool off = targets[i].pod == pod;
    silent += off ? 1 : 0;
    EXPECT_EQ(counter.samples[i] == 0, off) << targets[i].job << targets[i].path;
    EXPECT_EQ(counter.up[i], off ? 0 : 3) << targets[i].job << targets[i].path;
  }
  EXPECT_GE(silent, 2U) << "vLLM's and Ray's";
  EXPECT_TRUE(endpoint_answers(simulation, SIZE_MAX));
}

TEST(TelemetryExportersTest, ShowWhatTheCatalogueReads) {
  Simulation simulation(full_stack_config());
  simulation.advance_to(120);
  const auto text_of = [&](const std::string& job) {
    std::string out;
    for (const Target& target : make_targets(simulation.topology(), {job})) {
      TextSink sink;
      target.exporter->render(simulation, sink);
      out += sink.text();
    }
    return out;
  };
  const auto expect = [&](const std::string& job, const std::string& series) {
    EXPECT_NE(text_of(job).find(series), std::string::npos) << job << ": " << series;
  };
  expect("otel-collector", "gen_ai_evaluation_score_sum{");
  expect("otel-collector", "gen_ai_evaluation_name=\"groundedness\"");
  expect("otel-collector", "llm_prompt_template_info{");
  expect("otel-collector", "gen_ai_prompt_version=\"12\"");
  expect("otel-collector", "llm_output_nll_nats_total{");
  expect("retriever", "rag_retrieval_score_sum");
  expect("retriever", "rag_retrievals_total{result=\"empty\"}");
  expect("guardrails",
         "litellm_guardrail_requests_total{guardrail_name=\"prompt-injection\",hook_type=\"pre_call\",status=");
  expect("loki-ruler-series", "pod:log_lines_without_trace_id:rate1m{");
  expect("tempo", "traces_spanmetrics_calls_total{service=\"chat-app\"");
  expect("tempo", "traces_service_graph_request_total{client=\"gateway\",server=\"chat-app\"");
  expect("monitoring", "prometheus_rule_group_iterations_missed_total{");
  expect("monitoring", "loki_prometheus_rule_group_last_duration_seconds{");
}

}  // namespace
}  // namespace llmsim
