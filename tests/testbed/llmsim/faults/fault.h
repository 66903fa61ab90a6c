// Faults that can be injected. One file a fault: it derives from Fault, says what it turns, and registers itself;
// adding one touches nothing else.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "tests/testbed/llmsim/config.h"
#include "tests/testbed/llmsim/topology.h"

namespace llmsim {

class Simulation;
struct Replica;

// Numbers that a fault can be given, by name.
using FaultParameters = std::map<std::string, double, std::less<>>;

class Fault {
 public:
  virtual ~Fault() = default;
  // Turns knobs of the machinery; what follows from that, the simulation works out. `target` is one of the type's
  // targets. A fault that grows asks for later turns with simulation.at().
  virtual void begin(Simulation& simulation, std::string_view target) = 0;
  // Puts everything back.
  virtual void end(Simulation& simulation, std::string_view target) = 0;
};

// A fault whose target is one replica.
class ReplicaFault : public Fault {
 public:
  void begin(Simulation& simulation, std::string_view target) final;
  void end(Simulation& simulation, std::string_view target) final;

 protected:
  virtual void begin_in(Replica& replica) = 0;
  virtual void end_in(Replica& replica) = 0;
};

// Container names of the replicas: ray-head, ray-replicas-0, …
std::vector<std::string> replica_names(const Topology& topology);
// The pod of the container `target`, as exporters label it; `target` itself where no pod has that container.
std::string pod_entity(const Topology& topology, std::string_view target);

struct FaultType {
  std::string name;         // gpu
  std::string fault_class;  // of the catalogue of root causes: compute_saturation
  std::string description;  // with the parameters
  std::unique_ptr<Fault> (*make)(const FaultParameters&) = nullptr;
  Stack stack = Stack::reference;   // full: needs parts that the reference's stack does not have
  FaultParameters parameters = {};  // with their defaults; make() gets all of them
  std::string default_target = "ray-replicas-1";
  // What it can be injected into, by the names that people use.
  std::vector<std::string> (*targets)(const Topology&) = replica_names;
  // The truth: the entity at fault as the catalogue of signals reads it from the exporters' labels (a pod's name, a
  // tool, a tenant, a model version …), before any rule that renames entities.
  std::string (*entity)(const Topology&, std::string_view target) = pod_entity;
  // What a scenario of this fault needs of the load (several turns, a swing, tenants); null: any load will do.
  void (*configure)(SimConfig&) = nullptr;
  double typical_seconds = 600;  // how long a scenario keeps it; slow ones need hours
};

// In order of name; all stacks.
const std::vector<FaultType>& fault_types();
// The type of this name that can be injected into `stack`, or an error that lists those that can.
rca::Result<const FaultType*> find_fault_type(std::string_view name, Stack stack);

// A namespace-level object of this type registers a fault.
struct FaultRegistration {
  explicit FaultRegistration(FaultType type);
};

}  // namespace llmsim
