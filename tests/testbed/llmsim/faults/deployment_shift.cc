#include <memory>
#include <string>

#include "tests/testbed/llmsim/faults/fault.h"
#include "tests/testbed/llmsim/faults/parts.h"
#include "tests/testbed/llmsim/simulation.h"
#include "tests/testbed/llmsim/stack/full_stack.h"

namespace llmsim {
namespace {

// A canary: one replica is drained and gets the next image and model version. It starts, is ready, and decodes slowly,
// because its build runs kernels one by one instead of from captured CUDA graphs.
class DeploymentShift : public Fault {
 public:
  explicit DeploymentShift(const FaultParameters& p) : slower_(p.at("slower")) {}

  void begin(Simulation& simulation, std::string_view target) override {
    Replica* replica = simulation.find_replica(target);
    if (replica == nullptr) return;
    simulation.roll_replica(*replica, "docker.io/rayproject/ray-llm:2.47.1-py311-cu126", 1,
                            [replica, slower = slower_, over = over_] {
                              if (!*over) replica->engine.set_decode_factor(slower);
                            });
  }
  void end(Simulation& simulation, std::string_view target) override {
    Replica* replica = simulation.find_replica(target);
    if (replica == nullptr) return;
    *over_ = true;
    simulation.roll_replica(*replica, simulation.topology().replica_pod(replica->index).image, 0,
                            [replica] { replica->engine.set_decode_factor(1); });
  }

 private:
  double slower_;
  std::shared_ptr<bool> over_ = std::make_shared<bool>(false);  // the fault may end before the replica is ready
};

const FaultRegistration kDeploymentShift{
    {.name = "deployment_shift",
     .fault_class = "deployment_shift",
     .description = "A replica gets the next image and model version, whose decoding takes 2.5 times as long",
     .make = [](const FaultParameters& p) -> std::unique_ptr<Fault> { return std::make_unique<DeploymentShift>(p); },
     .stack = Stack::full,
     .parameters = {{"slower", 2.5}}}};

// The same without anything wrong, for days on which nothing should be found.
const FaultRegistration kHarmlessDeployment{
    {.name = "harmless_deployment",
     .fault_class = "none",
     .description = "A replica is started anew with the next image, which serves as well as the one before",
     .make = [](const FaultParameters&) -> std::unique_ptr<Fault> {
       return std::make_unique<DeploymentShift>(FaultParameters{{"slower", 1}});
     },
     .stack = Stack::full}};

}  // namespace
}  // namespace llmsim
