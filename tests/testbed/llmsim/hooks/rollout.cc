#include "tests/testbed/llmsim/hooks/rollout.h"

#include "tests/testbed/llmsim/hooks/content.h"
#include "tests/testbed/llmsim/simulation.h"

namespace llmsim {
namespace {

void roll_out(Simulation& simulation, const Weights& weights) {
  Content* content = find_content(simulation);
  if (content == nullptr) return;
  for (std::size_t i = 0; i < simulation.topology().replicas(); ++i) {
    Replica* replica = simulation.find_replica(simulation.topology().replica_pod(i).container);
    if (replica == nullptr) continue;
    content->build(i) = weights.build;
    replica->engine.set_decode_factor(weights.decode_factor);
    replica->gpu.set_freed_mib(weights.freed_mib);
    simulation.set_image(i + 1, weights.image);
  }
}

}  // namespace

void WeightsFault::begin(Simulation& simulation, std::string_view) {
  roll_out(simulation, weights_);
}

void WeightsFault::end(Simulation& simulation, std::string_view) {
  roll_out(simulation, {});
}

std::vector<std::string> model_names(const Topology&) {
  return {std::string(kModelName)};
}

std::string same_name(const Topology&, std::string_view target) {
  return std::string(target);
}

std::vector<std::string> template_names(const Topology&) {
  std::vector<std::string> out;
  for (const PromptTemplate& prompt : default_templates()) out.push_back(prompt.name);
  return out;
}

std::vector<std::string> serving_containers(const Topology& topology) {
  std::vector<std::string> out;
  for (const Pod& pod : topology.pods) {
    if (!pod.container.starts_with("batch-")) out.push_back(pod.container);
  }
  return out;
}

}  // namespace llmsim
