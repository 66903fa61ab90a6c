// What the full stack has around the reference's: users of several tenants → gateway → chat application → session
// store, vector store, tools and, through nginx, the replicas; with batch jobs beside them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>
#include <vector>

#include "tests/testbed/llmsim/stack/app.h"
#include "tests/testbed/llmsim/stack/attempt.h"
#include "tests/testbed/llmsim/stack/disk.h"
#include "tests/testbed/llmsim/stack/gateway.h"
#include "tests/testbed/llmsim/stack/neighbours.h"
#include "tests/testbed/llmsim/stack/session_store.h"
#include "tests/testbed/llmsim/stack/tenants.h"
#include "tests/testbed/llmsim/stack/tool_api.h"
#include "tests/testbed/llmsim/stack/vector_store.h"

namespace llmsim {

class Simulation;
struct Client;
struct Edge;

class FullStack {
 public:
  // `client` is what the users measure. Everything but the parts of the reference's stack, whose machinery is called
  // through `simulation`.
  FullStack(Simulation& simulation, Client& client);

  // --- called by the simulation
  void start();
  void sample(double seconds);
  // A token of the model's answer is at the application at `time` (not before now).
  void token(Attempt& attempt, double time);
  void model_done(const std::shared_ptr<Attempt>& attempt, Outcome outcome) { app_.model_done(attempt, outcome); }
  void model_called(const Attempt& attempt, std::string_view caller, std::string_view callee, double begin, int status);
  [[nodiscard]] Host& host(std::size_t pod) { return hosts_[pod - first_pod_]; }
  [[nodiscard]] const Host& host(std::size_t pod) const { return hosts_[pod - first_pod_]; }

  // --- parts, for faults and exporters
  [[nodiscard]] TenantLoad& tenants() { return tenants_; }
  [[nodiscard]] Gateway& gateway() { return *gateway_; }
  [[nodiscard]] const Gateway& gateway() const { return *gateway_; }
  [[nodiscard]] App& app() { return app_; }
  [[nodiscard]] const App& app() const { return app_; }
  [[nodiscard]] VectorStore& vector_store() { return vector_store_; }
  [[nodiscard]] const VectorStore& vector_store() const { return vector_store_; }
  [[nodiscard]] SessionStore& session_store() { return session_store_; }
  [[nodiscard]] const SessionStore& session_store() const { return session_store_; }
  [[nodiscard]] ToolApi& tools() { return tools_; }
  [[nodiscard]] Neighbours& neighbours() { return neighbours_; }
  // The volume of the node.
  [[nodiscard]] Disk& disk(std::size_t node) { return disks_[node]; }
  [[nodiscard]] const Disk& disk(std::size_t node) const { return disks_[node]; }

  // A client that asks for one conversation again and again, at random instants; a rate of 0 ends it.
  void set_hot_key(std::size_t tenant, std::uint64_t session, double rate, int history_tokens);

  // What the mesh saw between users, gateway, application, vector store and tools.
  [[nodiscard]] const std::vector<Edge>& edges() const { return edges_; }
  // TCP connections opened to the session store, which speaks no HTTP.
  [[nodiscard]] std::uint64_t session_connections() const;

 private:
  void arrive(std::size_t tenant);
  void arrive_hot(std::uint64_t generation);
  void send(const std::shared_ptr<UserRequest>& user);
  void answer(UserRequest& user, Outcome outcome, double time);
  Gateway::Wiring gateway_wiring();
  App::Wiring app_wiring();
  void called(const Attempt& attempt, std::string_view callee, std::string_view operation, double begin, int status);
  // Seconds that a packet needs to leave the pod and arrive.
  static double hop(Host& from);

  Simulation& simulation_;
  Client& client_;
  std::size_t first_pod_;
  std::deque<Host> hosts_;  // of the pods after the replicas'
  std::deque<Disk> disks_;  // of each node
  Host& gateway_host_;
  Host& app_host_;
  TenantLoad tenants_;
  std::unique_ptr<Gateway> gateway_;
  SessionStore session_store_;
  VectorStore vector_store_;
  ToolApi tools_;
  App app_;
  Neighbours neighbours_;
  std::vector<Edge> edges_;
  Random connections_;
  Random hot_random_;
  struct HotKey {
    std::size_t tenant = 0;
    std::uint64_t session = 0;
    double rate = 0;
    int history = 0;
    std::uint64_t generation = 0;
  };
  HotKey hot_;
  std::uint64_t last_id_ = 0;
};

}  // namespace llmsim
