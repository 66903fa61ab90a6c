#include "tests/testbed/llmsim/simulation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "tests/testbed/llmsim/stack/full_stack.h"

namespace llmsim {
namespace {

namespace cal = calibration;

constexpr double kSampleSeconds = 1;
constexpr std::size_t kConnectionsPerEdge = 4;

// Ray Serve's bounds, in milliseconds.
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
  const bool full = topology.stack == Stack::full;
  edge.source = destination != 0 ? "nginx-proxy" : full ? std::string(kChatApp) : "llm-benchmark";
  const std::string source_address = destination != 0 ? topology.pods[0].address
                                     : full           ? topology.pods[topology.find_pod(kChatApp)].address
                                                      : "10.0.0.100";
  edge.destination = destination;
  Random ports(7, "ports", destination);
  for (std::size_t i = 0; i < kConnectionsPerEdge; ++i) {
    edge.connections.emplace_back(source_address + ":" + std::to_string(32768 + ports.below(28000)),
                                  topology.pods[destination].address + (destination == 0 ? ":8080" : ":8000"));
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

Connection::Connection(std::string from, std::string to)
    : source(std::move(from)),
      destination(std::move(to)),
      ok_ms(envoy_buckets()),
      unavailable_ms(envoy_buckets()),
      timed_out_ms(envoy_buckets()) {}

void Connection::observe(int status, double milliseconds) {
  if (status == 200) return ok_ms.observe(milliseconds);
  if (status == 503) return unavailable_ms.observe(milliseconds);
  if (status == 504) return timed_out_ms.observe(milliseconds);
  other_ms.try_emplace(status, envoy_buckets()).first->second.observe(milliseconds);
}

void Client::observe_error(int status, double seconds) {
  errors.try_emplace(status, gen_ai_buckets(0)).first->second.observe(seconds);
  ++(status == 504 ? timed_out : refused);
}

Simulation::Simulation(const SimConfig& config)
    : config_(config),
      topology_(make_topology(config.replicas, config.stack)),
      workload_(config_),
      routing_(config.seed, "routing"),
      proxy_host_(config.seed, 0, proxy_pod_profile()) {
  for (std::size_t i = 0; i < topology_.replicas(); ++i) replicas_.emplace_back(config_, i);
  for (std::size_t pod = 0; pod <= topology_.replicas(); ++pod) edges_.push_back(make_edge(topology_, pod));
  containers_.resize(topology_.pods.size());
  if (config_.stack == Stack::full) {
    for (const HookType& type : hook_types()) hooks_.push_back(type.make(config_, topology_));
    full_ = std::make_unique<FullStack>(*this, client_);
    full_->start();
  } else {
    push(workload_.next_arrival(0), Kind::arrival, 0);
  }
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
  for (std::size_t pod = 0; pod < topology_.pods.size(); ++pod) {
    if (name == topology_.pods[pod].container || name == topology_.pods[pod].name) return &host_of(pod);
  }
  return nullptr;
}

const Host& Simulation::host_of(std::size_t pod) const {
  if (pod == 0) return proxy_host_;
  return pod <= replicas_.size() ? replicas_[pod - 1].host : full_->host(pod);
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

void Simulation::on_sample() {
  for (Replica& replica : replicas_) {
    const double busy = replica.engine.sample(kSampleSeconds);
    replica.gpu.sample(kSampleSeconds, replica.noise.normal());
    replica.host.sample(kSampleSeconds, busy);
  }
  proxy_host_.sample(kSampleSeconds, 0);
  if (full_) full_->sample(kSampleSeconds);
  push(now_ + kSampleSeconds, Kind::sample, 0);
}

}  // namespace llmsim
