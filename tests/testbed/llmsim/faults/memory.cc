#include "tests/testbed/llmsim/faults/fault.h"
#include "tests/testbed/llmsim/simulation.h"

namespace llmsim {
namespace {

// Chaos Mesh StressChaos, as the reference uses it: the page cache has to give way.
class MemoryStress : public ReplicaFault {
 protected:
  void begin_in(Replica& replica) override { replica.host.set_memory_hog(8e9); }
  void end_in(Replica& replica) override { replica.host.set_memory_hog(0); }
};

const FaultRegistration kMemoryStress{
    {.name = "memory",
     .fault_class = "memory_exhaustion",
     .description = "8 GB held in the pod's cgroup, which is limited to 16 GiB",
     .make = [](const FaultParameters&) -> std::unique_ptr<Fault> { return std::make_unique<MemoryStress>(); }}};

}  // namespace
}  // namespace llmsim
