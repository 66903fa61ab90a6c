// Category 3: the model and how it is run. Inputs and machines are as before; what comes out is not.
#include <array>

#include "rca_core/diagnosis/fault_class_rows.h"

namespace rca::rows {
namespace {

using std::string_view;

constexpr auto kOutputDriftSignature = std::to_array<SignatureTerm>({
    falls("answer_similarity", kStrong),
    falls("answer_relevance", kUsual),
    moves("output_logprob", kUsual),
    falls("groundedness", kHint),
    rises("hallucination_ratio", kHint),
    moves("refusal_ratio", kHint),
    moves("generation_tokens", kHint),
    stays("repetition_ratio", kUsual),
    stays("format_error_ratio", kHint),
    stays("gpu_memory_used", kHint),
    stays("decode_time", kHint),
    stays("prompt_tokens", kHint, Place::system),
    stays("template_prompt_tokens", kHint, Place::system),
    stays("sampling_temperature", kUsual, Place::system),
    stays("sampling_top_p", kHint, Place::system),
    stays("retrieval_score", kUsual, Place::system),
    stays("retrieval_document_age", kHint, Place::system),
    stays("gpu_memory_used", kHint, Place::system),
});
constexpr auto kOutputDriftTelemetry = std::to_array<string_view>(
    {"answer_similarity", "answer_relevance", "output_logprob", "groundedness", "refusal_ratio"});
constexpr auto kOutputDriftChanges = std::to_array<string_view>({"model_version"});
constexpr auto kOutputDriftWhys = std::to_array<WhyTemplate>({
    {"{sli} left its objective", "answers of {entity} moved away from its reference answers", "answer_similarity"},
    {"answers moved", "they fit the questions less", "answer_relevance"},
    {"answers moved", "{entity} is as sure of other words as it was of the former ones", "output_logprob"},
    {"inputs, context and sampling are as before",
     "what {entity} computes from them changed (a drifting adapter, "
     "embedding or hosted model)",
     ""},
});
constexpr auto kOutputDriftActions = std::to_array<ActionTemplate>({
    mitigate("Send the traffic of {entity} to the last version that passed its evaluation",
             "answer_similarity is back at its former level and {sli} is within its objective", 60),
    prevent("Pin model, adapter and embedding versions by digest, and evaluate on a fixed set every day",
            "the daily evaluation is within its limits on seven days in a row", kWeek),
    detect("Alert on rca_drift_js_divergence of output length and on answer_similarity against the reference set",
           "the former and the drifted answers, replayed, are told apart within an hour", 120),
});

constexpr auto kQuantisationSignature = std::to_array<SignatureTerm>({
    rises("repetition_ratio", kStrong),
    falls("output_logprob", kStrong),
    rises("hallucination_ratio", kUsual),
    rises("format_error_ratio", kHint),
    falls("groundedness", kHint),
    falls("answer_similarity", kHint),
    moves("generation_tokens", kHint),
    // Smaller weights: less memory, faster steps.
    falls("gpu_memory_used", kStrong),
    falls("decode_time", kUsual),
    falls("inter_token_latency", kUsual),
    falls("gpu_memory_used", kUsual, Place::system),
    falls("inter_token_latency", kHint, Place::system),
    stays("refusal_ratio", kHint),
    stays("prompt_tokens", kHint, Place::system),
    stays("sampling_temperature", kUsual, Place::system),
    stays("sampling_top_p", kHint, Place::system),
    stays("retrieval_score", kHint, Place::system),
});
constexpr auto kQuantisationTelemetry = std::to_array<string_view>(
    {"output_logprob", "repetition_ratio", "gpu_memory_used", "decode_time", "hallucination_ratio"});
constexpr auto kQuantisationChanges =
    std::to_array<string_view>({"model_version", "configuration", "image", "deployment"});
constexpr auto kQuantisationWords = std::to_array<string_view>(
    {"quant", "awq", "gptq", "gguf", "int4", "int8", "w4a16", "w8a8", "fp8", "fp4", "nf4", "4bit", "8bit", "marlin"});
constexpr auto kQuantisationWhys = std::to_array<WhyTemplate>({
    {"{sli} left its objective", "{entity} repeats itself or makes things up more often", "repetition_ratio"},
    {"text of {entity} degenerates", "its probabilities are flatter or wrong", "output_logprob"},
    {"the probabilities changed", "the weights are of lower precision: they take less memory", "gpu_memory_used"},
    {"the weights are of lower precision", "another variant of the model was rolled out, which also is faster",
     "decode_time"},
    {"a degraded variant reached users", "the release compared speed and memory, not answers", ""},
});
constexpr auto kQuantisationActions = std::to_array<ActionTemplate>({
    mitigate("Roll {entity} back to the weights in their former precision",
             "output_logprob and repetition_ratio of {entity} are back at their former level and {sli} is within its "
             "objective",
             60),
    prevent(
        "Accept a quantised variant only after an evaluation of answers (perplexity, repetition, task accuracy) beside "
        "that of speed; calibrate on own traffic",
        "every variant in production has such an evaluation", kWeek),
    detect("Watch output_logprob and repetition_ratio per model version, canary against baseline",
           "a canary with a badly quantised variant is stopped before 5 % of requests saw it", 120),
});

constexpr auto kWrongVersionSignature = std::to_array<SignatureTerm>({
    falls("answer_similarity", kStrong),
    moves("refusal_ratio", kUsual),
    moves("generation_tokens", kUsual),
    moves("output_logprob", kHint),
    falls("answer_relevance", kUsual),
    rises("format_error_ratio", kUsual),
    moves("gpu_memory_used", kHint),
    moves("decode_time", kHint),
    moves("prompt_tokens", kHint),
    moves("generation_tokens", kHint, Place::system),
    moves("refusal_ratio", kHint, Place::system),
    stays("repetition_ratio", kUsual),
    stays("prompt_tokens", kHint, Place::system),
    stays("template_prompt_tokens", kHint, Place::system),
    stays("sampling_temperature", kUsual, Place::system),
    stays("retrieval_score", kHint, Place::system),
});
constexpr auto kWrongVersionTelemetry =
    std::to_array<string_view>({"answer_similarity", "refusal_ratio", "generation_tokens", "format_error_ratio"});
constexpr auto kWrongVersionChanges = std::to_array<string_view>({"model_version", "image", "deployment"});
constexpr auto kWrongVersionWhys = std::to_array<WhyTemplate>({
    {"{sli} left its objective", "{entity} answers in another way than users and tests expect", "answer_similarity"},
    {"answers are of another kind", "their length or the share of refusals changed at one moment", "generation_tokens"},
    {"answers changed at one moment", "another version of the model took over", ""},
    {"another version took over", "what was deployed is not what was evaluated (a moving tag, a wrong path or alias)",
     ""},
});
constexpr auto kWrongVersionActions = std::to_array<ActionTemplate>({
    mitigate("Compare the version that {entity} serves with the intended one, and deploy the intended one",
             "all replicas report the intended version and {sli} is within its objective", 60),
    prevent("Refer to models by digest, and let readiness fail when the loaded version is not the intended one",
            "a replica that is started with another version does not become ready", kDay),
    detect("Export the served version as a label of an info metric, and alert when it differs from the intended one",
           "a test replica with another version raises the alert within 5 minutes", 60),
});

constexpr auto kSamplingSignature = std::to_array<SignatureTerm>({
    moves("sampling_temperature", kDecisive),
    moves("sampling_top_p", kStrong),
    moves("request_max_tokens", kUsual),
    moves("request_n", kUsual),
    moves("generation_tokens", kHint),
    moves("repetition_ratio", kHint),
    moves("output_logprob", kUsual),
    falls("answer_similarity", kHint),
    rises("format_error_ratio", kHint),
    falls("answer_similarity", kHint, Place::system),
    moves("output_logprob", kHint, Place::system),
    stays("gpu_memory_used", kHint),
    stays("prompt_tokens", kHint, Place::system),
    stays("template_prompt_tokens", kHint, Place::system),
});
constexpr auto kSamplingTelemetry =
    std::to_array<string_view>({"sampling_temperature", "sampling_top_p", "request_max_tokens", "generation_tokens"});
constexpr auto kSamplingChanges = std::to_array<string_view>({"configuration", "deployment"});
constexpr auto kSamplingWords =
    std::to_array<string_view>({"temperature", "top_p", "top_k", "max_tokens", "sampling", "penalty", "seed"});
constexpr auto kSamplingWhys = std::to_array<WhyTemplate>({
    {"{sli} left its objective", "answers vary more, break off or ramble", "generation_tokens"},
    {"the same model writes other text", "tokens are drawn in another way", "sampling_temperature"},
    {"tokens are drawn in another way", "sampling parameters of {entity} changed", "sampling_top_p"},
    {"the parameters changed", "defaults were changed without an evaluation, or are not pinned per use", ""},
});
constexpr auto kSamplingActions = std::to_array<ActionTemplate>({
    mitigate("Set the sampling parameters of {entity} back (generation_config, server defaults, gateway overrides)",
             "sampling_temperature and sampling_top_p of {entity} are at their former values and {sli} is within its "
             "objective",
             30),
    prevent("Pin sampling parameters per use in versioned configuration, and bound at the gateway what requests may "
            "ask for",
            "requests outside the bounds are clamped and counted", kDay),
    detect("Alert on a change of mean temperature, top_p or max_tokens per model",
           "a changed default on a test deployment raises the alert within 5 minutes", 60),
});

constexpr auto kClasses = std::to_array<FaultClass>({
    {.name = "output_drift",
     .title = "Output or embedding drift",
     .category = FaultCategory::model_and_configuration,
     .branch = FishboneBranch::model,
     .description = "Answers or embeddings move away from their reference while inputs, context, sampling and hardware "
                    "stay as they were.",
     .entities = "model version, replica",
     .signature = kOutputDriftSignature,
     .telemetry = kOutputDriftTelemetry,
     .change_kinds = kOutputDriftChanges,
     .change_words = {},
     .whys = kOutputDriftWhys,
     .actions = kOutputDriftActions,
     .runbook = "output_drift"},
    {.name = "quantization_artefact",
     .title = "Quantisation artefacts",
     .category = FaultCategory::model_and_configuration,
     .branch = FishboneBranch::model,
     .description =
         "Weights of lower precision are smaller and faster, but repeat themselves, make things up and are less "
         "sure of each token.",
     .entities = "model version, replica",
     .signature = kQuantisationSignature,
     .telemetry = kQuantisationTelemetry,
     .change_kinds = kQuantisationChanges,
     .change_words = kQuantisationWords,
     .whys = kQuantisationWhys,
     .actions = kQuantisationActions,
     .runbook = "quantization_artefact"},
    {.name = "wrong_model_version",
     .title = "Wrong model version",
     .category = FaultCategory::model_and_configuration,
     .branch = FishboneBranch::process,
     .description = "Another model or version than the intended one answers: length, refusals and format change at one "
                    "moment, the text itself is sound.",
     .entities = "model version, replica",
     .signature = kWrongVersionSignature,
     .telemetry = kWrongVersionTelemetry,
     .change_kinds = kWrongVersionChanges,
     .change_words = {},
     .whys = kWrongVersionWhys,
     .actions = kWrongVersionActions,
     .runbook = "wrong_model_version"},
    {.name = "sampling_misconfiguration",
     .title = "Sampling-parameter misconfiguration",
     .category = FaultCategory::model_and_configuration,
     .branch = FishboneBranch::process,
     .description =
         "Temperature, top-p, length or number of samples changed: the same model writes other, longer, shorter "
         "or more varied text.",
     .entities = "replica, model, gateway",
     .signature = kSamplingSignature,
     .telemetry = kSamplingTelemetry,
     .change_kinds = kSamplingChanges,
     .change_words = kSamplingWords,
     .whys = kSamplingWhys,
     .actions = kSamplingActions,
     .runbook = "sampling_misconfiguration"},
});

}  // namespace

std::span<const FaultClass> model_classes() {
  return kClasses;
}

}  // namespace rca::rows
