// What is known of one user's request on its way through the full stack, and the hooks at which parts that are not on
// the way (prompt templates, input guard, sampling, quality, logs, traces) take part. The reference's stack has none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/testbed/llmsim/config.h"
#include "tests/testbed/llmsim/topology.h"

namespace llmsim {

class Simulation;
class Sink;

// Why a request got no answer; each has one HTTP status at the client.
enum class Outcome : std::uint8_t {
  under_way,
  answered,           // 200
  rejected_by_guard,  // 400: a hook's decision
  malformed,          // 400: a hook's decision
  context_too_long,   // 400: the model takes no more tokens
  rate_limited,       // 429
  session_lost,       // 500: the state of the session could not be used
  tool_failed,        // 500: a tool that the answer needs
  model_failed,       // 502: refused or broken off by the model
  overloaded,         // 503: no connection or circuit open
  timed_out,          // 504
};
int http_status(Outcome outcome);

// Times are seconds of the simulation, negative while not reached. Tokens are counts. Indices that are "of a hook" mean
// nothing to the stack itself and stay 0 unless a hook sets them.
struct RequestAttributes {
  std::uint64_t id = 0;          // of the user's request; equal over its retries
  std::uint64_t session = 0;     // of the conversation
  int turn = 0;                  // of the conversation, from 0
  bool wants_documents = false;  // to be looked for in the vector store
  std::size_t tenant = 0;        // index into Topology::tenants
  int attempt = 0;               // 0: the first; counts the gateway's retries
  Outcome outcome = Outcome::under_way;

  // --- the prompt, as the application assembles it
  int user_tokens = 0;      // the question
  int history_tokens = 0;   // of earlier turns, as far as the session store had them
  int document_tokens = 0;  // retrieved
  int tool_tokens = 0;      // results of tools
  int template_tokens = 0;  // instructions around all that
  int prompt_tokens = 0;    // sent to the model, after truncation
  int truncated_tokens = 0;
  int output_tokens = 0;  // that the model is going to generate
  int max_tokens = 0;     // the limit that the application asks for

  // --- dependencies
  bool session_hit = false;    // the state was in the store
  bool session_error = false;  // the store failed, or gave the state of another session
  int documents = 0;           // retrieved
  double retrieval_score = 0;  // mean similarity of them, 0..1; a hook's
  double document_age = 0;     // seconds since they were indexed, mean; a hook's
  bool retrieval_error = false;
  int tool_calls = 0;
  int tool_errors = 0;

  // --- hooks'
  int prompt_template = 0;
  int template_version = 0;
  int model_version = 0;  // index into Topology::model_versions, set when a replica is chosen
  double temperature = 0.7;
  double top_p = 0.95;
  bool injection = false;                                  // an attempt to override the instructions
  double drift = 0;                                        // of the input away from what the model knows, 0..1
  double groundedness = 0, relevance = 0, similarity = 0;  // of the answer, 0..1
  double output_logprob = 0;                               // mean per token
  bool refusal = false, hallucination = false, format_error = false, repetition = false;

  // --- the way
  std::size_t replica = SIZE_MAX;  // that answered
  double sent = -1;                // by the user
  double app_received = -1;
  double session_loaded = -1, retrieved = -1, tools_done = -1;
  double model_sent = -1, model_first_token = -1, model_done = -1;
  double first_chunk = -1, finished = -1;  // at the user
};

// One call of one part by another, as a tracer would record the client's and the server's side.
struct SpanRecord {
  const RequestAttributes* request = nullptr;  // null: none, as of a probe
  std::string_view caller;                     // container name; "user" for the first
  std::string_view callee;                     // container name, or a tool
  std::string_view operation;                  // "POST /chat", "GET session"
  double begin = 0, end = 0;                   // as the caller sees it
  int status = 200;                            // HTTP
};

// A part that watches or changes requests at fixed points. All methods do nothing unless overridden; they are called in
// the order of the hooks' names, at the simulation's now().
class RequestHook {
 public:
  virtual ~RequestHook() = default;
  // A user sends a request (not a retry): lengths and tenant are set and may be changed.
  virtual void sent(RequestAttributes&) {}
  // The gateway lets it in. Setting outcome to rejected_by_guard or malformed answers it there and then.
  virtual void admitted(RequestAttributes&) {}
  // The vector store answered.
  virtual void retrieved(RequestAttributes&) {}
  // Just before the context window is applied: parts of the prompt, output_tokens and sampling may be changed.
  virtual void assembled(RequestAttributes&) {}
  // A replica was chosen (replica, model_version): output_tokens may be changed a last time.
  virtual void routed(RequestAttributes&) {}
  // The application has the whole answer.
  virtual void generated(RequestAttributes&) {}
  // The user has the answer, or the error.
  virtual void finished(const RequestAttributes&) {}
  virtual void span(const SpanRecord&) {}
  // Every second.
  virtual void sample(double /*seconds*/) {}
};

// A hook that registers itself; `make` is called once a simulation of the full stack. Faults and exporters find it with
// Simulation::hook("name") and a dynamic_cast to its own type.
struct HookType {
  std::string name;
  std::unique_ptr<RequestHook> (*make)(const SimConfig&, const Topology&) = nullptr;
};
// In order of name.
const std::vector<HookType>& hook_types();
struct HookRegistration {
  explicit HookRegistration(HookType type);
};

}  // namespace llmsim
