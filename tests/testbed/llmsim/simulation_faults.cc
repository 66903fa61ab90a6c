// How faults come and go; what they do is in faults/.
#include <algorithm>

#include "tests/testbed/llmsim/simulation.h"

namespace llmsim {

rca::Result<std::size_t> Simulation::find_target(std::string_view target) const {
  std::string known;
  for (std::size_t i = 0; i < replicas_.size(); ++i) {
    const Pod& pod = topology_.replica_pod(i);
    if (target == pod.container || target == pod.name) return i;
    known += (known.empty() ? "" : ", ") + pod.container;
  }
  return rca::Error{rca::ErrorKind::invalid_argument,
                    "unknown target '" + std::string(target) + "'; faults can be injected into: " + known};
}

rca::Result<void> Simulation::inject(std::string_view type, std::string_view target) {
  RCA_ASSIGN(std::unique_ptr<Fault> fault, make_fault(type));
  RCA_ASSIGN(const std::size_t replica, find_target(target));
  const std::string& name = topology_.replica_pod(replica).container;
  for (const ActiveFault& active : active_) {
    if (records_[active.record].type == type && active.replica == replica) {
      return rca::Error{rca::ErrorKind::invalid_argument,
                        "the fault '" + std::string(type) + "' is in " + name + " already"};
    }
  }
  fault->begin(replicas_[replica]);
  records_.push_back({std::string(type), name, now_, -1});
  active_.push_back({std::move(fault), replica, records_.size() - 1});
  return {};
}

void Simulation::remove_faults(std::string_view type, std::string_view target) {
  std::erase_if(active_, [&](ActiveFault& active) {
    FaultRecord& record = records_[active.record];
    if ((!type.empty() && record.type != type) || (!target.empty() && record.target != target)) return false;
    active.fault->end(replicas_[active.replica]);
    record.end = now_;
    return true;
  });
}

rca::Result<void> Simulation::plan_fault(std::string_view type, std::string_view target, double begin,
                                         double duration) {
  RCA_TRY(make_fault(type));
  RCA_ASSIGN(const std::size_t replica, find_target(target));
  if (begin < now_ || duration <= 0) {
    return rca::Error{rca::ErrorKind::invalid_argument, "a fault must begin in the future and last longer than 0 s"};
  }
  planned_.push_back({std::string(type), topology_.replica_pod(replica).container, begin, begin + duration});
  push(begin, Kind::fault_begin, planned_.size() - 1);
  push(begin + duration, Kind::fault_end, planned_.size() - 1);
  return {};
}

}  // namespace llmsim
