// Tempo's metrics generator: spans and calls as metrics. k8s_pod_name is a dimension that the configuration adds.
#include "tests/testbed/llmsim/exporters/exporter.h"
#include "tests/testbed/llmsim/hooks/traces.h"

namespace llmsim {
namespace {

using enum MetricType;

class SpanMetricsExporter : public Exporter {
 public:
  explicit SpanMetricsExporter(const Topology& topology) : topology_(topology) {}

  void render(const Simulation& simulation, Sink& sink) const override {
    const Traces* traces = find_traces(simulation);
    if (traces == nullptr) return;
    write_spans(*traces, sink);
    write_calls(*traces, sink);
  }

 private:
  [[nodiscard]] std::string span_labels(const Traces::SpanKey& key) const {
    const auto& [service, side, operation] = key;
    const std::string pod = pod_entity(topology_, service);
    return label_text({{"service", service},
                       {"k8s_pod_name", pod},
                       {"span_kind", side == Traces::Side::server ? "SPAN_KIND_SERVER" : "SPAN_KIND_CLIENT"},
                       {"span_name", operation}});
  }

  void write_spans(const Traces& traces, Sink& sink) const {
    sink.family("traces_spanmetrics_calls_total", counter, "Total count of the spans.");
    for (const auto& [key, counts] : traces.spans()) {
      const std::string labels = span_labels(key);
      sink.sample("traces_spanmetrics_calls_total", labels + ",status_code=\"STATUS_CODE_UNSET\"",
                  static_cast<double>(counts.ok));
      if (counts.failed > 0) {
        sink.sample("traces_spanmetrics_calls_total", labels + ",status_code=\"STATUS_CODE_ERROR\"",
                    static_cast<double>(counts.failed));
      }
    }
    sink.family("traces_spanmetrics_latency", histogram, "Duration of the spans.");
    for (const auto& [key, counts] : traces.spans()) {
      sink.histogram("traces_spanmetrics_latency", span_labels(key), counts.seconds);
    }
  }

  void write_calls(const Traces& traces, Sink& sink) const {
    const auto labels = [](const auto& key) {
      return label_text({{"client", key.first}, {"server", key.second}, {"connection_type", ""}});
    };
    sink.family("traces_service_graph_request_total", counter, "Total count of requests between two nodes.");
    for (const auto& [key, counts] : traces.calls()) {
      sink.sample("traces_service_graph_request_total", labels(key), static_cast<double>(counts.calls));
    }
    sink.family("traces_service_graph_request_failed_total", counter,
                "Total count of failed requests between two nodes.");
    for (const auto& [key, counts] : traces.calls()) {
      if (counts.failed == 0) continue;
      sink.sample("traces_service_graph_request_failed_total", labels(key), static_cast<double>(counts.failed));
    }
    sink.family("traces_service_graph_request_server_seconds", histogram,
                "Time of a request between two nodes, seen by the server.");
    for (const auto& [key, counts] : traces.calls()) {
      sink.histogram("traces_service_graph_request_server_seconds", labels(key), counts.server_seconds);
    }
  }

  Topology topology_;
};

const ExporterRegistration kSpanMetricsExporter{
    {.job = "tempo",
     .port_offset = 34,
     .make_targets =
         [](const Topology& topology) {
           std::vector<Target> targets;
           targets.push_back(
               make_target("/metrics", "10.244.0.34:3200", {}, std::make_unique<SpanMetricsExporter>(topology)));
           return targets;
         },
     .stack = Stack::full}};

}  // namespace
}  // namespace llmsim
