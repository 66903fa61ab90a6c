// vLLM's V1 metrics (vllm/v1/metrics/loggers.py), of one engine per pod.
#include <algorithm>

#include "tests/testbed/llmsim/exporters/exporter.h"

namespace llmsim {
namespace {

using enum MetricType;

class VllmExporter : public Exporter {
 public:
  explicit VllmExporter(std::size_t replica) : replica_(replica) {
    const auto with = [](std::string_view name, std::string_view value) {
      return label_text({{"engine", "0"}, {"model_name", kModelName}, {name, value}});
    };
    labels_ = label_text({{"engine", "0"}, {"model_name", kModelName}});
    capacity_ = with("reason", "capacity");
    deferred_ = with("reason", "deferred");
    for (const auto* reason : {"stop", "length", "abort"}) finished_.push_back(with("finished_reason", reason));
    for (const auto* state : {"awake", "weights_offloaded", "discard_all"})
      sleep_.push_back(with("sleep_state", state));
    computed_source_ = with("source", "local_compute");
    cached_source_ = with("source", "local_cache_hit");
  }

  void render(const Simulation& simulation, Sink& sink) const override {
    const Engine& engine = simulation.replicas()[replica_].engine;
    write_state(engine, sink);
    write_counters(engine.metrics(), sink);
    write_histograms(engine.metrics(), sink);
    write_process(simulation, sink);
  }

 private:
  void write_state(const Engine& engine, Sink& sink) const {
    const Labelled series(sink, labels_);
    const auto waiting = static_cast<double>(engine.waiting());
    series.gauge("vllm:num_requests_running", "Number of requests in model execution batches.", engine.running());
    series.gauge("vllm:num_requests_waiting", "Number of requests waiting to be processed.", waiting);
    sink.family("vllm:num_requests_waiting_by_reason", gauge, "Number of waiting requests by reason.");
    sink.sample("vllm:num_requests_waiting_by_reason", capacity_, waiting);
    sink.sample("vllm:num_requests_waiting_by_reason", deferred_, 0);
    sink.family("vllm:engine_sleep_state", gauge,
                "Engine sleep state; awake = 0 means engine is sleeping; awake = 1 means engine is awake.");
    for (std::size_t i = 0; i < sleep_.size(); ++i) sink.sample("vllm:engine_sleep_state", sleep_[i], i == 0 ? 1 : 0);
    series.gauge("vllm:kv_cache_usage_perc", "KV-cache usage. 1 means 100 percent usage.", engine.cache().usage());
    const std::string blocks = std::to_string(engine.cache().capacity());
    sink.one("vllm:cache_config_info", gauge, "Information of the LLMEngine CacheConfig",
             label_text({{"block_size", "16"},
                         {"cache_dtype", "auto"},
                         {"enable_prefix_caching", "True"},
                         {"engine", "0"},
                         {"gpu_memory_utilization", "0.9"},
                         {"num_gpu_blocks", blocks}}),
             1);
  }

  void write_counters(const EngineMetrics& m, Sink& sink) const {
    const Labelled series(sink, labels_);
    series.counter("vllm:prefix_cache_queries_total", "Prefix cache queries, in terms of number of queried tokens.",
                   m.cache_queries);
    series.counter("vllm:prefix_cache_hits_total", "Prefix cache hits, in terms of number of cached tokens.",
                   m.cache_hits);
    series.counter("vllm:num_preemptions_total", "Cumulative number of preemption from the engine.", m.preemptions);
    series.counter("vllm:prompt_tokens_total", "Number of prefill tokens processed.", m.prompt_tokens);
    sink.family("vllm:prompt_tokens_by_source_total", counter, "Number of prompt tokens by source.");
    // Both are booked when the first token comes, except the hits, which are known before.
    const std::uint64_t cached = std::min(m.cached_tokens, m.prompt_tokens);
    sink.sample("vllm:prompt_tokens_by_source_total", computed_source_, static_cast<double>(m.prompt_tokens - cached));
    sink.sample("vllm:prompt_tokens_by_source_total", cached_source_, static_cast<double>(cached));
    series.counter("vllm:prompt_tokens_cached_total", "Number of cached prompt tokens (local + external).", cached);
    series.counter("vllm:generation_tokens_total", "Number of generation tokens processed.", m.generation_tokens);
    sink.family("vllm:request_success_total", counter, "Count of successfully processed requests.");
    sink.sample("vllm:request_success_total", finished_[0], 0);
    sink.sample("vllm:request_success_total", finished_[1], static_cast<double>(m.finished));
    sink.sample("vllm:request_success_total", finished_[2], static_cast<double>(m.aborted));
  }

  void write_histograms(const EngineMetrics& m, Sink& sink) const {
    const Labelled series(sink, labels_);
    series.histogram("vllm:time_to_first_token_seconds", "Histogram of time to first token in seconds.",
                     m.time_to_first_token);
    series.histogram("vllm:inter_token_latency_seconds", "Histogram of inter-token latency in seconds.",
                     m.inter_token_latency);
    series.histogram("vllm:request_time_per_output_token_seconds",
                     "Histogram of time_per_output_token_seconds per request.", m.time_per_output_token);
    series.histogram("vllm:e2e_request_latency_seconds", "Histogram of e2e request latency in seconds.", m.e2e_latency);
    series.histogram("vllm:request_queue_time_seconds", "Histogram of time spent in WAITING phase for request.",
                     m.queue_time);
    series.histogram("vllm:request_inference_time_seconds", "Histogram of time spent in RUNNING phase for request.",
                     m.inference_time);
    series.histogram("vllm:request_prefill_time_seconds", "Histogram of time spent in PREFILL phase for request.",
                     m.prefill_time);
    series.histogram("vllm:request_decode_time_seconds", "Histogram of time spent in DECODE phase for request.",
                     m.decode_time);
    series.histogram("vllm:request_prompt_tokens", "Number of prefill tokens processed.", m.prompt_tokens_per_request);
    series.histogram("vllm:request_generation_tokens", "Number of generation tokens processed.",
                     m.generation_tokens_per_request);
    series.histogram("vllm:request_max_num_generation_tokens",
                     "Histogram of maximum number of requested generation tokens.",
                     m.max_generation_tokens_per_request);
    series.histogram("vllm:request_params_n", "Histogram of the n request parameter.", m.params_n);
    series.histogram("vllm:request_params_max_tokens", "Histogram of the max_tokens request parameter.",
                     m.params_max_tokens);
    series.histogram("vllm:iteration_tokens_total", "Histogram of number of tokens per engine_step.",
                     m.iteration_tokens);
    series.histogram("vllm:request_prefill_kv_computed_tokens",
                     "Histogram of new KV tokens computed during prefill (excluding cached tokens).",
                     m.prefill_computed_tokens);
  }

  // What the Python client adds by itself.
  void write_process(const Simulation& simulation, Sink& sink) const {
    const Host& host = simulation.replicas()[replica_].host;
    sink.one("process_resident_memory_bytes", gauge, "Resident memory size in bytes.", "", 0.72 * host.profile().anon);
    sink.one("process_start_time_seconds", gauge, "Start time of the process since unix epoch in seconds.", "",
             process_start(simulation, replica_ + 1) + 95);
    sink.one("process_cpu_seconds_total", counter, "Total user and system CPU time spent in seconds.", "",
             0.8 * (host.counters().cpu_user + host.counters().cpu_system));
    sink.one("process_open_fds", gauge, "Number of open file descriptors.", "",
             143 + simulation.replicas()[replica_].processing);
    sink.one("process_max_fds", gauge, "Maximum number of open file descriptors.", "", 1048576);
  }

  std::size_t replica_;
  std::string labels_, capacity_, deferred_, computed_source_, cached_source_;
  std::vector<std::string> finished_, sleep_;
};

const ExporterRegistration kVllmExporter{
    {"vllm", 1, [](const Topology& topology) {
       return replica_targets(topology, 8000, [](std::size_t i) { return std::make_unique<VllmExporter>(i); });
     }}};

}  // namespace
}  // namespace llmsim
