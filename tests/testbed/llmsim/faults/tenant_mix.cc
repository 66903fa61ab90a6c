#include <algorithm>

#include "tests/testbed/llmsim/faults/fault.h"
#include "tests/testbed/llmsim/faults/parts.h"
#include "tests/testbed/llmsim/hooks/rollout.h"
#include "tests/testbed/llmsim/simulation.h"
#include "tests/testbed/llmsim/stack/full_stack.h"

namespace llmsim {
namespace {

// A tenant that only tried things out goes live: many more requests than before, and longer ones. The others stay as
// they are.
class TenantMix : public Fault {
 public:
  explicit TenantMix(const FaultParameters& p) : rate_(p.at("rate")), length_(p.at("length")) {}

  void begin(Simulation& simulation, std::string_view target) override {
    GatewayPolicy& policy = simulation.full()->gateway().policy();
    limit_ = policy.limit_factor;
    policy.limit_factor = std::max(limit_, 4 * rate_);  // its contract allows for it
    set(simulation, target, rate_, length_);
  }
  void end(Simulation& simulation, std::string_view target) override {
    simulation.full()->gateway().policy().limit_factor = limit_;
    set(simulation, target, 1, 1);
  }

 private:
  static void set(Simulation& simulation, std::string_view target, double rate, double length) {
    TenantLoad& tenants = simulation.full()->tenants();
    const std::size_t tenant = index_of(simulation.topology().tenants, target);
    tenants.set_rate_factor(tenant, rate);
    tenants.set_length_factor(tenant, length);
  }
  double rate_;
  double length_;
  double limit_ = 0;
};

const FaultRegistration kTenantMix{
    {.name = "tenant_mix",
     .fault_class = "input_drift",
     .description = "a small tenant sends 8 times as many requests as before, with inputs 4 times as long",
     .make = [](const FaultParameters& p) -> std::unique_ptr<Fault> { return std::make_unique<TenantMix>(p); },
     .stack = Stack::full,
     .parameters = {{"rate", 8}, {"length", 4}},
     .default_target = "umbrella",
     .targets = tenant_names,
     .entity = same_name}};

}  // namespace
}  // namespace llmsim
