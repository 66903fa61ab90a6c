#include <algorithm>

#include "tests/testbed/llmsim/faults/fault.h"
#include "tests/testbed/llmsim/faults/parts.h"
#include "tests/testbed/llmsim/simulation.h"
#include "tests/testbed/llmsim/stack/full_stack.h"

namespace llmsim {
namespace {

// A client of one tenant asks for one long conversation again and again. The router keeps a conversation on one
// replica, for its prefix cache; that replica gets all of it.
class HotKey : public Fault {
 public:
  explicit HotKey(const FaultParameters& p) : rate_(p.at("rate")), history_(static_cast<int>(p.at("history"))) {}

  void begin(Simulation& simulation, std::string_view target) override {
    const std::size_t tenant = index_of(simulation.topology().tenants, target);
    GatewayPolicy& policy = simulation.full()->gateway().policy();
    limit_ = policy.limit_factor;
    // The tenant has paid for it: its limit does not save the replica.
    policy.limit_factor = std::max(limit_, 4 * rate_ / simulation.full()->tenants().usual_rate(tenant));
    simulation.full()->set_hot_key(tenant, hash_combine(0x686f74, tenant), rate_, history_);
  }
  void end(Simulation& simulation, std::string_view target) override {
    simulation.full()->set_hot_key(index_of(simulation.topology().tenants, target), 0, 0, 0);
    simulation.full()->gateway().policy().limit_factor = limit_;
  }

 private:
  double rate_;
  int history_;
  double limit_ = 0;
};

const FaultRegistration kHotKey{
    {.name = "hot_key",
     .fault_class = "hot_key",
     .description =
         "One conversation of a tenant, 2300 tokens long, is asked for 3 times a second; with routing by session",
     .make = [](const FaultParameters& p) -> std::unique_ptr<Fault> { return std::make_unique<HotKey>(p); },
     .stack = Stack::full,
     .parameters = {{"rate", 3}, {"history", 2300}},
     .default_target = "umbrella",
     .targets = tenant_names,
     .entity = [](const Topology&, std::string_view target) { return std::string(target); },
     .configure = [](SimConfig& config) { config.routing = Routing::session_affinity; }}};

}  // namespace
}  // namespace llmsim
