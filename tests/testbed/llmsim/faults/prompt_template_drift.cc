#include "tests/testbed/llmsim/faults/fault.h"
#include "tests/testbed/llmsim/hooks/content.h"
#include "tests/testbed/llmsim/hooks/rollout.h"

namespace llmsim {
namespace {

// A new version of a template goes live for all requests: it grew, and what it says about documents and format got lost
// among the new text. Nothing else changes.
class PromptTemplateDrift : public Fault {
 public:
  explicit PromptTemplateDrift(double severity) : severity_(severity) {}

  void begin(Simulation& simulation, std::string_view target) override {
    Content* content = find_content(simulation);
    const auto index = content == nullptr ? std::nullopt : content->find_template(target);
    if (!index) return;
    PromptTemplate& prompt = content->prompt(*index);
    before_ = prompt;
    ++prompt.version;
    prompt.instruction_tokens = static_cast<int>(prompt.instruction_tokens * (1 + 0.9 * severity_));
    prompt.task_fit -= 0.18 * severity_;
    prompt.grounding -= 0.45 * severity_;
    prompt.format_clarity -= 0.45 * severity_;
  }
  void end(Simulation& simulation, std::string_view target) override {
    Content* content = find_content(simulation);
    const auto index = content == nullptr ? std::nullopt : content->find_template(target);
    if (index) content->prompt(*index) = before_;
  }

 private:
  double severity_;
  PromptTemplate before_;
};

const FaultRegistration kPromptTemplateDrift{
    {.name = "prompt_template_drift",
     .fault_class = "prompt_template_drift",
     .description =
         "another version of a prompt template: 90 % longer, unclear about task, documents and format (times "
         "severity)",
     .make = [](const FaultParameters& parameters) -> std::unique_ptr<Fault> {
       return std::make_unique<PromptTemplateDrift>(parameters.at("severity"));
     },
     .stack = Stack::full,
     .parameters = {{"severity", 1}},
     .default_target = "support-rag",
     .targets = template_names,
     .entity = same_name}};

}  // namespace
}  // namespace llmsim
