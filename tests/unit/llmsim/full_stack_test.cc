// The full stack: what goes in comes out, parts agree on what they count, and the same seed gives the same day.
#include "tests/testbed/llmsim/stack/full_stack.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/testbed/llmsim/exporters/exporter.h"
#include "tests/testbed/llmsim/simulation.h"

namespace llmsim {
namespace {

std::uint64_t total(const App::Outcomes& outcomes) {
  std::uint64_t sum = 0;
  for (const auto& [status, seconds] : outcomes.seconds) sum += seconds.count();
  return sum;
}

// What holds of every run at every moment.
void expect_conserved(const Simulation& simulation) {
  const Client& client = simulation.client();
  const FullStack& full = *simulation.full();
  const Gateway::Counters& gateway = full.gateway().counters();
  EXPECT_EQ(client.sent,
            client.answered + client.refused + client.timed_out + static_cast<std::uint64_t>(client.in_flight));
  EXPECT_EQ(client.answered, client.duration.count());
  // Requests that are on the wire between user and gateway are under way for the user only.
  EXPECT_LE(client.sent - gateway.requests, 2U);
  EXPECT_EQ(gateway.requests, gateway.answered_2xx + gateway.answered_4xx + gateway.answered_5xx +
                                  static_cast<std::uint64_t>(full.gateway().under_way()));
  EXPECT_EQ(gateway.requests, gateway.limit_ok + gateway.limited);
  std::uint64_t hits = 0;
  for (const Gateway::TenantCounters& tenant : full.gateway().tenants()) hits += tenant.hits;
  EXPECT_EQ(hits, gateway.requests);
  EXPECT_LE(gateway.retries, gateway.tries);
  // Each try that reached the application was answered, or is in it.
  EXPECT_LE(gateway.tries - total(full.app().served()) - full.app().under_way(), 2U);
  const SessionStore::Counters& sessions = full.session_store().counters();
  EXPECT_EQ(sessions.gets, sessions.hits + sessions.misses);
  EXPECT_LE(full.session_store().used_memory(), full.session_store().max_memory());
  int outstanding = 0;
  std::uint64_t finished = 0;
  std::uint64_t aborted = 0;
  for (const Replica& replica : simulation.replicas()) {
    outstanding += replica.outstanding;
    finished += replica.engine.metrics().finished;
    aborted += replica.engine.metrics().aborted;
    EXPECT_GE(replica.engine.cache().free_blocks(), 0);
  }
  EXPECT_EQ(outstanding, simulation.router().in_flight);
  EXPECT_LE(finished + aborted, simulation.router().requests);
}

TEST(FullStackTest, RequestsAreConserved) {
  Simulation simulation(full_stack_config());
  for (int second = 20; second <= 600; second += 20) {
    simulation.advance_to(second);
    expect_conserved(simulation);
  }
  EXPECT_NEAR(static_cast<double>(simulation.client().sent), 3000, 200);
  EXPECT_GT(simulation.client().answered, 2700U);
  // The input guard turns a few away; nothing else fails.
  std::uint64_t failed = 0;
  for (const auto& [status, durations] : simulation.client().errors) failed += status >= 500 ? durations.count() : 0;
  EXPECT_LT(failed, 5U) << "a healthy day";
}

TEST(FullStackTest, EveryPartHasWork) {
  Simulation simulation(full_stack_config());
  simulation.advance_to(300);
  const FullStack& full = *simulation.full();
  const auto sent = static_cast<double>(simulation.client().sent);
  EXPECT_NEAR(static_cast<double>(full.vector_store().counters().searches), 0.5 * sent, 0.1 * sent);
  EXPECT_NEAR(static_cast<double>(full.session_store().counters().gets), sent, 0.02 * sent);
  std::uint64_t tools = 0;
  for (const App::Outcomes& tool : full.app().tool_calls()) tools += total(tool);
  EXPECT_NEAR(static_cast<double>(tools), 0.3 * 1.25 * sent, 0.1 * sent);
  EXPECT_GT(full.session_store().counters().hits, sent / 3) << "conversations go on";
  EXPECT_EQ(full.gateway().counters().limited, 0U);
  EXPECT_EQ(full.app().counters().too_long, 0U);
  double shares = 0;
  for (std::size_t i = 0; i < 4; ++i) shares += static_cast<double>(full.gateway().tenants()[i].hits) / sent;
  EXPECT_NEAR(shares, 1, 0.01);
  EXPECT_GT(full.gateway().tenants()[0].hits, 2 * full.gateway().tenants()[3].hits) << "tenants differ";
}

TEST(FullStackTest, TheSameSeedGivesTheSameDay) {
  const auto text = [](std::uint64_t seed) {
    SimConfig config = full_stack_config();
    config.seed = seed;
    Simulation simulation(config);
    simulation.advance_to(120);
    std::string out;
    for (const Target& target : make_targets(simulation.topology(), {})) {
      TextSink sink;
      target.exporter->render(simulation, sink);
      out += sink.text();
    }
    return out;
  };
  const std::string first = text(1);
  EXPECT_EQ(first, text(1));
  EXPECT_NE(first, text(2));
}

TEST(FullStackTest, TargetsAreTold) {
  const Topology topology = make_topology(4, Stack::full);
  std::set<std::string> seen;
  for (const Target& target : make_targets(topology, {})) {
    EXPECT_TRUE(seen.insert(target.job + " " + target.path).second) << target.job << " " << target.path;
  }
  for (const Target& target : make_targets(make_topology(4), {})) {
    EXPECT_TRUE(seen.contains(target.job + " " + target.path)) << "the full stack has all of the reference's";
  }
}

TEST(FullStackTest, ARestartedReplicaLosesItsRequestsAndComesBack) {
  Simulation simulation(full_stack_config());
  simulation.advance_to(120);
  Replica& replica = *simulation.find_replica("ray-replicas-1");
  ASSERT_GT(replica.processing, 0);
  simulation.restart_replica(replica, "image:2", 1);
  EXPECT_TRUE(replica.down);
  simulation.advance_to(140);
  EXPECT_TRUE(replica.down) << "15 GB take a while";
  EXPECT_EQ(replica.processing, 0);
  EXPECT_FALSE(simulation.container(replica.index + 1).ready);
  EXPECT_TRUE(simulation.client().errors.contains(502)) << "answers that had begun break off";
  simulation.advance_to(200);
  EXPECT_FALSE(replica.down);
  EXPECT_EQ(replica.model_version, 1);
  EXPECT_EQ(simulation.container(replica.index + 1).restarts, 1);
  EXPECT_EQ(simulation.container(replica.index + 1).image, "image:2");
  simulation.advance_to(300);
  EXPECT_GT(replica.processing, 0);
  expect_conserved(simulation);
}

TEST(FullStackTest, ARolledReplicaEndsItsRequestsFirst) {
  Simulation simulation(full_stack_config());
  simulation.advance_to(120);
  Replica& replica = *simulation.find_replica("ray-replicas-1");
  ASSERT_GT(replica.processing, 0);
  bool ready = false;
  simulation.roll_replica(replica, "image:2", 1, [&ready] { ready = true; });
  EXPECT_FALSE(simulation.container(replica.index + 1).ready);
  simulation.advance_to(121);
  EXPECT_GT(replica.processing, 0);
  EXPECT_EQ(simulation.container(replica.index + 1).restarts, 0) << "its answers take some seconds";
  simulation.advance_to(150);
  EXPECT_EQ(replica.processing, 0);
  EXPECT_EQ(simulation.container(replica.index + 1).restarts, 1);
  EXPECT_FALSE(ready);
  simulation.advance_to(300);
  EXPECT_TRUE(ready);
  EXPECT_EQ(replica.model_version, 1);
  EXPECT_GT(replica.processing, 0);
  EXPECT_FALSE(simulation.client().errors.contains(502)) << "no answer broke off";
  expect_conserved(simulation);
}

}  // namespace
}  // namespace llmsim
