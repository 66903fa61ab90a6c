// What is planted, and in what time it has to be found. The times are derived here from the configuration (a current
// window of 60 minutes, evaluated every five) and from what the simulator is told to change, not from measurements:
//
// After t minutes the share s = t / 60 of the current window is new. All default thresholds correspond to a shift of
// the whole by about 0.45 standard deviations, and a shift by D standard deviations of a share s moves the whole by s
// D. So the difference is large once s ≥ 0.45 / D: after 27 / D minutes, at most the whole window, which is 60. To that
// come five minutes at most until the next evaluation, and ten for chance: near the threshold, the deviation of some
// hundred observations from their distribution is worth about 0.1 standard deviations.
#include "tests/evaluation/drift/run.h"

namespace drift_eval {
namespace {

constexpr double kMinute = 60;

}  // namespace

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> all = {
      {.name = "no drift"},
      // A logit lower by 4 × 0.45 = 1.8 takes a groundedness of 0.9 to 0.6; single answers spread by less than half of
      // that: D = 2, 14 minutes.
      {.name = "template change",
       .planted = "a new version of the template `support-rag`: longer, vague about documents and format",
       .fault = "prompt_template_drift",
       .target = "support-rag",
       .signals = {"groundedness", "answer_similarity", "format_error_ratio"},
       .entity = "support-rag",
       .stated_delay = 30 * kMinute,
       .derivation = "D = 2: 14 + 15",
       .charts = {"groundedness"}},
      // ln 2.2 = 0.79 over 0.6, the standard deviation of the logarithm of prompts, is 1.3; the template's own tokens
      // do not grow, which leaves about 0.8 of that: D = 1, 27 minutes.
      {.name = "longer prompts",
       .planted = "users of `chat-assistant` write 2.2 times as much, half of them in another language",
       .fault = "input_drift",
       .target = "chat-assistant",
       .signals = {"template_input_tokens"},
       .entity = "chat-assistant",
       .stated_delay = 45 * kMinute,
       .derivation = "D = 1: 27 + 15",
       .charts = {"prompt_tokens"}},
      // Most requests stay as they are: a shift of the tenants' shares, for which the whole window may be needed.
      {.name = "a new tenant's mix",
       .planted = "the tenant `umbrella` sends 8 times as many requests, with inputs 4 times as long",
       .fault = "tenant_mix",
       .target = "umbrella",
       .signals = {"tenant_prompt_tokens"},
       .label = "tenant",
       .value = "umbrella",
       .stated_delay = 75 * kMinute,
       .derivation = "D ≤ 0.45, a part of the traffic: 60 + 15",
       .charts = {"prompt_tokens"}},
      // −ln 0.6 = 0.51 over 0.5, the standard deviation of the logarithm of answers: D = 1, 27 minutes.
      {.name = "shorter outputs after a model change",
       .planted = "an old release of the model under the same name: answers are 40 % shorter",
       .fault = "wrong_model_version",
       .target = "",
       .signals = {"generation_tokens", "template_output_tokens"},
       .stated_delay = 45 * kMinute,
       .derivation = "D = 1: 27 + 15",
       .charts = {"generation_tokens"}},
      // Vectors of length 1 that move by 0.5 s across: 1 − 1 / √(1 + s² / 4) reaches the cosine distance's threshold of
      // 0.05 at s = 0.66, 40 minutes. No level moves that a chart could see.
      {.name = "embedding shift",
       .planted = "another encoder: all embeddings move by half their length",
       .fault = "embedding_shift",
       .target = "",
       .signals = {"input_embedding"},
       .stated_delay = 55 * kMinute,
       .derivation = "cosine distance 0.05: 40 + 15"},
  };
  return all;
}

}  // namespace drift_eval
