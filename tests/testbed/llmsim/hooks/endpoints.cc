#include "tests/testbed/llmsim/hooks/endpoints.h"

#include "tests/testbed/llmsim/simulation.h"

namespace llmsim {
namespace {

const HookRegistration kEndpoints{
    {std::string(kEndpointsHook),
     [](const SimConfig&, const Topology&) -> std::unique_ptr<RequestHook> { return std::make_unique<Endpoints>(); }}};

}  // namespace

void Endpoints::set_answering(std::string_view container, bool answering) {
  const auto at = silent_.find(container);
  if (answering && at != silent_.end()) silent_.erase(at);
  if (!answering) silent_.emplace(container);
}

Endpoints* find_endpoints(Simulation& simulation) {
  return dynamic_cast<Endpoints*>(simulation.hook(kEndpointsHook));
}

bool endpoint_answers(const Simulation& simulation, std::size_t pod) {
  const auto* endpoints = dynamic_cast<const Endpoints*>(simulation.hook(kEndpointsHook));
  if (endpoints == nullptr || pod >= simulation.topology().pods.size()) return true;
  return endpoints->answers(simulation.topology().pods[pod].container);
}

}  // namespace llmsim
