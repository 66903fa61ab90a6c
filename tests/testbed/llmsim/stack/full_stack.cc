#include "tests/testbed/llmsim/stack/full_stack.h"

#include <algorithm>
#include <string>
#include <utility>

#include "tests/testbed/llmsim/calibration.h"
#include "tests/testbed/llmsim/simulation.h"

namespace llmsim {
namespace {

namespace cal = calibration;

constexpr double kGib = 1 << 30;
constexpr std::uint64_t kOperationsPerConnection = 40;  // assumed: of a pooled connection to the session store

// Edges of the mesh, in this order; the tools follow.
enum : std::size_t { kToGateway, kToApp, kToVectors, kToTools };

HostProfile profile_of(const Topology& topology, std::size_t pod) {
  const Pod& p = topology.pods[pod];
  HostProfile out{.node_cpus = topology.nodes[p.node].cpus,
                  .cpu_limit = 2,
                  .memory_limit = kGib,
                  .anon = 90e6,
                  .hot_files = 40e6,
                  .cold_files = 40e6,
                  .background_cpus = 0.01};
  // assumed, all of them
  if (p.container == kChatApp) {
    out.cpu_limit = 4;
    out.memory_limit = 4 * kGib;
    out.anon = 1.4e9;
    out.hot_files = 200e6;
    out.background_cpus = 0.05;
  } else if (p.container == kVectorStore) {
    out.cpu_limit = 4;
    out.memory_limit = 16 * kGib;
    out.anon = 3e9;
    out.hot_files = 400e6;
    out.cold_files = 12e9;  // of the index, as far as it is in memory
    out.background_cpus = 0.03;
  } else if (p.container.starts_with("batch-")) {
    out.cpu_limit = out.node_cpus;  // none: it may use what is left
    out.memory_limit = 8 * kGib;
    out.anon = 1.1e9;
    out.cold_files = 2e9;
  }
  return out;
}

Edge service_edge(const Topology& topology, std::string_view source, std::string_view destination, int port,
                  std::size_t number) {
  Edge edge;
  edge.source = source;
  edge.destination = topology.find_pod(destination);
  edge.service = destination;
  const std::size_t from = topology.find_pod(source);
  const std::string from_address = from == SIZE_MAX ? "10.0.0.100" : topology.pods[from].address;
  const std::string to_address =
      edge.destination == SIZE_MAX ? "203.0.113." + std::to_string(number) : topology.pods[edge.destination].address;
  Random ports(11, "ports", number);
  for (std::size_t i = 0; i < 2; ++i) {
    edge.connections.emplace_back(from_address + ":" + std::to_string(32768 + ports.below(28000)),
                                  to_address + ":" + std::to_string(port));
  }
  return edge;
}

}  // namespace

FullStack::FullStack(Simulation& simulation, Client& client)
    : simulation_(simulation),
      client_(client),
      first_pod_(simulation.topology().replicas() + 1),
      hosts_([&] {
        const Topology& topology = simulation.topology();
        std::deque<Host> out;
        for (std::size_t pod = topology.replicas() + 1; pod < topology.pods.size(); ++pod) {
          out.emplace_back(simulation.config().seed, 1000 + pod, profile_of(topology, pod));
        }
        return out;
      }()),
      disks_(simulation.topology().nodes.size()),
      gateway_host_(host(simulation.topology().find_pod(kGateway))),
      app_host_(host(simulation.topology().find_pod(kChatApp))),
      tenants_(simulation.config(), simulation.topology().tenants.size()),
      session_store_(host(simulation.topology().find_pod(kSessionStore))),
      vector_store_(simulation.config().seed, host(simulation.topology().find_pod(kVectorStore)),
                    disks_[simulation.topology().pods[simulation.topology().find_pod(kVectorStore)].node],
                    [&simulation](double time, std::function<void()> what) { simulation.at(time, std::move(what)); }),
      tools_(simulation.config().seed, simulation.topology().tools),
      app_(simulation.config(), simulation.topology().tools, simulation.topology().tenants.size(), app_host_,
           app_wiring(), session_store_, host(simulation.topology().find_pod(kSessionStore)), vector_store_,
           host(simulation.topology().find_pod(kVectorStore)), tools_),
      neighbours_(simulation.config().seed, simulation.topology()),
      connections_(simulation.config().seed, "full stack"),
      hot_random_(simulation.config().seed, "hot key") {
  std::vector<double> rates;
  rates.reserve(tenants_.size());
  for (std::size_t i = 0; i < tenants_.size(); ++i) rates.push_back(tenants_.usual_rate(i));
  gateway_ = std::make_unique<Gateway>(simulation.config().seed, rates, gateway_host_, gateway_wiring());
  const Topology& topology = simulation.topology();
  edges_.push_back(service_edge(topology, "llm-benchmark", kGateway, 8443, 1));
  edges_.push_back(service_edge(topology, kGateway, kChatApp, 8000, 2));
  edges_.push_back(service_edge(topology, kChatApp, kVectorStore, 6333, 3));
  for (std::size_t i = 0; i < topology.tools.size(); ++i) {
    edges_.push_back(service_edge(topology, kChatApp, topology.tools[i], 443, 4 + i));
  }
}

double FullStack::hop(Host& from) {
  const double netem = from.packet_delay();
  if (netem > 0) from.segment(2e-3 * cal::kNetworkMs + netem, false);
  return 1e-3 * cal::kNetworkMs + netem;
}

Gateway::Wiring FullStack::gateway_wiring() {
  return {.at = [this](double time, std::function<void()> what) { simulation_.at(time, std::move(what)); },
          .now = [this] { return simulation_.now(); },
          .admit =
              [this](RequestAttributes& a) {
                simulation_.each_hook([&](RequestHook& hook) {
                  if (a.outcome == Outcome::under_way) hook.admitted(a);
                });
                return a.outcome == Outcome::under_way;
              },
          .send =
              [this](std::shared_ptr<Attempt> attempt) {
                const double bytes = cal::kRequestBytesBase + cal::kBytesPerToken * attempt->attributes.user_tokens;
                gateway_host_.transfer(0, bytes);
                app_host_.transfer(bytes, 0);
                simulation_.at(simulation_.now() + hop(gateway_host_),
                               [this, attempt = std::move(attempt)] { app_.receive(attempt); });
              },
          .answer = [this](UserRequest& user, Outcome outcome, double time) { answer(user, outcome, time); }};
}

App::Wiring FullStack::app_wiring() {
  const auto hooks = [this](void (RequestHook::*point)(RequestAttributes&)) {
    return [this, point](RequestAttributes& a) { simulation_.each_hook([&](RequestHook& hook) { (hook.*point)(a); }); };
  };
  return {.at = [this](double time, std::function<void()> what) { simulation_.at(time, std::move(what)); },
          .now = [this] { return simulation_.now(); },
          .retrieved = hooks(&RequestHook::retrieved),
          .assembled = hooks(&RequestHook::assembled),
          .generated = hooks(&RequestHook::generated),
          .model =
              [this](const std::shared_ptr<Attempt>& attempt) {
                simulation_.at(simulation_.now() + hop(app_host_) - 1e-3 * cal::kNetworkMs,
                               [this, attempt] { simulation_.start_model(attempt); });
              },
          .respond =
              [this](const std::shared_ptr<Attempt>& attempt, Outcome outcome) {
                // The end of a streamed answer follows its last token.
                const double time = std::max(simulation_.now() + hop(app_host_), attempt->last_at_gateway);
                Connection& connection = edges_[kToApp].connections[attempt->user->connection];
                connection.observe(http_status(outcome), 1e3 * (time - attempt->begin));
                model_called(*attempt, kGateway, kChatApp, attempt->begin, http_status(outcome));
                gateway_->response(attempt, outcome, time);
              },
          .called = [this](const Attempt& attempt, std::string_view callee, std::string_view operation, double begin,
                           int status) { called(attempt, callee, operation, begin, status); }};
}

void FullStack::called(const Attempt& attempt, std::string_view callee, std::string_view operation, double begin,
                       int status) {
  const double end = simulation_.now();
  for (std::size_t i = kToVectors; i < edges_.size(); ++i) {
    if (edges_[i].service != callee) continue;
    Connection& connection = edges_[i].connections[attempt.user->connection];
    connection.observe(status, 1e3 * (end - begin));
    connection.request_bytes += 3200;  // assumed: a query's vector, or a tool's arguments
    connection.response_bytes += 6000;
    app_host_.transfer(6000, 3200);
  }
  simulation_.each_hook([&](RequestHook& hook) {
    hook.span({.request = &attempt.attributes,
               .caller = kChatApp,
               .callee = callee,
               .operation = operation,
               .begin = begin,
               .end = end,
               .status = status});
  });
}

void FullStack::model_called(const Attempt& attempt, std::string_view caller, std::string_view callee, double begin,
                             int status) {
  simulation_.each_hook([&](RequestHook& hook) {
    hook.span({.request = &attempt.attributes,
               .caller = caller,
               .callee = callee,
               .operation = "POST /v1/chat/completions",
               .begin = begin,
               .end = simulation_.now(),
               .status = status});
  });
}

void FullStack::start() {
  for (std::size_t tenant = 0; tenant < tenants_.size(); ++tenant) {
    simulation_.at(tenants_.next_arrival(tenant, simulation_.now()), [this, tenant] { arrive(tenant); });
  }
}

void FullStack::arrive(std::size_t tenant) {
  simulation_.at(tenants_.next_arrival(tenant, simulation_.now()), [this, tenant] { arrive(tenant); });
  // Every user waits for an answer: nobody is left to ask.
  if (client_.in_flight >= simulation_.config().users) return;
  send(tenants_.next_request(tenant));
}

void FullStack::set_hot_key(std::size_t tenant, std::uint64_t session, double rate, int history_tokens) {
  hot_ = {tenant, session, rate, history_tokens, hot_.generation + 1};
  if (rate <= 0) return;
  simulation_.at(simulation_.now() + hot_random_.exponential(1 / rate),
                 [this, generation = hot_.generation] { arrive_hot(generation); });
}

void FullStack::arrive_hot(std::uint64_t generation) {
  if (generation != hot_.generation) return;
  simulation_.at(simulation_.now() + hot_random_.exponential(1 / hot_.rate),
                 [this, generation] { arrive_hot(generation); });
  if (client_.in_flight >= simulation_.config().users) return;
  send(tenants_.shared_request(hot_.tenant, hot_.session, hot_.history));
}

void FullStack::send(const std::shared_ptr<UserRequest>& user) {
  RequestAttributes& a = user->attributes;
  a.id = ++last_id_;
  a.sent = simulation_.now();
  user->connection = connections_.below(edges_[kToGateway].connections.size());
  simulation_.each_hook([&](RequestHook& hook) { hook.sent(a); });
  ++client_.sent;
  ++client_.in_flight;
  const double bytes = cal::kRequestBytesBase + cal::kBytesPerToken * a.user_tokens;
  gateway_host_.transfer(bytes, 0);
  edges_[kToGateway].connections[user->connection].request_bytes += bytes;
  simulation_.at(simulation_.now() + 1e-3 * cal::kNetworkMs, [this, user] { gateway_->receive(user); });
}

void FullStack::token(Attempt& attempt, double time) {
  app_host_.stream_segment(cal::kChunkBytes);
  app_host_.book(1e-3 * cal::kTokenHostMs);
  if (attempt.attributes.model_first_token < 0) attempt.attributes.model_first_token = time;
  const double at_gateway = std::max(attempt.last_at_gateway, time + hop(app_host_));
  attempt.last_at_gateway = at_gateway;
  gateway_->first_byte(attempt, at_gateway);
  if (attempt.abandoned) return;
  gateway_host_.stream_segment(cal::kChunkBytes);
  const double at_user = std::max(attempt.last_at_user, at_gateway + 1e-3 * cal::kProxyMs + hop(gateway_host_));
  if (attempt.last_at_user < 0) {
    attempt.attributes.first_chunk = at_user;
    client_.first_chunk.observe(at_user - attempt.attributes.sent);
  } else {
    client_.chunk_gap.observe(at_user - attempt.last_at_user);
  }
  attempt.last_at_user = at_user;
}

void FullStack::answer(UserRequest& user, Outcome outcome, double time) {
  RequestAttributes& a = user.attributes;
  const int status = http_status(outcome);
  a.finished = time + hop(gateway_host_);
  a.outcome = outcome;
  --client_.in_flight;
  Connection& connection = edges_[kToGateway].connections[user.connection];
  connection.observe(status, 1e3 * (a.finished - a.sent));
  if (outcome == Outcome::answered) {
    ++client_.answered;
    client_.duration.observe(a.finished - a.sent);
    client_.input_tokens.observe(a.prompt_tokens);
    client_.output_tokens.observe(a.output_tokens);
    const double bytes = cal::kChunkBytes * a.output_tokens;
    connection.response_bytes += bytes;
    edges_[kToApp].connections[user.connection].response_bytes += bytes;
    tenants_.answered(user);
  } else {
    client_.observe_error(status, a.finished - a.sent);
  }
  simulation_.each_hook([&](RequestHook& hook) {
    hook.span({.request = &a,
               .caller = "user",
               .callee = kGateway,
               .operation = "POST /v1/chat",
               .begin = a.sent,
               .end = a.finished,
               .status = status});
    hook.finished(a);
  });
}

std::uint64_t FullStack::session_connections() const {
  return 8 + app_.counters().session_operations / kOperationsPerConnection;
}

void FullStack::sample(double seconds) {
  std::vector<Host*> hosts;
  hosts.reserve(simulation_.topology().pods.size());
  for (std::size_t pod = 0; pod < simulation_.topology().pods.size(); ++pod) {
    hosts.push_back(&simulation_.host_of(pod));
  }
  neighbours_.sample(seconds, hosts, disks_);
  for (Host& host : hosts_) host.sample(seconds, 0);
  simulation_.each_hook([&](RequestHook& hook) { hook.sample(seconds); });
}

}  // namespace llmsim
