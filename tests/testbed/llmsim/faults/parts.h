// Whom the faults of the full stack can be put into.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/testbed/llmsim/topology.h"

namespace llmsim {

template <const std::string_view& container>
std::vector<std::string> only(const Topology&) {
  return {std::string(container)};
}
inline std::vector<std::string> tool_names(const Topology& topology) {
  return topology.tools;
}
inline std::vector<std::string> tenant_names(const Topology& topology) {
  return topology.tenants;
}
inline std::vector<std::string> batch_names(const Topology& topology) {
  std::vector<std::string> out;
  for (const Pod& pod : topology.pods) {
    if (pod.container.starts_with("batch-")) out.push_back(pod.container);
  }
  return out;
}
// Pods that answer over the network, the replicas among them.
inline std::vector<std::string> serving_pods(const Topology& topology) {
  std::vector<std::string> out;
  for (const Pod& pod : topology.pods) {
    if (!pod.container.starts_with("batch-") && pod.container != "nginx-proxy") out.push_back(pod.container);
  }
  return out;
}
inline std::size_t index_of(const std::vector<std::string>& names, std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return i;
  }
  return 0;
}

}  // namespace llmsim
