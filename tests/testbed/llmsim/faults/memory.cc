#include "tests/testbed/llmsim/faults/fault.h"
#include "tests/testbed/llmsim/simulation.h"

namespace llmsim {
namespace {

// Chaos Mesh StressChaos, as the reference uses it: the page cache has to give way.
class MemoryStress : public Fault {
 public:
  void begin(Replica& replica) override { replica.host.set_memory_hog(8e9); }
  void end(Replica& replica) override { replica.host.set_memory_hog(0); }
};

const FaultRegistration kMemoryStress{{"memory", "8 GB held in the pod's cgroup, which is limited to 16 GiB",
                                       []() -> std::unique_ptr<Fault> { return std::make_unique<MemoryStress>(); }}};

}  // namespace
}  // namespace llmsim
