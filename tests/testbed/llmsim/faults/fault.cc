#include "tests/testbed/llmsim/faults/fault.h"

#include <algorithm>

#include "tests/testbed/llmsim/simulation.h"

namespace llmsim {
namespace {

std::vector<FaultType>& registered_faults() {
  static std::vector<FaultType> types;
  return types;
}

}  // namespace

FaultRegistration::FaultRegistration(FaultType type) {
  auto& types = registered_faults();
  const auto at = std::lower_bound(types.begin(), types.end(), type,
                                   [](const FaultType& a, const FaultType& b) { return a.name < b.name; });
  types.insert(at, std::move(type));
}

const std::vector<FaultType>& fault_types() {
  return registered_faults();
}

rca::Result<const FaultType*> find_fault_type(std::string_view name, Stack stack) {
  std::string known;
  for (const FaultType& type : fault_types()) {
    if (type.stack == Stack::full && stack != Stack::full) continue;
    if (type.name == name) return &type;
    known += (known.empty() ? "" : ", ") + type.name;
  }
  return rca::Error{rca::ErrorKind::invalid_argument, "unknown fault '" + std::string(name) + "'; there are: " + known};
}

std::vector<std::string> replica_names(const Topology& topology) {
  std::vector<std::string> out;
  out.reserve(topology.replicas());
  for (std::size_t i = 0; i < topology.replicas(); ++i) out.push_back(topology.replica_pod(i).container);
  return out;
}

std::string pod_entity(const Topology& topology, std::string_view target) {
  for (const Pod& pod : topology.pods) {
    if (pod.container == target) return pod.name;
  }
  return std::string(target);
}

void ReplicaFault::begin(Simulation& simulation, std::string_view target) {
  if (Replica* replica = simulation.find_replica(target)) begin_in(*replica);
}

void ReplicaFault::end(Simulation& simulation, std::string_view target) {
  if (Replica* replica = simulation.find_replica(target)) end_in(*replica);
}

}  // namespace llmsim
