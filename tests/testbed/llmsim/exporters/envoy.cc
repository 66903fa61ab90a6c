// The gateway: Envoy's own statistics, as /stats/prometheus gives them.
#include <array>

#include "tests/testbed/llmsim/exporters/exporter.h"
#include "tests/testbed/llmsim/stack/full_stack.h"

namespace llmsim {
namespace {

using enum MetricType;

class EnvoyExporter : public Exporter {
 public:
  void render(const Simulation& simulation, Sink& sink) const override {
    const Gateway& gateway = simulation.full()->gateway();
    const Gateway::Counters& c = gateway.counters();
    sink.one("envoy_http_downstream_rq_total", counter, "", listener_, static_cast<double>(c.requests));
    classes("envoy_http_downstream_rq_xx", listener_, {c.answered_2xx, c.answered_4xx, c.answered_5xx}, sink);
    sink.one("envoy_http_downstream_rq_active", gauge, "", listener_, static_cast<double>(gateway.under_way()));
    sink.family("envoy_http_downstream_rq_time", histogram, "");
    sink.histogram("envoy_http_downstream_rq_time", listener_, gateway.request_ms());

    const auto cluster = [&](std::string_view name, std::uint64_t value) {
      sink.one(name, counter, "", cluster_, static_cast<double>(value));
    };
    cluster("envoy_cluster_upstream_rq_total", c.tries);
    classes("envoy_cluster_upstream_rq_xx", cluster_, {c.try_2xx, c.try_4xx, c.try_5xx}, sink);
    cluster("envoy_cluster_upstream_rq_retry", c.retries);
    cluster("envoy_cluster_upstream_rq_retry_success", c.retry_success);
    cluster("envoy_cluster_upstream_rq_retry_overflow", c.retry_overflow);
    cluster("envoy_cluster_upstream_rq_retry_limit_exceeded", c.retry_limit_exceeded);
    cluster("envoy_cluster_upstream_rq_per_try_timeout", c.try_timeouts);
    cluster("envoy_cluster_upstream_rq_timeout", c.timeouts);
    cluster("envoy_cluster_upstream_rq_pending_overflow", c.overflow);
    cluster("envoy_cluster_ratelimit_ok", c.limit_ok);
    cluster("envoy_cluster_ratelimit_over_limit", c.limited);
    sink.one("envoy_cluster_upstream_rq_active", gauge, "", cluster_,
             static_cast<double>(c.tries - c.try_2xx - c.try_4xx - c.try_5xx));
    sink.family("envoy_cluster_upstream_rq_time", histogram, "");
    sink.histogram("envoy_cluster_upstream_rq_time", cluster_, gateway.try_ms());
    sink.one("envoy_server_uptime", gauge, "", "", simulation.unix_now() - process_start(simulation, 0));
  }

 private:
  static void classes(std::string_view name, const std::string& labels, std::array<std::uint64_t, 3> counts,
                      Sink& sink) {
    sink.family(name, counter, "");
    constexpr std::array<std::string_view, 3> kClasses = {"2", "4", "5"};
    for (std::size_t i = 0; i < counts.size(); ++i) {
      sink.sample(name, labels + ",envoy_response_code_class=\"" + std::string(kClasses.at(i)) + "\"",
                  static_cast<double>(counts.at(i)));
    }
  }

  std::string listener_ = "envoy_http_conn_manager_prefix=\"ingress_http\"";
  std::string cluster_ = "envoy_cluster_name=\"chat-app\"";
};

const ExporterRegistration kEnvoyExporter{{"envoy-gateway", 10,
                                           [](const Topology& topology) {
                                             const std::size_t index = topology.find_pod(kGateway);
                                             const Pod& pod = topology.pods[index];
                                             std::vector<Target> targets;
                                             targets.push_back(make_target("/metrics", pod.address + ":19001",
                                                                           pod_labels(pod),
                                                                           std::make_unique<EnvoyExporter>()));
                                             targets.back().pod = index;
                                             return targets;
                                           },
                                           Stack::full}};

}  // namespace
}  // namespace llmsim
