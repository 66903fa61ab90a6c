// nginx-prometheus-exporter, which reads nginx's stub_status.
#include "tests/testbed/llmsim/exporters/exporter.h"

namespace llmsim {
namespace {

using enum MetricType;

class NginxExporter : public Exporter {
 public:
  void render(const Simulation& simulation, Sink& sink) const override {
    const RouterCounters& router = simulation.router();
    // Every user of the load generator keeps one connection; idle ones are re-opened by nginx's keepalive_requests.
    const int users = simulation.config().users;
    const double accepted = users + static_cast<double>(router.requests / 1000);
    const auto one = [&](std::string_view name, MetricType type, std::string_view help, double value) {
      sink.one(name, type, help, "", value);
    };
    one("nginx_up", gauge, "Status of the last metric scrape", 1);
    one("nginx_connections_accepted", counter, "Accepted client connections", accepted);
    one("nginx_connections_active", gauge, "Active client connections", users + 1);
    one("nginx_connections_handled", counter, "Handled client connections", accepted);
    one("nginx_connections_reading", gauge, "Connections where NGINX is reading the request header", 0);
    one("nginx_connections_waiting", gauge, "Idle client connections", users - router.in_flight);
    one("nginx_connections_writing", gauge, "Connections where NGINX is writing the response back to the client",
        router.in_flight + 1);
    one("nginx_http_requests_total", counter, "Total http requests", static_cast<double>(router.requests));
    one("process_start_time_seconds", gauge, "Start time of the process since unix epoch in seconds.",
        process_start(simulation, 0));
  }
};

const ExporterRegistration kNginxExporter{{"nginx", 8, [](const Topology& topology) {
                                             const Pod& pod = topology.pods[0];
                                             std::vector<Target> targets;
                                             targets.push_back(make_target("/metrics", pod.address + ":9113",
                                                                           pod_labels(pod),
                                                                           std::make_unique<NginxExporter>()));
                                             targets.back().pod = 0;
                                             return targets;
                                           }}};

}  // namespace
}  // namespace llmsim
