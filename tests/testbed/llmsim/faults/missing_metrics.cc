#include "tests/testbed/llmsim/faults/fault.h"
#include "tests/testbed/llmsim/hooks/endpoints.h"
#include "tests/testbed/llmsim/hooks/rollout.h"

namespace llmsim {
namespace {

// The pod works as before, but its own exporters stop; what others see of it (kubelet, GPU, mesh) goes on.
class MissingMetrics : public Fault {
 public:
  void begin(Simulation& simulation, std::string_view target) override {
    if (Endpoints* endpoints = find_endpoints(simulation)) endpoints->set_answering(target, false);
  }
  void end(Simulation& simulation, std::string_view target) override {
    if (Endpoints* endpoints = find_endpoints(simulation)) endpoints->set_answering(target, true);
  }
};

const FaultRegistration kMissingMetrics{
    {.name = "missing_metrics",
     .fault_class = "missing_metrics",
     .description = "metrics endpoints of the pod do not answer scrapes",
     .make = [](const FaultParameters&) -> std::unique_ptr<Fault> { return std::make_unique<MissingMetrics>(); },
     .stack = Stack::full,
     .default_target = "ray-replicas-1",
     .targets = serving_containers}};

}  // namespace
}  // namespace llmsim
