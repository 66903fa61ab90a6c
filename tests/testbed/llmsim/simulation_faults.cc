// How faults come and go; what they do is in faults/.
#include <algorithm>

#include "tests/testbed/llmsim/simulation.h"

namespace llmsim {
namespace {

rca::Error invalid(std::string message) {
  return {rca::ErrorKind::invalid_argument, std::move(message)};
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

}  // namespace

rca::Result<FaultRecord> Simulation::check_fault(std::string_view type, std::string_view target,
                                                 const FaultParameters& parameters) const {
  RCA_ASSIGN(const FaultType* known, find_fault_type(type, config_.stack));
  std::string name(target.empty() ? known->default_target : target);
  for (const Pod& pod : topology_.pods) {
    if (name == pod.name) name = pod.container;
  }
  const std::vector<std::string> targets = known->targets(topology_);
  if (std::find(targets.begin(), targets.end(), name) == targets.end()) {
    return invalid("unknown target '" + name + "'; this fault can be injected into: " + joined(targets));
  }
  FaultRecord record{.type = known->name,
                     .target = name,
                     .begin = now_,
                     .end = -1,
                     .fault_class = known->fault_class,
                     .entity = known->entity(topology_, name),
                     .parameters = known->parameters};
  for (const auto& [key, value] : parameters) {
    const auto at = record.parameters.find(key);
    if (at != record.parameters.end() && !(value >= 0 && value <= 1e9)) {
      return invalid("'" + key + "' must be a number from 0 to 1e9");
    }
    if (at == record.parameters.end()) {
      std::vector<std::string> keys;
      keys.reserve(record.parameters.size());
      for (const auto& [known_key, unused] : known->parameters) keys.push_back(known_key);
      return invalid("'" + key + "' is no number that the fault '" + known->name +
                     "' takes; it takes: " + (keys.empty() ? "none" : joined(keys)));
    }
    at->second = value;
  }
  return record;
}

rca::Result<void> Simulation::inject(std::string_view type, std::string_view target,
                                     const FaultParameters& parameters) {
  RCA_ASSIGN(FaultRecord record, check_fault(type, target, parameters));
  for (const ActiveFault& active : active_) {
    if (records_[active.record].type == record.type && records_[active.record].target == record.target) {
      return invalid("the fault '" + record.type + "' is in " + record.target + " already");
    }
  }
  RCA_ASSIGN(const FaultType* known, find_fault_type(type, config_.stack));
  std::unique_ptr<Fault> fault = known->make(record.parameters);
  fault->begin(*this, record.target);
  records_.push_back(std::move(record));
  active_.push_back({std::move(fault), records_.size() - 1});
  return {};
}

void Simulation::remove_faults(std::string_view type, std::string_view target) {
  std::erase_if(active_, [&](ActiveFault& active) {
    FaultRecord& record = records_[active.record];
    if ((!type.empty() && record.type != type) || (!target.empty() && record.target != target)) return false;
    active.fault->end(*this, record.target);
    record.end = now_;
    return true;
  });
}

rca::Result<void> Simulation::plan_fault(std::string_view type, std::string_view target, double begin, double duration,
                                         const FaultParameters& parameters) {
  RCA_ASSIGN(FaultRecord record, check_fault(type, target, parameters));
  if (begin < now_ || duration <= 0) {
    return invalid("a fault must begin in the future and last longer than 0 s");
  }
  record.begin = begin;
  record.end = begin + duration;
  planned_.push_back(std::move(record));
  push(begin, Kind::fault_begin, planned_.size() - 1);
  push(begin + duration, Kind::fault_end, planned_.size() - 1);
  return {};
}

}  // namespace llmsim
