// Faults of each class as they show in the small LLM stack.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rca_core/methods/method.h"
#include "tests/unit/diagnosis/llm_stack.h"

namespace rca::testing {

// What each class does to the stack: the mechanism's consequences, symptoms at the gateway included.
struct PlantedFault {
  std::string name;
  std::string fault_class;
  std::string entity;
  std::vector<Shift> shifts;
  std::vector<ChangeEvent> changes = {};  // time_ms: ms before the onset
};

inline std::vector<PlantedFault> planted_faults() {
  const std::string r = "replica-1";
  const std::string n = "gpu-node-1";
  const std::string g = "gateway";
  const std::string v = "vector-store";
  const std::string m = "falcon-7b";
  std::vector<PlantedFault> out;
  out.push_back({"kv cache",
                 "memory_exhaustion",
                 r,
                 {{r, "kv_cache_usage", 0.99},
                  {r, "preemption_rate", 0.8},
                  {r, "requests_waiting", 6},
                  {r, "queue_time", 1.5},
                  {r, "ttft", 1.7},
                  {r, "e2e_latency", 9},
                  {r, "inter_token_latency", 0.022},
                  {r, "http_request_latency", 9},
                  {r, "requests_running", 9},
                  {g, "gateway_latency", 6.5}}});
  out.push_back({"host memory",
                 "memory_exhaustion",
                 r,
                 {{r, "memory_working_set", 15.8 * kGib},
                  {r, "memory_pressure", 0.05},
                  {n, "node_major_fault_rate", 57},
                  {r, "disk_read", 3e6},
                  {n, "node_io_pressure", 0.05},
                  {r, "inter_token_latency", 0.0201},
                  {r, "gpu_utilization", 0.72},
                  {r, "e2e_latency", 5.3},
                  {r, "http_request_latency", 5.3},
                  {r, "gpu_power", 229},
                  {g, "gateway_latency", 5.2}}});
  out.push_back({"gpu power limit",
                 "compute_saturation",
                 r,
                 {{r, "gpu_clock", 0.87e9},
                  {r, "gpu_power", 150},
                  {r, "gpu_power_limit", 150},
                  {r, "gpu_power_throttle", 0.9},
                  {r, "gpu_utilization", 0.84},
                  {r, "inter_token_latency", 0.026},
                  {r, "decode_time", 6.6},
                  {r, "e2e_latency", 6.8},
                  {r, "ttft", 0.104},
                  {r, "requests_running", 6.9},
                  {r, "http_request_latency", 6.8},
                  {g, "gateway_latency", 5.6}}});
  out.push_back({"gpu clock without power telemetry",
                 "compute_saturation",
                 r,
                 {{r, "gpu_clock", 1.1e9},
                  {r, "inter_token_latency", 0.0215},
                  {r, "decode_time", 5.4},
                  {r, "e2e_latency", 5.5},
                  {r, "http_request_latency", 5.5},
                  {g, "gateway_latency", 5.2}}});
  out.push_back({"cpu quota",
                 "compute_saturation",
                 r,
                 {{r, "cpu_usage", 8},
                  {r, "cpu_throttling", 1},
                  {r, "cpu_pressure", 0.7},
                  {n, "node_cpu_usage", 8.6},
                  {n, "node_cpu_pressure", 0.5},
                  {r, "gpu_utilization", 0.56},
                  {r, "gpu_power", 191},
                  {r, "inter_token_latency", 0.0262},
                  {r, "decode_time", 6.6},
                  {r, "e2e_latency", 6.8},
                  {r, "ttft", 0.1},
                  {r, "http_request_latency", 6.8},
                  {g, "gateway_latency", 5.6}}});
  out.push_back({"egress delay",
                 "network_latency",
                 r,
                 {{r, "http_request_latency", 5.9},
                  {n, "node_tcp_retransmit_rate", 8},
                  {g, "gateway_latency", 5.4},
                  {r, "requests_running", 5.4},
                  {r, "request_rate", 1.55}}});
  out.push_back({"slow disk of the vector store",
                 "io_bottleneck",
                 v,
                 {{v, "vector_search_latency", 0.6},
                  {v, "vector_disk_read_rate", 4e7},
                  {"cpu-node", "node_io_pressure", 0.5},
                  {"cpu-node", "node_disk_busy", 0.98},
                  {g, "gateway_latency", 5.5}}});
  out.push_back({"template rewritten",
                 "prompt_template_drift",
                 "support-v3",
                 {{"support-v3", "template_prompt_tokens", 620},
                  {"support-v3", "format_error_ratio", 0.12},
                  {m, "answer_relevance", 0.78},
                  {m, "format_error_ratio", 0.06},
                  {"replica-0", "prompt_tokens", 730},
                  {"replica-1", "prompt_tokens", 730},
                  {"replica-2", "prompt_tokens", 730}}});
  out.push_back({"tenant with other inputs",
                 "input_drift",
                 "acme",
                 {{"acme", "tenant_token_rate", 2600},
                  {m, "output_logprob", -0.5},
                  {m, "answer_relevance", 0.78},
                  {v, "retrieval_score", 0.74},
                  {"replica-0", "prompt_tokens", 850},
                  {"replica-1", "prompt_tokens", 850},
                  {"replica-2", "prompt_tokens", 850},
                  {g, "gateway_latency", 5.3}}});
  out.push_back({"injection attempts",
                 "malformed_input",
                 "guard",
                 {{"guard", "input_rejected_ratio", 0.2},
                  {"guard", "injection_detected_rate", 0.9},
                  {g, "gateway_error_ratio", 0.18}}});
  out.push_back({"broken requests",
                 "malformed_input",
                 "guard",
                 {{"guard", "input_rejected_ratio", 0.2},
                  {"guard", "malformed_request_ratio", 0.25},
                  {g, "gateway_error_ratio", 0.18}}});
  out.push_back({"stale index",
                 "retrieval_failure",
                 v,
                 {{v, "retrieval_document_age", 864000}, {m, "groundedness", 0.8}, {m, "answer_relevance", 0.79}}});
  out.push_back({"irrelevant documents",
                 "retrieval_failure",
                 v,
                 {{v, "retrieval_score", 0.45},
                  {v, "retrieval_relevance", 0.4},
                  {m, "groundedness", 0.7},
                  {m, "hallucination_ratio", 0.12}}});
  out.push_back({"answers move",
                 "output_drift",
                 m,
                 {{m, "answer_similarity", 0.62},
                  {m, "answer_relevance", 0.75},
                  {m, "output_logprob", -0.45},
                  {m, "groundedness", 0.82}}});
  out.push_back({"bad int4 weights",
                 "quantization_artefact",
                 m,
                 {{m, "repetition_ratio", 0.15},
                  {m, "output_logprob", -0.75},
                  {m, "hallucination_ratio", 0.12},
                  {m, "gpu_memory_used", 40 * kGib},
                  {m, "inter_token_latency", 0.012},
                  {m, "groundedness", 0.8},
                  {m, "answer_similarity", 0.7}},
                 {{60'000, "model_version", m, "bf16", "w4a16-awq"}}});
  out.push_back({"another model answers",
                 "wrong_model_version",
                 m,
                 {{m, "answer_similarity", 0.6},
                  {m, "refusal_ratio", 0.09},
                  {m, "generation_tokens", 150},
                  {m, "format_error_ratio", 0.08},
                  {m, "answer_relevance", 0.76}},
                 {{45'000, "model_version", m, "falcon-7b@2.1", "falcon-7b@1.4"}}});
  out.push_back({"temperature",
                 "sampling_misconfiguration",
                 m,
                 {{m, "sampling_temperature", 1.8},
                  {m, "output_logprob", -1.1},
                  {m, "answer_similarity", 0.65},
                  {m, "format_error_ratio", 0.07},
                  {m, "generation_tokens", 300}},
                 {{30'000, "configuration", m, "temperature=0.7", "temperature=1.8"}}});
  out.push_back({"tool fails",
                 "tool_failure",
                 "search-tool",
                 {{"search-tool", "tool_call_error_ratio", 0.5},
                  {"search-tool", "tool_call_latency", 4},
                  {"search-tool", "tool_call_rate", 1.9},
                  {g, "gateway_latency", 7},
                  {g, "gateway_error_ratio", 0.1}}});
  out.push_back({"prompts cut off",
                 "context_window_handling",
                 r,
                 {{r, "context_truncation_ratio", 0.3},
                  {r, "context_utilization", 0.97},
                  {r, "prompt_rejected_ratio", 0.05},
                  {m, "answer_relevance", 0.78}},
                 {{20'000, "configuration", r, "max_model_len=32768", "max_model_len=4096"}}});
  out.push_back({"limit too low",
                 "rate_limiting",
                 g,
                 {{g, "gateway_rate_limited_ratio", 0.4},
                  {g, "gateway_error_ratio", 0.4},
                  {"acme", "tenant_rate_limited_ratio", 0.6},
                  {"replica-0", "request_rate", 1},
                  {"replica-1", "request_rate", 1},
                  {"replica-2", "request_rate", 1},
                  {"replica-0", "requests_running", 3.6},
                  {"replica-1", "requests_running", 3.6},
                  {"replica-2", "requests_running", 3.6}}});
  out.push_back({"sessions evicted",
                 "session_state_error",
                 "session-store",
                 {{"session-store", "session_hit_ratio", 0.4},
                  {"session-store", "session_evictions", 20},
                  {"replica-0", "prefix_cache_hit_ratio", 0.2},
                  {"replica-1", "prefix_cache_hit_ratio", 0.2},
                  {"replica-2", "prefix_cache_hit_ratio", 0.2},
                  {g, "gateway_latency", 5.3}}});
  std::vector<Shift> storm = {
      {g, "gateway_retry_rate", 6}, {g, "gateway_error_ratio", 0.1}, {g, "gateway_latency", 12}};
  for (const char* replica : {"replica-0", "replica-1", "replica-2"}) {
    for (const auto& [role, level] :
         {std::pair("request_rate", 3.6), std::pair("http_request_rate", 3.6), std::pair("requests_running", 20.0),
          std::pair("requests_waiting", 8.0), std::pair("queue_time", 2.0), std::pair("ttft", 2.1)}) {
      storm.push_back({replica, role, level});
    }
  }
  out.push_back({"retries multiply", "retry_storm", g, storm});
  out.push_back({"one tenant floods",
                 "hot_key",
                 "acme",
                 {{"acme", "tenant_request_rate", 8},
                  {"acme", "tenant_token_rate", 4100},
                  {"acme", "tenant_rate_limited_ratio", 0.2},
                  {g, "gateway_request_rate", 11.4},
                  {g, "gateway_latency", 8},
                  {"replica-0", "requests_waiting", 7},
                  {"replica-1", "requests_waiting", 7},
                  {"replica-2", "requests_waiting", 7}}});
  out.push_back({"one prefix on one replica",
                 "hot_key",
                 r,
                 {{r, "request_rate", 4.2},
                  {r, "http_request_rate", 4.2},
                  {r, "prompt_token_rate", 2100},
                  {r, "requests_running", 17},
                  {r, "requests_waiting", 5},
                  {r, "prefix_cache_hit_ratio", 0.85},
                  {r, "queue_time", 1},
                  {r, "ttft", 1.1},
                  {r, "gpu_utilization", 0.97},
                  {r, "gpu_power", 300},
                  {"replica-0", "request_rate", 0.9},
                  {"replica-2", "request_rate", 0.9},
                  {g, "gateway_latency", 5.8}}});
  out.push_back({"canary with a fault",
                 "deployment_shift",
                 r,
                 {{r, "error_ratio", 0.15},
                  {r, "http_error_ratio", 0.15},
                  {r, "request_rate", 2.6},
                  {r, "http_request_rate", 2.6},
                  {"replica-0", "request_rate", 1.25},
                  {"replica-2", "request_rate", 1.25},
                  {g, "gateway_error_ratio", 0.07}},
                 {{40'000, "deployment", r, "v1", "v2"}, {20'000, "traffic_shift", r, "10 %", "50 %"}}});
  out.push_back({"batch job beside a replica",
                 "noisy_neighbour",
                 "batch-job",
                 {{"batch-job", "cpu_usage", 9},
                  {n, "node_cpu_usage", 11.5},
                  {n, "node_cpu_pressure", 0.5},
                  {r, "cpu_pressure", 0.4},
                  {r, "inter_token_latency", 0.024},
                  {r, "decode_time", 6},
                  {r, "gpu_utilization", 0.6},
                  {r, "e2e_latency", 6.2},
                  {r, "http_request_latency", 6.2},
                  {g, "gateway_latency", 5.4}}});
  return out;
}

// The stack with the fault in it.
inline LlmStack planted(const PlantedFault& fault, std::uint64_t seed = 1) {
  LlmStack stack(seed);
  stack.apply(fault.shifts);
  for (const ChangeEvent& change : fault.changes) {
    stack.change(change.time_ms / 1000, change.kind, change.entity, change.from, change.to);
  }
  return stack;
}

}  // namespace rca::testing
