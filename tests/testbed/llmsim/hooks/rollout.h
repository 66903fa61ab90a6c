// Rolling other weights out, as a fault: in all replicas at once and without restarts, which a real rollout is not. And
// what faults of this kind can be injected into.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/testbed/llmsim/faults/fault.h"
#include "tests/testbed/llmsim/hooks/answers.h"
#include "tests/testbed/llmsim/topology.h"

namespace llmsim {

// What another build of the weights changes besides the answers.
struct Weights {
  ModelBuild build = {};
  double decode_factor = 1;  // of the time of a decoding step
  double freed_mib = 0;      // of GPU memory
  std::string image = {};    // of the container; empty: the weights came without a deployment
};

// Other weights in all replicas; its end brings back what ran before.
class WeightsFault : public Fault {
 public:
  explicit WeightsFault(Weights weights) : weights_(std::move(weights)) {}
  void begin(Simulation& simulation, std::string_view target) override;
  void end(Simulation& simulation, std::string_view target) override;

 private:
  Weights weights_;
};

// The name that the model is served under, which is also how its signals name it.
std::vector<std::string> model_names(const Topology& topology);
// The entity of a target whose signals carry its very name.
std::string same_name(const Topology& topology, std::string_view target);
// Names of the prompt templates.
std::vector<std::string> template_names(const Topology& topology);
// Containers that serve requests and are looked after: gateway, application, stores, proxy, replicas.
std::vector<std::string> serving_containers(const Topology& topology);

}  // namespace llmsim
