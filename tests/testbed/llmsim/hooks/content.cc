#include "tests/testbed/llmsim/hooks/content.h"

#include <algorithm>
#include <array>

#include "tests/testbed/llmsim/simulation.h"

namespace llmsim {
namespace {

constexpr double kJudgedShare = 0.25;  // assumed: of the answers, what an evaluation budget allows
// What an assembled prompt reserves for its answer before it is known how long that will be.
constexpr int kReservedTokens = 400;

constexpr std::array kTokenBounds = {1.0, 4.0, 16.0, 64.0, 256.0, 1024.0, 4096.0, 16384.0, 65536.0};

const Buckets& token_buckets() {
  static const Buckets buckets = make_buckets(kTokenBounds, NumberStyle::go);
  return buckets;
}

const HookRegistration kContent{
    {std::string(kContentHook), [](const SimConfig& config, const Topology& topology) -> std::unique_ptr<RequestHook> {
       return std::make_unique<Content>(config, topology);
     }}};

}  // namespace

TemplateClient::TemplateClient() : input_tokens(token_buckets()), output_tokens(token_buckets()) {}

Content::Content(const SimConfig& config, const Topology& topology)
    : seed_(config.seed),
      median_tokens_(std::max(1, config.prompt_tokens)),
      templates_(default_templates(config.retrieval_share)),
      guard_(config.seed),
      corpus_(config.seed),
      answers_(config.seed),
      evaluation_(config.seed, templates_.size(), kJudgedShare),
      builds_(topology.replicas()),
      clients_(templates_.size()) {
  for (std::size_t i = 0; i < templates_.size(); ++i) inputs_.emplace_back(config.seed, i);
}

std::optional<std::size_t> Content::find_template(std::string_view name) const {
  for (std::size_t i = 0; i < templates_.size(); ++i) {
    if (templates_[i].name == name) return i;
  }
  return std::nullopt;
}

// A conversation belongs to one application, so all of its turns use one template.
std::size_t Content::pick_template(std::uint64_t session) const {
  const double at = static_cast<double>(hash_combine(seed_ ^ 0x74656d70ULL, session) >> 11U) * 0x1.0p-53;
  double sum = 0;
  for (std::size_t i = 0; i + 1 < templates_.size(); ++i) {
    sum += templates_[i].share;
    if (at < sum) return i;
  }
  return templates_.size() - 1;
}

Content::Try* Content::find_try(const RequestAttributes& a) {
  const auto at = known_.find(a.id);
  if (at == known_.end()) return nullptr;
  std::vector<Try>& tries = at->second.tries;
  const auto index = static_cast<std::size_t>(a.attempt);
  if (tries.size() <= index) tries.resize(index + 1);
  return &tries[index];
}

void Content::sent(RequestAttributes& a) {
  const std::size_t index = pick_template(a.session);
  const PromptTemplate& prompt = templates_[index];
  Known& known = known_[a.id];
  known.user = inputs_[index].next(prompt, a.user_tokens / median_tokens_);
  const Sampling& sampling = sampling_of(prompt);
  a.prompt_template = static_cast<int>(index);
  a.template_version = prompt.version;
  a.user_tokens = known.user.tokens;
  a.wants_documents = prompt.retrieves;
  a.temperature = sampling.temperature;
  a.top_p = sampling.top_p;
  a.max_tokens = sampling.max_tokens;
  a.injection = known.user.injection;
  a.drift = known.user.topic_distance;
}

void Content::admitted(RequestAttributes& a) {
  const auto at = known_.find(a.id);
  if (at == known_.end()) return;
  switch (guard_.check(at->second.user)) {
    case InputGuard::Verdict::passed: return;
    case InputGuard::Verdict::malformed: a.outcome = Outcome::malformed; return;
    case InputGuard::Verdict::too_long:
    case InputGuard::Verdict::injection: a.outcome = Outcome::rejected_by_guard; return;
  }
}

void Content::retrieved(RequestAttributes& a) {
  Try* attempt = find_try(a);
  if (attempt == nullptr || a.retrieval_error || a.documents <= 0) return;
  attempt->retrieval = corpus_.search(known_[a.id].user, a.documents, a.document_tokens / a.documents);
  a.documents = attempt->retrieval.documents;
  a.document_tokens = attempt->retrieval.tokens;
  a.retrieval_score = attempt->retrieval.score;
  a.document_age = attempt->retrieval.age_seconds;
}

void Content::assembled(RequestAttributes& a) {
  const auto index = static_cast<std::size_t>(a.prompt_template);
  a.template_tokens = templates_[index].instruction_tokens;
  a.output_tokens = std::min(kReservedTokens, a.max_tokens);
  EvaluationMetrics& metrics = evaluation_.metrics()[index];
  metrics.template_tokens.observe(a.template_tokens);
  metrics.temperature.observe(a.temperature);
  metrics.top_p.observe(a.top_p);
}

void Content::routed(RequestAttributes& a) {
  Try* attempt = find_try(a);
  if (attempt == nullptr) return;
  const AnswerInput input{
      .prompt = &templates_[static_cast<std::size_t>(a.prompt_template)],
      .user = known_[a.id].user,
      .retrieval = attempt->retrieval,
      .context_lost = static_cast<double>(a.truncated_tokens) / std::max(1, a.truncated_tokens + a.prompt_tokens)};
  const Sampling sampling{.temperature = a.temperature, .top_p = a.top_p, .max_tokens = a.max_tokens};
  attempt->answer = answers_.draw(input, builds_[a.replica], sampling);
  a.output_tokens = attempt->answer.tokens;
}

void Content::generated(RequestAttributes& a) {
  const Try* attempt = find_try(a);
  if (attempt == nullptr) return;
  const Answer& answer = attempt->answer;
  a.groundedness = answer.groundedness;
  a.relevance = answer.relevance;
  a.similarity = answer.similarity;
  a.output_logprob = answer.logprob;
  a.refusal = answer.refusal;
  a.hallucination = answer.hallucination;
  a.format_error = answer.format_error;
  a.repetition = answer.repetition;
  const auto index = static_cast<std::size_t>(a.prompt_template);
  evaluation_.add({.prompt_template = index,
                   .retrieves = templates_[index].retrieves,
                   .formatted = templates_[index].formatted,
                   .answer = answer,
                   .output_tokens = a.output_tokens,
                   .documents = attempt->retrieval.documents,
                   .document_relevance = attempt->retrieval.relevance},
                  now_);
}

void Content::finished(const RequestAttributes& a) {
  if (a.outcome == Outcome::answered) {
    TemplateClient& client = clients_[static_cast<std::size_t>(a.prompt_template)];
    client.input_tokens.observe(a.prompt_tokens);
    client.output_tokens.observe(a.output_tokens);
  }
  known_.erase(a.id);
}

void Content::sample(double seconds) {
  now_ += seconds;
  evaluation_.advance(now_, [this](double relevance) { corpus_.judged(relevance); });
}

Content* find_content(Simulation& simulation) {
  return dynamic_cast<Content*>(simulation.hook(kContentHook));
}

const Content* find_content(const Simulation& simulation) {
  return dynamic_cast<const Content*>(simulation.hook(kContentHook));
}

}  // namespace llmsim
