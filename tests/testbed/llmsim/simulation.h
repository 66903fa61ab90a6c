// The whole stack as one discrete-event simulation: load generator → nginx → replicas, with their GPUs, hosts and
// links.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <queue>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/result.h"
#include "tests/testbed/llmsim/config.h"
#include "tests/testbed/llmsim/engine.h"
#include "tests/testbed/llmsim/faults/fault.h"
#include "tests/testbed/llmsim/gpu.h"
#include "tests/testbed/llmsim/histogram.h"
#include "tests/testbed/llmsim/host.h"
#include "tests/testbed/llmsim/request_attributes.h"
#include "tests/testbed/llmsim/topology.h"
#include "tests/testbed/llmsim/workload.h"

namespace llmsim {

class FullStack;

// One replica of the model: a pod with an engine, a GPU, and a Ray Serve replica around it.
struct Replica {
  Replica(const SimConfig& config, std::size_t replica_index);
  std::size_t index;
  Host host;
  Random noise;  // of the power reading
  Gpu gpu;
  Engine engine;
  int outstanding = 0;  // requests that the proxy has sent here and not yet seen the end of
  int processing = 0;   // requests in the Ray Serve replica
  std::uint64_t served = 0;
  std::uint64_t failed = 0;
  int model_version = 0;            // index into Topology::model_versions
  bool down = false;                // starts anew, and takes no requests
  Histogram processing_latency_ms;  // of the Ray Serve replica
  Histogram http_latency_ms;        // of the Ray Serve proxy on the same node
};

// One TCP connection through the waypoint. Connections are kept alive and carry many requests.
struct Connection {
  Connection(std::string from, std::string to);
  // A request that ended with this HTTP status.
  void observe(int status, double milliseconds);
  std::string source, destination;                // address:port
  Histogram ok_ms, unavailable_ms, timed_out_ms;  // durations of 200, 503, 504
  std::map<int, Histogram> other_ms;              // of other statuses; the full stack only
  double request_bytes = 0, response_bytes = 0;
};

struct Edge {
  std::string source;           // llm-benchmark, nginx-proxy …
  std::size_t destination = 0;  // index of the pod; SIZE_MAX: outside the cluster
  std::string service = {};     // empty: as the destination in the reference's stack
  std::vector<Connection> connections = {};
};

// What the load generator measures (OpenTelemetry's GenAI client metrics).
struct Client {
  Client();
  Histogram duration, first_chunk, chunk_gap;
  Histogram input_tokens, output_tokens;
  std::map<int, Histogram> errors;  // durations by HTTP status; the full stack only
  void observe_error(int status, double seconds);
  std::uint64_t sent = 0, answered = 0, refused = 0, timed_out = 0;
  int in_flight = 0;
};

// What nginx counts.
struct RouterCounters {
  std::uint64_t requests = 0;
  int in_flight = 0;
};

// What Kubernetes knows of one container that changes.
struct ContainerState {
  std::string image;      // empty: as the topology has it
  double restarted = -1;  // seconds of the simulation; negative: runs since before it
  int restarts = 0;
  int generation = 1;  // of the object that owns it
  bool ready = true;
};

// An injected fault, as GET /truth tells it.
struct FaultRecord {
  std::string type;
  std::string target;
  double begin = 0;         // seconds of the simulation
  double end = -1;          // negative: still there
  std::string fault_class;  // of the catalogue of root causes
  std::string entity;       // at fault, as the catalogue of signals names it
  FaultParameters parameters = {};
};

class Simulation : private EngineListener {
 public:
  explicit Simulation(const SimConfig& config);
  ~Simulation() override;
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  // Simulates up to `time` (seconds of the simulation); does nothing when that is past.
  void advance_to(double time);
  [[nodiscard]] double now() const { return now_; }
  // Unix time of now().
  [[nodiscard]] double unix_now() const { return config_.start + now_; }

  // Starts a fault at now(). An empty target is the type's default; parameters that are not given have theirs. Errors:
  // unknown type, target or parameter, or the same fault is there already.
  rca::Result<void> inject(std::string_view type, std::string_view target = {}, const FaultParameters& parameters = {});
  // Ends all faults at now(), or those that match (empty: any).
  void remove_faults(std::string_view type = {}, std::string_view target = {});
  // Plans a fault: from `begin` for `duration` seconds.
  rca::Result<void> plan_fault(std::string_view type, std::string_view target, double begin, double duration,
                               const FaultParameters& parameters = {});
  [[nodiscard]] const std::vector<FaultRecord>& faults() const { return records_; }

  // --- what faults turn, and what the parts of the stack ask
  // The replica in the container or pod of this name; null: there is none.
  Replica* find_replica(std::string_view name);
  // The host of the pod or container of this name; null: there is none.
  Host* find_host(std::string_view name);
  // The hook that registered itself under this name; null: there is none (as in the reference's stack).
  RequestHook* hook(std::string_view name);
  [[nodiscard]] const RequestHook* hook(std::string_view name) const;
  // Does `what` at `time` (not before now()), after everything planned before for the same instant.
  void at(double time, std::function<void()> what);

  [[nodiscard]] const SimConfig& config() const { return config_; }
  [[nodiscard]] const Topology& topology() const { return topology_; }
  [[nodiscard]] const std::deque<Replica>& replicas() const { return replicas_; }
  [[nodiscard]] const Host& proxy_host() const { return proxy_host_; }
  // Edge 0: load generator → nginx; edge i + 1: nginx → replica i.
  [[nodiscard]] const std::vector<Edge>& edges() const { return edges_; }
  [[nodiscard]] const Client& client() const { return client_; }
  [[nodiscard]] const RouterCounters& router() const { return router_; }
  // The host of pod `pod` of the topology.
  [[nodiscard]] const Host& host_of(std::size_t pod) const;
  Host& host_of(std::size_t pod) { return const_cast<Host&>(std::as_const(*this).host_of(pod)); }
  [[nodiscard]] const ContainerState& container(std::size_t pod) const { return containers_[pod]; }
  // Another configuration was rolled out to the pod's owner; its pods keep running.
  void bump_generation(std::size_t pod) { ++containers_[pod].generation; }
  // Another image (empty: the topology's) was rolled out to the pod, which was drained before: no request fails.
  void set_image(std::size_t pod, std::string_view image) {
    containers_[pod].image = image;
    bump_generation(pod);
  }

  // Something that the engine waits for may be there now.
  void wake(Replica& replica) { kick(replica); }

  // --- the full stack only
  // Null in the reference's stack.
  [[nodiscard]] FullStack* full() { return full_.get(); }
  [[nodiscard]] const FullStack* full() const { return full_.get(); }
  template <typename Function>
  void each_hook(Function function) {
    for (const std::unique_ptr<RequestHook>& hook : hooks_) function(*hook);
  }
  // Sends the prompt of `attempt` through nginx to a replica; FullStack::model_done is called in the end.
  void start_model(const std::shared_ptr<Attempt>& attempt);
  // The container of the replica dies and is started anew with this image (empty: the same) and model version: its
  // requests fail, its weights are read from the node's volume, and then it takes requests again.
  void restart_replica(Replica& replica, std::string_view image, int model_version);
  // The same as Kubernetes rolls a deployment out: the replica gets no more requests and ends those that it has, within
  // the grace period, before its container is exchanged. `ready`: called when it takes requests again.
  void roll_replica(Replica& replica, std::string_view image, int model_version, std::function<void()> ready);

 private:
  enum class Kind : std::uint8_t {
    arrival,
    queued,
    step_end,
    delivered,
    timeout,
    sample,
    fault_begin,
    fault_end,
    call
  };
  struct Event {
    double time;
    std::uint64_t order;  // events of the same instant happen in the order they were planned
    Kind kind;
    std::size_t index;  // replica, request slot, planned fault or slot of a function
    std::uint64_t id;   // of the request: slots are used again
    bool operator>(const Event& other) const { return time != other.time ? time > other.time : order > other.order; }
  };
  struct ActiveFault {
    std::unique_ptr<Fault> fault;
    std::size_t record;
  };

  void push(double time, Kind kind, std::size_t index, std::uint64_t id = 0);
  void handle(const Event& event);
  void on_arrival();
  void start_request(const Workload::Prompt& prompt, const std::shared_ptr<Attempt>& attempt);
  void fill_request(Request& request, const std::shared_ptr<Attempt>& attempt);
  void abort_request(Request& request, Outcome outcome);
  void on_queued(std::size_t slot);
  void on_delivered(std::size_t slot);
  void on_timeout(std::size_t slot, std::uint64_t id);
  void on_sample();
  void kick(Replica& replica);
  // SIZE_MAX: none takes requests.
  std::size_t choose_replica(std::uint64_t conversation);
  std::size_t choose_among(const std::vector<std::size_t>& up);
  std::size_t new_slot();
  void close_request(std::size_t slot);
  void drain(Replica& replica, double until, std::function<void()> then);
  void start_container(Replica& replica, std::string_view image, int model_version, std::function<void()> ready);
  // A record of the fault as it would be injected, checked.
  [[nodiscard]] rca::Result<FaultRecord> check_fault(std::string_view type, std::string_view target,
                                                     const FaultParameters& parameters) const;

  void token(Request& request, double now) override;
  void left(Request& request, double now) override;

  SimConfig config_;
  Topology topology_;
  Workload workload_;
  Random routing_;
  std::deque<Replica> replicas_;
  Host proxy_host_;
  std::vector<Edge> edges_;
  Client client_;
  RouterCounters router_;
  std::vector<ContainerState> containers_;  // of each pod
  std::unique_ptr<FullStack> full_;

  std::vector<std::unique_ptr<RequestHook>> hooks_;  // as hook_types() has them; empty in the reference's stack

  double now_ = 0;
  std::uint64_t order_ = 0;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::uint64_t last_id_ = 0;
  std::size_t round_robin_ = 0;
  std::deque<Request> requests_;  // slots
  std::vector<std::size_t> free_slots_;
  std::vector<std::function<void()>> calls_;  // slots
  std::vector<std::size_t> free_calls_;
  std::vector<ActiveFault> active_;
  std::vector<FaultRecord> records_;
  std::vector<FaultRecord> planned_;
};

}  // namespace llmsim
