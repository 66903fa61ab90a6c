// Envoy's rate limit service, which keeps the tenants' token buckets: its statsd counters through a mapping that makes
// the tenant the label key1.
#include "tests/testbed/llmsim/exporters/exporter.h"
#include "tests/testbed/llmsim/stack/full_stack.h"

namespace llmsim {
namespace {

using enum MetricType;

class RateLimitExporter : public Exporter {
 public:
  explicit RateLimitExporter(const Topology& topology) {
    for (const std::string& tenant : topology.tenants) {
      labels_.push_back(label_text({{"domain", "chat"}, {"key1", tenant}}));
    }
  }

  void render(const Simulation& simulation, Sink& sink) const override {
    const std::vector<Gateway::TenantCounters>& tenants = simulation.full()->gateway().tenants();
    const auto all = [&](std::string_view name, std::string_view help, auto value) {
      sink.family(name, counter, help);
      for (std::size_t i = 0; i < labels_.size(); ++i) {
        sink.sample(name, labels_[i], static_cast<double>(value(tenants[i])));
      }
    };
    all("ratelimit_service_rate_limit_total_hits", "Requests that were asked about.",
        [](const Gateway::TenantCounters& t) { return t.hits; });
    all("ratelimit_service_rate_limit_over_limit", "Requests over the limit.",
        [](const Gateway::TenantCounters& t) { return t.over_limit; });
    all("ratelimit_service_rate_limit_within_limit", "Requests within the limit.",
        [](const Gateway::TenantCounters& t) { return t.hits - t.over_limit; });
  }

 private:
  std::vector<std::string> labels_;
};

const ExporterRegistration kRateLimitExporter{{"ratelimit", 11,
                                               [](const Topology& topology) {
                                                 rca::Labels labels;
                                                 rca::set_label(labels, "namespace", kNamespace);
                                                 rca::set_label(labels, "pod", "ratelimit-6b5f9c8d7-n2q8w");
                                                 rca::set_label(labels, "container", "statsd-exporter");
                                                 std::vector<Target> targets;
                                                 targets.push_back(
                                                     make_target("/metrics", "10.244.0.31:9102", std::move(labels),
                                                                 std::make_unique<RateLimitExporter>(topology)));
                                                 return targets;
                                               },
                                               Stack::full}};

}  // namespace
}  // namespace llmsim
