// A small generative model of answers: what a model does with a prompt, drawn from causes (instructions, input,
// retrieved documents, weights, sampling). Signals are counts of what comes out; a fault changes a cause and nothing
// else.
#pragma once

#include <cstdint>
#include <string>

#include "tests/testbed/llmsim/hooks/corpus.h"
#include "tests/testbed/llmsim/hooks/inputs.h"
#include "tests/testbed/llmsim/hooks/templates.h"
#include "tests/testbed/llmsim/random.h"

namespace llmsim {

// The weights behind the name under which the model is served. All but the tag are relative to the release that was
// evaluated: 0 is as good, 1 is far off.
struct ModelBuild {
  std::string tag = "1.2.0";  // of the image that the weights come in
  double skill_loss = 0;      // weaker at everything
  double style_shift = 0;     // other words, other habits, an own tokenizer
  double quantization = 0;    // error of the weights' rounding; a good export stays below 0.1
  double verbosity = 1;       // factor on the length of answers
  double decline = 0;         // more (or less) inclined to refuse, logits
};

// What goes into one answer.
struct AnswerInput {
  const PromptTemplate* prompt = nullptr;
  UserInput user;
  Retrieval retrieval;
  double context_lost = 0;  // 0..1: share of the prompt that was cut off to fit the context window
};

struct Answer {
  double groundedness = 0, relevance = 0, similarity = 0;  // 0..1
  double logprob = 0;                                      // mean per token, nats
  bool refusal = false, hallucination = false, format_error = false, repetition = false;
  bool cut_off = false;  // max_tokens came before the end
  int tokens = 1;
};

class AnswerModel {
 public:
  explicit AnswerModel(std::uint64_t seed) : random_(seed, "answers") {}
  Answer draw(const AnswerInput& input, const ModelBuild& build, const Sampling& sampling);

 private:
  Random random_;
};

}  // namespace llmsim
