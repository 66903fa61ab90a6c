#include "tests/testbed/llmsim/stack/app.h"

#include <algorithm>
#include <array>
#include <utility>

#include "tests/testbed/llmsim/calibration.h"

namespace llmsim {
namespace {

constexpr double kReceiveCpu = 2e-3;     // assumed: seconds, parse and authorise
constexpr double kEmbedCpu = 7e-3;       // assumed: seconds, a small embedding model on the CPU
constexpr double kAssembleCpu = 1.5e-3;  // assumed: seconds, template and token count
constexpr double kToolCpu = 1e-3;        // assumed: seconds, one result
constexpr int kDocumentTokens = 210;     // assumed: one passage

// OpenTelemetry's bounds of http.server.request.duration and http.client.request.duration.
constexpr std::array kHttpBounds = {0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0};
constexpr std::array kShareBounds = {0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0};
constexpr std::array kStoreBounds = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                     0.05,   0.1,     0.25,   0.5,   1.0,    2.5,   5.0};

const Buckets& http_buckets() {
  static const Buckets buckets = make_buckets(kHttpBounds, NumberStyle::go);
  return buckets;
}
const Buckets& share_buckets() {
  static const Buckets buckets = make_buckets(kShareBounds, NumberStyle::go);
  return buckets;
}
const Buckets& store_buckets() {
  static const Buckets buckets = make_buckets(kStoreBounds, NumberStyle::go);
  return buckets;
}

}  // namespace

void App::Outcomes::observe(int status, double value) {
  seconds.try_emplace(status, http_buckets()).first->second.observe(value);
}

App::App(const SimConfig& config, const std::vector<std::string>& tools, std::size_t tenants, Host& host, Wiring wiring,
         SessionStore& sessions, Host& session_host, VectorStore& vectors, Host& vector_host, ToolApi& tool_api)
    : config_(config),
      tools_(tools),
      host_(host),
      wiring_(std::move(wiring)),
      sessions_(sessions),
      session_host_(session_host),
      vectors_(vectors),
      vector_host_(vector_host),
      tool_api_(tool_api),
      tool_calls_(tools.size()),
      session_seconds_(store_buckets()),
      session_error_seconds_(store_buckets()),
      context_utilization_(share_buckets()) {
  counters_.input_tokens.resize(tenants);
  counters_.output_tokens.resize(tenants);
}

void App::work(double cpu_seconds, std::function<void()> next) {
  host_.book(cpu_seconds);
  const double now = wiring_.now();
  wiring_.at(now + host_.run(now, cpu_seconds), std::move(next));
}

double App::hop(Host& from) {
  const double netem = from.packet_delay();
  if (netem > 0) from.segment(2e-3 * calibration::kNetworkMs + netem, false);
  return 1e-3 * calibration::kNetworkMs + netem;
}

void App::receive(const Shared& attempt) {
  attempt->attributes.app_received = wiring_.now();
  ++under_way_;
  if (under_way_ > policy_.most_under_way) return finish(attempt, Outcome::overloaded);
  work(kReceiveCpu, [this, attempt] { load_session(attempt); });
}

void App::load_session(const Shared& attempt) {
  const double begin = wiring_.now();
  const double there = begin + hop(host_);
  wiring_.at(there, [this, attempt, begin] {
    RequestAttributes& a = attempt->attributes;
    const SessionStore::Reply reply = sessions_.get(wiring_.now(), a.session);
    a.session_hit = reply.hit;
    if (!attempt->user->shared_key) a.history_tokens = reply.tokens;
    wiring_.at(wiring_.now() + reply.seconds + hop(session_host_), [this, attempt, begin] {
      RequestAttributes& loaded = attempt->attributes;
      loaded.session_loaded = wiring_.now();
      session_seconds_.observe(wiring_.now() - begin);
      wiring_.called(*attempt, kSessionStore, "GET", begin, 200);
      ++counters_.session_operations;
      // Without its earlier turns a conversation cannot go on.
      if (loaded.turn > 0 && !loaded.session_hit && !attempt->user->shared_key) {
        loaded.session_error = true;
        ++counters_.sessions_lost;
        return finish(attempt, Outcome::session_lost);
      }
      if (attempt->attributes.wants_documents) {
        work(kEmbedCpu, [this, attempt] { search(attempt); });
      } else {
        call_tools(attempt, 0, 0);
      }
    });
  });
}

void App::search(const Shared& attempt) {
  const double begin = wiring_.now();
  const auto open = std::make_shared<bool>(true);
  const auto done = [this, attempt, begin, open](bool error, int status) {
    if (!*open) return;
    *open = false;
    RequestAttributes& a = attempt->attributes;
    a.retrieved = wiring_.now();
    a.retrieval_error = error;
    a.documents = error ? 0 : policy_.documents;
    a.document_tokens = a.documents * kDocumentTokens;
    searches_.observe(status, wiring_.now() - begin);
    wiring_.called(*attempt, kVectorStore, "POST /collections/{name}/points/search", begin, status);
    wiring_.retrieved(a);
    call_tools(attempt, 0, 0);
  };
  // Late or failed searches leave the answer without documents.
  wiring_.at(begin + policy_.search_timeout, [done] { done(true, 504); });
  wiring_.at(begin + hop(host_), [this, done] {
    vectors_.search(wiring_.now(), [this, done](bool error) {
      wiring_.at(wiring_.now() + hop(vector_host_), [done, error] { done(error, error ? 503 : 200); });
    });
  });
}

void App::call_tools(const Shared& attempt, std::size_t index, int tries) {
  if (index >= attempt->user->tools.size()) {
    attempt->attributes.tools_done = wiring_.now();
    return assemble(attempt);
  }
  const std::size_t tool = attempt->user->tools[index];
  const double begin = wiring_.now();
  ToolApi::Reply reply = tool_api_.call(tool);
  double seconds = reply.seconds + hop(host_) + 1e-3 * calibration::kNetworkMs;
  int status = reply.error ? 500 : 200;
  if (seconds > policy_.tool_timeout) {
    seconds = policy_.tool_timeout;
    status = 504;
    reply.error = true;
  }
  wiring_.at(begin + seconds, [this, attempt, index, tries, tool, begin, reply, status] {
    RequestAttributes& a = attempt->attributes;
    ++a.tool_calls;
    tool_calls_[tool].observe(status, wiring_.now() - begin);
    wiring_.called(*attempt, tools_[tool], "execute_tool", begin, status);
    if (!reply.error) {
      a.tool_tokens += reply.tokens;
      return work(kToolCpu, [this, attempt, index] { call_tools(attempt, index + 1, 0); });
    }
    ++a.tool_errors;
    if (tries + 1 < policy_.tool_tries) return call_tools(attempt, index, tries + 1);
    finish(attempt, Outcome::tool_failed);
  });
}

void App::fit_window(RequestAttributes& a) {
  const int history = a.history_tokens;
  if (policy_.history_budget > 0) a.history_tokens = std::min(a.history_tokens, policy_.history_budget);
  const int others = a.template_tokens + a.document_tokens + a.tool_tokens + a.user_tokens;
  const int window = config_.max_model_len - a.max_tokens;
  if (policy_.truncate) a.history_tokens = std::max(0, std::min(a.history_tokens, window - others));
  a.truncated_tokens = history - a.history_tokens;
  a.prompt_tokens = others + a.history_tokens;
  // What does not fit without any history loses its documents' ends.
  if (policy_.truncate && a.prompt_tokens > window) {
    a.truncated_tokens += a.prompt_tokens - window;
    a.prompt_tokens = window;
  }
}

void App::assemble(const Shared& attempt) {
  work(kAssembleCpu, [this, attempt] {
    RequestAttributes& a = attempt->attributes;
    a.template_tokens = config_.shared_prefix_tokens;
    wiring_.assembled(a);
    fit_window(a);
    ++counters_.prompts;
    if (a.truncated_tokens > 0) {
      ++counters_.truncated;
      counters_.truncated_tokens += static_cast<std::uint64_t>(a.truncated_tokens);
    }
    context_utilization_.observe(static_cast<double>(a.prompt_tokens + a.max_tokens) / config_.max_model_len);
    a.model_sent = wiring_.now();
    // vLLM answers 400 to a prompt that leaves no room for the answer that is asked for.
    if (a.prompt_tokens + a.max_tokens > config_.max_model_len) {
      ++counters_.too_long;
      models_.observe(400, 2e-3 * calibration::kNetworkMs);
      return finish(attempt, Outcome::context_too_long);
    }
    wiring_.model(attempt);
  });
}

void App::model_done(const Shared& attempt, Outcome outcome) {
  RequestAttributes& a = attempt->attributes;
  a.model_done = wiring_.now();
  models_.observe(http_status(outcome), a.model_done - a.model_sent);
  if (outcome != Outcome::answered) return finish(attempt, outcome);
  wiring_.generated(a);
  counters_.input_tokens[a.tenant] += static_cast<std::uint64_t>(a.prompt_tokens);
  counters_.output_tokens[a.tenant] += static_cast<std::uint64_t>(a.output_tokens);
  if (attempt->user->shared_key) return finish(attempt, Outcome::answered);
  // Saved beside the end of the answer: the user does not wait for it, but a failure breaks the request.
  const double begin = wiring_.now();
  wiring_.at(begin + hop(host_), [this, attempt, begin] {
    RequestAttributes& saved = attempt->attributes;
    const int tokens = saved.history_tokens + saved.user_tokens + saved.output_tokens;
    const SessionStore::Reply reply = sessions_.set(wiring_.now(), saved.session, tokens);
    wiring_.at(wiring_.now() + reply.seconds + hop(session_host_), [this, attempt, begin, reply] {
      (reply.error ? session_error_seconds_ : session_seconds_).observe(wiring_.now() - begin);
      wiring_.called(*attempt, kSessionStore, "SET", begin, reply.error ? 500 : 200);
      ++counters_.session_operations;
      if (!reply.error) return finish(attempt, Outcome::answered);
      ++counters_.sessions_lost;
      attempt->attributes.session_error = true;
      finish(attempt, Outcome::session_lost);
    });
  });
}

void App::finish(const Shared& attempt, Outcome outcome) {
  --under_way_;
  attempt->attributes.outcome = outcome;
  served_.observe(http_status(outcome), wiring_.now() - attempt->attributes.app_received);
  wiring_.respond(attempt, outcome);
}

}  // namespace llmsim
