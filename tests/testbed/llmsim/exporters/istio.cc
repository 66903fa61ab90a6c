// The Istio waypoint of the namespace: Envoy's standard metrics with the addresses of each connection as custom tags.
#include <map>

#include "tests/testbed/llmsim/exporters/exporter.h"
#include "tests/testbed/llmsim/stack/full_stack.h"

namespace llmsim {
namespace {

using enum MetricType;

class IstioExporter : public Exporter {
 public:
  explicit IstioExporter(const Topology& topology) : topology_(topology) {}

  void render(const Simulation& simulation, Sink& sink) const override {
    if (labels_.empty()) make_labels(simulation);
    sink.family("istio_requests_total", counter, "Total number of requests.");
    for_each_outcome(simulation, [&](const std::string& labels, const Histogram& durations) {
      sink.sample("istio_requests_total", labels, static_cast<double>(durations.count()));
    });
    sink.family("istio_request_duration_milliseconds", histogram, "Duration of requests in milliseconds.");
    for_each_outcome(simulation, [&](const std::string& labels, const Histogram& durations) {
      sink.histogram("istio_request_duration_milliseconds", labels, durations);
    });
    sink.family("istio_request_messages_bytes_total", counter, "Bytes of request bodies.");
    for_each(simulation, [&](const Connection& connection, const Labels& labels) {
      sink.sample("istio_request_messages_bytes_total", labels.ok, connection.request_bytes);
    });
    sink.family("istio_response_messages_bytes_total", counter, "Bytes of response bodies.");
    for_each(simulation, [&](const Connection& connection, const Labels& labels) {
      sink.sample("istio_response_messages_bytes_total", labels.ok, connection.response_bytes);
    });
    if (simulation.full() != nullptr) {
      sink.one("istio_tcp_connections_opened_total", counter, "Total number of connections opened.", tcp_,
               static_cast<double>(simulation.full()->session_connections()));
    }
    sink.one("envoy_server_uptime", gauge, "Seconds since the proxy was started.", "",
             simulation.unix_now() - process_start(simulation, 0));
    sink.one("envoy_server_live", gauge, "1 while the proxy serves.", "", 1);
  }

 private:
  struct Labels {
    std::string ok, unavailable, timed_out;
    std::map<int, std::string> others = {};
  };

  template <typename Function>
  void for_each(const Simulation& simulation, Function function) const {
    std::size_t i = 0;
    for_each_edge(simulation, [&](const Edge& edge) {
      for (const Connection& connection : edge.connections) function(connection, labels_[i++]);
    });
  }

  template <typename Function>
  static void for_each_edge(const Simulation& simulation, Function function) {
    for (const Edge& edge : simulation.edges()) function(edge);
    if (simulation.full() == nullptr) return;
    for (const Edge& edge : simulation.full()->edges()) function(edge);
  }

  // Envoy creates a series with its first event; answered requests are there from the beginning.
  template <typename Function>
  void for_each_outcome(const Simulation& simulation, Function function) const {
    for_each(simulation, [&](const Connection& connection, const Labels& labels) {
      function(labels.ok, connection.ok_ms);
      if (connection.unavailable_ms.count() > 0) function(labels.unavailable, connection.unavailable_ms);
      if (connection.timed_out_ms.count() > 0) function(labels.timed_out, connection.timed_out_ms);
      for (const auto& [status, durations] : connection.other_ms) function(labels.others.at(status), durations);
    });
  }

  void make_labels(const Simulation& simulation) const {
    for_each_edge(simulation, [&](const Edge& edge) {
      for (const Connection& connection : edge.connections) {
        labels_.push_back({.ok = text(edge, connection, "200", "-"),
                           .unavailable = text(edge, connection, "503", "UO"),
                           .timed_out = text(edge, connection, "504", "UT")});
        for (const int status : {400, 429, 500, 502}) {
          labels_.back().others[status] = text(edge, connection, std::to_string(status), "-");
        }
      }
    });
    if (simulation.full() == nullptr) return;
    tcp_ =
        label_text({{"reporter", "waypoint"},
                    {"source_workload", kChatApp},
                    {"source_workload_namespace", kNamespace},
                    {"destination_workload", kSessionStore},
                    {"destination_workload_namespace", kNamespace},
                    {"destination_service_name", kSessionStore},
                    {"custom_tag_connection_inbound_pod_name", topology_.pods[topology_.find_pod(kSessionStore)].name},
                    {"request_protocol", "tcp"}});
  }

  [[nodiscard]] std::string text(const Edge& edge, const Connection& connection, std::string_view code,
                                 std::string_view flags) const {
    if (edge.destination == SIZE_MAX) return outside_text(edge, connection, code, flags);
    const Pod& pod = topology_.pods[edge.destination];
    const std::string service = !edge.service.empty()   ? edge.service
                                : edge.destination == 0 ? "nginx-proxy"
                                                        : "falcon-h1-7b-instruct-serve-svc";
    return label_text({{"reporter", "waypoint"},
                       {"source_workload", edge.source},
                       {"source_workload_namespace", edge.source == "llm-benchmark" ? "default" : kNamespace},
                       {"source_app", edge.source},
                       {"destination_workload", pod.container},
                       {"destination_workload_namespace", kNamespace},
                       {"destination_app", pod.container},
                       {"destination_service", service + ".ray.svc.cluster.local"},
                       {"destination_service_name", service},
                       {"destination_service_namespace", kNamespace},
                       {"request_protocol", "http"},
                       {"response_code", code},
                       {"response_flags", flags},
                       {"connection_security_policy", "mutual_tls"},
                       {"custom_tag_connection_source_address", connection.source},
                       {"custom_tag_connection_destination_address", connection.destination},
                       {"custom_tag_connection_inbound_pod_name", pod.name}});
  }

  // A ServiceEntry: the mesh knows the name, and no workload behind it.
  [[nodiscard]] static std::string outside_text(const Edge& edge, const Connection& connection, std::string_view code,
                                                std::string_view flags) {
    return label_text({{"reporter", "waypoint"},
                       {"source_workload", edge.source},
                       {"source_workload_namespace", kNamespace},
                       {"source_app", edge.source},
                       {"destination_workload", "unknown"},
                       {"destination_service", edge.service},
                       {"destination_service_name", edge.service},
                       {"destination_service_namespace", kNamespace},
                       {"request_protocol", "http"},
                       {"response_code", code},
                       {"response_flags", flags},
                       {"connection_security_policy", "none"},
                       {"custom_tag_connection_source_address", connection.source}});
  }

  Topology topology_;
  mutable std::string tcp_;
  mutable std::vector<Labels> labels_;  // made at the first scrape; scrapes are serialised
};

const ExporterRegistration kIstioExporter{{"istio", 7, [](const Topology& topology) {
                                             rca::Labels labels;
                                             rca::set_label(labels, "namespace", kNamespace);
                                             rca::set_label(labels, "pod", "ray-waypoint-5d8f6c9b7-k4jzt");
                                             rca::set_label(labels, "container", "istio-proxy");
                                             std::vector<Target> targets;
                                             targets.push_back(make_target("/metrics", "10.244.0.9:15020",
                                                                           std::move(labels),
                                                                           std::make_unique<IstioExporter>(topology)));
                                             return targets;
                                           }}};

}  // namespace
}  // namespace llmsim
