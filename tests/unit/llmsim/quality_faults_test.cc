// Faults of prompts, inputs, retrieval, model and sampling: each moves what it says, at the entity that it says, and
// leaves alone what must not move.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "tests/testbed/llmsim/hooks/content.h"
#include "tests/testbed/llmsim/simulation.h"

namespace llmsim {
namespace {

constexpr std::size_t kRag = 0, kJson = 1, kChat = 2;

// What was measured of one template in a window.
struct Window {
  std::map<Evaluator, double> score;  // means
  double input_tokens = 0, output_tokens = 0, template_tokens = 0, temperature = 0, logprob = 0;
  double requests = 0;
};

struct Seen {
  std::vector<Window> templates;
  double retrieval_score = 0, retrieval_relevance = 0, document_age = 0, empty_ratio = 0;
  double rejected = 0, malformed = 0, too_long = 0, injections = 0;  // shares of the checks
  double inter_token = 0, first_token = 0;                           // of all replicas, seconds
};

double mean_of(const Histogram& after, const Histogram& before) {
  const auto count = static_cast<double>(after.count() - before.count());
  return count > 0 ? (after.sum() - before.sum()) / count : -1;
}

class QualityFaultTest : public testing::Test {
 protected:
  struct Counted {
    std::vector<EvaluationMetrics> evaluation;
    std::vector<TemplateClient> clients;
    RetrievalMetrics retrieval;
    std::array<Guardrail, 3> rails;
    std::vector<EngineMetrics> engines;
  };
  [[nodiscard]] Counted count() {
    const Content& content = *find_content(simulation_);
    Counted out{
        content.evaluation().metrics(), content.clients(), content.corpus().metrics(), content.guard().rails(), {}};
    for (const Replica& replica : simulation_.replicas()) out.engines.push_back(replica.engine.metrics());
    return out;
  }

  Seen measure(double seconds) {
    const Counted a = count();
    simulation_.advance_to(simulation_.now() + seconds);
    const Counted b = count();
    Seen out;
    for (std::size_t i = 0; i < b.clients.size(); ++i) out.templates.push_back(window(a, b, i));
    out.retrieval_score = mean_of(b.retrieval.score, a.retrieval.score);
    out.retrieval_relevance = mean_of(b.retrieval.relevance, a.retrieval.relevance);
    out.document_age = mean_of(b.retrieval.age, a.retrieval.age);
    const auto empty = static_cast<double>(b.retrieval.empty - a.retrieval.empty);
    out.empty_ratio = empty / (empty + static_cast<double>(b.retrieval.found - a.retrieval.found));
    const auto blocked = [&](std::size_t rail) {
      const auto no = static_cast<double>(b.rails.at(rail).blocked - a.rails.at(rail).blocked);
      return no / (no + static_cast<double>(b.rails.at(rail).passed - a.rails.at(rail).passed));
    };
    out.malformed = blocked(0);
    out.too_long = blocked(1);
    out.injections = blocked(2);
    for (std::size_t i = 0; i < b.engines.size(); ++i) {
      const auto share = 1.0 / static_cast<double>(b.engines.size());
      out.inter_token += share * mean_of(b.engines[i].inter_token_latency, a.engines[i].inter_token_latency);
      out.first_token += share * mean_of(b.engines[i].time_to_first_token, a.engines[i].time_to_first_token);
    }
    return out;
  }

  static Window window(const Counted& a, const Counted& b, std::size_t i) {
    Window out;
    for (std::size_t which = 0; which < kEvaluators.size(); ++which) {
      out.score[static_cast<Evaluator>(which)] = mean_of(b.evaluation[i].scores[which], a.evaluation[i].scores[which]);
    }
    out.input_tokens = mean_of(b.clients[i].input_tokens, a.clients[i].input_tokens);
    out.output_tokens = mean_of(b.clients[i].output_tokens, a.clients[i].output_tokens);
    out.template_tokens = mean_of(b.evaluation[i].template_tokens, a.evaluation[i].template_tokens);
    out.temperature = mean_of(b.evaluation[i].temperature, a.evaluation[i].temperature);
    out.logprob = -(b.evaluation[i].nll_nats - a.evaluation[i].nll_nats) /
                  static_cast<double>(b.evaluation[i].scored_tokens - a.evaluation[i].scored_tokens);
    out.requests = static_cast<double>(b.clients[i].input_tokens.count() - a.clients[i].input_tokens.count());
    return out;
  }

  // Five minutes without the fault, five with it, and three after it.
  void run(const std::string& type, const FaultParameters& parameters = {}) {
    simulation_.advance_to(simulation_.now() + 150);
    before_ = measure(300);
    const auto injected = simulation_.inject(type, "", parameters);
    ASSERT_TRUE(injected.ok()) << injected.error().message;
    EXPECT_EQ(simulation_.faults().back().fault_class, type);
    entity_ = simulation_.faults().back().entity;
    simulation_.advance_to(simulation_.now() + 30);
    during_ = measure(300);
    simulation_.remove_faults();
    simulation_.advance_to(simulation_.now() + 40);
    after_ = measure(160);
    for (const std::size_t i : {kRag, kJson, kChat}) {
      // A judge looks at some 20 to 100 answers of a template in these minutes.
      EXPECT_NEAR(score(after_, i, Evaluator::relevance), score(before_, i, Evaluator::relevance), 0.1);
      EXPECT_NEAR(after_.templates[i].template_tokens, before_.templates[i].template_tokens, 15);
      EXPECT_NEAR(after_.templates[i].logprob, before_.templates[i].logprob, 0.03);
    }
  }

  static double score(const Seen& seen, std::size_t index, Evaluator evaluator) {
    return seen.templates[index].score.at(evaluator);
  }
  void expect_same(std::size_t index, Evaluator evaluator, double tolerance) const {
    EXPECT_NEAR(score(during_, index, evaluator), score(before_, index, evaluator), tolerance) << index;
  }
  void expect_input_same() const {
    for (const std::size_t i : {kRag, kJson, kChat}) {
      EXPECT_EQ(during_.templates[i].template_tokens, before_.templates[i].template_tokens);
    }
    EXPECT_LT(during_.malformed, 0.02);
  }
  void expect_retrieval_same() const {
    EXPECT_NEAR(during_.retrieval_score, before_.retrieval_score, 0.02);
    EXPECT_NEAR(during_.document_age, before_.document_age, 0.1 * before_.document_age);
    EXPECT_LT(during_.empty_ratio, 0.03);
  }
  void expect_sampling_same() const {
    for (const std::size_t i : {kRag, kJson, kChat}) {
      EXPECT_NEAR(during_.templates[i].temperature, before_.templates[i].temperature, 1e-9);
    }
  }

  Simulation simulation_{full_stack_config()};
  Seen before_, during_, after_;
  std::string entity_;
};

TEST_F(QualityFaultTest, HealthyAnswersAreGood) {
  simulation_.advance_to(150);
  const Seen seen = measure(600);
  for (const std::size_t i : {kRag, kJson, kChat}) {
    EXPECT_GT(score(seen, i, Evaluator::relevance), 0.82);
    EXPECT_LT(score(seen, i, Evaluator::refusal), 0.05);
    EXPECT_LT(score(seen, i, Evaluator::repetition), 0.03);
    EXPECT_LT(score(seen, i, Evaluator::hallucination), 0.1);
  }
  EXPECT_GT(score(seen, kRag, Evaluator::groundedness), 0.8);
  EXPECT_EQ(score(seen, kChat, Evaluator::format_error), -1) << "no format is asked for";
  EXPECT_LT(seen.empty_ratio, 0.03);
  EXPECT_LT(seen.malformed + seen.too_long + seen.injections, 0.03);
}

TEST_F(QualityFaultTest, PromptTemplateDrift) {
  run("prompt_template_drift");
  EXPECT_EQ(entity_, "support-rag");
  EXPECT_NEAR(during_.templates[kRag].template_tokens, 1.9 * before_.templates[kRag].template_tokens, 8);
  EXPECT_LT(score(during_, kRag, Evaluator::groundedness), 0.7);
  EXPECT_GT(score(during_, kRag, Evaluator::format_error), 3 * score(before_, kRag, Evaluator::format_error));
  EXPECT_LT(score(during_, kRag, Evaluator::relevance), score(before_, kRag, Evaluator::relevance) - 0.07);
  expect_same(kChat, Evaluator::relevance, 0.07);
  expect_same(kJson, Evaluator::format_error, 0.06);
  expect_retrieval_same();
  expect_sampling_same();
}

TEST_F(QualityFaultTest, InputDrift) {
  run("input_drift");
  EXPECT_EQ(entity_, "chat-assistant");
  EXPECT_LT(score(during_, kChat, Evaluator::relevance), 0.68);
  EXPECT_GT(during_.templates[kChat].input_tokens, before_.templates[kChat].input_tokens + 100);
  EXPECT_LT(during_.templates[kChat].logprob, before_.templates[kChat].logprob - 0.1);
  EXPECT_NEAR(during_.templates[kChat].requests, before_.templates[kChat].requests,
              0.2 * before_.templates[kChat].requests);
  expect_same(kRag, Evaluator::relevance, 0.05);
  expect_input_same();
  expect_retrieval_same();
  expect_sampling_same();
}

TEST_F(QualityFaultTest, MalformedInput) {
  run("malformed_input");
  EXPECT_TRUE(entity_.starts_with("gateway-")) << entity_;
  EXPECT_NEAR(during_.malformed, 0.12, 0.03);
  EXPECT_NEAR(during_.injections, 0.085, 0.03);
  EXPECT_GT(during_.too_long, 0.005);
  expect_same(kRag, Evaluator::groundedness, 0.06);
  expect_retrieval_same();
  expect_sampling_same();
}

TEST_F(QualityFaultTest, RetrievalFailureIrrelevant) {
  run("retrieval_failure");
  EXPECT_EQ(entity_, "vector-store-0");
  EXPECT_LT(during_.retrieval_score, before_.retrieval_score - 0.15);
  EXPECT_LT(during_.retrieval_relevance, before_.retrieval_relevance - 0.2);
  EXPECT_NEAR(during_.document_age, before_.document_age, 0.1 * before_.document_age);
  EXPECT_LT(score(during_, kRag, Evaluator::groundedness), score(before_, kRag, Evaluator::groundedness) - 0.1);
  expect_same(kChat, Evaluator::relevance, 0.07);
  expect_input_same();
  expect_sampling_same();
}

TEST_F(QualityFaultTest, RetrievalFailureStale) {
  run("retrieval_failure", {{"mode", 1}});
  EXPECT_GT(during_.document_age, 5 * before_.document_age);
  EXPECT_NEAR(during_.retrieval_score, before_.retrieval_score, 0.02) << "old documents are as similar";
  EXPECT_LT(score(during_, kRag, Evaluator::similarity), score(before_, kRag, Evaluator::similarity) - 0.12);
  expect_same(kRag, Evaluator::groundedness, 0.06);
  expect_same(kChat, Evaluator::similarity, 0.08);
}

TEST_F(QualityFaultTest, RetrievalFailureEmpty) {
  run("retrieval_failure", {{"mode", 2}});
  EXPECT_NEAR(during_.empty_ratio, 0.6, 0.06);
  EXPECT_GT(score(during_, kRag, Evaluator::refusal), 0.15);
  EXPECT_LT(during_.templates[kRag].input_tokens, before_.templates[kRag].input_tokens - 150)
      << "no documents in the prompt";
  expect_same(kChat, Evaluator::refusal, 0.05);
}

TEST_F(QualityFaultTest, OutputDrift) {
  run("output_drift");
  EXPECT_EQ(entity_, kModelName);
  for (const std::size_t i : {kRag, kJson, kChat}) {
    EXPECT_LT(score(during_, i, Evaluator::similarity), score(before_, i, Evaluator::similarity) - 0.3);
    expect_same(i, Evaluator::repetition, 0.04);
    expect_same(i, Evaluator::refusal, 0.05);
  }
  EXPECT_GT(during_.templates[kChat].output_tokens, 1.1 * before_.templates[kChat].output_tokens);
  for (std::size_t pod = 0; pod < simulation_.topology().pods.size(); ++pod) {
    EXPECT_TRUE(simulation_.container(pod).image.empty()) << "nothing was deployed";
  }
  expect_input_same();
  expect_retrieval_same();
  expect_sampling_same();
}

TEST_F(QualityFaultTest, QuantizationArtefact) {
  run("quantization_artefact");
  EXPECT_EQ(entity_, kModelName);
  for (const std::size_t i : {kRag, kJson, kChat}) {
    EXPECT_GT(score(during_, i, Evaluator::repetition), 0.05);
    EXPECT_LT(during_.templates[i].logprob, before_.templates[i].logprob - 0.35);
    expect_same(i, Evaluator::refusal, 0.05);
  }
  EXPECT_LT(during_.inter_token, 0.8 * before_.inter_token) << "smaller weights are read faster";
  EXPECT_NEAR(after_.inter_token, before_.inter_token, 0.15 * before_.inter_token);
  expect_input_same();
  expect_sampling_same();
}

TEST_F(QualityFaultTest, WrongModelVersion) {
  simulation_.advance_to(1);
  ASSERT_TRUE(simulation_.inject("wrong_model_version").ok());
  EXPECT_NE(simulation_.container(1).image.find("1.1.0"), std::string::npos);
  simulation_.remove_faults();
  EXPECT_TRUE(simulation_.container(1).image.empty());
  run("wrong_model_version");
  for (const std::size_t i : {kRag, kJson, kChat}) {
    EXPECT_LT(score(during_, i, Evaluator::similarity), score(before_, i, Evaluator::similarity) - 0.15);
    EXPECT_GT(score(during_, i, Evaluator::refusal), score(before_, i, Evaluator::refusal) + 0.03);
    EXPECT_LT(during_.templates[i].output_tokens, 0.8 * before_.templates[i].output_tokens);
    expect_same(i, Evaluator::repetition, 0.04);
  }
  expect_input_same();
  expect_retrieval_same();
  expect_sampling_same();
}

TEST_F(QualityFaultTest, SamplingMisconfiguration) {
  run("sampling_misconfiguration");
  for (const std::size_t i : {kRag, kJson, kChat}) {
    EXPECT_NEAR(during_.templates[i].temperature, 1.6, 0.02);
    EXPECT_LT(during_.templates[i].logprob, before_.templates[i].logprob - 0.3);
    EXPECT_LT(score(during_, i, Evaluator::relevance), score(before_, i, Evaluator::relevance) - 0.1);
    expect_same(i, Evaluator::refusal, 0.05);
  }
  expect_input_same();
  expect_retrieval_same();
}

TEST(ContentTest, SameSeedSameAnswers) {
  const auto run = [](double step) {
    Simulation simulation(full_stack_config());
    for (double t = step; t <= 120; t += step) simulation.advance_to(t);
    const Content& content = *find_content(simulation);
    std::vector<double> out;
    for (const EvaluationMetrics& metrics : content.evaluation().metrics()) {
      out.push_back(metrics.nll_nats);
      for (const Histogram& scores : metrics.scores) out.push_back(scores.sum());
    }
    return out;
  };
  EXPECT_EQ(run(120), run(7.5));
}

TEST(ContentTest, TheReferencesStackHasNone) {
  Simulation simulation({});
  EXPECT_EQ(find_content(simulation), nullptr);
  EXPECT_FALSE(simulation.inject("output_drift").ok());
}

}  // namespace
}  // namespace llmsim
