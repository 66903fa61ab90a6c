// What requests and answers say, as far as it decides what they cost and how good they are: the hook that fills in what
// templates, users, retriever, weights and sampling contribute.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tests/testbed/llmsim/hooks/answers.h"
#include "tests/testbed/llmsim/hooks/corpus.h"
#include "tests/testbed/llmsim/hooks/evaluation.h"
#include "tests/testbed/llmsim/hooks/guard.h"
#include "tests/testbed/llmsim/hooks/inputs.h"
#include "tests/testbed/llmsim/hooks/templates.h"
#include "tests/testbed/llmsim/request_attributes.h"

namespace llmsim {

class Simulation;

inline constexpr std::string_view kContentHook = "content";

// What the application counts of the requests of one template that were answered.
struct TemplateClient {
  TemplateClient();
  Histogram input_tokens, output_tokens;
};

class Content : public RequestHook {
 public:
  Content(const SimConfig& config, const Topology& topology);

  void sent(RequestAttributes& a) override;
  void admitted(RequestAttributes& a) override;
  void retrieved(RequestAttributes& a) override;
  void assembled(RequestAttributes& a) override;
  void routed(RequestAttributes& a) override;
  void generated(RequestAttributes& a) override;
  void finished(const RequestAttributes& a) override;
  void sample(double seconds) override;

  // --- what faults turn
  // Index of the template of this name; nullopt: there is none.
  [[nodiscard]] std::optional<std::size_t> find_template(std::string_view name) const;
  [[nodiscard]] PromptTemplate& prompt(std::size_t index) { return templates_[index]; }
  [[nodiscard]] InputProfile& inputs(std::size_t index) { return inputs_[index].profile(); }
  [[nodiscard]] Corpus& corpus() { return corpus_; }
  // The weights in a replica.
  [[nodiscard]] ModelBuild& build(std::size_t replica) { return builds_[replica]; }
  // In place of what templates ask for; nullopt: as they ask.
  void set_sampling(std::optional<Sampling> sampling) { sampling_ = sampling; }

  // --- what exporters show
  [[nodiscard]] const std::vector<PromptTemplate>& templates() const { return templates_; }
  [[nodiscard]] const std::vector<TemplateClient>& clients() const { return clients_; }
  [[nodiscard]] const Evaluation& evaluation() const { return evaluation_; }
  [[nodiscard]] const InputGuard& guard() const { return guard_; }
  [[nodiscard]] const Corpus& corpus() const { return corpus_; }
  [[nodiscard]] const ModelBuild& build(std::size_t replica) const { return builds_[replica]; }

 private:
  // Of one try of the gateway.
  struct Try {
    Retrieval retrieval;
    Answer answer;
  };
  struct Known {
    UserInput user;
    std::vector<Try> tries;
  };
  // nullptr: the user has gone.
  Try* find_try(const RequestAttributes& a);
  [[nodiscard]] std::size_t pick_template(std::uint64_t session) const;
  [[nodiscard]] const Sampling& sampling_of(const PromptTemplate& prompt) const {
    return sampling_ ? *sampling_ : prompt.sampling;
  }

  std::uint64_t seed_;
  double median_tokens_;  // of the users' words, as the load has them before templates
  std::vector<PromptTemplate> templates_;
  std::vector<Inputs> inputs_;
  InputGuard guard_;
  Corpus corpus_;
  AnswerModel answers_;
  Evaluation evaluation_;
  std::vector<ModelBuild> builds_;
  std::vector<TemplateClient> clients_;
  std::optional<Sampling> sampling_;
  std::unordered_map<std::uint64_t, Known> known_;  // by id of the request
  double now_ = 0;                                  // seconds sampled so far
};

// The hook of a simulation of the full stack; nullptr elsewhere.
Content* find_content(Simulation& simulation);
const Content* find_content(const Simulation& simulation);

}  // namespace llmsim
