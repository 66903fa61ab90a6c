#include "tests/testbed/llmsim/faults/fault.h"
#include "tests/testbed/llmsim/hooks/rollout.h"

namespace llmsim {
namespace {

// A moving tag points to an old release: weaker, shorter in its answers, less good at keeping a format, and readier to
// decline. As large and as fast as the one that was meant.
const FaultRegistration kWrongModelVersion{
    {.name = "wrong_model_version",
     .fault_class = "wrong_model_version",
     .description = "an old release of the model under the same name (times severity)",
     .make = [](const FaultParameters& parameters) -> std::unique_ptr<Fault> {
       const double severity = parameters.at("severity");
       return std::make_unique<WeightsFault>(Weights{.build = {.tag = "1.1.0",
                                                               .skill_loss = 0.9 * severity,
                                                               .style_shift = 0.5 * severity,
                                                               .verbosity = 1 - 0.4 * severity,
                                                               .decline = 1.8 * severity},
                                                     .image = "registry.local/falcon-h1-7b-instruct:1.1.0"});
     },
     .stack = Stack::full,
     .parameters = {{"severity", 1}},
     .default_target = std::string(kModelName),
     .targets = model_names,
     .entity = same_name}};

}  // namespace
}  // namespace llmsim
