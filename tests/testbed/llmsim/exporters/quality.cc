// The OpenTelemetry collector's Prometheus endpoint: what the chat application and the evaluators of its answers report
// over OTLP, by prompt template. Names that no convention has are the ones of exporter/catalog/quality.yml.
#include "tests/testbed/llmsim/exporters/exporter.h"
#include "tests/testbed/llmsim/hooks/content.h"
#include "tests/testbed/llmsim/hooks/input_features.h"

namespace llmsim {
namespace {

using enum MetricType;

class QualityExporter : public Exporter {
 public:
  explicit QualityExporter(const Topology& topology)
      : application_(label_text({{"gen_ai_operation_name", "chat"},
                                 {"gen_ai_provider_name", "vllm"},
                                 {"gen_ai_request_model", kModelName},
                                 {"gen_ai_response_model", kModelName},
                                 {"k8s_pod_name", pod_entity(topology, "chat-app")},
                                 {"service_name", "chat-app"}})) {}

  void render(const Simulation& simulation, Sink& sink) const override {
    const Content* content = find_content(simulation);
    if (content == nullptr) return;
    if (labels_.empty()) make_labels(*content);
    write_scores(content->evaluation().metrics(), sink);
    write_tokens(content->evaluation().metrics(), sink);
    write_usage(*content, sink);
    if (const InputFeatures* features = find_input_features(simulation)) {
      write_inputs(*features, simulation.topology(), sink);
    }
    sink.family("llm_prompt_template_info", gauge, "The version of a prompt template that is live.");
    for (const PromptTemplate& prompt : content->templates()) {
      sink.sample("llm_prompt_template_info",
                  application_ + "," +
                      label_text({{"gen_ai_prompt_name", prompt.name},
                                  {"gen_ai_prompt_version", std::to_string(prompt.version)}}),
                  1);
    }
  }

 private:
  void make_labels(const Content& content) const {
    for (const PromptTemplate& prompt : content.templates()) {
      labels_.push_back(application_ + "," + label_text({{"gen_ai_prompt_name", prompt.name}}));
    }
  }

  void write_scores(const std::vector<EvaluationMetrics>& metrics, Sink& sink) const {
    sink.family("gen_ai_evaluation_score", histogram, "GenAI evaluation score, told apart by its name.");
    for (std::size_t i = 0; i < metrics.size(); ++i) {
      for (std::size_t which = 0; which < kEvaluators.size(); ++which) {
        // An evaluator that does not apply to the template has no series.
        if (metrics[i].scores[which].count() == 0) continue;
        sink.histogram("gen_ai_evaluation_score",
                       labels_[i] + "," + label_text({{"gen_ai_evaluation_name", kEvaluators.at(which)}}),
                       metrics[i].scores[which]);
      }
    }
  }

  void write_tokens(const std::vector<EvaluationMetrics>& metrics, Sink& sink) const {
    const auto counters = [&](std::string_view name, std::string_view help, auto value) {
      sink.family(name, counter, help);
      for (std::size_t i = 0; i < metrics.size(); ++i) {
        sink.sample(name, labels_[i], static_cast<double>(value(metrics[i])));
      }
    };
    counters("llm_output_nll_nats_total", "Negative log-likelihood of generated tokens.",
             [](const EvaluationMetrics& m) { return m.nll_nats; });
    counters("llm_output_scored_tokens_total", "Generated tokens whose likelihood was summed.",
             [](const EvaluationMetrics& m) { return m.scored_tokens; });
    const auto histograms = [&](std::string_view name, std::string_view help, Histogram EvaluationMetrics::*which) {
      sink.family(name, histogram, help);
      for (std::size_t i = 0; i < metrics.size(); ++i) sink.histogram(name, labels_[i], metrics[i].*which);
    };
    histograms("llm_template_prompt_tokens", "Tokens of the template itself in a prompt.",
               &EvaluationMetrics::template_tokens);
    histograms("llm_request_temperature", "Temperature that requests ask for.", &EvaluationMetrics::temperature);
    histograms("llm_request_top_p", "Nucleus that requests ask for.", &EvaluationMetrics::top_p);
  }

  void write_usage(const Content& content, Sink& sink) const {
    sink.family("llm_token_usage", histogram, "Number of input and output tokens used.");
    for (std::size_t i = 0; i < content.clients().size(); ++i) {
      const TemplateClient& client = content.clients()[i];
      sink.histogram("llm_token_usage", labels_[i] + ",gen_ai_token_type=\"input\"", client.input_tokens);
      sink.histogram("llm_token_usage", labels_[i] + ",gen_ai_token_type=\"output\"", client.output_tokens);
    }
  }

  // An embedding as a gauge with one series a dimension: its centroid over the last minute.
  void write_inputs(const InputFeatures& features, const Topology& topology, Sink& sink) const {
    sink.family("llm_input_embedding", gauge, "Centroid of the embeddings of the last minute's inputs.");
    for (std::size_t i = 0; i < features.centroids().size() && i < labels_.size(); ++i) {
      if (!features.centroids()[i].known) continue;
      for (std::size_t dim = 0; dim < kEmbeddingDimensions; ++dim) {
        sink.sample("llm_input_embedding", labels_[i] + "," + label_text({{"dim", std::to_string(dim)}}),
                    features.centroids()[i].mean[dim]);
      }
    }
    sink.family("llm_tenant_prompt_tokens", histogram, "Tokens of the prompts of a tenant's requests.");
    for (std::size_t i = 0; i < features.tenant_tokens().size(); ++i) {
      sink.histogram("llm_tenant_prompt_tokens", application_ + "," + label_text({{"tenant", topology.tenants[i]}}),
                     features.tenant_tokens()[i]);
    }
  }

  std::string application_;
  mutable std::vector<std::string> labels_;  // of each template; made at the first scrape, scrapes are serialised
};

// What the retriever beside the vector store counts, and the judge of what it finds.
class RetrievalExporter : public Exporter {
 public:
  void render(const Simulation& simulation, Sink& sink) const override {
    const Content* content = find_content(simulation);
    if (content == nullptr) return;
    const RetrievalMetrics& metrics = content->corpus().metrics();
    sink.family("rag_retrievals_total", counter, "Searches for documents.");
    sink.sample("rag_retrievals_total", "result=\"found\"", static_cast<double>(metrics.found));
    sink.sample("rag_retrievals_total", "result=\"empty\"", static_cast<double>(metrics.empty));
    sink.family("rag_retrieval_score", histogram, "Mean similarity of a query and the documents found for it.");
    sink.histogram("rag_retrieval_score", "", metrics.score);
    sink.family("rag_retrieval_document_age_seconds", histogram, "Mean age of the documents found for a query.");
    sink.histogram("rag_retrieval_document_age_seconds", "", metrics.age);
    sink.family("gen_ai_evaluation_score", histogram, "GenAI evaluation score, told apart by its name.");
    sink.histogram("gen_ai_evaluation_score", "gen_ai_evaluation_name=\"context_relevance\"", metrics.relevance);
  }
};

std::size_t pod_of(const Topology& topology, std::string_view container) {
  for (std::size_t i = 0; i < topology.pods.size(); ++i) {
    if (topology.pods[i].container == container) return i;
  }
  return SIZE_MAX;
}

const ExporterRegistration kQualityExporter{{.job = "otel-collector",
                                             .port_offset = 30,
                                             .make_targets =
                                                 [](const Topology& topology) {
                                                   rca::Labels labels;
                                                   rca::set_label(labels, "namespace", "monitoring");
                                                   std::vector<Target> targets;
                                                   targets.push_back(
                                                       make_target("/metrics", "10.244.0.31:8889", std::move(labels),
                                                                   std::make_unique<QualityExporter>(topology)));
                                                   return targets;
                                                 },
                                             .stack = Stack::full}};

const ExporterRegistration kRetrievalExporter{
    {.job = "retriever",
     .port_offset = 31,
     .make_targets =
         [](const Topology& topology) {
           std::vector<Target> targets;
           const std::size_t pod = pod_of(topology, "vector-store");
           if (pod == SIZE_MAX) return targets;
           targets.push_back(make_target("/metrics", topology.pods[pod].address + ":9400",
                                         pod_labels(topology.pods[pod]), std::make_unique<RetrievalExporter>()));
           targets.back().pod = pod;
           return targets;
         },
     .stack = Stack::full}};

}  // namespace
}  // namespace llmsim
