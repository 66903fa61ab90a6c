#include <algorithm>
#include <vector>

#include "rca_core/diagnosis/fault_class_rows.h"

namespace rca {

std::span<const FaultClass> fault_classes() {
  static const std::vector<FaultClass> kAll = [] {
    std::vector<FaultClass> all;
    for (const std::span<const FaultClass> category :
         {rows::infrastructure_classes(), rows::input_classes(), rows::model_classes(), rows::orchestration_classes(),
          rows::observability_classes(), rows::cascade_classes()}) {
      all.insert(all.end(), category.begin(), category.end());
    }
    return all;
  }();
  return kAll;
}

const FaultClass* find_fault_class(std::string_view name) {
  const std::span<const FaultClass> all = fault_classes();
  const auto found = std::find_if(all.begin(), all.end(), [&](const FaultClass& row) { return row.name == name; });
  return found == all.end() ? nullptr : &*found;
}

std::string_view to_string(FaultCategory category) {
  switch (category) {
    case FaultCategory::inference_infrastructure: return "inference_infrastructure";
    case FaultCategory::prompt_and_input: return "prompt_and_input";
    case FaultCategory::model_and_configuration: return "model_and_configuration";
    case FaultCategory::orchestration_and_dependencies: return "orchestration_and_dependencies";
    case FaultCategory::observability_gaps: return "observability_gaps";
    case FaultCategory::cascades_and_scaling: return "cascades_and_scaling";
  }
  return "inference_infrastructure";
}

std::string_view to_string(FishboneBranch branch) {
  switch (branch) {
    case FishboneBranch::model: return "model";
    case FishboneBranch::infrastructure: return "infrastructure";
    case FishboneBranch::data: return "data";
    case FishboneBranch::process: return "process";
    case FishboneBranch::people: return "people";
  }
  return "infrastructure";
}

std::string_view to_string(ActionKind kind) {
  switch (kind) {
    case ActionKind::mitigate: return "mitigate";
    case ActionKind::prevent: return "prevent";
    case ActionKind::detect: return "detect";
  }
  return "mitigate";
}

std::string_view to_string(Movement movement) {
  switch (movement) {
    case Movement::rises: return "rises";
    case Movement::falls: return "falls";
    case Movement::moves: return "moves";
    case Movement::stays: return "stays";
    case Movement::saturates: return "saturates";
    case Movement::missing: return "is missing";
  }
  return "moves";
}

std::string_view to_string(Place place) {
  switch (place) {
    case Place::self: return "self";
    case Place::callee: return "callee";
    case Place::caller: return "caller";
    case Place::node: return "node";
    case Place::neighbour: return "neighbour";
    case Place::peers: return "peers";
    case Place::system: return "system";
  }
  return "self";
}

}  // namespace rca
