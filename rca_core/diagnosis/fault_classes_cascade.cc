// Category 6: how faults and load spread. The entity at fault is where the spread starts, not where it hurts most.
#include <array>

#include "rca_core/diagnosis/fault_class_rows.h"

namespace rca::rows {
namespace {

using std::string_view;

constexpr auto kRetrySignature = std::to_array<SignatureTerm>({
    rises("gateway_retry_rate", kDecisive),
    stays("gateway_request_rate", kHint),
    rises("gateway_try_timeout_rate", kHint),
    rises("gateway_error_ratio", kHint),
    rises("gateway_latency", kHint),
    // Each request of a user arrives several times below.
    rises("request_rate", kStrong, Place::callee),
    rises("http_request_rate", kStrong, Place::callee),
    rises("requests_running", kHint, Place::callee),
    rises("requests_waiting", kUsual, Place::callee),
    rises("queue_time", kHint, Place::callee),
    rises("tool_call_rate", kHint, Place::callee),
    stays("gpu_clock", kHint, Place::callee),
    stays("cpu_throttling", kHint, Place::callee),
    stays("gateway_rate_limited_ratio", kHint),
});
constexpr auto kRetryTelemetry =
    std::to_array<string_view>({"gateway_retry_rate", "gateway_request_rate", "request_rate", "requests_waiting"});
constexpr auto kRetryChanges = std::to_array<string_view>({"configuration", "deployment"});
constexpr auto kRetryWords = std::to_array<string_view>({"retry", "retries", "timeout", "attempt", "backoff"});
constexpr auto kRetryWhys = std::to_array<WhyTemplate>({
    {"{sli} left its objective", "replicas have more requests in hand than they can serve in time", "requests_waiting",
     Place::callee},
    {"replicas have more requests", "{entity} sends the same requests several times", "gateway_retry_rate"},
    {"{entity} tries again", "attempts fail or take longer than its time limit, the more so the more it tries",
     "gateway_error_ratio"},
    {"users ask for no more than before", "the load is of the system's own making", "gateway_request_rate"},
    {"retries can multiply the load", "they have no budget, no back-off with jitter and no circuit breaker", ""},
});
constexpr auto kRetryActions = std::to_array<ActionTemplate>({
    mitigate(
        "Cut retries at {entity} (at most one, or none) until queues are empty, shed the rest with 503 and Retry-After",
        "gateway_retry_rate is below 10 % of the requests, queues of the replicas are empty and {sli} is within its "
        "objective",
        30),
    prevent(
        "Retry only at one layer, with exponential back-off, jitter and a budget of 10 % of requests; set time limits "
        "longer than the slowest normal answer",
        "an injected slowness of 30 s does not outlast itself by more than a minute", 60),
    detect("Alert on retries above 10 % of requests", "an injected slowness raises the alert within a minute", 60),
});

constexpr auto kHotKeySignature = std::to_array<SignatureTerm>({
    // One tenant asks for much more than before, while the others do not.
    rises("tenant_request_rate", kDecisive, Place::self, "tenant"),
    rises("tenant_token_rate", kUsual, Place::self, "tenant"),
    rises("tenant_rate_limited_ratio", kHint, Place::self, "tenant"),
    stays("tenant_request_rate", kUsual, Place::peers, "tenant"),
    rises("gateway_request_rate", kUsual, Place::system, "tenant"),
    rises("request_rate", kUsual, Place::system, "tenant"),
    rises("requests_waiting", kHint, Place::system, "tenant"),
    // One replica gets the requests of one prefix, session or key, its peers get fewer.
    rises("request_rate", kStrong, Place::self, "replica"),
    rises("prompt_token_rate", kUsual, Place::self, "replica"),
    rises("requests_running", kHint, Place::self, "replica"),
    rises("requests_waiting", kUsual, Place::self, "replica"),
    rises("prefix_cache_hit_ratio", kUsual, Place::self, "replica"),
    rises("gpu_utilization", kHint, Place::self, "replica"),
    stays("tenant_request_rate", kUsual, Place::system, "replica"),
    stays("gpu_clock", kHint, Place::self, "replica"),
    stays("cpu_throttling", kHint, Place::self, "replica"),
    stays("error_ratio", kUsual, Place::self, "replica"),
    stays("http_error_ratio", kUsual, Place::self, "replica"),
    stays("restarts", kHint, Place::self, "replica"),
});
constexpr auto kHotKeyTelemetry =
    std::to_array<string_view>({"tenant_request_rate", "tenant_token_rate", "request_rate", "requests_waiting"});
constexpr auto kHotKeyChanges = std::to_array<string_view>({"traffic_shift", "configuration"});
constexpr auto kHotKeyWords = std::to_array<string_view>({"affinity", "hash", "sticky", "prefix", "routing"});
constexpr auto kHotKeyWhys = std::to_array<WhyTemplate>({
    {"{sli} left its objective", "requests queue where the traffic concentrates", "requests_waiting", Place::system},
    {"traffic concentrates", "{entity} asks for much more than before", "tenant_request_rate", Place::self, "tenant"},
    {"the load grew", "tokens of {entity} grew with its requests", "tenant_token_rate", Place::self, "tenant"},
    {"traffic concentrates", "{entity} gets more requests than its peers", "request_rate", Place::self, "replica"},
    {"{entity} gets more than its peers", "one prefix or key draws them to it", "prefix_cache_hit_ratio", Place::self,
     "replica"},
    {"one key can take so much", "neither a share per tenant nor a bound on affinity limits it", ""},
});
constexpr auto kHotKeyActions = std::to_array<ActionTemplate>({
    mitigate("Limit {entity} to its fair share, or give it a pool of its own",
             "requests_waiting of the replicas are back "
             "at their usual level and {sli} is within its objective",
             30, "tenant"),
    mitigate(
        "Switch routing from affinity to least load until the key has cooled down, or copy the hot prefix to its peers",
        "request_rate of {entity} is within 20 % of its peers and {sli} is within its objective", 30, "replica"),
    prevent("Fair queueing per tenant, and affinity with a bounded load (no replica above 1.25 times the mean)",
            "a replay of the hot key keeps all replicas within 1.25 times the mean", 60),
    detect("Alert on the share of the largest tenant and on the largest over the mean request rate of replicas",
           "a replay of the hot key raises the alert within 5 minutes", 60),
});

constexpr auto kShiftSignature = std::to_array<SignatureTerm>({
    rises("error_ratio", kStrong),
    rises("ttft", kHint),
    rises("inter_token_latency", kHint),
    rises("http_error_ratio", kHint),
    rises("http_request_latency", kHint),
    rises("serve_processing_latency", kHint),
    // A new version gets a share of the traffic, and serves it worse than the old one.
    rises("request_rate", kUsual, Place::self, "canary"),
    rises("http_request_rate", kHint, Place::self, "canary"),
    falls("request_rate", kUsual, Place::peers, "canary"),
    rises("requests_running", kHint, Place::self, "canary"),
    stays("prefix_cache_hit_ratio", kHint, Place::self, "canary"),
    // Replicas are exchanged.
    rises("deployment_generation", kUsual, Place::self, "rollout"),
    moves("containers", kUsual, Place::self, "rollout"),
    rises("restarts", kStrong, Place::self, "rollout"),
    stays("gpu_clock", kUsual, Place::self, "rollout"),
    stays("cpu_throttling", kUsual, Place::self, "rollout"),
    stays("oom_kill_rate", kUsual, Place::self, "rollout"),
    stays("memory_working_set", kHint, Place::self, "rollout"),
    rises("serve_replica_starts", kUsual, Place::self, "rollout"),
    rises("replicas_unavailable", kUsual, Place::self, "rollout"),
    falls("pod_ready", kUsual, Place::self, "rollout"),
    falls("containers_ready", kHint, Place::self, "rollout"),
    // There are fewer of them than before.
    falls("replicas_wanted", kStrong, Place::self, "capacity"),
    falls("autoscaler_replicas", kStrong, Place::self, "capacity"),
    falls("serve_replica_healthy", kUsual, Place::self, "capacity"),
    rises("requests_waiting", kHint, Place::callee, "capacity"),
});
constexpr auto kShiftTelemetry = std::to_array<string_view>(
    {"request_rate", "error_ratio", "deployment_generation", "replicas_wanted", "replicas_unavailable"});
constexpr auto kShiftChanges =
    std::to_array<string_view>({"deployment", "image", "replica_count", "traffic_shift", "model_version"});
constexpr auto kShiftWords = std::to_array<string_view>({"canary", "weight", "blue", "green", "rollout"});
constexpr auto kShiftWhys = std::to_array<WhyTemplate>({
    {"{sli} left its objective", "requests that {entity} serves fail or are slower than those of its peers",
     "error_ratio"},
    {"more requests are touched", "{entity} got a larger share of the traffic", "request_rate", Place::self, "canary"},
    {"the traffic moved to {entity}", "a release or a change of weights sent it there", ""},
    {"what {entity} runs changed", "its containers were exchanged", "deployment_generation", Place::self, "rollout"},
    {"fewer replicas share the load", "the number that is asked for was lowered", "replicas_wanted", Place::self,
     "capacity"},
    {"the fault went live", "the release is not held back by a comparison of canary and baseline", ""},
});
constexpr auto kShiftActions = std::to_array<ActionTemplate>({
    mitigate(
        "Send the traffic of {entity} back to the version before, then roll the release back",
        "request_rate of {entity} is 0 or its error_ratio equals that of its peers, and {sli} is within its objective",
        30),
    mitigate("Set the number of replicas back",
             "queue_time of the replicas is at its usual level and {sli} is within its "
             "objective",
             30, "capacity"),
    prevent(
        "Release by automated canary analysis: the share grows only while the SLIs of the canary equal the baseline's",
        "a release with an injected fault is stopped below 5 % of traffic", kWeek),
    detect("Alert on the difference between versions (error_ratio, ttft by version), not only on the total",
           "an injected fault in a canary of 5 % raises the alert within 5 minutes", 60),
});

constexpr auto kNeighbourSignature = std::to_array<SignatureTerm>({
    rises("node_cpu_usage", kUsual, Place::node),
    rises("node_cpu_pressure", kUsual, Place::node),
    rises("node_load1", kHint, Place::node),
    // Seen from the neighbour that takes too much: those beside it wait, though they ask for no more.
    rises("cpu_usage", kStrong, Place::self, "aggressor"),
    rises("disk_write", kHint, Place::self, "aggressor"),
    rises("network_transmit", kHint, Place::self, "aggressor"),
    rises("memory_working_set", kHint, Place::self, "aggressor"),
    rises("cpu_pressure", kDecisive, Place::neighbour, "aggressor"),
    rises("inter_token_latency", kUsual, Place::neighbour, "aggressor"),
    rises("decode_time", kHint, Place::neighbour, "aggressor"),
    falls("gpu_utilization", kHint, Place::neighbour, "aggressor"),
    stays("cpu_throttling", kHint, Place::self, "aggressor"),
    stays("cpu_throttling", kUsual, Place::neighbour, "aggressor"),
    // Seen from the one that suffers, where nobody can be seen who takes the CPU (the host of a virtual machine, a
    // process outside the pods).
    rises("cpu_pressure", kUsual, Place::self, "victim"),
    rises("node_cpu_steal", kStrong, Place::node, "victim"),
    stays("cpu_usage", kDecisive, Place::neighbour, "victim"),
    stays("cpu_usage", kUsual, Place::self, "victim"),
    stays("cpu_throttling", kUsual, Place::self, "victim"),
    stays("gpu_clock", kHint, Place::self, "victim"),
});
constexpr auto kNeighbourTelemetry =
    std::to_array<string_view>({"cpu_usage", "cpu_pressure", "node_cpu_pressure", "node_cpu_usage", "node_cpu_steal"});
constexpr auto kNeighbourChanges = std::to_array<string_view>({"deployment", "replica_count", "configuration"});
constexpr auto kNeighbourWhys = std::to_array<WhyTemplate>({
    {"{sli} left its objective", "a replica beside {entity} generates tokens more slowly", "inter_token_latency",
     Place::neighbour, "aggressor"},
    {"the replica is slower", "its threads wait for a CPU though its own quota is not used up", "cpu_pressure",
     Place::neighbour, "aggressor"},
    {"{sli} left its objective", "threads of {entity} wait for a CPU though its quota is not used up", "cpu_pressure",
     Place::self, "victim"},
    {"threads wait", "the node has no CPU left", "node_cpu_pressure", Place::node},
    {"the node has no CPU left", "{entity} uses more than before", "cpu_usage", Place::self, "aggressor"},
    {"the node has no CPU left", "something outside its pods uses more than before", "node_cpu_steal", Place::node,
     "victim"},
    {"one workload can take the CPU of another", "they share the node without guaranteed resources", ""},
});
constexpr auto kNeighbourActions = std::to_array<ActionTemplate>({
    mitigate("Move {entity} to another node, or limit its CPU now",
             "node_cpu_pressure is back at its usual level and {sli} is within its objective", 30, "aggressor"),
    mitigate("Find what uses the node of {entity} and move it away, or drain {entity} to another node",
             "cpu_pressure of {entity} is back at its usual level and {sli} is within its objective", 30, "victim"),
    prevent("Keep GPU nodes for inference (taints), and give replicas the Guaranteed class with dedicated CPUs",
            "no pod without a CPU limit runs on a GPU node", kWeek),
    detect("Alert on CPU pressure of a replica that is not throttled",
           "a load generator beside a replica raises the alert within 5 minutes", 60),
});

constexpr auto kClasses = std::to_array<FaultClass>({
    {.name = "retry_storm",
     .title = "Retry storm",
     .category = FaultCategory::cascades_and_scaling,
     .branch = FishboneBranch::process,
     .description =
         "A gateway or client repeats requests that are slow or fail; the repeats are the load that makes them "
         "slow and fail.",
     .entities = "gateway, client",
     .signature = kRetrySignature,
     .telemetry = kRetryTelemetry,
     .change_kinds = kRetryChanges,
     .change_words = kRetryWords,
     .whys = kRetryWhys,
     .actions = kRetryActions,
     .runbook = "retry_storm"},
    {.name = "hot_key",
     .title = "Hot key",
     .category = FaultCategory::cascades_and_scaling,
     .branch = FishboneBranch::data,
     .description = "One tenant, session or prefix draws so much traffic that the place which serves it is overloaded "
                    "while others are idle.",
     .entities = "tenant, replica",
     .signature = kHotKeySignature,
     .telemetry = kHotKeyTelemetry,
     .change_kinds = kHotKeyChanges,
     .change_words = kHotKeyWords,
     .whys = kHotKeyWhys,
     .actions = kHotKeyActions,
     .runbook = "hot_key"},
    {.name = "deployment_shift",
     .title = "Deployment or traffic shift",
     .category = FaultCategory::cascades_and_scaling,
     .branch = FishboneBranch::process,
     .description =
         "Traffic moves to a version, a replica or a number of replicas that serves it worse: a canary with a "
         "hidden fault, a rollout, a scale-down.",
     .entities = "replica, canary, deployment",
     .signature = kShiftSignature,
     .telemetry = kShiftTelemetry,
     .change_kinds = kShiftChanges,
     .change_words = kShiftWords,
     .whys = kShiftWhys,
     .actions = kShiftActions,
     .runbook = "deployment_shift"},
    {.name = "noisy_neighbour",
     .title = "Noisy neighbour",
     .category = FaultCategory::cascades_and_scaling,
     .branch = FishboneBranch::infrastructure,
     .description =
         "Another workload on the same node takes what a replica needs; the replica waits though its own limits "
         "are not reached.",
     .entities = "neighbouring pod, node",
     .signature = kNeighbourSignature,
     .telemetry = kNeighbourTelemetry,
     .change_kinds = kNeighbourChanges,
     .change_words = {},
     .whys = kNeighbourWhys,
     .actions = kNeighbourActions,
     .runbook = "noisy_neighbour"},
});

}  // namespace

std::span<const FaultClass> cascade_classes() {
  return kClasses;
}

}  // namespace rca::rows
