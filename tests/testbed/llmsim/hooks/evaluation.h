// How good answers are found to be: checks that every answer goes through, judges that look at a share of them some
// seconds later, and the counts that both leave behind, by prompt template.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

#include "tests/testbed/llmsim/histogram.h"
#include "tests/testbed/llmsim/hooks/answers.h"
#include "tests/testbed/llmsim/random.h"

namespace llmsim {

// 0, 0.1 … 1: the bounds that evaluators' scores are exported with.
const Buckets& score_buckets();

// In the order of kEvaluators.
enum class Evaluator : std::uint8_t {
  groundedness,
  relevance,
  similarity,
  hallucination,
  refusal,
  format_error,
  repetition,
};
// gen_ai.evaluation.name
inline constexpr std::array<std::string_view, 7> kEvaluators = {
    "groundedness", "relevance", "similarity", "hallucination", "refusal", "format_error", "repetition"};

// Of one template.
struct EvaluationMetrics {
  EvaluationMetrics();
  std::vector<Histogram> scores;  // by Evaluator
  double nll_nats = 0;            // summed negative log-likelihood of the tokens
  std::uint64_t scored_tokens = 0;
  Histogram temperature, top_p;  // that the requests asked for
  Histogram template_tokens;
};

// Answers that were given, to be evaluated.
struct AnsweredRequest {
  std::size_t prompt_template = 0;
  bool retrieves = false, formatted = false;
  Answer answer;
  int output_tokens = 0;
  int documents = 0;
  double document_relevance = 0;
};

class Evaluation {
 public:
  // share: of the answers that the judges look at, 0..1.
  Evaluation(std::uint64_t seed, std::size_t templates, double share);

  void add(const AnsweredRequest& request, double now);
  // The judges' scores that are there by now. Calls judged_documents(relevance) for what was retrieved.
  template <typename Function>
  void advance(double now, Function judged_documents) {
    while (!pending_.empty() && pending_.front().due <= now) {
      const Pending& next = pending_.front();
      score(next.request);
      if (next.request.retrieves && next.request.documents > 0)
        judged_documents(noisy(next.request.document_relevance));
      pending_.pop_front();
    }
  }

  [[nodiscard]] const std::vector<EvaluationMetrics>& metrics() const { return metrics_; }
  [[nodiscard]] std::vector<EvaluationMetrics>& metrics() { return metrics_; }

 private:
  struct Pending {
    double due = 0;
    AnsweredRequest request;
  };
  void score(const AnsweredRequest& request);
  double noisy(double value);
  Histogram& of(const AnsweredRequest& request, Evaluator evaluator);

  Random random_;
  double share_;
  std::vector<EvaluationMetrics> metrics_;
  std::deque<Pending> pending_;  // in order of due: the judges take answers one after the other
};

}  // namespace llmsim
