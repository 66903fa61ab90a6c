#include "tests/testbed/llmsim/faults/fault.h"
#include "tests/testbed/llmsim/faults/parts.h"
#include "tests/testbed/llmsim/simulation.h"
#include "tests/testbed/llmsim/stack/full_stack.h"

namespace llmsim {
namespace {

// A batch job goes to work beside a pod that serves: far more runnable threads than the node has CPUs, and most of what
// its volume can give.
class NoisyNeighbour : public Fault {
 public:
  explicit NoisyNeighbour(const FaultParameters& p)
      : load_{.threads = p.at("threads"), .disk_share = p.at("disk_share")} {}

  void begin(Simulation& simulation, std::string_view target) override {
    simulation.full()->neighbours().set_load(target, load_);
  }
  void end(Simulation& simulation, std::string_view target) override {
    simulation.full()->neighbours().set_load(target, {});
  }

 private:
  Neighbours::Load load_;
};

const FaultRegistration kNoisyNeighbour{
    {.name = "noisy_neighbour",
     .fault_class = "noisy_neighbour",
     .description = "The batch job on a node runs 64 threads and takes 90 % of the volume",
     .make = [](const FaultParameters& p) -> std::unique_ptr<Fault> { return std::make_unique<NoisyNeighbour>(p); },
     .stack = Stack::full,
     .parameters = {{"threads", 64}, {"disk_share", 0.9}},
     .default_target = "batch-gpu-node-2",
     .targets = batch_names}};

}  // namespace
}  // namespace llmsim
