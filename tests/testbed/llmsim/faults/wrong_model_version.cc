#include "tests/testbed/llmsim/faults/fault.h"
#include "tests/testbed/llmsim/hooks/rollout.h"

namespace llmsim {
namespace {

// A moving tag points to an old release: weaker, shorter in its answers, less good at keeping a format, and readier to
// decline. As large and as fast as the one that was meant.
class WrongModelVersion : public Fault {
 public:
  explicit WrongModelVersion(double severity) : severity_(severity) {}

  void begin(Simulation& simulation, std::string_view) override {
    roll_out(simulation, {.build = {.tag = "1.1.0",
                                    .skill_loss = 0.9 * severity_,
                                    .style_shift = 0.5 * severity_,
                                    .verbosity = 1 - 0.4 * severity_,
                                    .decline = 1.8 * severity_},
                          .image = "registry.local/falcon-h1-7b-instruct:1.1.0"});
  }
  void end(Simulation& simulation, std::string_view) override { roll_out(simulation, {}); }

 private:
  double severity_;
};

const FaultRegistration kWrongModelVersion{
    {.name = "wrong_model_version",
     .fault_class = "wrong_model_version",
     .description = "an old release of the model under the same name (times severity)",
     .make = [](const FaultParameters& parameters) -> std::unique_ptr<Fault> {
       return std::make_unique<WrongModelVersion>(parameters.at("severity"));
     },
     .stack = Stack::full,
     .parameters = {{"severity", 1}},
     .default_target = std::string(kModelName),
     .targets = model_names,
     .entity = same_name}};

}  // namespace
}  // namespace llmsim
