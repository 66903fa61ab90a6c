#include "tests/testbed/llmsim/simulation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace llmsim {
namespace {

namespace cal = calibration;

constexpr double kSampleSeconds = 1;
constexpr std::size_t kConnectionsPerEdge = 4;
constexpr double kReadTimeout = 60;  // nginx's proxy_read_timeout
constexpr int kMaxOngoing = 500;     // of a Ray Serve replica, as the reference deploys it

// Istio's (Envoy's) and Ray Serve's bounds, in milliseconds.
constexpr std::array kEnvoyBounds = {0.5,     1.0,      5.0,      10.0,      25.0,     50.0,    100.0,
                                     250.0,   500.0,    1000.0,   2500.0,    5000.0,   10000.0, 30000.0,
                                     60000.0, 300000.0, 600000.0, 1800000.0, 3600000.0};
constexpr std::array kServeBounds = {1.0,     2.0,     5.0,      10.0,     20.0,    50.0,   100.0,
                                     200.0,   300.0,   400.0,    500.0,    1000.0,  2000.0, 5000.0,
                                     10000.0, 60000.0, 120000.0, 300000.0, 600000.0};
// OpenTelemetry's semantic conventions for GenAI clients.
constexpr std::array kGenAiDurationBounds = {0.01, 0.02, 0.04, 0.08,  0.16,  0.32,  0.64,
                                             1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92};
constexpr std::array kGenAiFirstBounds = {0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1,
                                          0.25,  0.5,   0.75, 1.0,  2.5,  5.0,  7.5,  10.0};
constexpr std::array kGenAiChunkBounds = {0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5};
constexpr std::array kGenAiTokenBounds = {1.0,     4.0,     16.0,     64.0,      256.0,     1024.0,     4096.0,
                                          16384.0, 65536.0, 262144.0, 1048576.0, 4194304.0, 16777216.0, 67108864.0};

const Buckets& envoy_buckets() {
  static const Buckets buckets = make_buckets(kEnvoyBounds, NumberStyle::go);
  return buckets;
}
const Buckets& serve_buckets() {
  static const Buckets buckets = make_buckets(kServeBounds, NumberStyle::python);
  return buckets;
}
const Buckets& gen_ai_buckets(int which) {
  static const std::array<Buckets, 4> buckets = {
      make_buckets(kGenAiDurationBounds, NumberStyle::go), make_buckets(kGenAiFirstBounds, NumberStyle::go),
      make_buckets(kGenAiChunkBounds, NumberStyle::go), make_buckets(kGenAiTokenBounds, NumberStyle::go)};
  return buckets.at(static_cast<std::size_t>(which));
}

HostProfile ray_pod_profile() {
  return {.node_cpus = cal::kGpuNodeCpus,
          .cpu_limit = cal::kPodCpuLimit,
          .memory_limit = cal::kPodMemoryLimit,
          .anon = cal::kPodAnonBytes,
          .hot_files = cal::kHotFileBytes,
          .cold_files = cal::kColdFileBytes,
          .background_cpus = cal::kRayBackgroundCpus};
}

HostProfile proxy_pod_profile() {
  return {.node_cpus = cal::kCpuNodeCpus,
          .cpu_limit = cal::kProxyCpuLimit,
          .memory_limit = cal::kProxyMemoryLimit,
          .anon = 60e6,
          .hot_files = 25e6,
          .cold_files = 30e6,
          .background_cpus = 0.004};
}

Edge make_edge(const Topology& topology, std::size_t destination) {
  Edge edge;
  edge.source = destination == 0 ? "llm-benchmark" : "nginx-proxy";
  edge.destination = destination;
  Random ports(7, "ports", destination);
  for (std::size_t i = 0; i < kConnectionsPerEdge; ++i) {
    Connection connection{.source = (destination == 0 ? "10.0.0.100" : topology.pods[0].address) + ":" +
                                    std::to_string(32768 + ports.below(28000)),
                          .destination = topology.pods[destination].address + (destination == 0 ? ":8080" : ":8000"),

                          .ok_ms = Histogram(envoy_buckets()),
                          .unavailable_ms = Histogram(envoy_buckets()),
                          .timed_out_ms = Histogram(envoy_buckets())};
    edge.connections.push_back(std::move(connection));
  }
  return edge;
}

}  // namespace

Replica::Replica(const SimConfig& config, std::size_t replica_index)
    : index(replica_index),
      host(config.seed, replica_index + 1, ray_pod_profile()),
      noise(config.seed, "power", replica_index),
      engine(config, replica_index, gpu, host),
      processing_latency_ms(serve_buckets()),
      http_latency_ms(serve_buckets()) {}

Client::Client()
    : duration(gen_ai_buckets(0)),
      first_chunk(gen_ai_buckets(1)),
      chunk_gap(gen_ai_buckets(2)),
      input_tokens(gen_ai_buckets(3)),
      output_tokens(gen_ai_buckets(3)) {}

Simulation::Simulation(const SimConfig& config)
    : config_(config),
      topology_(make_topology(config.replicas, config.stack)),
      workload_(config_),
      routing_(config.seed, "routing"),
      proxy_host_(config.seed, 0, proxy_pod_profile()) {
  for (std::size_t i = 0; i < topology_.replicas(); ++i) replicas_.emplace_back(config_, i);
  for (std::size_t pod = 0; pod < topology_.pods.size(); ++pod) edges_.push_back(make_edge(topology_, pod));
  if (config_.stack == Stack::full) {
    for (const HookType& type : hook_types()) hooks_.push_back(type.make(config_, topology_));
  }
  push(workload_.next_arrival(0), Kind::arrival, 0);
  push(kSampleSeconds, Kind::sample, 0);
}

Simulation::~Simulation() = default;

void Simulation::push(double time, Kind kind, std::size_t index, std::uint64_t id) {
  events_.push({time, order_++, kind, index, id});
}

void Simulation::at(double time, std::function<void()> what) {
  std::size_t slot = calls_.size();
  if (free_calls_.empty()) {
    calls_.emplace_back();
  } else {
    slot = free_calls_.back();
    free_calls_.pop_back();
  }
  calls_[slot] = std::move(what);
  push(std::max(time, now_), Kind::call, slot);
}

const RequestHook* Simulation::hook(std::string_view name) const {
  for (std::size_t i = 0; i < hooks_.size(); ++i) {
    if (hook_types()[i].name == name) return hooks_[i].get();
  }
  return nullptr;
}

RequestHook* Simulation::hook(std::string_view name) {
  return const_cast<RequestHook*>(std::as_const(*this).hook(name));
}

Replica* Simulation::find_replica(std::string_view name) {
  for (std::size_t i = 0; i < replicas_.size(); ++i) {
    const Pod& pod = topology_.replica_pod(i);
    if (name == pod.container || name == pod.name) return &replicas_[i];
  }
  return nullptr;
}

Host* Simulation::find_host(std::string_view name) {
  if (Replica* replica = find_replica(name)) return &replica->host;
  return name == topology_.pods[0].container || name == topology_.pods[0].name ? &proxy_host_ : nullptr;
}

void Simulation::advance_to(double time) {
  while (!events_.empty() && events_.top().time <= time) {
    const Event event = events_.top();
    events_.pop();
    now_ = event.time;
    handle(event);
  }
  now_ = std::max(now_, time);
}

void Simulation::handle(const Event& event) {
  switch (event.kind) {
    case Kind::arrival: return on_arrival();
    case Kind::queued: return on_queued(event.index);
    case Kind::step_end: replicas_[event.index].engine.end_step(now_, *this); return kick(replicas_[event.index]);
    case Kind::delivered: return on_delivered(event.index);
    case Kind::timeout: return on_timeout(event.index, event.id);
    case Kind::sample: return on_sample();
    case Kind::fault_begin:
      // A planned fault was checked when it was planned; one that is there already is simply prolonged.
      static_cast<void>(
          inject(planned_[event.index].type, planned_[event.index].target, planned_[event.index].parameters).ok());
      return;
    case Kind::fault_end: return remove_faults(planned_[event.index].type, planned_[event.index].target);
    case Kind::call: {
      // It may plan further calls, so it leaves its slot first.
      const std::function<void()> what = std::move(calls_[event.index]);
      free_calls_.push_back(event.index);
      return what();
    }
  }
}

std::size_t Simulation::choose_replica() {
  const std::size_t count = replicas_.size();
  switch (config_.routing) {
    case Routing::round_robin: return round_robin_++ % count;
    case Routing::least_outstanding: {
      // Ties go round, as nginx's least_conn does.
      std::size_t best = round_robin_++ % count;
      for (std::size_t i = 1; i < count; ++i) {
        const std::size_t other = (round_robin_ - 1 + i) % count;
        if (replicas_[other].outstanding < replicas_[best].outstanding) best = other;
      }
      return best;
    }
    case Routing::power_of_two: break;
  }
  const std::size_t first = routing_.below(count);
  if (count == 1) return first;
  const std::size_t second = (first + 1 + routing_.below(count - 1)) % count;
  return replicas_[second].outstanding < replicas_[first].outstanding ? second : first;
}

std::size_t Simulation::new_slot() {
  if (!free_slots_.empty()) {
    const std::size_t slot = free_slots_.back();
    free_slots_.pop_back();
    std::vector<KvCache::BlockId> blocks = std::move(requests_[slot].blocks);
    requests_[slot] = Request{};
    requests_[slot].blocks = std::move(blocks);  // its memory, it is empty
    return slot;
  }
  requests_.emplace_back();
  return requests_.size() - 1;
}

void Simulation::on_arrival() {
  push(workload_.next_arrival(now_), Kind::arrival, 0);
  // Every user waits for an answer: the pacer has nobody to send with.
  if (client_.in_flight >= config_.users) return;
  const Workload::Prompt prompt = workload_.next_prompt();
  ++client_.sent;
  const double request_bytes = cal::kRequestBytesBase + cal::kBytesPerToken * prompt.prompt;
  const std::size_t chosen = choose_replica();
  const std::size_t connection = routing_.below(kConnectionsPerEdge);
  proxy_host_.book(0.0006);
  if (replicas_[chosen].outstanding >= kMaxOngoing) {
    ++client_.refused;
    edges_[0].connections[connection].unavailable_ms.observe(cal::kProxyMs);
    return;
  }
  ++client_.in_flight;
  Replica& replica = replicas_[chosen];
  ++replica.outstanding;
  ++replica.processing;
  proxy_host_.transfer(request_bytes, request_bytes);
  replica.host.transfer(request_bytes, 0);
  edges_[0].connections[connection].request_bytes += request_bytes;
  edges_[chosen + 1].connections[connection].request_bytes += request_bytes;

  const std::size_t slot = new_slot();
  Request& request = requests_[slot];
  request.id = ++last_id_;
  request.slot = slot;
  request.conversation = prompt.conversation;
  request.prompt = prompt.prompt;
  request.max_output = prompt.output;
  request.shared_prefix = config_.shared_prefix_tokens;
  request.replica = chosen;
  request.connection = connection;
  request.sent = now_;
  request.received = now_ + 1e-3 * (cal::kProxyMs + 2 * cal::kNetworkMs);
  const double host_work = 1e-3 * cal::kRequestHostMs;
  replica.host.book(host_work);
  push(request.received + replica.host.run(request.received, host_work), Kind::queued, slot, request.id);
  push(now_ + kReadTimeout, Kind::timeout, slot, request.id);
}

void Simulation::on_queued(std::size_t slot) {
  Request& request = requests_[slot];
  Replica& replica = replicas_[request.replica];
  replica.engine.add(request, now_);
  kick(replica);
}

void Simulation::kick(Replica& replica) {
  if (replica.engine.stepping()) return;
  const double end = replica.engine.start_step(now_, *this);
  if (end >= 0) push(end, Kind::step_end, replica.index);
}

void Simulation::token(Request& request, double now) {
  Replica& replica = replicas_[request.replica];
  replica.host.stream_segment(cal::kChunkBytes);
  replica.host.book(1e-3 * cal::kTokenHostMs);
  proxy_host_.stream_segment(cal::kChunkBytes);
  const double netem = replica.host.packet_delay();
  const double round_trip = 2e-3 * cal::kNetworkMs + netem;
  double delivered = now + 1e-3 * (cal::kTokenHostMs + cal::kProxyMs + 2 * cal::kNetworkMs) + netem;
  // TCP hands bytes over in order: a packet that was overtaken holds up those behind it.
  const bool reordered = delivered < request.last_delivered;
  if (reordered) delivered = request.last_delivered;
  if (netem > 0) replica.host.segment(round_trip, reordered);
  if (request.first_delivered < 0) {
    request.first_delivered = delivered;
    client_.first_chunk.observe(delivered - request.sent);
  } else {
    client_.chunk_gap.observe(delivered - request.last_delivered);
  }
  request.last_delivered = delivered;
}

void Simulation::left(Request& request, double now) {
  Replica& replica = replicas_[request.replica];
  --replica.processing;
  if (request.aborted) {
    ++replica.failed;
    return close_request(request.slot);
  }
  ++replica.served;
  replica.processing_latency_ms.observe(1e3 * (now - request.received));
  replica.http_latency_ms.observe(1e3 * (now - request.received) + 2 * cal::kNetworkMs + cal::kTokenHostMs);
  push(request.last_delivered, Kind::delivered, request.slot, request.id);
}

void Simulation::on_delivered(std::size_t slot) {
  const Request& request = requests_[slot];
  if (request.aborted) return close_request(slot);  // the proxy had given up before the answer came
  --replicas_[request.replica].outstanding;
  --client_.in_flight;
  ++client_.answered;
  client_.duration.observe(now_ - request.sent);
  client_.input_tokens.observe(request.prompt);
  client_.output_tokens.observe(request.generated);
  const double response_bytes = cal::kChunkBytes * request.generated;
  const double inner = now_ - request.sent - 1e-3 * (cal::kProxyMs + 2 * cal::kNetworkMs);
  const auto account = [&](Connection& connection, double seconds) {
    connection.ok_ms.observe(1e3 * seconds);
    connection.response_bytes += response_bytes;
  };
  account(edges_[0].connections[request.connection], now_ - request.sent);
  account(edges_[request.replica + 1].connections[request.connection], inner);
  workload_.answered(request.conversation, request.tokens());
  close_request(slot);
}

void Simulation::on_timeout(std::size_t slot, std::uint64_t id) {
  Request& request = requests_[slot];
  if (request.id != id || request.aborted) return;
  if (request.first_delivered >= 0 && request.first_delivered <= now_) return;
  // nginx gives up; vLLM notices that its client is gone and aborts.
  request.aborted = true;
  Replica& replica = replicas_[request.replica];
  replica.engine.notice_abort();
  --replica.outstanding;
  --client_.in_flight;
  ++client_.timed_out;
  for (const std::size_t edge : {std::size_t{0}, request.replica + 1}) {
    edges_[edge].connections[request.connection].timed_out_ms.observe(1e3 * (now_ - request.sent));
  }
  kick(replica);
}

void Simulation::close_request(std::size_t slot) {
  requests_[slot].id = 0;
  free_slots_.push_back(slot);
}

void Simulation::on_sample() {
  for (Replica& replica : replicas_) {
    const double busy = replica.engine.sample(kSampleSeconds);
    replica.gpu.sample(kSampleSeconds, replica.noise.normal());
    replica.host.sample(kSampleSeconds, busy);
  }
  proxy_host_.sample(kSampleSeconds, 0);
  push(now_ + kSampleSeconds, Kind::sample, 0);
}

}  // namespace llmsim
