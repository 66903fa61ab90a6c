#include "tests/testbed/llmsim/hooks/evaluation.h"

#include <algorithm>

namespace llmsim {
namespace {

constexpr double kJudgeSeconds = 4;      // assumed: an evaluator asks a model of its own
constexpr double kJudgeNoise = 0.06;     // assumed: of a score, between two looks at one answer
constexpr double kJudgeMistakes = 0.01;  // assumed: share of the answers in which it sees a hallucination wrongly

constexpr std::array kScoreBounds = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0};
constexpr std::array kTemperatureBounds = {0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.5, 2.0};
constexpr std::array kTokenBounds = {1.0, 4.0, 16.0, 64.0, 256.0, 1024.0, 4096.0, 16384.0};

const Buckets& temperature_buckets() {
  static const Buckets buckets = make_buckets(kTemperatureBounds, NumberStyle::go);
  return buckets;
}

const Buckets& token_buckets() {
  static const Buckets buckets = make_buckets(kTokenBounds, NumberStyle::go);
  return buckets;
}

}  // namespace

const Buckets& score_buckets() {
  static const Buckets buckets = make_buckets(kScoreBounds, NumberStyle::go);
  return buckets;
}

EvaluationMetrics::EvaluationMetrics()
    : scores(kEvaluators.size(), Histogram(score_buckets())),
      temperature(temperature_buckets()),
      top_p(score_buckets()),
      template_tokens(token_buckets()) {}

Evaluation::Evaluation(std::uint64_t seed, std::size_t templates, double share)
    : random_(seed, "judge"), share_(share), metrics_(templates) {}

Histogram& Evaluation::of(const AnsweredRequest& request, Evaluator evaluator) {
  return metrics_[request.prompt_template].scores[static_cast<std::size_t>(evaluator)];
}

double Evaluation::noisy(double value) {
  return std::clamp(value + kJudgeNoise * random_.normal(), 0.0, 1.0);
}

void Evaluation::add(const AnsweredRequest& request, double now) {
  const Answer& answer = request.answer;
  // Validators and the classifier of refusals are cheap: they look at every answer.
  of(request, Evaluator::refusal).observe(answer.refusal ? 1 : 0);
  of(request, Evaluator::repetition).observe(answer.repetition ? 1 : 0);
  if (request.formatted) of(request, Evaluator::format_error).observe(answer.format_error ? 1 : 0);
  EvaluationMetrics& metrics = metrics_[request.prompt_template];
  metrics.nll_nats -= answer.logprob * request.output_tokens;
  metrics.scored_tokens += static_cast<std::uint64_t>(request.output_tokens);

  const double luck = random_.uniform();
  const double took = 1 + random_.exponential(kJudgeSeconds - 1);
  if (luck >= share_) return;
  const double due = std::max(now + took, pending_.empty() ? 0.0 : pending_.back().due);
  pending_.push_back({due, request});
}

void Evaluation::score(const AnsweredRequest& request) {
  const Answer& answer = request.answer;
  const bool mistaken = random_.uniform() < kJudgeMistakes;
  of(request, Evaluator::hallucination).observe(answer.hallucination != mistaken ? 1 : 0);
  of(request, Evaluator::relevance).observe(noisy(answer.relevance));
  of(request, Evaluator::similarity).observe(noisy(answer.similarity));
  if (request.retrieves) of(request, Evaluator::groundedness).observe(noisy(answer.groundedness));
}

}  // namespace llmsim
