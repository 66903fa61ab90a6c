// The parts that make up what requests and answers say: each cause moves what follows from it, and nothing else.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "tests/testbed/llmsim/hooks/answers.h"
#include "tests/testbed/llmsim/hooks/evaluation.h"
#include "tests/testbed/llmsim/hooks/guard.h"

namespace llmsim {
namespace {

// Means over many answers.
struct Quality {
  double groundedness = 0, relevance = 0, similarity = 0, logprob = 0, tokens = 0;
  double refusal = 0, hallucination = 0, format_error = 0, repetition = 0, cut_off = 0;
};

struct Causes {
  PromptTemplate prompt = default_templates()[0];
  ModelBuild build;
  Sampling sampling = default_templates()[0].sampling;
  UserInput user;
  Retrieval retrieval{.documents = 4, .tokens = 520, .score = 0.77, .relevance = 0.82};
};

Quality answers_of(const std::function<void(Causes&)>& change) {
  Causes causes;
  causes.user.topic_distance = 0.1;
  change(causes);
  AnswerModel model(1);
  Quality out;
  constexpr int kAnswers = 4000;
  for (int i = 0; i < kAnswers; ++i) {
    const Answer a = model.draw({.prompt = &causes.prompt, .user = causes.user, .retrieval = causes.retrieval},
                                causes.build, causes.sampling);
    out.groundedness += a.groundedness / kAnswers;
    out.relevance += a.relevance / kAnswers;
    out.similarity += a.similarity / kAnswers;
    out.logprob += a.logprob / kAnswers;
    out.tokens += static_cast<double>(a.tokens) / kAnswers;
    out.refusal += a.refusal ? 1.0 / kAnswers : 0;
    out.hallucination += a.hallucination ? 1.0 / kAnswers : 0;
    out.format_error += a.format_error ? 1.0 / kAnswers : 0;
    out.repetition += a.repetition ? 1.0 / kAnswers : 0;
    out.cut_off += a.cut_off ? 1.0 / kAnswers : 0;
  }
  return out;
}

Quality usual() {
  static const Quality quality = answers_of([](Causes&) {});
  return quality;
}

TEST(AnswerModelTest, UndisturbedAnswersAreGood) {
  const Quality q = usual();
  EXPECT_GT(q.groundedness, 0.85);
  EXPECT_GT(q.relevance, 0.85);
  EXPECT_GT(q.similarity, 0.8);
  EXPECT_NEAR(q.logprob, -0.32, 0.02);
  EXPECT_LT(q.refusal, 0.04);
  EXPECT_LT(q.hallucination, 0.04);
  EXPECT_LT(q.format_error, 0.08);
  EXPECT_LT(q.repetition, 0.02);
  EXPECT_LT(q.cut_off, 0.005);
}

TEST(AnswerModelTest, UnclearInstructionsCostFormatAndGrounding) {
  const Quality q = answers_of([](Causes& c) {
    c.prompt.format_clarity = 0.5;
    c.prompt.grounding = 0.45;
  });
  EXPECT_GT(q.format_error, 4 * usual().format_error);
  EXPECT_LT(q.groundedness, usual().groundedness - 0.2);
  EXPECT_EQ(q.relevance, usual().relevance);
  EXPECT_EQ(q.logprob, usual().logprob);
  EXPECT_EQ(q.repetition, usual().repetition);
}

TEST(AnswerModelTest, UnhelpfulDocumentsCostGroundingNotFluency) {
  const Quality q = answers_of([](Causes& c) { c.retrieval.relevance = 0.35; });
  EXPECT_LT(q.groundedness, usual().groundedness - 0.15);
  EXPECT_GT(q.hallucination, usual().hallucination);
  EXPECT_EQ(q.logprob, usual().logprob);
  EXPECT_EQ(q.repetition, usual().repetition);
}

TEST(AnswerModelTest, WithoutDocumentsManyAnswersDecline) {
  const Quality q = answers_of([](Causes& c) { c.retrieval = {}; });
  EXPECT_GT(q.refusal, 0.3);
  EXPECT_LT(q.tokens, usual().tokens);
}

TEST(AnswerModelTest, OutdatedDocumentsAreCitedFaithfully) {
  const Quality q = answers_of([](Causes& c) { c.retrieval.outdated = 0.75; });
  EXPECT_LT(q.similarity, usual().similarity - 0.15);
  EXPECT_EQ(q.groundedness, usual().groundedness);
}

TEST(AnswerModelTest, AnotherStyleIsAsFluent) {
  const Quality q = answers_of([](Causes& c) { c.build.style_shift = 1; });
  EXPECT_LT(q.similarity, usual().similarity - 0.3);
  EXPECT_EQ(q.groundedness, usual().groundedness);
  EXPECT_EQ(q.repetition, usual().repetition);
  EXPECT_EQ(q.refusal, usual().refusal);
}

TEST(AnswerModelTest, RoundedWeightsLoopAndAreUnsure) {
  const Quality q = answers_of([](Causes& c) { c.build.quantization = 0.8; });
  EXPECT_GT(q.repetition, 5 * usual().repetition);
  EXPECT_LT(q.logprob, usual().logprob - 0.4);
  EXPECT_EQ(q.refusal, usual().refusal);
  EXPECT_GT(q.tokens, usual().tokens) << "a loop ends only at max_tokens";
}

TEST(AnswerModelTest, HeatIsHeldBackByTheNucleus) {
  const Quality hot = answers_of([](Causes& c) { c.sampling = {.temperature = 1.6, .top_p = 1}; });
  const Quality held = answers_of([](Causes& c) { c.sampling = {.temperature = 1.6, .top_p = 0.85}; });
  EXPECT_LT(hot.logprob, usual().logprob - 0.3);
  EXPECT_GT(hot.format_error, 2 * usual().format_error);
  EXPECT_LT(hot.groundedness, held.groundedness);
  EXPECT_GT(hot.tokens, usual().tokens);
  EXPECT_EQ(hot.repetition, usual().repetition);
}

TEST(AnswerModelTest, GreedLoops) {
  const Quality q = answers_of([](Causes& c) { c.sampling.temperature = 0; });
  EXPECT_GT(q.repetition, 5 * usual().repetition);
  EXPECT_EQ(q.logprob, usual().logprob);
}

TEST(AnswerModelTest, ATightLimitCutsOffAndBreaksFormats) {
  const Quality q = answers_of([](Causes& c) { c.sampling.max_tokens = 100; });
  EXPECT_GT(q.cut_off, 0.5);
  EXPECT_GT(q.format_error, 0.5);
  EXPECT_LE(q.tokens, 100);
  EXPECT_EQ(q.groundedness, usual().groundedness);
}

TEST(InputGuardTest, RejectsWhatItIsThereFor) {
  InputGuard guard(1);
  const UserInput fine{.tokens = 100};
  UserInput malformed = fine;
  malformed.malformed = true;
  UserInput longer = fine;
  longer.tokens = 20'000;
  UserInput injection = fine;
  injection.injection = true;
  int false_alarms = 0;
  int found = 0;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(guard.check(malformed), InputGuard::Verdict::malformed);
    EXPECT_EQ(guard.check(longer), InputGuard::Verdict::too_long);
    false_alarms += guard.check(fine) == InputGuard::Verdict::passed ? 0 : 1;
    found += guard.check(injection) == InputGuard::Verdict::injection ? 1 : 0;
  }
  EXPECT_LT(false_alarms, 10);
  EXPECT_NEAR(found, 850, 50);
  // Each guardrail sees what those before it let through.
  EXPECT_EQ(guard.rails()[0].blocked, 1000U);
  EXPECT_EQ(guard.rails()[0].passed, 3000U);
  EXPECT_EQ(guard.rails()[1].blocked, 1000U);
  EXPECT_EQ(guard.rails()[2].blocked + guard.rails()[2].passed, 2000U);
  EXPECT_EQ(guard.rails()[2].blocked_seconds.count(), guard.rails()[2].blocked);
}

TEST(CorpusTest, FarTopicsFindLittle) {
  Corpus corpus(1);
  UserInput known;
  known.topic_distance = 0.1;
  UserInput unknown;
  unknown.topic_distance = 0.9;
  double near_score = 0;
  double far_documents = 0;
  for (int i = 0; i < 500; ++i) {
    const Retrieval near = corpus.search(known);
    EXPECT_EQ(near.tokens, 130 * near.documents);
    near_score += near.score / 500;
    far_documents += corpus.search(unknown).documents / 500.0;
  }
  EXPECT_NEAR(near_score, 0.77, 0.03);
  EXPECT_LT(far_documents, 2);
  EXPECT_EQ(corpus.metrics().found + corpus.metrics().empty, 1000U);
  EXPECT_EQ(corpus.metrics().score.count(), corpus.metrics().found);
}

TEST(EvaluationTest, JudgesLookAtAShareAndLater) {
  Evaluation evaluation(1, 1, 0.25);
  AnsweredRequest request;
  request.formatted = true;
  request.answer.relevance = 0.9;
  request.answer.format_error = true;
  request.answer.logprob = -0.5;
  request.output_tokens = 10;
  for (int i = 0; i < 1000; ++i) evaluation.add(request, i);
  const EvaluationMetrics& metrics = evaluation.metrics()[0];
  const auto count = [&](Evaluator evaluator) { return metrics.scores[static_cast<std::size_t>(evaluator)].count(); };
  EXPECT_EQ(count(Evaluator::format_error), 1000U) << "checked on every answer";
  EXPECT_EQ(metrics.scores[static_cast<std::size_t>(Evaluator::format_error)].sum(), 1000);
  EXPECT_DOUBLE_EQ(metrics.nll_nats, 5000);
  EXPECT_EQ(count(Evaluator::relevance), 0U) << "the judges have not answered yet";
  evaluation.advance(2000, [](double) {});
  EXPECT_NEAR(static_cast<double>(count(Evaluator::relevance)), 250, 40);
  EXPECT_EQ(count(Evaluator::groundedness), 0U) << "nothing was retrieved";
  const Histogram& relevance = metrics.scores[static_cast<std::size_t>(Evaluator::relevance)];
  EXPECT_NEAR(relevance.sum() / static_cast<double>(relevance.count()), 0.9, 0.02);
}

}  // namespace
}  // namespace llmsim
