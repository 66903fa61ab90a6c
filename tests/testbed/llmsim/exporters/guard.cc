// The input guard beside the gateway, as LiteLLM's proxy counts its guardrails.
#include "tests/testbed/llmsim/exporters/exporter.h"
#include "tests/testbed/llmsim/hooks/content.h"

namespace llmsim {
namespace {

using enum MetricType;

class GuardExporter : public Exporter {
 public:
  void render(const Simulation& simulation, Sink& sink) const override {
    const Content* content = find_content(simulation);
    if (content == nullptr) return;
    const auto& rails = content->guard().rails();
    const auto labels = [](const Guardrail& rail, std::string_view status) {
      return label_text({{"guardrail_name", rail.name}, {"hook_type", "pre_call"}, {"status", status}});
    };
    sink.family("litellm_guardrail_requests_total", counter, "Total number of guardrail invocations");
    for (const Guardrail& rail : rails) {
      sink.sample("litellm_guardrail_requests_total", labels(rail, "success"), static_cast<double>(rail.passed));
      sink.sample("litellm_guardrail_requests_total", labels(rail, "error"), static_cast<double>(rail.blocked));
    }
    sink.family("litellm_guardrail_errors_total", counter,
                "Total number of errors encountered during guardrail execution");
    for (const Guardrail& rail : rails) {
      sink.sample(
          "litellm_guardrail_errors_total",
          label_text({{"error_type", "HTTPException"}, {"guardrail_name", rail.name}, {"hook_type", "pre_call"}}),
          static_cast<double>(rail.blocked));
    }
    sink.family("litellm_guardrail_latency_seconds", histogram, "Latency (seconds) for guardrail execution");
    for (const Guardrail& rail : rails) {
      sink.histogram("litellm_guardrail_latency_seconds", labels(rail, "success") + ",error_type=\"none\"",
                     rail.passed_seconds);
      sink.histogram("litellm_guardrail_latency_seconds", labels(rail, "error") + ",error_type=\"HTTPException\"",
                     rail.blocked_seconds);
    }
  }
};

const ExporterRegistration kGuardExporter{{.job = "guardrails",
                                           .port_offset = 32,
                                           .make_targets =
                                               [](const Topology& topology) {
                                                 std::vector<Target> targets;
                                                 for (std::size_t i = 0; i < topology.pods.size(); ++i) {
                                                   const Pod& pod = topology.pods[i];
                                                   if (pod.container != "gateway") continue;
                                                   targets.push_back(make_target("/metrics", pod.address + ":4000",
                                                                                 pod_labels(pod),
                                                                                 std::make_unique<GuardExporter>()));
                                                   targets.back().pod = i;
                                                 }
                                                 return targets;
                                               },
                                           .stack = Stack::full}};

}  // namespace
}  // namespace llmsim
