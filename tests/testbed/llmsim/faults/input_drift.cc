#include "tests/testbed/llmsim/faults/fault.h"
#include "tests/testbed/llmsim/hooks/content.h"
#include "tests/testbed/llmsim/hooks/rollout.h"

namespace llmsim {
namespace {

// The users of one application ask for other things, in another language, and at greater length. As many as before.
class InputDrift : public Fault {
 public:
  explicit InputDrift(double severity) : severity_(severity) {}

  void begin(Simulation& simulation, std::string_view target) override {
    Content* content = find_content(simulation);
    const auto index = content == nullptr ? std::nullopt : content->find_template(target);
    if (!index) return;
    InputProfile& profile = content->inputs(*index);
    before_ = profile;
    profile.length = 1 + 1.2 * severity_;
    profile.foreign += 0.55 * severity_;
    profile.topic_distance += 0.45 * severity_;
  }
  void end(Simulation& simulation, std::string_view target) override {
    Content* content = find_content(simulation);
    const auto index = content == nullptr ? std::nullopt : content->find_template(target);
    if (index) content->inputs(*index) = before_;
  }

 private:
  double severity_;
  InputProfile before_;
};

const FaultRegistration kInputDrift{
    {.name = "input_drift",
     .fault_class = "input_drift",
     .description =
         "inputs to one prompt template: 55 % in another language, off topic, 2.2 times as long (times severity)",
     .make = [](const FaultParameters& parameters) -> std::unique_ptr<Fault> {
       return std::make_unique<InputDrift>(parameters.at("severity"));
     },
     .stack = Stack::full,
     .parameters = {{"severity", 1}},
     .default_target = "chat-assistant",
     .targets = template_names,
     .entity = same_name}};

}  // namespace
}  // namespace llmsim
