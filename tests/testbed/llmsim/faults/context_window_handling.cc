#include "tests/testbed/llmsim/faults/fault.h"
#include "tests/testbed/llmsim/faults/parts.h"
#include "tests/testbed/llmsim/simulation.h"
#include "tests/testbed/llmsim/stack/full_stack.h"

namespace llmsim {
namespace {

// A release of the application that takes more documents and no longer counts what fits: prompts grow, and those that
// are longer than the model's window are refused by it.
class ContextWindowHandling : public Fault {
 public:
  explicit ContextWindowHandling(const FaultParameters& p) : documents_(static_cast<int>(p.at("documents"))) {}

  void begin(Simulation& simulation, std::string_view target) override {
    AppPolicy& policy = simulation.full()->app().policy();
    before_ = policy;
    policy.documents = documents_;
    policy.history_budget = 0;
    policy.truncate = false;
    simulation.bump_generation(simulation.topology().find_pod(target));
  }
  void end(Simulation& simulation, std::string_view target) override {
    simulation.full()->app().policy() = before_;
    simulation.bump_generation(simulation.topology().find_pod(target));
  }

 private:
  int documents_;
  AppPolicy before_;
};

const FaultRegistration kContextWindowHandling{
    {.name = "context_window_handling",
     .fault_class = "context_window_handling",
     .description = "30 documents instead of 3 go into a prompt, and nothing is left out when it does not fit",
     .make = [](const FaultParameters& p) -> std::unique_ptr<Fault> {
       return std::make_unique<ContextWindowHandling>(p);
     },
     .stack = Stack::full,
     .parameters = {{"documents", 30}},
     .default_target = std::string(kChatApp),
     .targets = only<kChatApp>}};
}  // namespace
}  // namespace llmsim
