// Category 4: what stands around the model and calls it or is called: tools, context building, limits, sessions.
#include <array>

#include "rca_core/diagnosis/fault_class_rows.h"

namespace rca::rows {
namespace {

using std::string_view;

constexpr auto kToolSignature = std::to_array<SignatureTerm>({
    rises("tool_call_error_ratio", kDecisive, Place::self, "errors"),
    rises("tool_call_latency", kStrong),
    moves("tool_call_rate", kHint),
    rises("vector_search_error_ratio", kStrong, Place::self, "errors"),
    rises("gateway_latency", kHint, Place::caller),
    rises("span_error_ratio", kHint),
    rises("span_latency", kHint),
    rises("client_latency", kHint, Place::system),
    falls("groundedness", kHint, Place::system),
    stays("inter_token_latency", kHint, Place::system),
});
constexpr auto kToolTelemetry =
    std::to_array<string_view>({"tool_call_error_ratio", "tool_call_latency", "tool_call_rate"});
constexpr auto kToolChanges = std::to_array<string_view>({"deployment", "configuration", "image"});
constexpr auto kToolWhys = std::to_array<WhyTemplate>({
    {"{sli} left its objective", "requests that need {entity} fail or wait for it", "tool_call_latency"},
    {"requests that need {entity} fail", "its calls end with an error", "tool_call_error_ratio", Place::self, "errors"},
    {"more or fewer calls reach {entity}", "callers try again, or give up", "tool_call_rate"},
    {"a failure of {entity} reaches users", "callers have no time limit, fallback or circuit breaker for it", ""},
});
constexpr auto kToolActions = std::to_array<ActionTemplate>({
    mitigate(
        "Switch {entity} off for the model or answer from a fallback, and tell users so; ask the owners of {entity}",
        "tool_call_error_ratio is below 1 % or calls are 0, and {sli} is within its objective", 30),
    prevent(
        "Give every tool call a time limit, a bounded number of retries with jitter, a circuit breaker and a fallback",
        "an injected outage of {entity} moves {sli} by less than its objective allows", 60),
    detect("Alert on error ratio and latency per tool, seen from the caller",
           "an injected outage raises the alert within 2 minutes", 60),
});

constexpr auto kContextSignature = std::to_array<SignatureTerm>({
    rises("context_truncation_ratio", kDecisive, Place::self, "truncated"),
    rises("prompt_rejected_ratio", kDecisive, Place::self, "rejected"),
    saturates("context_utilization", kStrong),
    rises("context_utilization", kHint),
    rises("prompt_tokens", kHint),
    rises("prompt_tokens", kHint, Place::system),
    rises("error_ratio", kHint, Place::self, "rejected"),
    falls("answer_relevance", kHint, Place::system, "truncated"),
    falls("groundedness", kHint, Place::system, "truncated"),
    stays("malformed_request_ratio", kUsual, Place::system),
    stays("injection_detected_rate", kHint, Place::system),
    stays("template_prompt_tokens", kHint, Place::system),
});
constexpr auto kContextTelemetry =
    std::to_array<string_view>({"context_truncation_ratio", "prompt_rejected_ratio", "context_utilization"});
constexpr auto kContextChanges =
    std::to_array<string_view>({"configuration", "prompt_template", "model_version", "deployment"});
constexpr auto kContextWords =
    std::to_array<string_view>({"max_model_len", "max-model-len", "context", "truncat", "history", "top_k_documents"});
constexpr auto kContextWhys = std::to_array<WhyTemplate>({
    {"{sli} left its objective", "answers miss what stood in the part that was cut off", "context_truncation_ratio",
     Place::self, "truncated"},
    {"{sli} left its objective", "prompts are refused because they do not fit", "prompt_rejected_ratio", Place::self,
     "rejected"},
    {"prompts do not fit", "the context window of {entity} is full", "context_utilization"},
    {"the window is full", "history, documents and instructions together grew", "prompt_tokens"},
    {"the limit was met unprepared", "nobody budgets the window between instructions, history and documents", ""},
});
constexpr auto kContextActions = std::to_array<ActionTemplate>({
    mitigate(
        "Set the limit of {entity} back, or shorten what is put in front of the question (fewer documents, summarised "
        "history)",
        "context_truncation_ratio and prompt_rejected_ratio of {entity} are at their usual level and {sli} is "
        "within its objective",
        30),
    prevent(
        "Budget the window: a fixed share each for instructions, history, documents and answer, cut by importance and "
        "not at the end",
        "context_utilization stays below 0.9 for 99 % of requests", kWeek),
    detect("Alert on context_truncation_ratio above 1 % and on context_utilization above 0.9",
           "a test conversation of growing length raises the alert before its prompts are refused", 60),
});

constexpr auto kRateLimitSignature = std::to_array<SignatureTerm>({
    rises("gateway_rate_limited_ratio", kDecisive),
    rises("tenant_rate_limited_ratio", kUsual),
    rises("tenant_rate_limited_ratio", kUsual, Place::system),
    rises("gateway_error_ratio", kHint),
    stays("gateway_request_rate", kUsual),
    stays("tenant_request_rate", kUsual, Place::system),
    stays("gateway_latency", kHint),
    falls("request_rate", kUsual, Place::callee),
    falls("requests_running", kHint, Place::callee),
    stays("kv_cache_usage", kHint, Place::callee),
    stays("injection_detected_rate", kHint, Place::system),
});
constexpr auto kRateLimitTelemetry =
    std::to_array<string_view>({"gateway_rate_limited_ratio", "tenant_rate_limited_ratio", "gateway_request_rate"});
constexpr auto kRateLimitChanges = std::to_array<string_view>({"configuration", "deployment"});
constexpr auto kRateLimitWords = std::to_array<string_view>({"rate", "limit", "quota", "throttl", "rpm", "tpm"});
constexpr auto kRateLimitWhys = std::to_array<WhyTemplate>({
    {"{sli} left its objective", "{entity} turns requests away with 429", "gateway_rate_limited_ratio"},
    {"requests are turned away", "senders are over the limit that is in force", "tenant_rate_limited_ratio",
     Place::system},
    {"senders are over the limit", "they send as much as before, so the limit became lower", "gateway_request_rate"},
    {"replicas have room", "fewer requests reach them than they could serve", "requests_running", Place::callee},
    {"the limit does not fit the capacity", "limits are set by hand and not derived from what replicas can serve", ""},
});
constexpr auto kRateLimitActions = std::to_array<ActionTemplate>({
    mitigate("Raise the limit of {entity} to what the replicas can serve, for the tenants that are cut first",
             "gateway_rate_limited_ratio is below 1 % while queue_time of the replicas stays at its usual level", 30),
    prevent("Derive limits from measured capacity (tokens per second and replica), review them with every change of "
            "replicas",
            "the sum of limits is within 80 to 120 % of measured capacity", kWeek),
    detect("Alert on rate-limited requests while replicas have free slots",
           "a lowered limit in a test environment raises the alert within 5 minutes", 60),
});

constexpr auto kSessionSignature = std::to_array<SignatureTerm>({
    falls("session_hit_ratio", kDecisive, Place::self, "lost"),
    rises("session_evictions", kStrong, Place::self, "lost"),
    rises("session_miss_rate", kUsual, Place::self, "lost"),
    moves("session_memory_limit", kUsual, Place::self, "lost"),
    falls("session_keys", kHint, Place::self, "lost"),
    rises("session_lost_rate", kStrong, Place::caller),
    rises("session_error_ratio", kDecisive, Place::self, "errors"),
    rises("session_store_latency", kHint),
    falls("prefix_cache_hit_ratio", kUsual, Place::system),
    moves("prompt_tokens", kHint, Place::system),
    falls("answer_relevance", kHint, Place::system),
    stays("retrieval_score", kHint, Place::system),
    stays("tool_call_error_ratio", kHint, Place::system),
});
constexpr auto kSessionTelemetry =
    std::to_array<string_view>({"session_hit_ratio", "session_error_ratio", "session_evictions"});
constexpr auto kSessionChanges = std::to_array<string_view>({"configuration", "deployment", "replica_count", "image"});
constexpr auto kSessionWords = std::to_array<string_view>({"session", "maxmemory", "ttl", "evict", "affinity"});
constexpr auto kSessionWhys = std::to_array<WhyTemplate>({
    {"{sli} left its objective", "conversations start over, or are computed again from the beginning",
     "prefix_cache_hit_ratio", Place::system},
    {"conversations start over", "their state is not found in {entity}", "session_hit_ratio", Place::self, "lost"},
    {"state is not found", "{entity} drops it before its conversation ends", "session_evictions", Place::self, "lost"},
    {"{caller} cannot read or write state", "{entity} answers with errors", "session_error_ratio", Place::self,
     "errors"},
    {"state can be lost at all", "memory, time to live or routing of sessions do not fit the number of conversations",
     ""},
});
constexpr auto kSessionActions = std::to_array<ActionTemplate>({
    mitigate("Give {entity} more memory or a longer time to live, and restore what changed in routing or keys",
             "session_hit_ratio of {entity} is back at its former level and {sli} is within its objective", 30),
    prevent("Size {entity} for the conversations in flight, alert on evictions, and let clients resend history when "
            "state is "
            "lost",
            "session_evictions stay 0 over a week", kWeek),
    detect("Alert on a session_hit_ratio below its usual range and on any eviction",
           "evicting 10 % of sessions in a test raises the alert within 5 minutes", 60),
});

constexpr auto kClasses = std::to_array<FaultClass>({
    {.name = "tool_failure",
     .title = "Tool or API failure",
     .category = FaultCategory::orchestration_and_dependencies,
     .branch = FishboneBranch::infrastructure,
     .description =
         "A tool or API that the model calls fails or is slow; requests that need it fail, wait or make up its "
         "answer.",
     .entities = "tool, dependency",
     .signature = kToolSignature,
     .telemetry = kToolTelemetry,
     .change_kinds = kToolChanges,
     .change_words = {},
     .whys = kToolWhys,
     .actions = kToolActions,
     .runbook = "tool_failure"},
    {.name = "context_window_handling",
     .title = "Context-window handling",
     .category = FaultCategory::orchestration_and_dependencies,
     .branch = FishboneBranch::process,
     .description = "Prompts do not fit the context window: they are cut off, or refused.",
     .entities = "replica, model, gateway",
     .signature = kContextSignature,
     .telemetry = kContextTelemetry,
     .change_kinds = kContextChanges,
     .change_words = kContextWords,
     .whys = kContextWhys,
     .actions = kContextActions,
     .runbook = "context_window_handling"},
    {.name = "rate_limiting",
     .title = "Rate limiting and throttling",
     .category = FaultCategory::orchestration_and_dependencies,
     .branch = FishboneBranch::process,
     .description = "A limit turns requests away that the replicas could serve.",
     .entities = "gateway, tenant, dependency",
     .signature = kRateLimitSignature,
     .telemetry = kRateLimitTelemetry,
     .change_kinds = kRateLimitChanges,
     .change_words = kRateLimitWords,
     .whys = kRateLimitWhys,
     .actions = kRateLimitActions,
     .runbook = "rate_limiting"},
    {.name = "session_state_error",
     .title = "Session-state errors",
     .category = FaultCategory::orchestration_and_dependencies,
     .branch = FishboneBranch::infrastructure,
     .description = "The state of conversations is lost, evicted or cannot be read: they start over, and prefixes are "
                    "computed again.",
     .entities = "session store",
     .signature = kSessionSignature,
     .telemetry = kSessionTelemetry,
     .change_kinds = kSessionChanges,
     .change_words = kSessionWords,
     .whys = kSessionWhys,
     .actions = kSessionActions,
     .runbook = "session_state_error"},
});

}  // namespace

std::span<const FaultClass> orchestration_classes() {
  return kClasses;
}

}  // namespace rca::rows
