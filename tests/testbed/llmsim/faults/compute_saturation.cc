#include "tests/testbed/llmsim/faults/fault.h"
#include "tests/testbed/llmsim/faults/parts.h"
#include "tests/testbed/llmsim/simulation.h"
#include "tests/testbed/llmsim/stack/full_stack.h"

namespace llmsim {
namespace {

// Cooling that fails: the chip gets hotter at the same power, and above its slowdown temperature the driver takes the
// clock back until it stays there.
class ThermalThrottling : public ReplicaFault {
 public:
  explicit ThermalThrottling(const FaultParameters& p) : resistance_(p.at("resistance")) {}

 protected:
  void begin_in(Replica& replica) override { replica.gpu.set_thermal_resistance(resistance_); }
  void end_in(Replica& replica) override { replica.gpu.set_thermal_resistance(1); }

 private:
  double resistance_;
};

const FaultRegistration kThermalThrottling{
    {.name = "compute_saturation",
     .fault_class = "compute_saturation",
     .description = "The GPU's cooling fails: 4.5 times the thermal resistance, so that the clock falls",
     .make = [](const FaultParameters& p) -> std::unique_ptr<Fault> { return std::make_unique<ThermalThrottling>(p); },
     .stack = Stack::full,
     .parameters = {{"resistance", 4.5}}}};

}  // namespace
}  // namespace llmsim
