#include "tests/testbed/llmsim/faults/fault.h"
#include "tests/testbed/llmsim/hooks/rollout.h"

namespace llmsim {
namespace {

// The weights behind a name change although nobody deployed anything: a hosted adapter is renewed, or a shared volume.
// Other words, another tokenizer's habits; as fast as before.
const FaultRegistration kOutputDrift{
    {.name = "output_drift",
     .fault_class = "output_drift",
     .description = "answers in another style and 25 % longer, without a deployment (times severity)",
     .make = [](const FaultParameters& parameters) -> std::unique_ptr<Fault> {
       const double severity = parameters.at("severity");
       return std::make_unique<WeightsFault>(Weights{
           .build = {.skill_loss = 0.25 * severity, .style_shift = severity, .verbosity = 1 + 0.25 * severity}});
     },
     .stack = Stack::full,
     .parameters = {{"severity", 1}},
     .default_target = std::string(kModelName),
     .targets = model_names,
     .entity = same_name}};

}  // namespace
}  // namespace llmsim
