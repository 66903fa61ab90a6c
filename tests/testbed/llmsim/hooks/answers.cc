#include "tests/testbed/llmsim/hooks/answers.h"

#include <algorithm>
#include <cmath>

namespace llmsim {
namespace {

// All weights are assumed: they say in which order of magnitude a cause is felt, in logits. Undisturbed, the three
// applications have a groundedness of about 0.89, a relevance of 0.91, a similarity of 0.86, 2 % refusals, 3 %
// hallucinations, 2 % format errors and 1 % repetitions.
constexpr double kSpread = 0.5;       // between answers of equal causes
constexpr double kLengthSigma = 0.5;  // of the logarithm of an answer's length
constexpr int kRefusalTokens = 35;

double logistic(double x) {
  return 1 / (1 + std::exp(-x));
}

// How much of the distribution's tail is let in: nothing at 0.8 and below, 1 at a temperature of 1.6 and top_p of 1. A
// smaller nucleus cuts the tail off again.
double heat(const Sampling& sampling) {
  const double above = std::max(0.0, sampling.temperature - 0.8) / 0.8;
  return above * std::clamp((sampling.top_p - 0.85) / 0.15, 0.1, 1.0);
}

// How near to always taking the likeliest token: loops are likely then.
double greed(const Sampling& sampling) {
  return std::max(std::clamp((0.2 - sampling.temperature) / 0.2, 0.0, 1.0),
                  std::clamp((0.5 - sampling.top_p) / 0.5, 0.0, 1.0));
}

}  // namespace

Answer AnswerModel::draw(const AnswerInput& input, const ModelBuild& build, const Sampling& sampling) {
  // Every number is drawn for every answer, so that a cause changes only what follows from it.
  const double spread_relevance = kSpread * random_.normal();
  const double spread_grounding = kSpread * random_.normal();
  const double spread_similarity = 0.8 * kSpread * random_.normal();
  const double spread_length = random_.normal();
  const double spread_logprob = random_.normal();
  const double luck_refusal = random_.uniform();
  const double luck_hallucination = random_.uniform();
  const double luck_format = random_.uniform();
  const double luck_repetition = random_.uniform();

  const PromptTemplate& prompt = *input.prompt;
  const double hot = heat(sampling);
  const double foreign = input.user.foreign ? 1 : 0;
  const double distance = std::max(0.0, input.user.topic_distance - 0.1);
  const double misfit = 0.95 - prompt.task_fit;
  const double lost = 2 * input.context_lost;
  const bool empty = prompt.retrieves && input.retrieval.documents == 0;
  Answer out;

  // What weakens any answer.
  const double weak = 5 * misfit + 3 * distance + 0.9 * foreign + 1.2 * build.skill_loss + 1.0 * build.quantization +
                      1.3 * hot + 1.2 * lost;
  const double unhelped = prompt.retrieves ? (empty ? 1.5 : 2.0 * std::max(0.0, 0.85 - input.retrieval.relevance)) : 0;
  out.relevance = logistic(2.4 - weak - unhelped - 0.8 * build.style_shift + spread_relevance);
  out.similarity = logistic(1.9 - 0.7 * weak - unhelped - 2.2 * build.style_shift - 1.8 * input.retrieval.outdated +
                            spread_similarity);
  if (prompt.retrieves) {
    const double ungrounded = empty ? 3.5 : 3.0 * std::max(0.0, 0.85 - input.retrieval.relevance);
    out.groundedness = logistic(2.2 - 4 * (0.9 - prompt.grounding) - ungrounded - 0.8 * build.skill_loss -
                                1.0 * build.quantization - 1.2 * hot - 1.0 * lost + spread_grounding);
  }

  // Told to keep to documents and given none, a model says that it does not know.
  double decline = -4 + 3 * prompt.caution + 2.5 * (input.user.injection ? 1 : 0) + build.decline + 0.8 * foreign;
  if (empty) decline += 4 * prompt.grounding;
  out.refusal = luck_refusal < logistic(decline);
  out.repetition = !out.refusal && luck_repetition < logistic(-4.6 + 3.2 * greed(sampling) + 3.2 * build.quantization);
  const double support = prompt.retrieves ? out.groundedness : out.relevance;
  out.hallucination = !out.refusal && luck_hallucination < logistic(-3.9 + 4.5 * std::max(0.0, 0.85 - support) +
                                                                    1.4 * build.quantization + 0.6 * hot);
  out.logprob = -(0.32 + 0.25 * distance + 0.2 * foreign + 0.6 * build.quantization + 0.4 * hot +
                  0.12 * build.style_shift + 0.08 * build.skill_loss + 0.04 * spread_logprob);

  // A loop ends only where max_tokens ends it; a hot tail makes sentences wander.
  const double complete =
      prompt.answer_tokens * build.verbosity * (1 + 0.6 * hot) * std::exp(kLengthSigma * spread_length);
  double tokens = out.refusal ? kRefusalTokens : complete;
  if (out.repetition) tokens = std::max(tokens, 0.8 * sampling.max_tokens);
  out.cut_off = tokens > sampling.max_tokens;
  out.tokens = std::max(1, static_cast<int>(std::lround(std::min<double>(tokens, sampling.max_tokens))));

  // JSON that is cut off cannot be read; who declines cites nothing.
  const double misread = logistic(-4 + 6.5 * (0.97 - prompt.format_clarity) + 1.6 * build.quantization + 2.0 * hot +
                                  1.2 * build.skill_loss + 0.8 * build.style_shift);
  out.format_error = prompt.formatted && (out.refusal || out.cut_off || out.repetition || luck_format < misread);
  if (out.refusal) out.relevance = std::min(out.relevance, 0.3);
  if (out.refusal) out.similarity = std::min(out.similarity, 0.3);
  return out;
}

}  // namespace llmsim
