// How a request finds a replica, and what becomes of it until its answer is delivered.
#include <algorithm>
#include <functional>
#include <string>
#include <utility>

#include "tests/testbed/llmsim/simulation.h"
#include "tests/testbed/llmsim/stack/full_stack.h"

namespace llmsim {
namespace {

namespace cal = calibration;

constexpr std::size_t kConnectionsPerEdge = 4;
constexpr double kReadTimeout = 60;  // nginx's proxy_read_timeout
constexpr int kMaxOngoing = 500;     // of a Ray Serve replica, as the reference deploys it

}  // namespace

std::size_t Simulation::choose_replica(std::uint64_t conversation) {
  const std::size_t count = replicas_.size();
  const auto is_down = [](const Replica& replica) { return replica.down; };
  if (std::any_of(replicas_.begin(), replicas_.end(), is_down)) {
    std::vector<std::size_t> up;
    for (const Replica& replica : replicas_) {
      if (!replica.down) up.push_back(replica.index);
    }
    return choose_among(up);
  }
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
    case Routing::session_affinity: return hash_combine(0x726f757465ULL, conversation) % count;
    case Routing::power_of_two: break;
  }
  const std::size_t first = routing_.below(count);
  if (count == 1) return first;
  const std::size_t second = (first + 1 + routing_.below(count - 1)) % count;
  return replicas_[second].outstanding < replicas_[first].outstanding ? second : first;
}

std::size_t Simulation::choose_among(const std::vector<std::size_t>& up) {
  std::size_t best = SIZE_MAX;
  for (const std::size_t index : up) {
    if (best == SIZE_MAX || replicas_[index].outstanding < replicas_[best].outstanding) best = index;
  }
  return best;
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
  start_request(prompt, nullptr);
}

void Simulation::start_model(const std::shared_ptr<Attempt>& attempt) {
  const RequestAttributes& a = attempt->attributes;
  start_request({.conversation = a.session, .prompt = a.prompt_tokens, .output = a.output_tokens}, attempt);
}

void Simulation::fill_request(Request& request, const std::shared_ptr<Attempt>& attempt) {
  RequestAttributes& a = attempt->attributes;
  a.replica = request.replica;
  a.model_version = replicas_[request.replica].model_version;
  each_hook([&](RequestHook& hook) { hook.routed(a); });
  request.attempt = attempt;
  request.max_output = std::max(1, std::min(a.output_tokens, a.max_tokens));
  a.output_tokens = request.max_output;
  request.asked_tokens = a.max_tokens;
  request.shared_prefix = a.template_tokens;
  request.prefix_seed =
      static_cast<std::uint64_t>(a.prompt_template) * 64 + static_cast<std::uint64_t>(a.template_version);
  request.stable_prompt = a.template_tokens + a.history_tokens;
  // A history that lost its beginning shares nothing with the turn before.
  if (a.truncated_tokens > 0) request.conversation = hash_combine(request.conversation, a.id);
}

void Simulation::start_request(const Workload::Prompt& prompt, const std::shared_ptr<Attempt>& attempt) {
  const double request_bytes = cal::kRequestBytesBase + cal::kBytesPerToken * prompt.prompt;
  const std::size_t chosen = choose_replica(prompt.conversation);
  const std::size_t connection = routing_.below(kConnectionsPerEdge);
  proxy_host_.book(0.0006);
  ++router_.requests;
  if (chosen == SIZE_MAX || replicas_[chosen].outstanding >= kMaxOngoing) {
    edges_[0].connections[connection].unavailable_ms.observe(cal::kProxyMs);
    if (attempt) return full_->model_done(attempt, Outcome::overloaded);
    ++client_.refused;
    return;
  }
  ++router_.in_flight;
  if (!attempt) ++client_.in_flight;
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
  if (attempt) fill_request(request, attempt);
  const double host_work = 1e-3 * cal::kRequestHostMs;
  replica.host.book(host_work);
  push(request.received + replica.host.run(request.received, host_work), Kind::queued, slot, request.id);
  push(now_ + kReadTimeout, Kind::timeout, slot, request.id);
}

void Simulation::on_queued(std::size_t slot) {
  Request& request = requests_[slot];
  Replica& replica = replicas_[request.replica];
  replica.engine.add(request, now_);
  if (request.aborted) replica.engine.notice_abort();
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
    if (!request.attempt) client_.first_chunk.observe(delivered - request.sent);
  } else if (!request.attempt) {
    client_.chunk_gap.observe(delivered - request.last_delivered);
  }
  if (request.attempt) full_->token(*request.attempt, delivered);
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
  request.finished_at = now;
  replica.processing_latency_ms.observe(1e3 * (now - request.received));
  replica.http_latency_ms.observe(1e3 * (now - request.received) + 2 * cal::kNetworkMs + cal::kTokenHostMs);
  push(request.last_delivered, Kind::delivered, request.slot, request.id);
}

void Simulation::on_delivered(std::size_t slot) {
  const Request& request = requests_[slot];
  if (request.aborted) return close_request(slot);  // the proxy had given up before the answer came
  --replicas_[request.replica].outstanding;
  --router_.in_flight;
  if (!request.attempt) {
    --client_.in_flight;
    ++client_.answered;
    client_.duration.observe(now_ - request.sent);
    client_.input_tokens.observe(request.prompt);
    client_.output_tokens.observe(request.generated);
  }
  const double response_bytes = cal::kChunkBytes * request.generated;
  const double inner = now_ - request.sent - 1e-3 * (cal::kProxyMs + 2 * cal::kNetworkMs);
  const auto account = [&](Connection& connection, double seconds) {
    connection.ok_ms.observe(1e3 * seconds);
    connection.response_bytes += response_bytes;
  };
  account(edges_[0].connections[request.connection], now_ - request.sent);
  account(edges_[request.replica + 1].connections[request.connection], inner);
  const std::shared_ptr<Attempt> attempt = request.attempt;
  if (attempt) {
    full_->model_called(*attempt, kChatApp, topology_.pods[0].container, request.sent, 200);
    full_->model_called(*attempt, topology_.pods[0].container, topology_.replica_pod(request.replica).container,
                        request.received, 200);
  } else {
    workload_.answered(request.conversation, request.tokens());
  }
  close_request(slot);
  if (attempt) full_->model_done(attempt, Outcome::answered);
}

void Simulation::on_timeout(std::size_t slot, std::uint64_t id) {
  Request& request = requests_[slot];
  if (request.id != id || request.aborted) return;
  if (request.first_delivered >= 0 && request.first_delivered <= now_) return;
  abort_request(request, Outcome::timed_out);
}

// nginx gives up; vLLM notices that its client is gone and aborts.
void Simulation::abort_request(Request& request, Outcome outcome) {
  request.aborted = true;
  Replica& replica = replicas_[request.replica];
  replica.engine.notice_abort();
  --replica.outstanding;
  --router_.in_flight;
  const int status = http_status(outcome);
  for (const std::size_t edge : {std::size_t{0}, request.replica + 1}) {
    edges_[edge].connections[request.connection].observe(status, 1e3 * (now_ - request.sent));
  }
  const std::shared_ptr<Attempt> attempt = std::move(request.attempt);
  if (attempt) {
    full_->model_called(*attempt, topology_.pods[0].container, topology_.replica_pod(request.replica).container,
                        request.received, status);
    full_->model_done(attempt, outcome);
  } else {
    --client_.in_flight;
    ++client_.timed_out;
  }
  kick(replica);
}

void Simulation::restart_replica(Replica& replica, std::string_view image, int model_version) {
  if (replica.down || !full_) return;
  replica.down = true;
  containers_[replica.index + 1].ready = false;
  start_container(replica, image, model_version, [] {});
}

void Simulation::roll_replica(Replica& replica, std::string_view image, int model_version,
                              std::function<void()> ready) {
  if (replica.down || !full_) return;
  replica.down = true;
  containers_[replica.index + 1].ready = false;
  drain(replica, now_ + cal::kGraceSeconds,
        [this, &replica, image = std::string(image), model_version, ready = std::move(ready)] {
          start_container(replica, image, model_version, ready);
        });
}

void Simulation::drain(Replica& replica, double until, std::function<void()> then) {
  constexpr double kLook = 0.5;
  if (replica.outstanding == 0 || now_ >= until) return then();
  at(now_ + kLook, [this, &replica, until, then = std::move(then)] { drain(replica, until, then); });
}

void Simulation::start_container(Replica& replica, std::string_view image, int model_version,
                                 std::function<void()> ready) {
  const std::size_t pod = replica.index + 1;
  ContainerState& state = containers_[pod];
  ++state.restarts;
  state.restarted = now_;
  if (!image.empty()) state.image = image;
  for (Request& request : requests_) {
    if (request.id != 0 && request.replica == replica.index && !request.aborted && request.finished_at < 0) {
      abort_request(request, Outcome::model_failed);
    }
  }
  const double pull = now_ + cal::kContainerStartSeconds;
  const double read = full_->disk(topology_.pods[pod].node).read(pull, cal::kWeightBytes / 1e6, cal::kWeightBytes);
  replica.host.read_from_disk(cal::kWeightBytes, 0, read);
  at(pull + read + cal::kEngineStartSeconds, [this, &replica, model_version, pod, ready = std::move(ready)] {
    replica.engine.restart();
    replica.model_version = model_version;
    replica.down = false;
    containers_[pod].ready = true;
    ready();
  });
}

void Simulation::close_request(std::size_t slot) {
  requests_[slot].id = 0;
  requests_[slot].attempt.reset();
  free_slots_.push_back(slot);
}

}  // namespace llmsim
