// cAdvisor, as the kubelet of each node serves it.
#include <cmath>

#include "tests/testbed/llmsim/exporters/exporter.h"

namespace llmsim {
namespace {

using enum MetricType;

// One container and the network of its pod.
class Container {
 public:
  Container(const Topology& topology, std::size_t pod)
      : pod_(pod), threads_(topology.pods[pod].replica_id.empty() ? 9 : 412) {
    const Pod& p = topology.pods[pod];
    const std::string slice = "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" + p.uid + ".slice";
    const std::string id = slice + "/cri-containerd-" + p.uid + ".scope";
    container_ = label_text({{"container", p.container},
                             {"id", id},
                             {"image", p.image},
                             {"name", p.uid},
                             {"namespace", kNamespace},
                             {"pod", p.name}});
    cpu_ = container_ + ",cpu=\"total\"";
    // The network belongs to the sandbox of the pod: no container name.
    network_ = label_text({{"id", slice}, {"interface", "eth0"}, {"namespace", kNamespace}, {"pod", p.name}});
    disk_ = container_ + ",device=\"/dev/sda\"";
    for (const auto* type : {"pgfault", "pgmajfault"}) {
      failures_.push_back(container_ + ",failure_type=\"" + type + "\",scope=\"container\"");
    }
  }

  void render(const Simulation& simulation, Sink& sink) const {
    const Host& host = simulation.host_of(pod_);
    write_cpu(host, sink);
    write_memory(host, sink);
    write_network(host.counters(), sink);
    const Labelled series(sink, container_);
    series.gauge("container_start_time_seconds", "Start time of the container since unix epoch in seconds.",
                 process_start(simulation, pod_));
    series.gauge("container_last_seen", "Last time a container was seen by the exporter",
                 std::floor(simulation.unix_now()));
    series.counter("container_oom_events_total", "Count of out of memory events observed for the container", 0);
  }

 private:
  void write_cpu(const Host& host, Sink& sink) const {
    const Host::Counters& c = host.counters();
    const Labelled series(sink, container_);
    sink.one("container_cpu_usage_seconds_total", counter, "Cumulative cpu time consumed in seconds.", cpu_,
             c.cpu_user + c.cpu_system);
    series.counter("container_cpu_user_seconds_total", "Cumulative user cpu time consumed in seconds.", c.cpu_user);
    series.counter("container_cpu_system_seconds_total", "Cumulative system cpu time consumed in seconds.",
                   c.cpu_system);
    series.counter("container_cpu_cfs_periods_total", "Number of elapsed enforcement period intervals.", c.cfs_periods);
    series.counter("container_cpu_cfs_throttled_periods_total", "Number of throttled period intervals.",
                   c.throttled_periods);
    series.counter("container_cpu_cfs_throttled_seconds_total", "Total time duration the container has been throttled.",
                   c.throttled_seconds);
    series.gauge("container_spec_cpu_quota", "CPU quota of the container.",
                 host.profile().cpu_limit * 1e6 * calibration::kCfsPeriod);
    series.gauge("container_spec_cpu_period", "CPU period of the container.", 1e6 * calibration::kCfsPeriod);
    series.gauge("container_threads", "Number of threads running inside the container",
                 threads_ + (host.throttled() ? 16 : 0));
    series.counter("container_pressure_cpu_waiting_seconds_total",
                   "Total time duration tasks in the container have waited due to CPU congestion.", c.cpu_waiting);
    series.counter("container_pressure_memory_waiting_seconds_total",
                   "Total time duration tasks in the container have waited due to memory congestion.",
                   c.memory_waiting);
    series.counter("container_pressure_memory_stalled_seconds_total",
                   "Total time duration no tasks in the container could make progress due to memory congestion.",
                   c.memory_stalled);
  }

  void write_memory(const Host& host, Sink& sink) const {
    const Labelled series(sink, container_);
    const auto pages_of = [&](std::string_view name, std::string_view help, double value) {
      series.gauge(name, help, std::floor(value / 4096) * 4096);
    };
    pages_of("container_memory_usage_bytes",
             "Current memory usage in bytes, including all memory regardless of when it was accessed",
             host.usage_bytes());
    pages_of("container_memory_working_set_bytes", "Current working set in bytes.", host.working_set());
    pages_of("container_memory_rss", "Size of RSS in bytes.", host.anon_bytes());
    pages_of("container_memory_cache", "Number of bytes of page cache memory.", host.cache_bytes());
    pages_of("container_memory_mapped_file", "Size of memory mapped files in bytes.", 0.4 * host.cache_bytes());
    pages_of("container_memory_swap", "Container swap usage in bytes.", 0);
    pages_of("container_spec_memory_limit_bytes", "Memory limit for the container.", host.profile().memory_limit);
    sink.family("container_memory_failures_total", counter, "Cumulative count of memory allocation failures.");
    sink.sample("container_memory_failures_total", failures_[0], std::floor(host.counters().minor_faults));
    sink.sample("container_memory_failures_total", failures_[1], host.counters().major_faults);
    series.counter("container_memory_failcnt", "Number of memory usage hits limits", 0);
    sink.one("container_fs_reads_bytes_total", counter, "Cumulative count of bytes read", disk_,
             host.counters().read_bytes);
  }

  void write_network(const Host::Counters& c, Sink& sink) const {
    const Labelled series(sink, network_);
    const auto total = [&](std::string_view name, std::string_view help, double value) {
      series.counter(name, help, std::floor(value));
    };
    total("container_network_receive_bytes_total", "Cumulative count of bytes received", c.received_bytes);
    total("container_network_receive_packets_total", "Cumulative count of packets received", c.received_packets);
    total("container_network_receive_packets_dropped_total", "Cumulative count of packets dropped while receiving", 0);
    total("container_network_receive_errors_total", "Cumulative count of errors encountered while receiving", 0);
    total("container_network_transmit_bytes_total", "Cumulative count of bytes transmitted", c.sent_bytes);
    total("container_network_transmit_packets_total", "Cumulative count of packets transmitted", c.sent_packets);
    total("container_network_transmit_packets_dropped_total", "Cumulative count of packets dropped while transmitting",
          0);
    total("container_network_transmit_errors_total", "Cumulative count of errors encountered while transmitting", 0);
  }

  std::size_t pod_;
  int threads_;
  std::string container_, cpu_, network_, disk_;
  std::vector<std::string> failures_;
};

class CadvisorExporter : public Exporter {
 public:
  CadvisorExporter(const Topology& topology, std::size_t node) : node_(topology.nodes[node]) {
    for (std::size_t pod = 0; pod < topology.pods.size(); ++pod) {
      if (topology.pods[pod].node == node) containers_.emplace_back(topology, pod);
    }
  }

  void render(const Simulation& simulation, Sink& sink) const override {
    for (const Container& container : containers_) container.render(simulation, sink);
    sink.one("machine_cpu_cores", gauge, "Number of logical CPU cores.", "", node_.cpus);
    sink.one("machine_memory_bytes", gauge, "Amount of memory installed on the machine.", "", node_.memory);
  }

 private:
  Node node_;
  std::vector<Container> containers_;
};

const ExporterRegistration kCadvisorExporter{
    {"cadvisor", 4, [](const Topology& topology) {
       std::vector<Target> targets;
       for (std::size_t i = 0; i < topology.nodes.size(); ++i) {
         const Node& node = topology.nodes[i];
         rca::Labels labels;
         rca::set_label(labels, "node", node.name);
         rca::set_label(labels, "metrics_path", "/metrics/cadvisor");
         targets.push_back(make_target("/metrics/" + node.name, node.address + ":10250", std::move(labels),
                                       std::make_unique<CadvisorExporter>(topology, i)));
         targets.back().honor_labels = true;
       }
       return targets;
     }}};

}  // namespace
}  // namespace llmsim
