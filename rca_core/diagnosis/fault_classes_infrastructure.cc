// Category 1: the machines under the model. Their faults show in one replica or node while its peers stay.
#include <array>

#include "rca_core/diagnosis/fault_class_rows.h"

namespace rca::rows {
namespace {

using std::string_view;

constexpr auto kMemorySignature = std::to_array<SignatureTerm>({
    // The KV cache is full: requests are thrown out of the batch and computed again.
    saturates("kv_cache_usage", kStrong, Place::self, "kv_cache"),
    rises("preemption_rate", kStrong, Place::self, "kv_cache"),
    rises("requests_retracted", kUsual, Place::self, "kv_cache"),
    rises("requests_swapped", kUsual, Place::self, "kv_cache"),
    rises("requests_waiting_for_capacity", kUsual, Place::self, "kv_cache"),
    rises("requests_waiting", kHint, Place::self, "kv_cache"),
    rises("queue_time", kHint, Place::self, "kv_cache"),
    rises("ttft", kHint, Place::self, "kv_cache"),
    falls("prefix_cache_hit_ratio", kHint, Place::self, "kv_cache"),
    stays("gpu_clock", kUsual, Place::self, "kv_cache"),
    stays("cpu_throttling", kHint, Place::self, "kv_cache"),
    // The container nears its limit: the page cache gives way, hot pages are read again, at last the OOM killer comes.
    rises("memory_working_set", kStrong, Place::self, "host_memory"),
    saturates("memory_working_set", kUsual, Place::self, "host_memory"),
    rises("memory_rss", kUsual, Place::self, "host_memory"),
    rises("memory_pressure", kStrong, Place::self, "host_memory"),
    rises("disk_read", kUsual, Place::self, "host_memory"),
    rises("oom_kill_rate", kStrong, Place::self, "host_memory"),
    rises("containers_oom_killed", kStrong, Place::self, "host_memory"),
    rises("node_major_fault_rate", kUsual, Place::node, "host_memory"),
    rises("node_memory_pressure", kHint, Place::node, "host_memory"),
    falls("node_memory_available_ratio", kHint, Place::node, "host_memory"),
    stays("cpu_throttling", kUsual, Place::self, "host_memory"),
    stays("gpu_clock", kHint, Place::self, "host_memory"),
    // The GPU's memory is taken: allocations fail, the engine dies or serves less.
    rises("gpu_memory_used", kUsual, Place::self, "gpu_memory"),
    falls("gpu_memory_free", kUsual, Place::self, "gpu_memory"),
    rises("error_ratio", kHint, Place::self, "gpu_memory"),
    rises("restarts", kHint, Place::self, "gpu_memory"),
    moves("gpu_xid_error", kHint, Place::self, "gpu_memory"),
    stays("gpu_clock", kHint, Place::self, "gpu_memory"),
});
constexpr auto kMemoryTelemetry = std::to_array<string_view>(
    {"kv_cache_usage", "preemption_rate", "memory_working_set", "memory_limit", "gpu_memory_used"});
constexpr auto kMemoryChanges = std::to_array<string_view>({"configuration", "deployment", "image", "model_version"});
constexpr auto kMemoryWhys = std::to_array<WhyTemplate>({
    {"{sli} left its objective", "requests that {entity} serves wait longer or start over", "ttft"},
    {"requests wait at {entity}", "its scheduler finds no free KV-cache blocks for them",
     "requests_waiting_for_capacity", Place::self, "kv_cache"},
    {"there are no free blocks", "running requests hold the whole KV cache", "kv_cache_usage", Place::self, "kv_cache"},
    {"the same tokens are computed more than once", "requests are preempted to free blocks and recomputed later",
     "preemption_rate", Place::self, "kv_cache"},
    {"steps of the engine at {entity} stall", "pages that it needs are read from disk again", "node_major_fault_rate",
     Place::node, "host_memory"},
    {"the page cache shrank", "anonymous memory fills the container up to its limit", "memory_working_set", Place::self,
     "host_memory"},
    {"memory of {entity} is near its limit", "demand grew past what its limit was planned for", "memory_pressure",
     Place::self, "host_memory"},
    {"{entity} cannot allocate GPU memory", "something else holds it", "gpu_memory_used", Place::self, "gpu_memory"},
});
constexpr auto kMemoryActions = std::to_array<ActionTemplate>({
    mitigate("Take {entity} out of rotation, or lower its max_num_seqs, so that what runs fits the KV cache again",
             "preemption_rate of {entity} is 0, kv_cache_usage stays below 0.9 and {sli} is within its objective", 15,
             "kv_cache"),
    mitigate("Restart {entity} after draining it; if something else grew in the container, end that process",
             "memory_working_set of {entity} stays below 85 % of memory_limit and {sli} is within its objective", 30,
             "host_memory"),
    mitigate("Drain {entity}, free the GPU of other processes and restart the engine",
             "gpu_memory_used of {entity} equals that of its peers and {sli} is within its objective", 30,
             "gpu_memory"),
    prevent("Size the KV cache for the longest prompts in flight: raise gpu_memory_utilization, lower max_model_len or "
            "max_num_seqs, add replicas, or quantise the KV cache",
            "the daily maximum of kv_cache_usage stays below 0.9 on all replicas", kWeek, "kv_cache"),
    prevent(
        "Set request and limit of the container from its measured working set with headroom for the page cache, and "
        "bound what else runs in it",
        "memory_working_set stays below 85 % of memory_limit", kWeek, "host_memory"),
    detect("Alert on kv_cache_usage above 0.95 together with a preemption_rate above 0 for 2 minutes, and on a working "
           "set above 90 % of its limit",
           "in a load test the alert comes before {sli} leaves its objective", 60),
});

constexpr auto kComputeSignature = std::to_array<SignatureTerm>({
    rises("decode_time", kHint),
    rises("inter_token_latency", kHint),
    // Power, heat or the board hold the clock down; kernels take longer, so the GPU looks busier, not idler.
    falls("gpu_clock", kDecisive, Place::self, "gpu"),
    falls("gpu_power_limit", kStrong, Place::self, "gpu"),
    rises("gpu_power_throttle", kStrong, Place::self, "gpu"),
    rises("gpu_thermal_throttle", kStrong, Place::self, "gpu"),
    rises("gpu_board_limit_throttle", kUsual, Place::self, "gpu"),
    rises("gpu_reliability_throttle", kUsual, Place::self, "gpu"),
    moves("gpu_power", kHint, Place::self, "gpu"),
    rises("gpu_utilization", kHint, Place::self, "gpu"),
    stays("cpu_throttling", kHint, Place::self, "gpu"),
    stays("memory_working_set", kHint, Place::self, "gpu"),
    // The quota is used up: the engine's thread waits, and the GPU waits for the engine.
    rises("cpu_throttling", kDecisive, Place::self, "cpu"),
    rises("cpu_usage", kUsual, Place::self, "cpu"),
    rises("cpu_pressure", kUsual, Place::self, "cpu"),
    falls("gpu_utilization", kUsual, Place::self, "cpu"),
    falls("gpu_power", kHint, Place::self, "cpu"),
    rises("node_cpu_usage", kHint, Place::node, "cpu"),
    rises("node_cpu_pressure", kHint, Place::node, "cpu"),
    stays("gpu_clock", kUsual, Place::self, "cpu"),
    stays("memory_working_set", kHint, Place::self, "cpu"),
    // More work than the GPU has room for: nothing is throttled, everything is busy.
    saturates("gpu_utilization", kHint, Place::self, "load"),
    rises("gpu_sm_active", kHint, Place::self, "load"),
    rises("requests_running", kHint, Place::self, "load"),
    rises("requests_waiting", kUsual, Place::self, "load"),
    rises("queue_time", kUsual, Place::self, "load"),
    rises("iteration_tokens", kHint, Place::self, "load"),
    stays("gpu_clock", kHint, Place::self, "load"),
    stays("cpu_throttling", kHint, Place::self, "load"),
    stays("preemption_rate", kHint, Place::self, "load"),
    stays("request_rate", kUsual, Place::self, "load"),
    // The same as "gpu" where nobody measures the GPU: steps take longer than at the peers, and nothing else is to
    // blame.
    missing("gpu_clock", kDecisive, Place::self, "unseen"),
    rises("inter_token_latency", kUsual, Place::self, "unseen"),
    rises("decode_time", kUsual, Place::self, "unseen"),
    stays("request_rate", kHint, Place::self, "unseen"),
    stays("prompt_tokens", kHint, Place::self, "unseen"),
    stays("cpu_throttling", kUsual, Place::self, "unseen"),
    stays("cpu_pressure", kHint, Place::self, "unseen"),
    stays("memory_working_set", kHint, Place::self, "unseen"),
    stays("preemption_rate", kHint, Place::self, "unseen"),
    stays("restarts", kUsual, Place::self, "unseen"),
    stays("deployment_generation", kHint, Place::self, "unseen"),
});
constexpr auto kComputeTelemetry =
    std::to_array<string_view>({"gpu_clock", "gpu_power", "gpu_utilization", "cpu_throttling", "cpu_usage"});
constexpr auto kComputeChanges = std::to_array<string_view>({"configuration", "deployment", "replica_count"});
constexpr auto kComputeWhys = std::to_array<WhyTemplate>({
    {"{sli} left its objective", "tokens that {entity} generates come more slowly", "inter_token_latency"},
    {"a step of the engine at {entity} takes longer", "its GPU runs at a lower clock", "gpu_clock", Place::self, "gpu"},
    {"the clock is held down", "the GPU is at its power, thermal or board limit", "gpu_power_throttle", Place::self,
     "gpu"},
    {"the limit is reached at a load that its peers carry", "the limit in force at {entity} is lower",
     "gpu_power_limit", Place::self, "gpu"},
    {"the GPU of {entity} waits", "the engine's thread is not on a CPU when it should launch work", "gpu_utilization",
     Place::self, "cpu"},
    {"the engine's thread has to wait", "the container's CPU quota is used up in every period", "cpu_throttling",
     Place::self, "cpu"},
    {"the quota is used up", "processes in {entity} use more CPU time than its limit was planned for", "cpu_usage",
     Place::self, "cpu"},
    {"requests queue at {entity}", "its GPU has no capacity left", "queue_time", Place::self, "load"},
    {"a step of the engine at {entity} takes longer",
     "its peers do the same work as fast as before, so its GPU differs", "decode_time", Place::self, "unseen"},
});
constexpr auto kComputeActions = std::to_array<ActionTemplate>({
    mitigate("Drain {entity} and let its peers serve; then restore the GPU's power limit and cooling (nvidia-smi -q -d "
             "PERFORMANCE,POWER shows the reason)",
             "gpu_clock of {entity} equals that of its peers and {sli} is within its objective", 15, "gpu"),
    mitigate("End the process that uses the CPU in {entity}, or raise the container's CPU limit",
             "cpu_throttling of {entity} stays below 5 % and {sli} is within its objective", 15, "cpu"),
    mitigate("Add replicas, or shed the lowest priority of requests",
             "queue_time of {entity} is back at its usual level and {sli} is within its objective", 15, "load"),
    mitigate("Drain {entity} and let its peers serve; then look at its GPU by hand (nvidia-smi -q -d "
             "PERFORMANCE,POWER,CLOCK), since none of its metrics arrive",
             "inter_token_latency of {entity} equals that of its peers and {sli} is within its objective", 15,
             "unseen"),
    prevent("Scrape the GPU exporter on every node (gpu_clock, gpu_power_throttle, gpu_utilization of {entity})",
            "gpu_clock of every replica arrives", kDay, "unseen"),
    prevent(
        "Enforce the same power limit and clocks on all GPUs of a pool at start, and take nodes that fail the check "
        "out of it",
        "gpu_clock under load differs by less than 3 % between peers", kWeek, "gpu"),
    prevent(
        "Give the engine's container dedicated CPUs (static CPU manager policy) or no CPU limit, and bound everything "
        "else that runs beside it",
        "cpu_throttling stays below 5 % on all replicas", kWeek, "cpu"),
    detect("Alert on a replica whose gpu_clock or cpu_throttling departs from its peers for 2 minutes",
           "injecting the limit into one replica raises the alert before {sli} leaves its objective", 60),
});

constexpr double kSeen = 1.5;      // by callers; many faults make them wait
constexpr double kContrast = 2.5;  // what tells this one from the others
constexpr auto kNetworkSignature = std::to_array<SignatureTerm>({
    // What callers see grows, what the server measures of itself does not: the time is lost between them.
    rises("http_request_latency", kSeen),
    rises("client_latency", kHint, Place::caller),
    rises("http_request_latency", kHint, Place::caller),
    rises("network_rtt", kStrong),
    rises("network_retransmit_rate", kStrong),
    rises("network_transmit_drops", kUsual),
    rises("network_receive_drops", kUsual),
    rises("node_tcp_retransmit_rate", kStrong, Place::node),
    rises("node_network_drops", kUsual, Place::node),
    stays("e2e_latency", kContrast),
    stays("ttft", kUsual),
    stays("inter_token_latency", kUsual),
    stays("vector_search_latency", kContrast),
    stays("service_graph_latency", kHint),
    stays("gpu_clock", kHint),
    stays("cpu_throttling", kHint),
    stays("memory_working_set", kHint),
});
constexpr auto kNetworkTelemetry = std::to_array<string_view>(
    {"http_request_latency", "client_latency", "e2e_latency", "ttft", "node_tcp_retransmit_rate", "network_rtt"});
constexpr auto kNetworkChanges = std::to_array<string_view>({"configuration", "deployment"});
constexpr auto kNetworkWhys = std::to_array<WhyTemplate>({
    {"{sli} left its objective", "calls to {entity} take longer for {caller}", "http_request_latency"},
    {"calls to {entity} take longer", "its own work is as fast as before, so the time is lost on the way",
     "e2e_latency"},
    {"time is lost on the way", "segments are late or lost and sent again", "node_tcp_retransmit_rate", Place::node},
    {"segments are late", "the path to {entity} (link, network policy, overlay, proxy) adds delay or loss",
     "network_rtt"},
});
constexpr auto kNetworkActions = std::to_array<ActionTemplate>({
    mitigate("Route around {entity}: take it out of rotation or move it to another node; look for traffic shaping, a "
             "saturated link or a changed network policy on its path",
             "http_request_latency of {entity} is within 10 % of its peers and {sli} is within its objective", 15),
    prevent(
        "Give calls to {entity} a timeout and outlier detection in the mesh, so that a slow path is left out by itself",
        "an injected delay of 1 s on one replica moves {sli} for less than 2 minutes", 60),
    detect("Alert on the difference between what callers and what the server measure of the same calls, and on "
           "retransmissions of the node",
           "an injected delay raises the alert within 2 minutes", 60),
});

constexpr auto kIoSignature = std::to_array<SignatureTerm>({
    rises("node_io_pressure", kUsual, Place::node),
    rises("node_disk_busy", kUsual, Place::node),
    rises("node_cpu_iowait", kUsual, Place::node),
    // The index of the vector store does not fit memory, or its disk is slow.
    rises("vector_search_latency", kStrong, Place::self, "vector_store"),
    rises("vector_disk_read_rate", kStrong, Place::self, "vector_store"),
    stays("vector_search_rate", kHint, Place::self, "vector_store"),
    stays("retrieval_score", kHint, Place::self, "vector_store"),
    stays("retrieval_relevance", kHint, Place::self, "vector_store"),
    // Weights are read, at start or because they were evicted.
    rises("disk_read", kStrong, Place::self, "weights"),
    rises("restarts", kHint, Place::self, "weights"),
    rises("serve_replica_starts", kHint, Place::self, "weights"),
    falls("containers_ready", kUsual, Place::self, "weights"),
    falls("gpu_utilization", kHint, Place::self, "weights"),
    stays("memory_working_set", kUsual, Place::self, "weights"),
    // Who waits for memory reads again what the kernel had to drop: the disk is busy, not slow.
    stays("memory_pressure", kUsual, Place::self, "weights"),
    // A session store that writes to a slow disk.
    rises("session_store_latency", kStrong, Place::self, "session_store"),
    rises("disk_write", kUsual, Place::self, "session_store"),
    stays("session_hit_ratio", kUsual, Place::self, "session_store"),
    stays("session_evictions", kHint, Place::self, "session_store"),
});
constexpr auto kIoTelemetry = std::to_array<string_view>(
    {"vector_search_latency", "vector_disk_read_rate", "node_io_pressure", "node_disk_busy", "disk_read"});
constexpr auto kIoChanges = std::to_array<string_view>({"configuration", "deployment", "replica_count"});
constexpr auto kIoWhys = std::to_array<WhyTemplate>({
    {"{sli} left its objective", "{caller} wait for {entity} before the model can start", "vector_search_latency",
     Place::self, "vector_store"},
    {"a search in {entity} takes longer", "it reads its index from disk instead of from memory",
     "vector_disk_read_rate", Place::self, "vector_store"},
    {"{sli} left its objective", "{entity} serves late or not at all while it reads weights", "disk_read", Place::self,
     "weights"},
    {"{sli} left its objective", "{caller} wait for {entity} to read or write session state", "session_store_latency",
     Place::self, "session_store"},
    {"reads and writes wait", "the disk below {entity} is busy", "node_disk_busy", Place::node},
    {"the disk is busy", "tasks on its node wait for it more than its throughput allows", "node_io_pressure",
     Place::node},
});
constexpr auto kIoActions = std::to_array<ActionTemplate>({
    mitigate(
        "Stop what else loads the disk (snapshots, compaction, backup), or move {entity} to a node with a free one",
        "node_disk_busy is below 70 % and {sli} is within its objective", 30),
    prevent("Keep the index in memory (size the store for it, or quantise vectors), on a local disk with guaranteed "
            "throughput",
            "vector_disk_read_rate of {entity} stays at its usual level over a day of traffic", kDay, "vector_store"),
    prevent("Keep weights on a local disk or in a warm page cache, and load them before a replica gets traffic",
            "a restarted replica is ready within its usual time while {sli} stays within its objective", kDay,
            "weights"),
    detect("Alert on I/O pressure above 20 % for 5 minutes on nodes that hold indexes, weights or session state",
           "a load test of the disk raises the alert before {sli} leaves its objective", 60),
});

constexpr auto kClasses = std::to_array<FaultClass>({
    {.name = "memory_exhaustion",
     .title = "Memory exhaustion",
     .category = FaultCategory::inference_infrastructure,
     .branch = FishboneBranch::infrastructure,
     .description =
         "The KV cache, the GPU's memory or the container's memory is full: requests wait, are preempted and "
         "recomputed, or the engine stalls on pages that it has to read again.",
     .entities = "replica, node",
     .signature = kMemorySignature,
     .telemetry = kMemoryTelemetry,
     .change_kinds = kMemoryChanges,
     .change_words = {},
     .whys = kMemoryWhys,
     .actions = kMemoryActions,
     .runbook = "memory_exhaustion"},
    {.name = "compute_saturation",
     .title = "Compute saturation",
     .category = FaultCategory::inference_infrastructure,
     .branch = FishboneBranch::infrastructure,
     .description =
         "The GPU is throttled (power, heat, clocks), the CPU quota is used up, or the load is more than the "
         "hardware can carry: every step of the engine takes longer.",
     .entities = "replica, node",
     .signature = kComputeSignature,
     .telemetry = kComputeTelemetry,
     .change_kinds = kComputeChanges,
     .change_words = {},
     .whys = kComputeWhys,
     .actions = kComputeActions,
     .runbook = "compute_saturation"},
    {.name = "network_latency",
     .title = "Network latency",
     .category = FaultCategory::inference_infrastructure,
     .branch = FishboneBranch::infrastructure,
     .description =
         "Packets to or from the entity are late or lost. Its callers wait longer while all that it measures "
         "of itself stays as it was.",
     .entities = "replica, dependency, node",
     .signature = kNetworkSignature,
     .telemetry = kNetworkTelemetry,
     .change_kinds = kNetworkChanges,
     .change_words = {},
     .whys = kNetworkWhys,
     .actions = kNetworkActions,
     .runbook = "network_latency"},
    {.name = "io_bottleneck",
     .title = "I/O bottleneck",
     .category = FaultCategory::inference_infrastructure,
     .branch = FishboneBranch::infrastructure,
     .description = "A disk cannot keep up: searches of the vector store read from it, weights load slowly, session "
                    "state is written late.",
     .entities = "vector store, session store, replica, node",
     .signature = kIoSignature,
     .telemetry = kIoTelemetry,
     .change_kinds = kIoChanges,
     .change_words = {},
     .whys = kIoWhys,
     .actions = kIoActions,
     .runbook = "io_bottleneck"},
});

}  // namespace

std::span<const FaultClass> infrastructure_classes() {
  return kClasses;
}

}  // namespace rca::rows
