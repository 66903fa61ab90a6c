#include "tests/testbed/llmsim/exporters/exporter.h"

#include <algorithm>

namespace llmsim {
namespace {

std::vector<ExporterType>& registered_exporters() {
  static std::vector<ExporterType> types;
  return types;
}

}  // namespace

ExporterRegistration::ExporterRegistration(ExporterType type) {
  auto& types = registered_exporters();
  const auto at = std::lower_bound(types.begin(), types.end(), type, [](const ExporterType& a, const ExporterType& b) {
    return a.port_offset < b.port_offset;
  });
  types.insert(at, std::move(type));
}

const std::vector<ExporterType>& exporter_types() {
  return registered_exporters();
}

std::vector<Target> make_targets(const Topology& topology, const std::vector<std::string>& jobs) {
  std::vector<Target> out;
  for (const ExporterType& type : exporter_types()) {
    if (type.stack == Stack::full && topology.stack != Stack::full) continue;
    if (!jobs.empty() && std::find(jobs.begin(), jobs.end(), type.job) == jobs.end()) continue;
    for (Target& target : type.make_targets(topology)) {
      target.job = type.job;
      target.port_offset = type.port_offset;
      rca::set_label(target.labels, "job", type.job);
      out.push_back(std::move(target));
    }
  }
  return out;
}

Target make_target(std::string path, std::string_view instance, rca::Labels labels,
                   std::unique_ptr<Exporter> exporter) {
  Target target;
  target.path = std::move(path);
  target.labels = std::move(labels);
  rca::set_label(target.labels, "instance", instance);
  target.exporter = std::move(exporter);
  return target;
}

rca::Labels pod_labels(const Pod& pod) {
  rca::Labels labels;
  rca::set_label(labels, "namespace", kNamespace);
  rca::set_label(labels, "pod", pod.name);
  rca::set_label(labels, "container", pod.container);
  return labels;
}

std::vector<Target> replica_targets(const Topology& topology, int port,
                                    const std::function<std::unique_ptr<Exporter>(std::size_t replica)>& make) {
  std::vector<Target> targets;
  for (std::size_t i = 0; i < topology.replicas(); ++i) {
    const Pod& pod = topology.replica_pod(i);
    targets.push_back(
        make_target("/metrics/" + pod.container, pod.address + ":" + std::to_string(port), pod_labels(pod), make(i)));
    targets.back().pod = i + 1;
  }
  return targets;
}

double process_start(const Simulation& simulation, std::size_t pod) {
  constexpr double kAge = 6 * 3600;
  const double restarted = simulation.container(pod).restarted;
  if (restarted >= 0) return simulation.config().start + restarted;
  return simulation.config().start - kAge + 7.0 * static_cast<double>(pod);
}

}  // namespace llmsim
