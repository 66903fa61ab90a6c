#include <algorithm>

#include "tests/testbed/llmsim/faults/fault.h"
#include "tests/testbed/llmsim/faults/parts.h"
#include "tests/testbed/llmsim/simulation.h"
#include "tests/testbed/llmsim/stack/full_stack.h"

namespace llmsim {
namespace {

// The volume's burst credits are used up, or somebody else's limit applies: fewer operations and bytes a second. In the
// vector store every page that is not in memory waits; a replica is started anew meanwhile and reads its weights
// slowly.
class IoBottleneck : public Fault {
 public:
  explicit IoBottleneck(const FaultParameters& p)
      : limits_{.operations = std::max(0.1, p.at("operations")),
                .bytes_per_second = std::max(1e-3, p.at("megabytes")) * 1e6} {}

  void begin(Simulation& simulation, std::string_view target) override {
    disk_of(simulation, target).set_limits(limits_);
    if (Replica* replica = simulation.find_replica(target)) {
      simulation.restart_replica(*replica, "", replica->model_version);
    }
  }
  void end(Simulation& simulation, std::string_view target) override { disk_of(simulation, target).set_limits({}); }

 private:
  static Disk& disk_of(Simulation& simulation, std::string_view target) {
    const Topology& topology = simulation.topology();
    return simulation.full()->disk(topology.pods[topology.find_pod(target)].node);
  }
  Disk::Limits limits_;
};

std::vector<std::string> targets(const Topology& topology) {
  std::vector<std::string> out = replica_names(topology);
  out.emplace_back(kVectorStore);
  return out;
}

const FaultRegistration kIoBottleneck{
    {.name = "io_bottleneck",
     .fault_class = "io_bottleneck",
     .description = "The volume of the pod's node gives 35 operations and 25 MB a second instead of 3000 and 400 MB",
     .make = [](const FaultParameters& p) -> std::unique_ptr<Fault> { return std::make_unique<IoBottleneck>(p); },
     .stack = Stack::full,
     .parameters = {{"operations", 35}, {"megabytes", 25}},
     .default_target = std::string(kVectorStore),
     .targets = targets}};

}  // namespace
}  // namespace llmsim
