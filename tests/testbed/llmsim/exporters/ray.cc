// The metrics agent of each Ray node: node statistics, the Ray Serve replica, and the Ray Serve proxy of the node.
#include <cmath>

#include "tests/testbed/llmsim/exporters/exporter.h"

namespace llmsim {
namespace {

using enum MetricType;

class RayExporter : public Exporter {
 public:
  RayExporter(const Topology& topology, std::size_t replica) : replica_(replica) {
    const Pod& pod = topology.replica_pod(replica);
    const std::string session = "session_2026-01-01_06-00-00_000000_1";
    const auto node = [&](std::string_view extra) {
      return label_text({{"ip", pod.address},
                         {"SessionName", session},
                         {"Version", "2.46.0"},
                         {"IsHeadNode", replica == 0 ? "true" : "false"}}) +
             std::string(extra);
    };
    node_ = node("");
    gpu_ = node(",GpuIndex=\"0\",GpuDeviceName=\"NVIDIA A100-SXM4-80GB\"");
    const std::string common = label_text(
        {{"SessionName", session}, {"Version", "2.46.0"}, {"WorkerId", pod.uid}, {"application", kModelName}});
    serve_replica_ =
        common + "," + label_text({{"deployment", kDeployment}, {"replica", pod.replica_id}, {"route", "/"}});
    serve_router_ = common + "," +
                    label_text({{"deployment", kDeployment}, {"handle", pod.uid.substr(0, 8)}, {"actor_id", pod.uid}});
    proxy_ = common + "," + label_text({{"route", "/"}, {"method", "POST"}, {"status_code", "200"}});
    proxy_errors_ = common + "," + label_text({{"route", "/"}, {"method", "POST"}, {"error_code", "499"}});
    proxy_gauge_ = common + "," + label_text({{"node_ip_address", pod.address}, {"node_id", pod.uid}});
    for (std::size_t i = 0; i < topology.replicas(); ++i) {
      healthy_.push_back(common + "," +
                         label_text({{"deployment", kDeployment}, {"replica", topology.replica_pod(i).replica_id}}));
    }
  }

  void render(const Simulation& simulation, Sink& sink) const override {
    const Replica& replica = simulation.replicas()[replica_];
    write_node(replica, sink);
    write_gpu(replica.gpu, sink);
    write_replica(replica, sink);
    write_proxy(replica, sink);
    if (replica_ == 0) write_controller(simulation, sink);
  }

 private:
  static constexpr std::string_view kDeployment = "VLLMDeployment";

  void write_node(const Replica& replica, Sink& sink) const {
    const Host& host = replica.host;
    const Host::Counters& c = host.counters();
    const Labelled series(sink, node_);
    const double limit = host.profile().memory_limit;
    series.gauge("ray_node_cpu_utilization", "Total CPU usage on a ray node",
                 std::round(1000 * host.cpu_usage() / host.profile().cpu_limit) / 10);
    series.gauge("ray_node_cpu_count", "Total CPUs available on a ray node", host.profile().cpu_limit);
    series.gauge("ray_node_mem_used", "Memory usage on a ray node", std::floor(host.working_set()));
    series.gauge("ray_node_mem_available", "Memory available on a ray node", std::floor(limit - host.working_set()));
    series.gauge("ray_node_mem_total", "Total memory on a ray node", limit);
    series.gauge("ray_node_network_sent", "Total network sent", std::floor(c.sent_bytes));
    series.gauge("ray_node_network_received", "Total network received", std::floor(c.received_bytes));
    series.gauge("ray_node_disk_io_read", "Total read from disk", std::floor(c.read_bytes));
    series.gauge("ray_node_disk_usage", "Total disk usage (bytes) on a ray node", 61.4e9);
    series.gauge("ray_node_disk_free", "Total disk free (bytes) on a ray node", 138.6e9);
  }

  void write_gpu(const Gpu& gpu, Sink& sink) const {
    namespace cal = calibration;
    const double used = std::floor(cal::kGpuMemoryUtilization * cal::kFramebufferMib + 1050);
    const Labelled series(sink, gpu_);
    series.gauge("ray_node_gpus_available", "Total GPUs available on a ray node", 1);
    series.gauge("ray_node_gpus_utilization", "Total GPUs usage on a ray node", std::round(100 * gpu.utilization()));
    series.gauge("ray_node_gram_used", "Total GPU RAM usage on a ray node", used);
    series.gauge("ray_node_gram_available", "Total GPU RAM available on a ray node", cal::kFramebufferMib - used);
  }

  void write_replica(const Replica& replica, Sink& sink) const {
    sink.one("ray_serve_deployment_request_counter_total", counter,
             "The number of queries that have been processed in this replica.", serve_replica_,
             static_cast<double>(replica.served));
    // Ray exports a counter from its first event on.
    if (replica.failed > 0) {
      sink.one("ray_serve_deployment_error_counter_total", counter,
               "The number of exceptions that have occurred in this replica.", serve_replica_,
               static_cast<double>(replica.failed));
    }
    sink.family("ray_serve_deployment_processing_latency_ms", histogram, "The latency for queries to be processed.");
    sink.histogram("ray_serve_deployment_processing_latency_ms", serve_replica_, replica.processing_latency_ms);
    sink.one("ray_serve_replica_processing_queries", gauge, "The current number of queries being processed.",
             serve_replica_, replica.processing);
  }

  void write_proxy(const Replica& replica, Sink& sink) const {
    sink.one("ray_serve_deployment_queued_queries", gauge,
             "The current number of queries to this deployment waiting to be assigned to a replica.", serve_router_, 0);
    sink.one("ray_serve_num_router_requests_total", counter, "The number of requests processed by the router.",
             serve_router_, static_cast<double>(replica.served + replica.failed));
    sink.one("ray_serve_num_http_requests_total", counter, "The number of HTTP requests processed.", proxy_,
             static_cast<double>(replica.served));
    if (replica.failed > 0) {
      sink.one("ray_serve_num_http_error_requests_total", counter, "The number of non-200 HTTP responses.",
               proxy_errors_, static_cast<double>(replica.failed));
    }
    sink.family("ray_serve_http_request_latency_ms", histogram,
                "The end-to-end latency of HTTP requests (measured from the Serve HTTP proxy).");
    sink.histogram("ray_serve_http_request_latency_ms", proxy_, replica.http_latency_ms);
    sink.one("ray_serve_num_ongoing_http_requests", gauge, "The number of ongoing requests in this HTTP Proxy.",
             proxy_gauge_, replica.processing);
  }

  // The Serve controller and the cluster's state live on the head.
  void write_controller(const Simulation& simulation, Sink& sink) const {
    sink.family("ray_serve_deployment_replica_healthy", gauge,
                "Tracks whether this deployment replica is healthy. 1 means healthy, 0 means unhealthy.");
    for (const std::string& labels : healthy_) sink.sample("ray_serve_deployment_replica_healthy", labels, 1);
    sink.one("ray_cluster_active_nodes", gauge, "Active nodes on the cluster", node_,
             static_cast<double>(simulation.replicas().size()));
    sink.one("ray_cluster_failed_nodes", gauge, "Failed nodes on the cluster", node_, 0);
  }

  std::size_t replica_;
  std::string node_, gpu_, serve_replica_, serve_router_, proxy_, proxy_errors_, proxy_gauge_;
  std::vector<std::string> healthy_;
};

const ExporterRegistration kRayExporter{{"ray", 2, [](const Topology& topology) {
                                           return replica_targets(topology, 8080, [&](std::size_t i) {
                                             return std::make_unique<RayExporter>(topology, i);
                                           });
                                         }}};

}  // namespace
}  // namespace llmsim
