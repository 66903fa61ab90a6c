#include "tests/testbed/llmsim/faults/fault.h"
#include "tests/testbed/llmsim/hooks/content.h"

namespace llmsim {
namespace {

// A sender with a broken client and another with bad intentions: what the guard finds is rejected, what it misses is
// answered at a cost.
class MalformedInput : public Fault {
 public:
  explicit MalformedInput(const FaultParameters& parameters)
      : malformed_(parameters.at("malformed")),
        injection_(parameters.at("injection")),
        oversized_(parameters.at("oversized")) {}

  void begin(Simulation& simulation, std::string_view) override {
    Content* content = find_content(simulation);
    for (std::size_t i = 0; content != nullptr && i < content->templates().size(); ++i) {
      InputProfile& profile = content->inputs(i);
      before_.push_back(profile);
      profile.malformed += malformed_;
      profile.injection += injection_;
      profile.oversized += oversized_;
    }
  }
  void end(Simulation& simulation, std::string_view) override {
    Content* content = find_content(simulation);
    for (std::size_t i = 0; content != nullptr && i < before_.size(); ++i) content->inputs(i) = before_[i];
  }

 private:
  double malformed_, injection_, oversized_;
  std::vector<InputProfile> before_;
};

const FaultRegistration kMalformedInput{
    {.name = "malformed_input",
     .fault_class = "malformed_input",
     .description =
         "shares of the inputs that are malformed, try to take over the prompt, or are a dozen times too long",
     .make = [](const FaultParameters& parameters) -> std::unique_ptr<Fault> {
       return std::make_unique<MalformedInput>(parameters);
     },
     .stack = Stack::full,
     .parameters = {{"malformed", 0.12}, {"injection", 0.1}, {"oversized", 0.1}},
     .default_target = "gateway",
     .targets = [](const Topology&) -> std::vector<std::string> { return {"gateway"}; }}};

}  // namespace
}  // namespace llmsim
