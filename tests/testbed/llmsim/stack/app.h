// The chat application: loads the conversation, looks for documents, calls tools, puts a prompt together that fits the
// model's context window, streams the model's answer, and saves the conversation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/testbed/llmsim/histogram.h"
#include "tests/testbed/llmsim/host.h"
#include "tests/testbed/llmsim/stack/attempt.h"
#include "tests/testbed/llmsim/stack/session_store.h"
#include "tests/testbed/llmsim/stack/tool_api.h"
#include "tests/testbed/llmsim/stack/vector_store.h"

namespace llmsim {

// What is configured.
struct AppPolicy {
  std::size_t most_under_way = 512;  // beyond it: 503
  int documents = 3;                 // asked of the vector store
  int history_budget = 2400;         // tokens of earlier turns that go into a prompt; 0: no limit
  bool truncate = true;              // prompts that are too long lose their oldest history
  double search_timeout = 4;         // seconds
  double tool_timeout = 5;           // seconds, of one call
  int tool_tries = 2;
};

class App {
 public:
  // What the application asks of the rest of the stack.
  struct Wiring {
    std::function<void(double time, std::function<void()> what)> at;
    std::function<double()> now;
    std::function<void(RequestAttributes&)> retrieved, assembled, generated;  // hooks
    std::function<void(const std::shared_ptr<Attempt>&)> model;               // sends the prompt to the model
    std::function<void(const std::shared_ptr<Attempt>&, Outcome)> respond;    // to the gateway
    // One call is over: who was called, operation, when it began, HTTP status, bytes there and back.
    std::function<void(const Attempt&, std::string_view callee, std::string_view operation, double begin, int status)>
        called;
  };
  App(const SimConfig& config, const std::vector<std::string>& tools, std::size_t tenants, Host& host, Wiring wiring,
      SessionStore& sessions, Host& session_host, VectorStore& vectors, Host& vector_host, ToolApi& tool_api);

  void receive(const std::shared_ptr<Attempt>& attempt);
  // The model's answer is complete, or has failed.
  void model_done(const std::shared_ptr<Attempt>& attempt, Outcome outcome);

  [[nodiscard]] AppPolicy& policy() { return policy_; }

  struct Outcomes {
    std::map<int, Histogram> seconds;  // by HTTP status
    void observe(int status, double value);
  };
  struct Counters {
    std::uint64_t prompts = 0, truncated = 0, truncated_tokens = 0, too_long = 0;
    std::uint64_t session_operations = 0, sessions_lost = 0;
    std::vector<std::uint64_t> input_tokens, output_tokens;  // of each tenant
  };
  [[nodiscard]] const Counters& counters() const { return counters_; }
  [[nodiscard]] const Outcomes& served() const { return served_; }
  [[nodiscard]] const Outcomes& searches() const { return searches_; }
  [[nodiscard]] const Outcomes& models() const { return models_; }
  [[nodiscard]] const std::vector<Outcomes>& tool_calls() const { return tool_calls_; }
  // Operations on the session store, and those of them that it refused.
  [[nodiscard]] const Histogram& session_seconds() const { return session_seconds_; }
  [[nodiscard]] const Histogram& session_error_seconds() const { return session_error_seconds_; }
  [[nodiscard]] const Histogram& context_utilization() const { return context_utilization_; }
  [[nodiscard]] std::size_t under_way() const { return under_way_; }

 private:
  using Shared = std::shared_ptr<Attempt>;
  void load_session(const Shared& attempt);
  void search(const Shared& attempt);
  void call_tools(const Shared& attempt, std::size_t index, int tries);
  void assemble(const Shared& attempt);
  void fit_window(RequestAttributes& a);
  void finish(const Shared& attempt, Outcome outcome);
  // Work of the application's own process; then `next`.
  void work(double cpu_seconds, std::function<void()> next);
  double hop(Host& from);

  const SimConfig& config_;
  const std::vector<std::string>& tools_;
  AppPolicy policy_;
  Host& host_;
  Wiring wiring_;
  SessionStore& sessions_;
  Host& session_host_;
  VectorStore& vectors_;
  Host& vector_host_;
  ToolApi& tool_api_;

  Counters counters_;
  Outcomes served_, searches_, models_;
  std::vector<Outcomes> tool_calls_;
  Histogram session_seconds_, session_error_seconds_, context_utilization_;
  std::size_t under_way_ = 0;
};

}  // namespace llmsim
