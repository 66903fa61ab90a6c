#include "tests/testbed/llmsim/faults/fault.h"
#include "tests/testbed/llmsim/simulation.h"

namespace llmsim {
namespace {

// Chaos Mesh NetworkChaos, direction "to", as the reference uses it: netem on the pod's egress.
class NetworkDelay : public ReplicaFault {
 protected:
  void begin_in(Replica& replica) override {
    replica.host.set_egress({.mean = 1.0, .jitter = 0.1, .correlation = 0.25});
  }
  void end_in(Replica& replica) override { replica.host.set_egress({}); }
};

const FaultRegistration kNetworkDelay{
    {.name = "network",
     .fault_class = "network_latency",
     .description = "1000 ms ± 100 ms (correlation 0.25) on packets that leave the pod",
     .make = [](const FaultParameters&) -> std::unique_ptr<Fault> { return std::make_unique<NetworkDelay>(); }}};

}  // namespace
}  // namespace llmsim
