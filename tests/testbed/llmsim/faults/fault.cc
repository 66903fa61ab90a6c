#include "tests/testbed/llmsim/faults/fault.h"

#include <algorithm>

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

rca::Result<std::unique_ptr<Fault>> make_fault(std::string_view name) {
  std::string known;
  for (const FaultType& type : fault_types()) {
    if (type.name == name) return type.make();
    known += (known.empty() ? "" : ", ") + type.name;
  }
  return rca::Error{rca::ErrorKind::invalid_argument, "unknown fault '" + std::string(name) + "'; there are: " + known};
}

}  // namespace llmsim
