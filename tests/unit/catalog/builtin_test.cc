// The catalogue files that are compiled in.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "exporter/signals/catalog.h"
#include "exporter/signals/resolver.h"

namespace exporter {
namespace {

constexpr const char* kStack[] = {
    "vllm:num_requests_running",
    "vllm:num_requests_waiting",
    "vllm:kv_cache_usage_perc",
    "vllm:prompt_tokens_total",
    "vllm:generation_tokens_total",
    "vllm:num_preemptions_total",
    "vllm:request_success_total",
    "vllm:prefix_cache_queries_total",
    "vllm:prefix_cache_hits_total",
    "vllm:time_to_first_token_seconds",
    "vllm:inter_token_latency_seconds",
    "vllm:request_time_per_output_token_seconds",
    "vllm:e2e_request_latency_seconds",
    "vllm:request_queue_time_seconds",
    "vllm:request_prefill_time_seconds",
    "vllm:request_decode_time_seconds",
    "vllm:request_inference_time_seconds",
    "vllm:request_prompt_tokens",
    "vllm:request_generation_tokens",
    "vllm:request_params_n",
    "vllm:request_params_max_tokens",
    "vllm:iteration_tokens_total",
    "vllm:gpu_cache_usage_perc",
    "vllm:time_per_output_token_seconds",
    "vllm:num_requests_swapped",
    "ray_vllm:num_requests_running",
    "ray_vllm_num_requests_running",
    "ray_vllm_time_to_first_token_seconds",
    "ray_serve_deployment_queued_queries",
    "ray_serve_replica_processing_queries",
    "ray_serve_num_http_requests_total",
    "ray_serve_num_http_error_requests_total",
    "ray_serve_deployment_processing_latency_ms",
    "ray_node_cpu_utilization",
    "ray_node_mem_used",
    "ray_node_mem_total",
    "ray_node_gpus_utilization",
    "ray_node_gram_used",
    "ray_node_gram_available",
    "sglang:num_running_reqs",
    "sglang:num_queue_reqs",
    "sglang:token_usage",
    "sglang:cache_hit_rate",
    "sglang:time_to_first_token_seconds",
    "tgi_queue_size",
    "tgi_batch_current_size",
    "tgi_request_count",
    "tgi_request_duration",
    "llamacpp:prompt_tokens_total",
    "llamacpp:tokens_predicted_total",
    "llamacpp:requests_processing",
    "llamacpp:requests_deferred",
    "gen_ai_client_operation_duration_seconds",
    "gen_ai_client_token_usage",
    "gen_ai_server_request_duration_seconds",
    "gen_ai_server_time_to_first_token_seconds",
    "gen_ai_server_time_per_output_token_seconds",
    "DCGM_FI_DEV_SM_CLOCK",
    "DCGM_FI_DEV_MEM_CLOCK",
    "DCGM_FI_DEV_GPU_TEMP",
    "DCGM_FI_DEV_POWER_USAGE",
    "DCGM_FI_DEV_GPU_UTIL",
    "DCGM_FI_DEV_MEM_COPY_UTIL",
    "DCGM_FI_DEV_FB_USED",
    "DCGM_FI_DEV_FB_FREE",
    "DCGM_FI_DEV_XID_ERRORS",
    "DCGM_FI_DEV_PCIE_REPLAY_COUNTER",
    "DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL",
    "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION",
    "container_cpu_usage_seconds_total",
    "container_cpu_cfs_throttled_periods_total",
    "container_memory_working_set_bytes",
    "container_network_transmit_packets_total",
    "container_network_receive_packets_total",
    "node_cpu_seconds_total",
    "node_memory_MemAvailable_bytes",
    "node_pressure_cpu_waiting_seconds_total",
    "node_pressure_memory_waiting_seconds_total",
    "node_pressure_io_waiting_seconds_total",
    "kube_pod_info",
    "kube_pod_container_status_restarts_total",
    "kube_pod_container_info",
    "istio_requests_total",
    "istio_request_duration_milliseconds",
    "nginx_connections_active",
    "nginx_connections_accepted",
    "nginx_http_requests_total",
    "envoy_http_downstream_rq_total",
    "envoy_http_downstream_rq_xx",
    "envoy_http_downstream_rq_time",
    "envoy_cluster_upstream_rq_retry",
    "envoy_cluster_ratelimit_over_limit",
    "ratelimit_service_rate_limit_total_hits",
    "ratelimit_service_rate_limit_over_limit",
    "rest_responses_total",
    "rest_responses_duration_seconds",
    "collection_hardware_metric_vector_io_read",
    "redis_keyspace_hits_total",
    "redis_evicted_keys_total",
    "redis_memory_used_bytes",
    "db_client_operation_duration_seconds",
    "http_client_request_duration_seconds_count",
    "traces_span_metrics_calls_total",
    "traces_span_metrics_duration_milliseconds",
    "traces_span_metrics_duration_seconds",
    "traces_spanmetrics_calls_total",
    "traces_spanmetrics_latency",
    "traces_service_graph_request_total",
    "traces_service_graph_request_failed_total",
    "traces_service_graph_request_server_seconds",
    "gen_ai_evaluation_score",
    "litellm_guardrail_requests_total",
    "litellm_guardrail_latency_seconds",
    "pod:log_lines:rate1m",
    "pod:log_lines_error:rate1m",
    "pod:log_lines_unstructured:rate1m",
    "pod:log_lines_without_trace_id:rate1m",
    "prometheus_rule_group_iterations_missed_total",
    "prometheus_notifications_latency_seconds",
    "flow_metrics__network__rtt__1m",
    "flow_metrics__application__request__1m",
    "flow_metrics__application__error__1m",
    "flow_metrics__application__server_error__1m",
    "flow_metrics__application__timeout__1m",
    "flow_metrics__application__rrt__1m",
    "flow_metrics__application__rrt_max__1m",
};

Catalog builtin_catalog() {
  const CatalogResult result = load_catalog(Config{});
  EXPECT_EQ(to_string(result.diagnostics), "");
  return result.catalog.value_or(Catalog{});
}

TEST(BuiltinCatalog, EveryFileLoadsAlone) {
  for (const std::string& name : builtin_exporters()) {
    const CatalogResult result = parse_catalog(std::string(builtin_catalog_text(name)), name + ".yml");
    EXPECT_EQ(to_string(result.diagnostics), "") << name;
    ASSERT_TRUE(result.catalog.has_value()) << name;
    EXPECT_FALSE(result.catalog->signals.empty() && result.catalog->edges.empty()) << name;
    for (const SignalSpec& spec : result.catalog->signals) {
      EXPECT_EQ(spec.exporter, name) << spec.role;
      EXPECT_FALSE(spec.description.empty()) << name << " " << spec.role;
    }
  }
}

// Roles are a vocabulary that exporters share: one that means bytes here and a ratio there would be compared in vain.
TEST(BuiltinCatalog, ARoleHasOneUnit) {
  std::map<std::string, std::string> units;
  for (const SignalSpec& spec : builtin_catalog().signals) {
    const auto [it, fresh] = units.emplace(spec.role, spec.unit);
    EXPECT_EQ(it->second, spec.unit) << spec.exporter << " " << spec.role;
  }
}

// The metric names that the stack's exporters are known for: each must lead to a signal or an edge.
TEST(BuiltinCatalog, KnowsTheNamesOfTheStack) {
  std::set<std::string> known;
  const Catalog catalog = builtin_catalog();
  for (const SignalSpec& spec : catalog.signals) known.insert(spec.metrics.begin(), spec.metrics.end());
  for (const EdgeSpec& spec : catalog.edges) known.insert(spec.metric);
  for (const char* name : kStack) EXPECT_TRUE(known.contains(name)) << name;
}

// What the simulated stack of the tests serves resolves to the entities and roles that the methods need.
TEST(BuiltinCatalog, ReadsTheSeriesOfAReplica) {
  const auto resolver = Resolver::create(builtin_catalog(), Config{});
  ASSERT_TRUE(resolver.ok());
  const auto roles_of = [&](rca::Labels labels) {
    std::string out;
    std::sort(labels.begin(), labels.end());
    const SeriesResolution resolution = resolver->resolve(labels);
    for (const SeriesMatch& match : resolution.signals) {
      out += resolver->catalog().signals[match.spec].role + "=" + match.entity + "(" + match.peer_group + ") ";
    }
    for (const EdgeMatch& match : resolution.edges) out += match.source + ">" + match.target + " ";
    return out;
  };
  EXPECT_EQ(roles_of({{"__name__", "vllm:kv_cache_usage_perc"}, {"model_name", "m"}, {"pod", "p"}, {"engine", "0"}}),
            "kv_cache_usage=p(m) ");
  EXPECT_EQ(roles_of({{"__name__", "ray_vllm_request_success_total"},
                      {"model_name", "m"},
                      {"pod", "p"},
                      {"finished_reason", "abort"}}),
            "request_rate=p(m) error_ratio=p(m) ");
  EXPECT_EQ(roles_of({{"__name__", "DCGM_FI_DEV_SM_CLOCK"}, {"exported_pod", "p"}, {"pod", "dcgm-x"}}),
            "gpu_clock=p() ");
  EXPECT_EQ(roles_of({{"__name__", "DCGM_FI_DEV_SM_CLOCK"}, {"Hostname", "gpu-node-1"}}), "gpu_clock=gpu-node-1() ");
  EXPECT_EQ(roles_of({{"__name__", "container_cpu_usage_seconds_total"}, {"pod", "p"}, {"container", "c"}}),
            "cpu_usage=p() ");
  EXPECT_EQ(roles_of({{"__name__", "container_cpu_usage_seconds_total"}, {"pod", "p"}, {"container", "POD"}}), "");
  EXPECT_EQ(roles_of({{"__name__", "container_cpu_usage_seconds_total"}, {"pod", "p"}}), "");
  EXPECT_EQ(roles_of({{"__name__", "node_cpu_seconds_total"}, {"mode", "user"}, {"node", "n"}, {"instance", "i"}}),
            "node_cpu_usage=n() ");
  EXPECT_EQ(roles_of({{"__name__", "node_cpu_seconds_total"}, {"mode", "idle"}, {"node", "n"}}), "");
  EXPECT_EQ(roles_of({{"__name__", "kube_pod_info"}, {"pod", "p"}, {"node", "n"}, {"pod_ip", "10.0.0.1"}}),
            "p>n 10.0.0.1>p ");
  EXPECT_EQ(roles_of({{"__name__", "istio_requests_total"},
                      {"reporter", "waypoint"},
                      {"response_code", "503"},
                      {"source_workload", "nginx-proxy"},
                      {"destination_workload", "ray"},
                      {"custom_tag_connection_inbound_pod_name", "p"}}),
            "http_request_rate=p() http_error_ratio=p() nginx-proxy>p ");
  EXPECT_EQ(roles_of({{"__name__", "envoy_cluster_ratelimit_over_limit"}, {"pod", "g"}, {"envoy_cluster_name", "c"}}),
            "gateway_rate_limited_ratio=g() ");
  EXPECT_EQ(roles_of({{"__name__", "envoy_http_downstream_rq_total"},
                      {"pod", "sidecar"},
                      {"envoy_http_conn_manager_prefix", "inbound_0.0.0.0_8000;"}}),
            "")
      << "not a gateway";
  EXPECT_EQ(roles_of({{"__name__", "ratelimit_service_rate_limit_total_hits"}, {"pod", "r"}, {"key1", "acme"}}),
            "tenant_request_rate=acme() ");
  EXPECT_EQ(roles_of({{"__name__", "gen_ai_client_operation_duration_seconds_count"},
                      {"gen_ai_operation_name", "execute_tool"},
                      {"gen_ai_tool_name", "web_search"},
                      {"error_type", "504"},
                      {"pod", "app"}}),
            "tool_call_rate=web_search() tool_call_error_ratio=web_search() app>web_search ");
  EXPECT_EQ(roles_of({{"__name__", "gen_ai_client_operation_duration_seconds_count"},
                      {"gen_ai_operation_name", "chat"},
                      {"pod", "user"}}),
            "client_request_rate=user() ")
      << "a call of the model is not one of a tool";
  EXPECT_EQ(roles_of({{"__name__", "rest_responses_total"},
                      {"endpoint", "/collections/{name}/points/search"},
                      {"status", "200"},
                      {"pod", "v"}}),
            "vector_search_rate=v() counted_request_rate=v() ");
  EXPECT_EQ(roles_of({{"__name__", "db_client_operation_duration_seconds_count"},
                      {"db_system_name", "redis"},
                      {"server_address", "s"},
                      {"pod", "app"}}),
            "session_operation_rate=s() app>s ");
  EXPECT_EQ(roles_of({{"__name__", "istio_requests_total"}, {"reporter", "source"}, {"destination_workload", "w"}}),
            "");
  EXPECT_EQ(roles_of({{"__name__", "traces_service_graph_request_total"}, {"client", "a"}, {"server", "b"}}),
            "service_graph_request_rate=b() a>b ");
}

// One evaluation speaks of the template and of the model; the name of the evaluator says of what.
TEST(BuiltinCatalog, ReadsEvaluationsByTemplateAndByModel) {
  const auto resolver = Resolver::create(builtin_catalog(), Config{});
  ASSERT_TRUE(resolver.ok());
  const auto roles_of = [&](const std::string& evaluator, const std::string& prompt) {
    rca::Labels labels{{"__name__", "gen_ai_evaluation_score_sum"},
                       {"gen_ai_evaluation_name", evaluator},
                       {"gen_ai_request_model", "m"}};
    if (!prompt.empty()) labels.push_back({"gen_ai_prompt_name", prompt});
    std::sort(labels.begin(), labels.end());
    std::string out;
    const SeriesResolution resolution = resolver->resolve(labels);
    for (const SeriesMatch& match : resolution.signals) {
      out += resolver->catalog().signals[match.spec].role + "=" + match.entity + " ";
    }
    return out;
  };
  EXPECT_EQ(roles_of("Groundedness", "faq"), "groundedness=faq groundedness=m ");
  EXPECT_EQ(roles_of("answer_relevancy", "faq"), "answer_relevance=faq answer_relevance=m ");
  EXPECT_EQ(roles_of("refusal", ""), "refusal_ratio=m ");
  EXPECT_EQ(roles_of("hallucination", "faq"), "hallucination_ratio=faq hallucination_ratio=m ");
  EXPECT_EQ(roles_of("toxicity", "faq"), "");
}

TEST(BuiltinCatalog, AnotherVersionOfATemplateIsAChange) {
  const auto resolver = Resolver::create(builtin_catalog(), Config{});
  ASSERT_TRUE(resolver.ok());
  const auto changes = resolver
                           ->resolve({{"__name__", "llm_prompt_template_info"},
                                      {"gen_ai_prompt_name", "support-rag"},
                                      {"gen_ai_prompt_version", "2"}})
                           .changes;
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(resolver->catalog().changes[changes[0].spec].kind, "prompt_template");
  EXPECT_EQ(changes[0].entity, "support-rag");
  EXPECT_EQ(changes[0].value, "gen_ai_prompt_version=2");
}

}  // namespace
}  // namespace exporter
