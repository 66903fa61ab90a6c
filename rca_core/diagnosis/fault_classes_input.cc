// Category 2: what goes into the model. Machines are well; prompts, inputs or retrieved context changed.
#include <array>

#include "rca_core/diagnosis/fault_class_rows.h"

namespace rca::rows {
namespace {

using std::string_view;

constexpr auto kTemplateSignature = std::to_array<SignatureTerm>({
    moves("template_prompt_tokens", kDecisive),
    rises("template_request_rate", kHint),
    rises("format_error_ratio", kStrong),
    falls("groundedness", kUsual),
    falls("answer_relevance", kUsual),
    falls("answer_similarity", kUsual),
    rises("refusal_ratio", kHint),
    rises("hallucination_ratio", kHint),
    rises("format_error_ratio", kHint, Place::system),
    falls("answer_relevance", kHint, Place::system),
    moves("prompt_tokens", kHint, Place::system),
    falls("prefix_cache_hit_ratio", kUsual, Place::system),
    stays("tenant_request_rate", kHint, Place::system),
    stays("sampling_temperature", kHint, Place::system),
    stays("retrieval_score", kHint, Place::system),
});
constexpr auto kTemplateTelemetry = std::to_array<string_view>(
    {"template_prompt_tokens", "template_request_rate", "format_error_ratio", "answer_relevance", "groundedness"});
constexpr auto kTemplateChanges = std::to_array<string_view>({"prompt_template", "configuration", "deployment"});
constexpr auto kTemplateWhys = std::to_array<WhyTemplate>({
    {"{sli} left its objective", "answers to requests of {entity} are of another form or worse", "format_error_ratio"},
    {"the model answers differently", "it gets another prompt for the same requests", "template_prompt_tokens"},
    {"cached prefixes are of no use", "the text in front of every request changed", "prefix_cache_hit_ratio",
     Place::system},
    {"the text of {entity} changed", "a new version of the template went live for all requests at once", ""},
    {"a new version could reach all requests", "templates are released without an evaluation against a fixed set", ""},
});
constexpr auto kTemplateActions = std::to_array<ActionTemplate>({
    mitigate("Roll {entity} back to its previous version",
             "template_prompt_tokens of {entity} is back at its former level and {sli} is within its objective", 30),
    prevent("Version templates like code: review, evaluate against a fixed set of requests, release to a share first",
            "every change of a template has an evaluation, and reaches 5 % of requests before all", kWeek),
    detect("Alert on a change of mean prompt length per template of more than 10 % within an hour",
           "a changed template on a test tenant raises the alert within 10 minutes", 60),
});

constexpr auto kInputDriftSignature = std::to_array<SignatureTerm>({
    // A tenant: more tokens for the same number of requests.
    rises("tenant_token_rate", kDecisive, Place::self, "tenant"),
    stays("tenant_request_rate", kStrong, Place::self, "tenant"),
    // An application: its template is as long as before, its prompts are not, and answers suit them less.
    moves("prompt_tokens", kStrong, Place::self, "application"),
    stays("template_prompt_tokens", kStrong, Place::self, "application"),
    stays("template_request_rate", kHint, Place::self, "application"),
    stays("sampling_temperature", kStrong, Place::self, "application"),
    falls("output_logprob", kUsual, Place::self, "application"),
    falls("answer_relevance", kHint, Place::self, "application"),
    falls("groundedness", kHint, Place::self, "application"),
    falls("answer_similarity", kHint, Place::self, "application"),
    rises("hallucination_ratio", kHint, Place::self, "application"),
    moves("http_request_size", kHint),
    moves("prompt_tokens", kUsual, Place::callee),
    moves("prompt_tokens", kHint, Place::system),
    falls("output_logprob", kHint, Place::system),
    falls("groundedness", kHint, Place::system),
    falls("answer_relevance", kHint, Place::system),
    falls("retrieval_score", kHint, Place::system),
    rises("retrieval_empty_ratio", kHint, Place::system),
    falls("prefix_cache_hit_ratio", kHint, Place::system),
    rises("context_utilization", kHint, Place::system),
    stays("template_prompt_tokens", kUsual, Place::system),
    stays("sampling_temperature", kHint, Place::system),
    stays("retrieval_document_age", kHint, Place::system),
});
constexpr auto kInputDriftTelemetry = std::to_array<string_view>(
    {"prompt_tokens", "tenant_token_rate", "tenant_request_rate", "output_logprob", "retrieval_score"});
constexpr auto kInputDriftChanges = std::to_array<string_view>({"traffic_shift", "cohort_shift"});
constexpr auto kInputDriftWhys = std::to_array<WhyTemplate>({
    {"{sli} left its objective", "requests need more work, or answers fit them less", "prompt_tokens", Place::system},
    {"requests need more work", "the share of {entity} in the tokens changed", "tenant_token_rate", Place::self,
     "tenant"},
    {"tokens changed while requests did not", "the requests themselves are of another kind", "tenant_request_rate",
     Place::self, "tenant"},
    {"requests need more work", "prompts of {entity} have another length while its template has not", "prompt_tokens",
     Place::self, "application"},
    {"the model is less sure of its answers", "inputs moved away from what it and its context were chosen for",
     "output_logprob", Place::system},
    {"the drift reached users", "the distribution of inputs is not compared with a reference", ""},
});
constexpr auto kInputDriftActions = std::to_array<ActionTemplate>({
    mitigate("Route the new kind of requests to a pool or model that is sized for them, or bound their length",
             "prompt_tokens of the other requests are at their usual level and {sli} is within its objective", 60),
    prevent("Re-evaluate model, template and retrieval on a sample of today's requests, and renew the reference "
            "distribution",
            "quality on the new sample is within the objective", kWeek),
    detect("Alert on rca_drift_psi above 0.2 for prompt_tokens and per-tenant tokens",
           "replaying the shifted sample raises the alert within an hour", 120),
});

constexpr auto kMalformedSignature = std::to_array<SignatureTerm>({
    rises("malformed_request_ratio", kDecisive, Place::self, "malformed"),
    rises("input_rejected_ratio", kStrong),
    rises("injection_detected_rate", kDecisive, Place::self, "injection"),
    rises("prompt_rejected_ratio", kUsual, Place::self, "extreme_length"),
    rises("prompt_rejected_ratio", kHint, Place::callee),
    moves("prompt_tokens", kUsual, Place::callee, "extreme_length"),
    rises("malformed_request_ratio", kHint, Place::callee),
    rises("gateway_error_ratio", kHint),
    rises("refusal_ratio", kHint, Place::system),
    stays("gateway_rate_limited_ratio", kHint),
    stays("gateway_retry_rate", kHint),
    stays("template_prompt_tokens", kHint, Place::system),
    stays("context_truncation_ratio", kHint, Place::system, "malformed"),
});
constexpr auto kMalformedTelemetry = std::to_array<string_view>(
    {"malformed_request_ratio", "input_rejected_ratio", "injection_detected_rate", "prompt_rejected_ratio"});
constexpr auto kMalformedChanges = std::to_array<string_view>({"traffic_shift", "deployment"});
constexpr auto kMalformedWhys = std::to_array<WhyTemplate>({
    {"{sli} left its objective", "requests are rejected at {entity} or cost more than they should",
     "input_rejected_ratio"},
    {"requests are rejected", "they do not follow the format that is expected", "malformed_request_ratio", Place::self,
     "malformed"},
    {"requests are rejected", "they carry instructions that try to take over the prompt", "injection_detected_rate",
     Place::self, "injection"},
    {"requests are rejected", "they are longer than the model takes", "prompt_rejected_ratio", Place::self,
     "extreme_length"},
    {"such requests reach {entity} at all", "nothing in front of it bounds or checks what a sender sends", ""},
});
constexpr auto kMalformedActions = std::to_array<ActionTemplate>({
    mitigate("Find the sender (gateway access log by tenant and status) and limit or block it; tell its owners what is "
             "rejected",
             "input_rejected_ratio of {entity} is back at its usual level and {sli} is within its objective", 30),
    prevent(
        "Check format, length and instructions at the edge, before a request costs a prefill; give senders an error "
        "that says what to change",
        "a replay of the rejected requests moves no SLI of the other tenants", 60),
    detect("Alert on input_rejected_ratio and injection_detected_rate by tenant against their usual level",
           "ten minutes of replay raise the alert", 60),
});

constexpr auto kRetrievalSignature = std::to_array<SignatureTerm>({
    falls("retrieval_score", kDecisive, Place::self, "irrelevant"),
    falls("retrieval_relevance", kStrong, Place::self, "irrelevant"),
    rises("retrieval_document_age", kDecisive, Place::self, "stale"),
    stays("retrieval_score", kHint, Place::self, "stale"),
    rises("retrieval_empty_ratio", kDecisive, Place::self, "empty"),
    falls("groundedness", kUsual, Place::system),
    rises("hallucination_ratio", kHint, Place::system),
    falls("answer_relevance", kHint, Place::system),
    stays("vector_search_latency", kUsual),
    stays("vector_disk_read_rate", kHint),
    stays("vector_search_error_ratio", kHint),
    stays("template_prompt_tokens", kHint, Place::system),
    stays("sampling_temperature", kHint, Place::system),
});
constexpr auto kRetrievalTelemetry = std::to_array<string_view>(
    {"retrieval_score", "retrieval_relevance", "retrieval_document_age", "retrieval_empty_ratio", "groundedness"});
constexpr auto kRetrievalChanges = std::to_array<string_view>({"configuration", "deployment", "model_version"});
constexpr auto kRetrievalWords = std::to_array<string_view>({"embedding", "index", "collection", "retriever"});
constexpr auto kRetrievalWhys = std::to_array<WhyTemplate>({
    {"{sli} left its objective", "answers are less grounded in the context that they get", "groundedness",
     Place::system},
    {"the context does not help", "documents that {entity} returns fit the questions less", "retrieval_score",
     Place::self, "irrelevant"},
    {"the documents fit less", "queries and index are no longer of the same embedding, filter or corpus",
     "retrieval_relevance", Place::self, "irrelevant"},
    {"the context does not help", "documents that {entity} returns are old", "retrieval_document_age", Place::self,
     "stale"},
    {"old documents are returned", "the index has not been renewed", "", Place::self, "stale"},
    {"there is no context", "{entity} finds nothing for more of the questions", "retrieval_empty_ratio", Place::self,
     "empty"},
    {"searches are as fast as before", "the store works; what it holds or how it is asked changed",
     "vector_search_latency"},
});
constexpr auto kRetrievalActions = std::to_array<ActionTemplate>({
    mitigate("Point {entity} back at the last good index or embedding model",
             "retrieval_score of {entity} is back at its "
             "former level and {sli} is within its objective",
             60, "irrelevant"),
    mitigate("Run the ingestion of {entity} again and check when it last succeeded",
             "retrieval_document_age of {entity} falls below its target and {sli} is within its objective", 120,
             "stale"),
    mitigate(
        "Check collection name, filters and tenant scope of the queries to {entity}; let the answer say that nothing "
        "was found rather than invent it",
        "retrieval_empty_ratio of {entity} is back at its usual level and {sli} is within its objective", 60, "empty"),
    prevent("Change index and embedding model together, and switch over only after recall on a fixed set of questions",
            "recall on the fixed set is measured at every switch and within its target", kWeek),
    detect("Alert on retrieval_score, retrieval_empty_ratio and the age of the newest document",
           "an index without last day's documents raises the alert within an hour", 120),
});

constexpr auto kClasses = std::to_array<FaultClass>({
    {.name = "prompt_template_drift",
     .title = "Prompt-template drift",
     .category = FaultCategory::prompt_and_input,
     .branch = FishboneBranch::data,
     .description = "The text around the users' input changed: prompts are longer, shorter or worded differently, and "
                    "answers change with them.",
     .entities = "prompt template",
     .signature = kTemplateSignature,
     .telemetry = kTemplateTelemetry,
     .change_kinds = kTemplateChanges,
     .change_words = {},
     .whys = kTemplateWhys,
     .actions = kTemplateActions,
     .runbook = "prompt_template_drift"},
    {.name = "input_drift",
     .title = "Input or concept drift",
     .category = FaultCategory::prompt_and_input,
     .branch = FishboneBranch::data,
     .description =
         "What users send is no longer what the system was built and sized for: other lengths, other topics, "
         "another mix of tenants.",
     .entities = "tenant, application (prompt template)",
     .signature = kInputDriftSignature,
     .telemetry = kInputDriftTelemetry,
     .change_kinds = kInputDriftChanges,
     .change_words = {},
     .whys = kInputDriftWhys,
     .actions = kInputDriftActions,
     .runbook = "input_drift"},
    {.name = "malformed_input",
     .title = "Malformed, extreme or adversarial input",
     .category = FaultCategory::prompt_and_input,
     .branch = FishboneBranch::data,
     .description = "Requests break the format, are extremely long, or try to take over the prompt (injection).",
     .entities = "input guard, gateway, tenant",
     .signature = kMalformedSignature,
     .telemetry = kMalformedTelemetry,
     .change_kinds = kMalformedChanges,
     .change_words = {},
     .whys = kMalformedWhys,
     .actions = kMalformedActions,
     .runbook = "malformed_input"},
    {.name = "retrieval_failure",
     .title = "Retrieval failure",
     .category = FaultCategory::prompt_and_input,
     .branch = FishboneBranch::data,
     .description =
         "The store answers fast and without errors, but with irrelevant, stale or no documents, and the model "
         "makes up the rest.",
     .entities = "vector store, retriever",
     .signature = kRetrievalSignature,
     .telemetry = kRetrievalTelemetry,
     .change_kinds = kRetrievalChanges,
     .change_words = kRetrievalWords,
     .whys = kRetrievalWhys,
     .actions = kRetrievalActions,
     .runbook = "retrieval_failure"},
});

}  // namespace

std::span<const FaultClass> input_classes() {
  return kClasses;
}

}  // namespace rca::rows
