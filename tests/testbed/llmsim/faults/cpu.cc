#include "tests/testbed/llmsim/faults/fault.h"
#include "tests/testbed/llmsim/simulation.h"

namespace llmsim {
namespace {

// Chaos Mesh StressChaos, as the reference uses it: the workers and the engine share one CFS quota.
class CpuStress : public ReplicaFault {
 protected:
  void begin_in(Replica& replica) override { replica.host.set_stress_workers(16); }
  void end_in(Replica& replica) override { replica.host.set_stress_workers(0); }
};

const FaultRegistration kCpuStress{
    {.name = "cpu",
     .fault_class = "compute_saturation",
     .description = "16 workers at 100 % in the pod's cgroup, which is limited to 8 CPUs",
     .make = [](const FaultParameters&) -> std::unique_ptr<Fault> { return std::make_unique<CpuStress>(); }}};

}  // namespace
}  // namespace llmsim
