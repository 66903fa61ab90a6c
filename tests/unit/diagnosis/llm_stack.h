// A small LLM stack as a frame: gateway, replicas on nodes, dependencies, tenants, templates, a model version. Every
// role has a level and noise; a fault sets levels from the onset on.
#pragma once

#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "rca_core/methods/method.h"
#include "rca_core/stats/random.h"

namespace rca::testing {

inline constexpr std::int64_t kNoon = 1'700'049'600'000;  // 2023-11-15 12:00:00 UTC
inline constexpr Eigen::Index kRows = 120;
inline constexpr Eigen::Index kOnset = 72;
inline constexpr double kGib = 1073741824.0;

// New level of (entity, role) from the onset on.
struct Shift {
  std::string entity;
  std::string role;
  double level = 0;
  Eigen::Index delay = 0;  // rows after the onset
};

class LlmStack {
 public:
  explicit LlmStack(std::uint64_t seed = 1) : random_(seed) {
    for (const char* replica : {"replica-0", "replica-1", "replica-2"}) add_replica(replica);
    for (const char* node : {"gpu-node-0", "gpu-node-1", "gpu-node-2", "cpu-node"}) add_node(node);
    add_around();
    add_tenants_and_templates();
    add_quality();
    add_graph();
  }

  LlmStack& apply(const std::vector<Shift>& shifts) {
    for (const Shift& shift : shifts) {
      const Eigen::Index column = frame_.column(shift.entity, shift.role);
      if (column < 0) {
        unknown_.push_back(shift.entity + "/" + shift.role);
        continue;
      }
      const double level = levels_[static_cast<std::size_t>(column)];
      for (Eigen::Index row = kOnset + shift.delay; row < kRows; ++row) {
        frame_.values(row, column) += shift.level - level;
      }
    }
    return *this;
  }

  // Another size of the entity: all values of one role, before and after the onset.
  LlmStack& multiply(const std::string& entity, const std::string& role, double factor) {
    const Eigen::Index column = frame_.column(entity, role);
    if (column >= 0) frame_.values.col(column) *= factor;
    return *this;
  }

  // Columns that match go.
  LlmStack& without(const std::function<bool(const Signal&)>& gone) {
    std::vector<Signal> signals;
    Eigen::MatrixXd values(kRows, frame_.values.cols());
    for (std::size_t i = 0; i < frame_.signals.size(); ++i) {
      if (gone(frame_.signals[i])) continue;
      values.col(static_cast<Eigen::Index>(signals.size())) = frame_.values.col(static_cast<Eigen::Index>(i));
      signals.push_back(frame_.signals[i]);
    }
    frame_.values = values.leftCols(static_cast<Eigen::Index>(signals.size()));
    frame_.signals = std::move(signals);
    return *this;
  }

  LlmStack& change(std::int64_t seconds_before_onset, const std::string& kind, const std::string& entity,
                   const std::string& from = "", const std::string& to = "") {
    changes_.push_back({frame_.grid.time_ms(kOnset) - seconds_before_onset * 1000, kind, entity, from, to});
    return *this;
  }

  [[nodiscard]] IncidentView view(const std::string& sli_entity = "gateway",
                                  const std::string& sli_role = "gateway_latency") const {
    IncidentView view{.frame = frame_, .onset_row = kOnset};
    view.graph = &graph_;
    view.changes = changes_;
    view.entry = "gateway";
    const Eigen::Index column = frame_.column(sli_entity, sli_role);
    if (column >= 0) view.sli_column = column;
    return view;
  }

  [[nodiscard]] const Frame& frame() const { return frame_; }
  [[nodiscard]] const EntityGraph& graph() const { return graph_; }
  [[nodiscard]] const std::vector<std::string>& unknown_shifts() const { return unknown_; }

 private:
  void add(const std::string& entity, const std::string& role, const std::string& unit, double level, double noise,
           const std::string& peers = "") {
    if (frame_.signals.empty()) {
      frame_.grid = {kNoon, 5000, kRows};
      frame_.values.resize(kRows, 0);
    }
    Signal signal;
    signal.entity = entity;
    signal.role = role;
    signal.unit = unit;
    signal.peer_group = peers;
    frame_.signals.push_back(signal);
    levels_.push_back(level);
    const Eigen::Index column = frame_.values.cols();
    frame_.values.conservativeResize(Eigen::NoChange, column + 1);
    for (Eigen::Index row = 0; row < kRows; ++row) frame_.values(row, column) = level + noise * random_.normal();
  }

  void add_replica(const std::string& name) {
    const auto put = [&](const char* role, const char* unit, double level, double noise) {
      add(name, role, unit, level, noise, "model-a");
    };
    put("ttft", "seconds", 0.08, 0.003);
    put("inter_token_latency", "seconds", 0.0183, 0.0003);
    put("e2e_latency", "seconds", 4.76, 0.1);
    put("queue_time", "seconds", 0.002, 0.0002);
    put("decode_time", "seconds", 4.6, 0.1);
    put("request_rate", "per_second", 1.7, 0.08);
    put("error_ratio", "ratio", 0.001, 0.0005);
    put("requests_running", "requests", 6, 0.4);
    put("requests_waiting", "requests", 0, 0.05);
    put("kv_cache_usage", "ratio", 0.3, 0.02);
    put("preemption_rate", "per_second", 0, 0);
    put("prefix_cache_hit_ratio", "ratio", 0.4, 0.02);
    put("prompt_tokens", "tokens", 512, 10);
    put("generation_tokens", "tokens", 256, 6);
    put("prompt_token_rate", "per_second", 870, 40);
    put("gpu_clock", "hertz", 1.41e9, 0);
    put("gpu_power", "watts", 246, 4);
    put("gpu_power_limit", "watts", 400, 0);
    put("gpu_power_throttle", "ratio", 0, 0);
    put("gpu_utilization", "ratio", 0.78, 0.02);
    put("gpu_memory_used", "bytes", 70 * kGib, 0.01 * kGib);
    put("cpu_usage", "cores", 1.28, 0.05);
    put("cpu_throttling", "ratio", 0.004, 0.002);
    put("cpu_pressure", "ratio", 0.002, 0.001);
    put("memory_working_set", "bytes", 9.28 * kGib, 0.02 * kGib);
    put("memory_limit", "bytes", 16 * kGib, 0);
    put("memory_pressure", "ratio", 0, 0);
    put("http_request_latency", "seconds", 4.78, 0.1);
    put("http_error_ratio", "ratio", 0.001, 0.0005);
    put("http_request_rate", "per_second", 1.7, 0.08);
    put("sampling_temperature", "ratio", 0.7, 0.004);
    put("sampling_top_p", "ratio", 0.95, 0.002);
    put("context_truncation_ratio", "ratio", 0.002, 0.001);
    put("prompt_rejected_ratio", "ratio", 0.001, 0.0005);
    put("context_utilization", "ratio", 0.25, 0.01);
    put("restarts", "count", 0, 0);
    put("disk_read", "bytes_per_second", 2000, 200);
  }

  void add_node(const std::string& name) {
    add(name, "node_cpu_usage", "cores", 1.8, 0.08);
    add(name, "node_cpu_pressure", "ratio", 0.01, 0.003);
    add(name, "node_major_fault_rate", "per_second", 0.1, 0.05);
    add(name, "node_tcp_retransmit_rate", "per_second", 0.01, 0.005);
    add(name, "node_io_pressure", "ratio", 0.004, 0.002);
    add(name, "node_disk_busy", "ratio", 0.05, 0.01);
    add(name, "node_memory_available_ratio", "ratio", 0.6, 0.005);
  }

  void add_around() {
    add("gateway", "gateway_request_rate", "per_second", 5.1, 0.15);
    add("gateway", "gateway_retry_rate", "per_second", 0.02, 0.01);
    add("gateway", "gateway_rate_limited_ratio", "ratio", 0.001, 0.0005);
    add("gateway", "gateway_error_ratio", "ratio", 0.002, 0.001);
    add("gateway", "gateway_latency", "seconds", 4.9, 0.1);
    add("guard", "input_rejected_ratio", "ratio", 0.01, 0.002);
    add("guard", "injection_detected_rate", "per_second", 0.01, 0.005);
    add("guard", "malformed_request_ratio", "ratio", 0.004, 0.001);
    add("vector-store", "vector_search_latency", "seconds", 0.02, 0.001);
    add("vector-store", "vector_search_rate", "per_second", 3, 0.1);
    add("vector-store", "vector_search_error_ratio", "ratio", 0.001, 0.0005);
    add("vector-store", "vector_disk_read_rate", "bytes_per_second", 20000, 3000);
    add("vector-store", "retrieval_score", "ratio", 0.82, 0.01);
    add("vector-store", "retrieval_relevance", "ratio", 0.8, 0.015);
    add("vector-store", "retrieval_document_age", "seconds", 86400, 300);
    add("vector-store", "retrieval_empty_ratio", "ratio", 0.01, 0.003);
    add("search-tool", "tool_call_rate", "per_second", 1, 0.05);
    add("search-tool", "tool_call_latency", "seconds", 0.3, 0.01);
    add("search-tool", "tool_call_error_ratio", "ratio", 0.002, 0.001);
    add("session-store", "session_hit_ratio", "ratio", 0.95, 0.005);
    add("session-store", "session_error_ratio", "ratio", 0.001, 0.0005);
    add("session-store", "session_store_latency", "seconds", 0.002, 0.0002);
    add("session-store", "session_evictions", "per_second", 0, 0);
    add("batch-job", "cpu_usage", "cores", 0.5, 0.03);
    add("batch-job", "cpu_throttling", "ratio", 0, 0);
    add("batch-job", "memory_working_set", "bytes", kGib, 0.01 * kGib);
  }

  void add_tenants_and_templates() {
    for (const char* tenant : {"acme", "globex", "initech"}) {
      add(tenant, "tenant_request_rate", "per_second", 1.7, 0.08, "tenants");
      add(tenant, "tenant_token_rate", "per_second", 870, 40, "tenants");
      add(tenant, "tenant_rate_limited_ratio", "ratio", 0.001, 0.0005, "tenants");
    }
    for (const char* name : {"support-v3", "search-v1"}) {
      add(name, "template_request_rate", "per_second", 2.5, 0.1, "templates");
      add(name, "template_prompt_tokens", "tokens", 180, 2, "templates");
      add(name, "format_error_ratio", "ratio", 0.01, 0.003, "templates");
    }
  }

  void add_quality() {
    const auto put = [&](const char* role, const char* unit, double level, double noise) {
      add("falcon-7b", role, unit, level, noise);
    };
    put("groundedness", "ratio", 0.88, 0.01);
    put("answer_relevance", "ratio", 0.85, 0.01);
    put("answer_similarity", "ratio", 0.8, 0.01);
    put("refusal_ratio", "ratio", 0.02, 0.004);
    put("hallucination_ratio", "ratio", 0.04, 0.006);
    put("format_error_ratio", "ratio", 0.01, 0.003);
    put("output_logprob", "nats", -0.35, 0.01);
    put("repetition_ratio", "ratio", 0.03, 0.004);
    put("generation_tokens", "tokens", 256, 4);
    put("gpu_memory_used", "bytes", 70 * kGib, 0.01 * kGib);
    put("inter_token_latency", "seconds", 0.0183, 0.0003);
    put("sampling_temperature", "ratio", 0.7, 0.004);
  }

  void add_graph() {
    graph_.add_call("gateway", "guard");
    for (int i = 0; i < 3; ++i) {
      const std::string number = std::to_string(i);
      graph_.add_call("gateway", "replica-" + number);
      graph_.add_placement("replica-" + number, "gpu-node-" + number);
    }
    for (const char* dependency : {"vector-store", "search-tool", "session-store"}) {
      graph_.add_call("gateway", dependency);
      graph_.add_placement(dependency, "cpu-node");
    }
    graph_.add_placement("gateway", "cpu-node");
    graph_.add_placement("batch-job", "gpu-node-1");
  }

  Random random_;
  Frame frame_;
  EntityGraph graph_;
  std::vector<double> levels_;
  std::vector<ChangeEvent> changes_;
  std::vector<std::string> unknown_;
};

}  // namespace rca::testing
