#include "tests/testbed/llmsim/faults/fault.h"
#include "tests/testbed/llmsim/simulation.h"

namespace llmsim {
namespace {

// nvidia-smi -pl 150, as the reference uses it.
class GpuPowerLimit : public ReplicaFault {
 protected:
  void begin_in(Replica& replica) override { replica.gpu.set_power_limit(150); }
  void end_in(Replica& replica) override { replica.gpu.set_power_limit(calibration::kPowerLimitW); }
};

const FaultRegistration kGpuPowerLimit{
    {.name = "gpu",
     .fault_class = "compute_saturation",
     .description = "GPU power limit of 150 W",
     .make = [](const FaultParameters&) -> std::unique_ptr<Fault> { return std::make_unique<GpuPowerLimit>(); }}};

}  // namespace
}  // namespace llmsim
