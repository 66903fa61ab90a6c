#include "tests/testbed/llmsim/faults/fault.h"
#include "tests/testbed/llmsim/hooks/content.h"
#include "tests/testbed/llmsim/hooks/rollout.h"

namespace llmsim {
namespace {

// A server default overrides what applications ask for.
class SamplingMisconfiguration : public Fault {
 public:
  explicit SamplingMisconfiguration(const FaultParameters& parameters)
      : sampling_{.temperature = parameters.at("temperature"),
                  .top_p = parameters.at("top_p"),
                  .max_tokens = static_cast<int>(parameters.at("max_tokens"))} {}

  void begin(Simulation& simulation, std::string_view) override {
    if (Content* content = find_content(simulation)) content->set_sampling(sampling_);
  }
  void end(Simulation& simulation, std::string_view) override {
    if (Content* content = find_content(simulation)) content->set_sampling(std::nullopt);
  }

 private:
  Sampling sampling_;
};

const FaultRegistration kSamplingMisconfiguration{
    {.name = "sampling_misconfiguration",
     .fault_class = "sampling_misconfiguration",
     .description = "one temperature, top_p and max_tokens for all requests, whatever they ask for",
     .make = [](const FaultParameters& parameters) -> std::unique_ptr<Fault> {
       return std::make_unique<SamplingMisconfiguration>(parameters);
     },
     .stack = Stack::full,
     .parameters = {{"temperature", 1.6}, {"top_p", 1}, {"max_tokens", 1024}},
     .default_target = std::string(kModelName),
     .targets = model_names,
     .entity = same_name}};

}  // namespace
}  // namespace llmsim
