// kube-state-metrics: what the API server knows of the pods and nodes.
#include <array>

#include "tests/testbed/llmsim/exporters/exporter.h"

namespace llmsim {
namespace {

using enum MetricType;

class KubeStateExporter : public Exporter {
 public:
  explicit KubeStateExporter(const Topology& topology) : topology_(topology) {}

  void render(const Simulation& simulation, Sink& sink) const override {
    write_pods(simulation, sink);
    write_containers(simulation, sink);
    write_resources(simulation, sink);
    write_nodes(sink);
    write_deployments(simulation, sink);
  }

 private:
  [[nodiscard]] static std::string pod_text(const Pod& pod) {
    return label_text({{"namespace", kNamespace}, {"pod", pod.name}, {"uid", pod.uid}});
  }
  [[nodiscard]] static std::string container_text(const Pod& pod) {
    return pod_text(pod) + "," + label_text({{"container", pod.container}});
  }

  void write_pods(const Simulation& simulation, Sink& sink) const {
    sink.family("kube_pod_info", gauge, "[STABLE] Information about pod.");
    for (const Pod& pod : topology_.pods) {
      const Node& node = topology_.nodes[pod.node];
      sink.sample("kube_pod_info",
                  pod_text(pod) + "," +
                      label_text({{"host_ip", node.address},
                                  {"pod_ip", pod.address},
                                  {"node", node.name},
                                  {"created_by_kind", pod.owner_kind},
                                  {"created_by_name", pod.owner},
                                  {"priority_class", ""},
                                  {"host_network", "false"}}),
                  1);
    }
    sink.family("kube_pod_labels", gauge, "[STABLE] Kubernetes labels converted to Prometheus labels.");
    for (const Pod& pod : topology_.pods) {
      sink.sample("kube_pod_labels", pod_text(pod) + "," + label_text({{"label_app", pod.container}}), 1);
    }
    sink.family("kube_pod_status_phase", gauge, "[STABLE] The pods current phase.");
    for (const Pod& pod : topology_.pods) {
      for (const std::string_view phase : {"Pending", "Succeeded", "Failed", "Unknown", "Running"}) {
        sink.sample("kube_pod_status_phase", pod_text(pod) + "," + label_text({{"phase", phase}}),
                    phase == "Running" ? 1 : 0);
      }
    }
    sink.family("kube_pod_status_ready", gauge, "[STABLE] Describes whether the pod is ready to serve requests.");
    for (std::size_t i = 0; i < topology_.pods.size(); ++i) {
      const std::string_view actual = simulation.container(i).ready ? "true" : "false";
      for (const std::string_view condition : {"true", "false", "unknown"}) {
        sink.sample("kube_pod_status_ready", pod_text(topology_.pods[i]) + "," + label_text({{"condition", condition}}),
                    condition == actual ? 1 : 0);
      }
    }
    sink.family("kube_pod_start_time", gauge, "[STABLE] Start time in unix timestamp for a pod.");
    for (std::size_t i = 0; i < topology_.pods.size(); ++i) {
      sink.sample("kube_pod_start_time", pod_text(topology_.pods[i]), process_start(simulation, i) - 30);
    }
  }

  void write_containers(const Simulation& simulation, Sink& sink) const {
    sink.family("kube_pod_container_info", gauge, "[STABLE] Information about a container in a pod.");
    for (std::size_t i = 0; i < topology_.pods.size(); ++i) {
      const Pod& pod = topology_.pods[i];
      const std::string& image = simulation.container(i).image.empty() ? pod.image : simulation.container(i).image;
      sink.sample("kube_pod_container_info",
                  container_text(pod) + "," +
                      label_text({{"image", image},
                                  {"image_spec", image},
                                  {"image_id", image + "@sha256:0"},
                                  {"container_id", "containerd://" + pod.uid}}),
                  1);
    }
    const auto all = [&](std::string_view name, MetricType type, std::string_view help, auto value) {
      sink.family(name, type, help);
      for (std::size_t i = 0; i < topology_.pods.size(); ++i) {
        sink.sample(name, container_text(topology_.pods[i]), value(simulation.container(i)));
      }
    };
    all("kube_pod_container_status_restarts_total", counter, "[STABLE] The number of container restarts per container.",
        [](const ContainerState& c) { return c.restarts; });
    all("kube_pod_container_status_ready", gauge,
        "[STABLE] Describes whether the containers readiness check succeeded.",
        [](const ContainerState& c) { return c.ready ? 1 : 0; });
    all("kube_pod_container_status_running", gauge,
        "[STABLE] Describes whether the container is currently in running state.",
        [](const ContainerState&) { return 1; });
    all("kube_pod_container_status_waiting", gauge,
        "[STABLE] Describes whether the container is currently in waiting state.",
        [](const ContainerState&) { return 0; });
    all("kube_pod_container_status_terminated", gauge,
        "[STABLE] Describes whether the container is currently in terminated state.",
        [](const ContainerState&) { return 0; });
  }

  void write_resources(const Simulation& simulation, Sink& sink) const {
    for (const auto& family :
         {std::pair{"kube_pod_container_resource_requests", "The number of requested request resource by a container."},
          std::pair{"kube_pod_container_resource_limits", "The number of requested limit resource by a container."}}) {
      sink.family(family.first, gauge, family.second);
      for (std::size_t i = 0; i < topology_.pods.size(); ++i) {
        const Pod& pod = topology_.pods[i];
        const HostProfile& profile = simulation.host_of(i).profile();
        const auto resource = [&](std::string_view kind, std::string_view unit, double value) {
          sink.sample(family.first,
                      container_text(pod) + "," +
                          label_text({{"node", topology_.nodes[pod.node].name}, {"resource", kind}, {"unit", unit}}),
                      value);
        };
        resource("cpu", "core", profile.cpu_limit);
        resource("memory", "byte", profile.memory_limit);
        if (!pod.replica_id.empty()) resource("nvidia_com_gpu", "integer", 1);
      }
    }
  }

  void write_deployments(const Simulation& simulation, Sink& sink) const {
    const auto all = [&](std::string_view name, std::string_view help, auto value) {
      sink.family(name, gauge, help);
      for (std::size_t i = 0; i < topology_.pods.size(); ++i) {
        const Pod& pod = topology_.pods[i];
        if (pod.owner_kind != "ReplicaSet") continue;
        sink.sample(name, label_text({{"namespace", kNamespace}, {"deployment", pod.container}}),
                    value(simulation.container(i)));
      }
    };
    all("kube_deployment_status_replicas_available", "[STABLE] The number of available replicas per deployment.",
        [](const ContainerState& c) { return c.ready ? 1 : 0; });
    all("kube_deployment_spec_replicas", "[STABLE] Number of desired pods for a deployment.",
        [](const ContainerState&) { return 1; });
    if (topology_.stack != Stack::full) return;
    all("kube_deployment_status_observed_generation", "[STABLE] The generation observed by the deployment controller.",
        [](const ContainerState& c) { return c.generation; });
  }

  void write_nodes(Sink& sink) const {
    sink.family("kube_node_info", gauge, "[STABLE] Information about a cluster node.");
    for (const Node& node : topology_.nodes) {
      sink.sample("kube_node_info",
                  label_text({{"node", node.name},
                              {"internal_ip", node.address},
                              {"kernel_version", "6.1.0-18-cloud-amd64"},
                              {"kubelet_version", "v1.29.4"}}),
                  1);
    }
    sink.family("kube_node_status_condition", gauge, "[STABLE] The condition of a cluster node.");
    for (const Node& node : topology_.nodes) {
      for (const std::string_view condition : {"Ready", "MemoryPressure", "DiskPressure", "PIDPressure"}) {
        for (const std::string_view status : {"true", "false", "unknown"}) {
          const std::string_view actual = condition == "Ready" ? "true" : "false";
          sink.sample("kube_node_status_condition",
                      label_text({{"node", node.name}, {"condition", condition}, {"status", status}}),
                      status == actual ? 1 : 0);
        }
      }
    }
    sink.family("kube_node_status_allocatable", gauge, "[STABLE] The allocatable for different resources of a node.");
    for (const Node& node : topology_.nodes) {
      const auto resource = [&](std::string_view kind, std::string_view unit, double value) {
        sink.sample("kube_node_status_allocatable",
                    label_text({{"node", node.name}, {"resource", kind}, {"unit", unit}}), value);
      };
      resource("cpu", "core", node.cpus);
      resource("memory", "byte", node.memory);
      if (!node.gpu_uuid.empty()) resource("nvidia_com_gpu", "integer", 1);
    }
  }

  Topology topology_;
};

const ExporterRegistration kKubeStateExporter{
    {"kube-state-metrics", 6, [](const Topology& topology) {
       std::vector<Target> targets;
       targets.push_back(
           make_target("/metrics", "10.244.0.21:8080", {}, std::make_unique<KubeStateExporter>(topology)));
       targets.back().honor_labels = true;
       return targets;
     }}};

}  // namespace
}  // namespace llmsim
