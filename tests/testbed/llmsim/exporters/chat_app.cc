// The chat application's own metrics: OpenTelemetry's conventions for HTTP servers, HTTP and database clients and
// tools, and what no convention has a name for (prompts and the context window, tokens of tenants).
#include "tests/testbed/llmsim/exporters/exporter.h"
#include "tests/testbed/llmsim/stack/full_stack.h"

namespace llmsim {
namespace {

using enum MetricType;

class ChatAppExporter : public Exporter {
 public:
  explicit ChatAppExporter(const Topology& topology)
      : topology_(topology),
        vectors_(topology.pods[topology.find_pod(kVectorStore)].name),
        sessions_(topology.pods[topology.find_pod(kSessionStore)].name) {}

  void render(const Simulation& simulation, Sink& sink) const override {
    const App& app = simulation.full()->app();
    write_server(app, sink);
    write_dependencies(app, sink);
    write_tools(app, sink);
    write_context(app, sink);
    write_tenants(app.counters(), sink);
  }

 private:
  static std::string with_status(const std::string& labels, int status, std::string_view name) {
    std::string out = labels + "," + std::string(name) + "=\"" + std::to_string(status) + "\"";
    if (status >= 500) out += ",error_type=\"" + std::to_string(status) + "\"";
    return out;
  }

  static void write_server(const App& app, Sink& sink) {
    sink.family("http_server_request_duration_seconds", histogram, "Duration of HTTP server requests.");
    const std::string route = label_text({{"http_request_method", "POST"}, {"http_route", "/v1/chat"}});
    for (const auto& [status, seconds] : app.served().seconds) {
      sink.histogram("http_server_request_duration_seconds", with_status(route, status, "http_response_status_code"),
                     seconds);
    }
    sink.one("http_server_active_requests", gauge, "Number of active HTTP server requests.", route,
             static_cast<double>(app.under_way()));
  }

  void write_dependencies(const App& app, Sink& sink) const {
    sink.family("http_client_request_duration_seconds", histogram, "Duration of HTTP client requests.");
    const auto calls = [&](const App::Outcomes& outcomes, std::string_view address, std::string_view port) {
      const std::string labels =
          label_text({{"http_request_method", "POST"}, {"server_address", address}, {"server_port", port}});
      for (const auto& [status, seconds] : outcomes.seconds) {
        sink.histogram("http_client_request_duration_seconds", with_status(labels, status, "http_response_status_code"),
                       seconds);
      }
    };
    calls(app.searches(), vectors_, "6333");
    calls(app.models(), topology_.pods[0].name, "8080");
    const std::string store = label_text({{"db_system_name", "redis"}, {"server_address", sessions_}});
    sink.family("db_client_operation_duration_seconds", histogram, "Duration of database client operations.");
    sink.histogram("db_client_operation_duration_seconds", store, app.session_seconds());
    if (app.session_error_seconds().count() > 0) {
      sink.histogram("db_client_operation_duration_seconds", store + ",error_type=\"OOM\"",
                     app.session_error_seconds());
    }
  }

  void write_tools(const App& app, Sink& sink) const {
    sink.family("gen_ai_client_operation_duration_seconds", histogram, "GenAI operation duration.");
    for (std::size_t tool = 0; tool < topology_.tools.size(); ++tool) {
      const std::string labels =
          label_text({{"gen_ai_operation_name", "execute_tool"}, {"gen_ai_tool_name", topology_.tools[tool]}});
      for (const auto& [status, seconds] : app.tool_calls()[tool].seconds) {
        const std::string error = status >= 500 ? ",error_type=\"" + std::to_string(status) + "\"" : "";
        sink.histogram("gen_ai_client_operation_duration_seconds", labels + error, seconds);
      }
    }
  }

  static void write_context(const App& app, Sink& sink) {
    const App::Counters& c = app.counters();
    const auto count = [&](std::string_view name, std::string_view help, std::uint64_t value) {
      sink.one(name, counter, help, "", static_cast<double>(value));
    };
    count("rag_prompts_total", "Prompts that were put together.", c.prompts);
    count("rag_prompts_truncated_total", "Prompts of which a part was left out.", c.truncated);
    count("rag_prompt_truncated_tokens_total", "Tokens that were left out.", c.truncated_tokens);
    count("rag_prompts_rejected_total", "Prompts that the model's context window does not take.", c.too_long);
    count("rag_sessions_lost_total", "Requests whose conversation could not be loaded or saved.", c.sessions_lost);
    sink.family("rag_context_utilization_ratio", histogram,
                "Share of the context window that prompt and answer ask for.");
    sink.histogram("rag_context_utilization_ratio", "", app.context_utilization());
  }

  void write_tenants(const App::Counters& c, Sink& sink) const {
    sink.family("rag_tenant_tokens_total", counter, "Tokens of the model that went into requests of a tenant.");
    for (std::size_t i = 0; i < topology_.tenants.size(); ++i) {
      const auto labels = [&](std::string_view type) {
        return label_text({{"tenant_id", topology_.tenants[i]}, {"gen_ai_token_type", type}});
      };
      sink.sample("rag_tenant_tokens_total", labels("input"), static_cast<double>(c.input_tokens[i]));
      sink.sample("rag_tenant_tokens_total", labels("output"), static_cast<double>(c.output_tokens[i]));
    }
  }

  Topology topology_;
  std::string vectors_, sessions_;
};

const ExporterRegistration kChatAppExporter{{"chat-app", 14,
                                             [](const Topology& topology) {
                                               const std::size_t index = topology.find_pod(kChatApp);
                                               const Pod& pod = topology.pods[index];
                                               std::vector<Target> targets;
                                               targets.push_back(
                                                   make_target("/metrics", pod.address + ":9464", pod_labels(pod),
                                                               std::make_unique<ChatAppExporter>(topology)));
                                               targets.back().pod = index;
                                               return targets;
                                             },
                                             Stack::full}};

}  // namespace
}  // namespace llmsim
