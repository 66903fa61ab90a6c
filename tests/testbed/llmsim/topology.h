// Who is who: pods, nodes, addresses and identifiers of the simulated cluster, fixed by the number of replicas.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/testbed/llmsim/config.h"

namespace llmsim {

inline constexpr std::string_view kNamespace = "ray";
inline constexpr std::string_view kModelName = "falcon-h1-7b-instruct";

// Containers of the full stack. Beside each of the nodes that count runs a batch job, batch-NODE.
inline constexpr std::string_view kGateway = "gateway";
inline constexpr std::string_view kChatApp = "chat-app";
inline constexpr std::string_view kVectorStore = "vector-store";
inline constexpr std::string_view kSessionStore = "session-store";

struct Node {
  std::string name;     // gpu-node-1
  std::string address;  // 10.0.0.12
  int cpus = 0;
  double memory = 0;     // bytes
  std::string gpu_uuid;  // empty: no GPU
};

struct Pod {
  std::string name;       // llm-raycluster-h7k2p-ray-replicas-0-worker-q4v7z
  std::string container;  // ray-replicas-0: the entity
  std::string address;    // 10.244.2.15
  std::string uid;
  std::string image;
  std::string replica_id;  // of the Ray Serve replica in it, empty for the proxy
  std::size_t node = 0;
  std::string owner_kind, owner;  // as kube_pod_info names them
};

// Pod 0 is the nginx proxy on node 0; pod and node i + 1 belong to replica i (replica 0 is the Ray head). The pods and
// nodes of the full stack follow.
struct Topology {
  Stack stack = Stack::reference;
  std::size_t replica_count = 0;
  std::vector<Node> nodes;
  std::vector<Pod> pods;
  // Of the full stack; RequestAttributes has indices into them.
  std::vector<std::string> tenants, tools, model_versions;

  [[nodiscard]] const Pod& replica_pod(std::size_t replica) const { return pods[replica + 1]; }
  // Index of the pod of the container of this name; SIZE_MAX: there is none.
  [[nodiscard]] std::size_t find_pod(std::string_view container) const;
  [[nodiscard]] std::size_t replicas() const { return replica_count; }
};

// `replicas` ≥ 1.
Topology make_topology(int replicas, Stack stack = Stack::reference);

}  // namespace llmsim
