// The load generator's own view, in OpenTelemetry's GenAI client metrics: the only place that sees the time to the
// first token, and the gaps between tokens, as a user does, network included.
#include "tests/testbed/llmsim/exporters/exporter.h"

namespace llmsim {
namespace {

using enum MetricType;

class ClientExporter : public Exporter {
 public:
  ClientExporter() {
    const std::string common = label_text({{"gen_ai_operation_name", "chat"},
                                           {"gen_ai_provider_name", "vllm"},
                                           {"gen_ai_request_model", kModelName},
                                           {"server_address", "nginx-proxy.ray"}});
    labels_ = common;
    input_ = common + ",gen_ai_token_type=\"input\"";
    output_ = common + ",gen_ai_token_type=\"output\"";
  }

  void render(const Simulation& simulation, Sink& sink) const override {
    const Client& client = simulation.client();
    sink.family("gen_ai_client_operation_duration_seconds", histogram, "GenAI operation duration.");
    sink.histogram("gen_ai_client_operation_duration_seconds", labels_, client.duration);
    for (const auto& [status, durations] : client.errors) {
      sink.histogram("gen_ai_client_operation_duration_seconds",
                     labels_ + ",error_type=\"" + std::to_string(status) + "\"", durations);
    }
    sink.family("gen_ai_client_operation_time_to_first_chunk_seconds", histogram,
                "Time to receive the first chunk in a streaming GenAI operation.");
    sink.histogram("gen_ai_client_operation_time_to_first_chunk_seconds", labels_, client.first_chunk);
    sink.family("gen_ai_client_operation_time_per_output_chunk_seconds", histogram,
                "Time elapsed between the previous chunk and this one in a streaming GenAI operation.");
    sink.histogram("gen_ai_client_operation_time_per_output_chunk_seconds", labels_, client.chunk_gap);
    sink.family("gen_ai_client_token_usage", histogram, "Number of input and output tokens used.");
    sink.histogram("gen_ai_client_token_usage", input_, client.input_tokens);
    sink.histogram("gen_ai_client_token_usage", output_, client.output_tokens);
  }

 private:
  std::string labels_, input_, output_;
};

const ExporterRegistration kClientExporter{{"llm-benchmark", 9, [](const Topology&) {
                                              rca::Labels labels;
                                              rca::set_label(labels, "namespace", "default");
                                              rca::set_label(labels, "pod", "llm-benchmark-7x4kq");
                                              rca::set_label(labels, "container", "llm-benchmark");
                                              std::vector<Target> targets;
                                              targets.push_back(make_target("/metrics", "10.0.0.100:9464",
                                                                            std::move(labels),
                                                                            std::make_unique<ClientExporter>()));
                                              return targets;
                                            }}};

}  // namespace
}  // namespace llmsim
