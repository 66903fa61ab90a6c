#include "tests/testbed/llmsim/faults/fault.h"
#include "tests/testbed/llmsim/simulation.h"

namespace llmsim {
namespace {

// Chaos Mesh NetworkChaos, direction "to", as the reference uses it: netem on the pod's egress.
class NetworkDelay : public Fault {
 public:
  void begin(Replica& replica) override { replica.host.set_egress({.mean = 1.0, .jitter = 0.1, .correlation = 0.25}); }
  void end(Replica& replica) override { replica.host.set_egress({}); }
};

const FaultRegistration kNetworkDelay{{"network", "1000 ms ± 100 ms (correlation 0.25) on packets that leave the pod",
                                       []() -> std::unique_ptr<Fault> { return std::make_unique<NetworkDelay>(); }}};

}  // namespace
}  // namespace llmsim
