// The exporters of the simulated stack. One file an exporter; it registers itself with its port, and makes one object a
// scrape target.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/labels.h"
#include "tests/testbed/llmsim/exposition.h"
#include "tests/testbed/llmsim/simulation.h"

namespace llmsim {

// What one scrape target shows of the simulation. Objects keep label texts, never state of the simulation.
class Exporter {
 public:
  virtual ~Exporter() = default;
  virtual void render(const Simulation& simulation, Sink& sink) const = 0;
};

struct Target {
  std::string job;
  int port_offset = 0;  // from the base port
  std::string path;     // /metrics/ray-replicas-0, or /metrics for the only target of a port
  rca::Labels labels;   // job, instance and what service discovery adds
  bool honor_labels = false;
  std::size_t pod = SIZE_MAX;  // the pod that answers the scrape; SIZE_MAX: none of the simulated ones
  std::unique_ptr<Exporter> exporter;
};

struct ExporterType {
  std::string job;
  int port_offset = 0;
  std::vector<Target> (*make_targets)(const Topology&) = nullptr;
  Stack stack = Stack::reference;  // full: the reference's stack has nothing to show in it
};

// In order of port.
const std::vector<ExporterType>& exporter_types();
// The targets of the named jobs (empty: all) that the stack has, in order of port. Names that do not exist are ignored.
std::vector<Target> make_targets(const Topology& topology, const std::vector<std::string>& jobs);

struct ExporterRegistration {
  explicit ExporterRegistration(ExporterType type);
};

// A target with `labels` and `instance`; job and port come from the exporter's type.
Target make_target(std::string path, std::string_view instance, rca::Labels labels, std::unique_ptr<Exporter> exporter);
// namespace, pod and container of a pod, as a PodMonitor adds them.
rca::Labels pod_labels(const Pod& pod);
// One target a replica, answered by its pod on this port; `make` gives the exporter of the replica.
std::vector<Target> replica_targets(const Topology& topology, int port,
                                    const std::function<std::unique_ptr<Exporter>(std::size_t replica)>& make);
// When the processes of the cluster were started, unix time: some hours before the simulation.
double process_start(const Simulation& simulation, std::size_t pod);

}  // namespace llmsim
