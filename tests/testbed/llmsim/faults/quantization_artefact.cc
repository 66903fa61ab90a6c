#include "tests/testbed/llmsim/faults/fault.h"
#include "tests/testbed/llmsim/hooks/rollout.h"

namespace llmsim {
namespace {

// A badly calibrated 4-bit export is rolled out: a decoding step reads less, memory is freed, and the probabilities are
// off. Decoding is bound by memory, so a step takes about half as long (assumed).
const FaultRegistration kQuantizationArtefact{
    {.name = "quantization_artefact",
     .fault_class = "quantization_artefact",
     .description = "a 4-bit export of the model with rounding errors (severity; a good one stays below 0.1)",
     .make = [](const FaultParameters& parameters) -> std::unique_ptr<Fault> {
       const double severity = parameters.at("severity");
       constexpr double kFreedMib = 7.6e9 * 1.5 / (1 << 20);  // 7.6 billion weights of half a byte in place of two
       return std::make_unique<WeightsFault>(Weights{.build = {.tag = "1.4.2-int4", .quantization = severity},
                                                     .decode_factor = 0.55,
                                                     .freed_mib = kFreedMib,
                                                     .image = "registry.local/falcon-h1-7b-instruct:1.4.2-int4"});
     },
     .stack = Stack::full,
     .parameters = {{"severity", 0.8}},
     .default_target = std::string(kModelName),
     .targets = model_names,
     .entity = same_name}};

}  // namespace
}  // namespace llmsim
