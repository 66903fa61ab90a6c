#include "tests/testbed/llmsim/hooks/inputs.h"

#include <algorithm>
#include <cmath>

namespace llmsim {
namespace {
constexpr double kForeignTokens = 1.6;  // assumed: a tokenizer needs more tokens for a language it was not made for
constexpr double kOversized = 12;       // assumed: a pasted document against a question
constexpr double kTopicSpread = 0.12;   // assumed
}  // namespace

UserInput Inputs::next(const PromptTemplate& prompt, double length) {
  // Every number is drawn for every input, so that a changed profile changes only what it speaks of.
  const double foreign = random_.uniform();
  const double topic = random_.normal();
  const double injection = random_.uniform();
  const double oversized = random_.uniform();
  const double malformed = random_.uniform();
  UserInput out;
  double tokens = prompt.user_tokens * profile_.length * length;
  out.foreign = foreign < profile_.foreign;
  if (out.foreign) tokens *= kForeignTokens;
  if (oversized < profile_.oversized) tokens *= kOversized;
  out.tokens = std::clamp(static_cast<int>(std::lround(std::min(tokens, 1e6))), 1, 100'000);
  out.topic_distance = std::clamp(profile_.topic_distance + kTopicSpread * topic, 0.0, 1.0);
  out.injection = injection < profile_.injection;
  out.malformed = malformed < profile_.malformed;
  return out;
}

}  // namespace llmsim
