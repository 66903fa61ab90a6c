// node_exporter on each node.
#include <array>
#include <cmath>

#include "tests/testbed/llmsim/exporters/exporter.h"
#include "tests/testbed/llmsim/stack/full_stack.h"

namespace llmsim {
namespace {

using enum MetricType;

constexpr double kSystemCpus = 0.12;      // assumed: kubelet, containerd, agents; CPUs in use
constexpr double kSystemMemory = 4.2e9;   // assumed: bytes of everything but the pod
constexpr double kSystemCache = 11e9;     // assumed: page cache of everything but the pod
constexpr double kBootAge = 9 * 86400.0;  // assumed: how long the node was up when the simulation began

class NodeExporter : public Exporter {
 public:
  NodeExporter(const Topology& topology, std::size_t node) : index_(node), node_(topology.nodes[node]) {
    for (std::size_t pod = 0; pod < topology.pods.size(); ++pod) {
      if (topology.pods[pod].node == node) pods_.push_back(pod);
    }
    for (int cpu = 0; cpu < node_.cpus; ++cpu) {
      for (const auto* mode : {"idle", "iowait", "irq", "nice", "softirq", "steal", "system", "user"}) {
        cpu_labels_.push_back(label_text({{"cpu", std::to_string(cpu)}, {"mode", mode}}));
      }
    }
  }

  void render(const Simulation& simulation, Sink& sink) const override {
    const Sum sum = add_up(simulation);
    const double uptime = simulation.now() + kBootAge;
    write_cpu(sum, uptime, sink);
    write_memory(sum, sink);
    write_network(sum.counters, uptime, sink);
    write_pressure(sum.counters, uptime, sink);
    write_disk(sum.counters, uptime, sink);
    plain(sink, "node_boot_time_seconds", gauge, "Node boot time, in unixtime.", simulation.config().start - kBootAge);
    plain(sink, "node_time_seconds", gauge, "System time in seconds since epoch (1970).", simulation.unix_now());
    sink.one("node_uname_info", gauge, "Labeled system information as provided by the uname system call.",
             label_text({{"domainname", "(none)"},
                         {"machine", "x86_64"},
                         {"nodename", node_.name},
                         {"release", "6.1.0-18-cloud-amd64"},
                         {"sysname", "Linux"}}),
             1);
  }

 private:
  // All pods of the node together.
  struct Sum {
    Host::Counters counters;
    double cpu_usage = 0, anon = 0, cache = 0;
    bool throttled = false;
  };

  [[nodiscard]] Sum add_up(const Simulation& simulation) const {
    Sum sum;
    for (const std::size_t pod : pods_) {
      const Host& host = simulation.host_of(pod);
      sum.counters += host.counters();
      sum.cpu_usage += host.cpu_usage();
      sum.anon += host.anon_bytes();
      sum.cache += host.cache_bytes();
      sum.throttled |= host.throttled();
    }
    // What streams from the volume without a pod waiting for it keeps it busy all the same.
    if (simulation.full() != nullptr) {
      sum.counters.io_waiting = std::max(sum.counters.io_waiting, simulation.full()->disk(index_).busy_seconds());
    }
    return sum;
  }

  static void plain(Sink& sink, std::string_view name, MetricType type, std::string_view help, double value) {
    sink.one(name, type, help, "", value);
  }

  void write_cpu(const Sum& sum, double uptime, Sink& sink) const {
    const Host::Counters& c = sum.counters;
    const double user = c.cpu_user + 0.6 * kSystemCpus * uptime;
    const double system = c.cpu_system + 0.4 * kSystemCpus * uptime;
    const double softirq = 6e-6 * (c.received_packets + c.sent_packets) + 2e-4 * uptime;
    const double iowait = c.io_waiting + 1e-3 * uptime;
    sink.family("node_cpu_seconds_total", counter, "Seconds the CPUs spent in each mode.");
    std::size_t label = 0;
    for (int cpu = 0; cpu < node_.cpus; ++cpu) {
      // The first CPUs get a little more, as interrupts and the scheduler prefer them.
      const double share = (1 + 0.1 * (0.5 - (cpu + 0.5) / node_.cpus)) / node_.cpus;
      const double busy = (user + system + softirq + iowait) * share;
      const std::array<double, 8> modes = {
          std::max(0.0, uptime - busy), iowait * share, 0, 0, softirq * share, 0, system * share, user * share};
      for (const double seconds : modes) {
        sink.sample("node_cpu_seconds_total", cpu_labels_[label++], std::round(seconds * 100) / 100);
      }
    }
    const double load = sum.cpu_usage + kSystemCpus + (sum.throttled ? 8 : 0);
    plain(sink, "node_load1", gauge, "1m load average.", std::round(load * 100) / 100);
    plain(sink, "node_context_switches_total", counter, "Total number of context switches.",
          std::floor(9000 * uptime + 4 * (c.received_packets + c.sent_packets)));
    plain(sink, "node_procs_running", gauge, "Number of processes in runnable state.",
          1 + std::round(sum.cpu_usage) + (sum.throttled ? 8 : 0));
  }

  void write_memory(const Sum& sum, Sink& sink) const {
    const double total = node_.memory;
    const double anon = sum.anon + kSystemMemory;
    const double cache = sum.cache + std::min(kSystemCache, 0.5 * (total - anon));
    const double free = total - anon - cache;
    const auto gauge_of = [&](std::string_view name, double value) {
      const std::string field(name.substr(12));  // node_memory_
      plain(sink, name, gauge, "Memory information field " + field + ".", std::floor(value / 1024) * 1024);
    };
    gauge_of("node_memory_MemTotal_bytes", total);
    gauge_of("node_memory_MemFree_bytes", free);
    gauge_of("node_memory_MemAvailable_bytes", free + 0.9 * cache);
    gauge_of("node_memory_Buffers_bytes", 0.02 * cache);
    gauge_of("node_memory_Cached_bytes", 0.98 * cache);
    gauge_of("node_memory_AnonPages_bytes", anon);
    gauge_of("node_memory_SwapTotal_bytes", 0);
    gauge_of("node_memory_SwapFree_bytes", 0);
    plain(sink, "node_vmstat_pgmajfault", untyped, "/proc/vmstat information field pgmajfault.",
          sum.counters.major_faults);
    plain(sink, "node_vmstat_pgfault", untyped, "/proc/vmstat information field pgfault.",
          std::floor(sum.counters.minor_faults));
  }

  static void write_network(const Host::Counters& c, double uptime, Sink& sink) {
    const auto device = [&](std::string_view name, std::string_view field, double value) {
      sink.one(name, counter, "Network device statistic " + std::string(field) + ".", "device=\"ens6\"",
               std::floor(value));
    };
    // Besides the pod: scrapes, the kubelet, DNS.
    device("node_network_receive_bytes_total", "receive_bytes", c.received_bytes + 9000 * uptime);
    device("node_network_transmit_bytes_total", "transmit_bytes", c.sent_bytes + 15000 * uptime);
    device("node_network_receive_packets_total", "receive_packets", c.received_packets + 40 * uptime);
    device("node_network_transmit_packets_total", "transmit_packets", c.sent_packets + 42 * uptime);
    device("node_network_receive_drop_total", "receive_drop", 0);
    device("node_network_transmit_drop_total", "transmit_drop", 0);
    device("node_network_receive_errs_total", "receive_errs", 0);
    device("node_network_transmit_errs_total", "transmit_errs", 0);
    sink.one("node_network_up", gauge, "Value is 1 if operstate is 'up', 0 otherwise.", "device=\"ens6\"", 1);
    plain(sink, "node_netstat_Tcp_InSegs", untyped, "Statistic TcpInSegs.",
          std::floor(c.received_packets + 40 * uptime));
    plain(sink, "node_netstat_Tcp_OutSegs", untyped, "Statistic TcpOutSegs.", std::floor(c.sent_packets + 42 * uptime));
    plain(sink, "node_netstat_Tcp_RetransSegs", untyped, "Statistic TcpRetransSegs.",
          c.retransmits + std::floor(0.01 * uptime));
    plain(sink, "node_netstat_Tcp_CurrEstab", untyped, "Statistic TcpCurrEstab.", 58);
  }

  static void write_pressure(const Host::Counters& c, double uptime, Sink& sink) {
    plain(sink, "node_pressure_cpu_waiting_seconds_total", counter,
          "Total time in seconds that processes have waited for CPU time", c.cpu_waiting + 0.001 * uptime);
    plain(sink, "node_pressure_memory_waiting_seconds_total", counter,
          "Total time in seconds that processes have waited for memory", c.memory_waiting);
    plain(sink, "node_pressure_memory_stalled_seconds_total", counter,
          "Total time in seconds no process could make progress due to memory congestion", c.memory_stalled);
    plain(sink, "node_pressure_io_waiting_seconds_total", counter,
          "Total time in seconds that processes have waited due to IO congestion", c.io_waiting + 0.0005 * uptime);
    plain(sink, "node_pressure_io_stalled_seconds_total", counter,
          "Total time in seconds no process could make progress due to IO congestion", 0.6 * c.io_waiting);
  }

  static void write_disk(const Host::Counters& c, double uptime, Sink& sink) {
    const auto disk = [&](std::string_view name, std::string_view help, double value) {
      sink.one(name, counter, help, "device=\"sda\"", value);
    };
    disk("node_disk_read_bytes_total", "The total number of bytes read successfully.",
         std::floor(c.read_bytes + 3000 * uptime));
    disk("node_disk_written_bytes_total", "The total number of bytes written successfully.",
         std::floor(60000 * uptime));
    disk("node_disk_io_time_seconds_total", "Total seconds spent doing I/Os.", c.io_waiting + 0.002 * uptime);
    const std::string root = label_text({{"device", "/dev/sda1"}, {"fstype", "ext4"}, {"mountpoint", "/"}});
    sink.one("node_filesystem_size_bytes", gauge, "Filesystem size in bytes.", root, 200e9);
    sink.one("node_filesystem_avail_bytes", gauge, "Filesystem space available to non-root users in bytes.", root,
             138.6e9);
  }

  std::size_t index_;
  Node node_;
  std::vector<std::size_t> pods_;
  std::vector<std::string> cpu_labels_;
};

const ExporterRegistration kNodeExporter{
    {"node_exporter", 5, [](const Topology& topology) {
       std::vector<Target> targets;
       for (std::size_t i = 0; i < topology.nodes.size(); ++i) {
         const Node& node = topology.nodes[i];
         rca::Labels labels;
         rca::set_label(labels, "node", node.name);
         targets.push_back(make_target("/metrics/" + node.name, node.address + ":9100", std::move(labels),
                                       std::make_unique<NodeExporter>(topology, i)));
       }
       return targets;
     }}};

}  // namespace
}  // namespace llmsim
