#include "tests/testbed/llmsim/faults/fault.h"
#include "tests/testbed/llmsim/faults/parts.h"
#include "tests/testbed/llmsim/simulation.h"
#include "tests/testbed/llmsim/stack/full_stack.h"

namespace llmsim {
namespace {

// A configuration of the gateway that gives tries too little time and repeats them without a budget. The application
// goes on with tries that were given up, so each repeat is load on top; a short burst is enough to start it, and then
// it keeps itself going (a metastable failure: Bronson et al., HotOS 2021).
class RetryStorm : public Fault {
 public:
  explicit RetryStorm(const FaultParameters& p)
      : timeout_(p.at("try_timeout")),
        retries_(static_cast<int>(p.at("retries"))),
        burst_(p.at("burst")),
        burst_seconds_(p.at("burst_seconds")) {}

  void begin(Simulation& simulation, std::string_view target) override {
    GatewayPolicy& policy = simulation.full()->gateway().policy();
    before_ = policy;
    policy.try_timeout = timeout_;
    policy.retries = retries_;
    policy.retry_budget = 2;  // none
    simulation.bump_generation(simulation.topology().find_pod(target));
    set_rates(simulation, burst_);
    simulation.at(simulation.now() + burst_seconds_, [&simulation] { set_rates(simulation, 1); });
  }
  void end(Simulation& simulation, std::string_view target) override {
    simulation.full()->gateway().policy() = before_;
    simulation.bump_generation(simulation.topology().find_pod(target));
    set_rates(simulation, 1);
  }

 private:
  static void set_rates(Simulation& simulation, double factor) {
    TenantLoad& tenants = simulation.full()->tenants();
    for (std::size_t i = 0; i < tenants.size(); ++i) tenants.set_rate_factor(i, factor);
  }
  double timeout_;
  int retries_;
  double burst_, burst_seconds_;
  GatewayPolicy before_;
};

const FaultRegistration kRetryStorm{
    {.name = "retry_storm",
     .fault_class = "retry_storm",
     .description = "Tries get 0.2 s to their first byte and are repeated up to 8 times without a budget; the load "
                    "doubles for 20 s",
     .make = [](const FaultParameters& p) -> std::unique_ptr<Fault> { return std::make_unique<RetryStorm>(p); },
     .stack = Stack::full,
     .parameters = {{"try_timeout", 0.2}, {"retries", 8}, {"burst", 2}, {"burst_seconds", 20}},
     .default_target = std::string(kGateway),
     .targets = only<kGateway>}};

}  // namespace
}  // namespace llmsim
