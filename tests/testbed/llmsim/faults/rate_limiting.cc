#include "tests/testbed/llmsim/faults/fault.h"
#include "tests/testbed/llmsim/faults/parts.h"
#include "tests/testbed/llmsim/simulation.h"
#include "tests/testbed/llmsim/stack/full_stack.h"

namespace llmsim {
namespace {

// A configuration of the gateway with limits below what tenants need: what is over them is answered with 429.
class RateLimiting : public Fault {
 public:
  explicit RateLimiting(const FaultParameters& p) : factor_(p.at("factor")) {}

  void begin(Simulation& simulation, std::string_view target) override {
    GatewayPolicy& policy = simulation.full()->gateway().policy();
    before_ = policy;
    policy.limit_factor = factor_;
    policy.limit_burst = 2;
    simulation.bump_generation(simulation.topology().find_pod(target));
  }
  void end(Simulation& simulation, std::string_view target) override {
    simulation.full()->gateway().policy() = before_;
    simulation.bump_generation(simulation.topology().find_pod(target));
  }

 private:
  double factor_;
  GatewayPolicy before_;
};

const FaultRegistration kRateLimiting{
    {.name = "rate_limiting",
     .fault_class = "rate_limiting",
     .description = "The gateway's limits of all tenants are set to 0.6 times their usual rate",
     .make = [](const FaultParameters& p) -> std::unique_ptr<Fault> { return std::make_unique<RateLimiting>(p); },
     .stack = Stack::full,
     .parameters = {{"factor", 0.6}},
     .default_target = std::string(kGateway),
     .targets = only<kGateway>}};

}  // namespace
}  // namespace llmsim
