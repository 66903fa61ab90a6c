// Faults that can be injected. One file a fault: it derives from Fault, says what it turns, and registers itself;
// adding one touches nothing else.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace llmsim {

struct Replica;

class Fault {
 public:
  virtual ~Fault() = default;
  // Turns the knobs of the machinery of `replica`; what follows from that, the simulation works out.
  virtual void begin(Replica& replica) = 0;
  // Puts everything back.
  virtual void end(Replica& replica) = 0;
};

struct FaultType {
  std::string name;         // gpu
  std::string description;  // with the parameters
  std::unique_ptr<Fault> (*make)() = nullptr;
};

// In order of name.
const std::vector<FaultType>& fault_types();
// A new fault, or an error that lists the known types.
rca::Result<std::unique_ptr<Fault>> make_fault(std::string_view name);

// A namespace-level object of this type registers a fault.
struct FaultRegistration {
  explicit FaultRegistration(FaultType type);
};

}  // namespace llmsim
