#include "tests/testbed/llmsim/topology.h"

#include <array>
#include <cstdint>

#include "tests/testbed/llmsim/calibration.h"
#include "tests/testbed/llmsim/random.h"

namespace llmsim {
namespace {

std::string random_text(std::string_view purpose, std::size_t index, std::string_view alphabet, std::size_t length) {
  Random random(0x6c6c6d73, purpose, index);
  std::string out;
  for (std::size_t i = 0; i < length; ++i) out += alphabet[random.below(alphabet.size())];
  return out;
}

std::string uuid(std::string_view purpose, std::size_t index) {
  std::string text = random_text(purpose, index, "0123456789abcdef", 32);
  for (const std::size_t at : {8U, 13U, 18U, 23U}) text.insert(at, "-");
  return text;
}

// The suffix that Kubernetes gives a pod; it uses no vowels and no digits that look like letters.
std::string worker_suffix(std::size_t worker) {
  static constexpr std::array<std::string_view, 3> kKnown = {"q4v7z", "m8c2t", "w5j9n"};
  if (worker < kKnown.size()) return std::string(kKnown[worker]);
  return random_text("worker", worker, "bcdfghjklmnpqrstvwxz2456789", 5);
}

void add_pod(Topology& out, std::string_view container, std::string_view suffix, std::string_view image,
             std::size_t node, std::string_view kind) {
  const std::size_t index = out.pods.size();
  Pod pod;
  pod.container = container;
  pod.name = std::string(container) + "-" + std::string(suffix);
  pod.address = "10.244.200." + std::to_string(10 + index);
  pod.uid = uuid("pod", 1000 + index);
  pod.image = image;
  pod.node = node;
  pod.owner_kind = kind;
  // A ReplicaSet's name is that of its pods without the last part.
  pod.owner = kind == "ReplicaSet" ? pod.name.substr(0, pod.name.rfind('-')) : std::string(container);
  out.pods.push_back(std::move(pod));
}

void add_full_stack(Topology& out) {
  namespace cal = calibration;
  const std::size_t gpu_nodes = out.nodes.size();
  for (std::size_t i = 1; i <= 3; ++i) {
    out.nodes.push_back({"cpu-node-" + std::to_string(i), "10.0.1." + std::to_string(10 + i), cal::kCpuNodeCpus,
                         cal::kCpuNodeMemory, ""});
  }
  const std::size_t front = gpu_nodes;
  const std::size_t search = gpu_nodes + 1;
  const std::size_t state = gpu_nodes + 2;
  add_pod(out, kGateway, "5c7d9f6b8-t6zqn", "docker.io/envoyproxy/envoy:v1.31.2", front, "ReplicaSet");
  add_pod(out, kChatApp, "7f9c5d8b6-4xk2m", "registry.local/chat-app:3.8.1", front, "ReplicaSet");
  add_pod(out, kVectorStore, "0", "docker.io/qdrant/qdrant:v1.16.3", search, "StatefulSet");
  add_pod(out, kSessionStore, "0", "docker.io/library/redis:7.4.1", state, "StatefulSet");
  for (std::size_t node = 1; node <= search; ++node) {
    if (node == front) continue;
    add_pod(out, "batch-" + out.nodes[node].name, random_text("batch", node, "bcdfghjklmnpqrstvwxz2456789", 5),
            "registry.local/batch-etl:12", node, "Job");
  }
  out.tenants = {"acme", "globex", "initech", "umbrella"};
  out.tools = {"calculator", "order_lookup", "web_search"};
  out.model_versions = {"1.4.2", "1.5.0"};
}

}  // namespace

Topology make_topology(int replicas, Stack stack) {
  namespace cal = calibration;
  Topology out;
  out.stack = stack;
  out.replica_count = static_cast<std::size_t>(replicas);
  out.nodes.push_back({"cpu-node-0", "10.0.0.10", cal::kCpuNodeCpus, cal::kCpuNodeMemory, ""});
  out.pods.push_back({"nginx-proxy-6c9f7b7d4-x2x8k", "nginx-proxy", "10.244.0.5", uuid("pod", 0),
                      "docker.io/library/nginx:1.27-otel", "", 0, "ReplicaSet", "nginx-proxy-6c9f7b7d4"});
  for (std::size_t i = 0; i < static_cast<std::size_t>(replicas); ++i) {
    const std::string number = std::to_string(i);
    out.nodes.push_back({"gpu-node-" + number, "10.0.0." + std::to_string(11 + i), cal::kGpuNodeCpus,
                         cal::kGpuNodeMemory, "GPU-" + uuid("gpu", i)});
    Pod pod;
    pod.container = i == 0 ? "ray-head" : "ray-replicas-" + std::to_string(i - 1);
    pod.name = i == 0 ? "llm-raycluster-h7k2p-head-9xk2q"
                      : "llm-raycluster-h7k2p-" + pod.container + "-worker-" + worker_suffix(i - 1);
    pod.address = "10.244." + std::to_string(i + 1) + "." + std::to_string(11 + i % 7);
    pod.uid = uuid("pod", i + 1);
    pod.image = "docker.io/rayproject/ray-llm:2.46.0-py311-cu124";
    pod.replica_id = random_text("replica", i, "abcdefghijklmnopqrstuvwxyz0123456789", 8);
    pod.node = i + 1;
    pod.owner_kind = "RayCluster";
    pod.owner = "llm-raycluster-h7k2p";
    out.pods.push_back(std::move(pod));
  }
  if (stack == Stack::full) add_full_stack(out);
  return out;
}

std::size_t Topology::find_pod(std::string_view container) const {
  for (std::size_t i = 0; i < pods.size(); ++i) {
    if (pods[i].container == container) return i;
  }
  return SIZE_MAX;
}

}  // namespace llmsim
