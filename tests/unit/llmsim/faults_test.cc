// Each fault moves what it should, in the replica it is in, and nothing of the others beyond the load that shifts.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/testbed/llmsim/simulation.h"

namespace llmsim {
namespace {

constexpr std::size_t kTarget = 2;  // ray-replicas-1
constexpr std::size_t kPeer = 1;

// Means over a window, of one replica.
struct Window {
  double step = 0, inter_token = 0, first_token = 0, engine_e2e = 0;  // seconds
  double running = 0, clock = 0, power = 0, cpu = 0, working_set = 0;
  double throttled = 0, major_faults = 0, retransmits = 0;  // per second
};

struct ClientWindow {
  double duration = 0, first_chunk = 0, gap = 0, errors = 0;
};

class FaultTest : public testing::Test {
 protected:
  static double mean(const Histogram& before, const Histogram& after) {
    return (after.sum() - before.sum()) / static_cast<double>(after.count() - before.count());
  }

  // Simulates `seconds` more and measures every replica and the client meanwhile.
  std::pair<std::vector<Window>, ClientWindow> measure(int seconds) {
    std::vector<EngineMetrics> engines;
    std::vector<Host::Counters> hosts;
    for (const Replica& r : simulation_.replicas()) {
      engines.push_back(r.engine.metrics());
      hosts.push_back(r.host.counters());
    }
    const Client client = simulation_.client();
    std::vector<Window> out(engines.size());
    const double begin = simulation_.now();
    for (int second = 1; second <= seconds; ++second) {
      simulation_.advance_to(begin + second);
      for (std::size_t i = 0; i < out.size(); ++i) {
        const Replica& r = simulation_.replicas()[i];
        out[i].running += static_cast<double>(r.engine.running()) / seconds;
        out[i].clock += r.gpu.clock_mhz() / seconds;
        out[i].power += r.gpu.power() / seconds;
        out[i].cpu += r.host.cpu_usage() / seconds;
        out[i].working_set += r.host.working_set() / seconds;
      }
    }
    for (std::size_t i = 0; i < out.size(); ++i) {
      const Replica& r = simulation_.replicas()[i];
      const EngineMetrics& m = r.engine.metrics();
      out[i].step = (m.step_seconds - engines[i].step_seconds) / static_cast<double>(m.steps - engines[i].steps);
      out[i].inter_token = mean(engines[i].inter_token_latency, m.inter_token_latency);
      out[i].first_token = mean(engines[i].time_to_first_token, m.time_to_first_token);
      out[i].engine_e2e = mean(engines[i].e2e_latency, m.e2e_latency);
      out[i].throttled = (r.host.counters().throttled_periods - hosts[i].throttled_periods) / seconds;
      out[i].major_faults = (r.host.counters().major_faults - hosts[i].major_faults) / seconds;
      out[i].retransmits = (r.host.counters().retransmits - hosts[i].retransmits) / seconds;
    }
    ClientWindow seen;
    seen.duration = mean(client.duration, simulation_.client().duration);
    seen.first_chunk = mean(client.first_chunk, simulation_.client().first_chunk);
    seen.gap = mean(client.chunk_gap, simulation_.client().chunk_gap);
    seen.errors = static_cast<double>(simulation_.client().timed_out + simulation_.client().refused);
    return {out, seen};
  }

  void run(const std::string& type) {
    simulation_.advance_to(60);
    std::tie(before_, client_before_) = measure(180);
    ASSERT_TRUE(simulation_.inject(type, "ray-replicas-1").ok());
    simulation_.advance_to(simulation_.now() + 15);
    std::tie(during_, client_during_) = measure(180);
    simulation_.remove_faults();
    simulation_.advance_to(simulation_.now() + 30);
    std::tie(after_, client_after_) = measure(180);
    expect_peers_untouched();
    expect_recovery();
  }

  void expect_peers_untouched() {
    // The target serves fewer requests, so its peers serve a little more.
    EXPECT_NEAR(during_[kPeer].step, before_[kPeer].step, 0.05 * before_[kPeer].step);
    EXPECT_EQ(during_[kPeer].clock, before_[kPeer].clock);
    EXPECT_NEAR(during_[kPeer].cpu, before_[kPeer].cpu, 0.1);
    EXPECT_NEAR(during_[kPeer].working_set, before_[kPeer].working_set, 0.02 * before_[kPeer].working_set);
    EXPECT_EQ(during_[kPeer].major_faults, 0);
    EXPECT_EQ(during_[kPeer].retransmits, 0);
    EXPECT_LT(during_[kPeer].throttled, 0.5);
  }

  void expect_recovery() {
    EXPECT_NEAR(after_[kTarget].step, before_[kTarget].step, 0.03 * before_[kTarget].step);
    EXPECT_NEAR(after_[kTarget].power, before_[kTarget].power, 0.05 * before_[kTarget].power);
    EXPECT_NEAR(after_[kTarget].working_set, before_[kTarget].working_set, 0.03 * before_[kTarget].working_set);
    EXPECT_LT(after_[kTarget].throttled, 0.5);
    EXPECT_NEAR(client_after_.duration, client_before_.duration, 0.03 * client_before_.duration);
    EXPECT_EQ(client_after_.errors, 0);
  }

  Simulation simulation_{SimConfig{}};
  std::vector<Window> before_, during_, after_;
  ClientWindow client_before_, client_during_, client_after_;
};

TEST_F(FaultTest, GpuPowerLimit) {
  run("gpu");
  EXPECT_LE(during_[kTarget].power, 151);
  EXPECT_LT(during_[kTarget].clock, 0.8 * before_[kTarget].clock);
  EXPECT_GT(during_[kTarget].inter_token, 1.25 * before_[kTarget].inter_token);
  EXPECT_GT(during_[kTarget].running, 1.1 * before_[kTarget].running);
  EXPECT_GT(during_[kTarget].first_token, 1.2 * before_[kTarget].first_token);
  EXPECT_GT(client_during_.duration, 1.04 * client_before_.duration);
  EXPECT_NEAR(during_[kTarget].cpu, before_[kTarget].cpu, 0.2) << "the host is fine";
}

TEST_F(FaultTest, CpuStress) {
  run("cpu");
  EXPECT_NEAR(during_[kTarget].cpu, 8, 0.01);
  EXPECT_NEAR(during_[kTarget].throttled, 10, 0.1);
  EXPECT_GT(during_[kTarget].inter_token, 1.25 * before_[kTarget].inter_token);
  EXPECT_GT(during_[kTarget].first_token, 1.15 * before_[kTarget].first_token);
  EXPECT_LT(during_[kTarget].power, 0.9 * before_[kTarget].power) << "the GPU waits for the host";
  EXPECT_EQ(during_[kTarget].clock, before_[kTarget].clock);
  EXPECT_GT(client_during_.duration, 1.04 * client_before_.duration);
}

TEST_F(FaultTest, MemoryStress) {
  run("memory");
  EXPECT_GT(during_[kTarget].working_set, before_[kTarget].working_set + 5e9);
  EXPECT_GT(during_[kTarget].major_faults, 5);
  EXPECT_GT(during_[kTarget].inter_token, 1.04 * before_[kTarget].inter_token);
  EXPECT_LT(during_[kTarget].inter_token, 1.4 * before_[kTarget].inter_token) << "the host side, a little";
  EXPECT_EQ(during_[kTarget].clock, before_[kTarget].clock);
}

TEST_F(FaultTest, NetworkDelay) {
  run("network");
  // Inside the replica nothing happens …
  EXPECT_NEAR(during_[kTarget].inter_token, before_[kTarget].inter_token, 0.05 * before_[kTarget].inter_token);
  EXPECT_NEAR(during_[kTarget].engine_e2e, before_[kTarget].engine_e2e, 0.05 * before_[kTarget].engine_e2e);
  EXPECT_GT(during_[kTarget].retransmits, 0.5);
  // … but a quarter of the answers comes a second later.
  EXPECT_NEAR(client_during_.first_chunk - client_before_.first_chunk, 0.24, 0.06);
  EXPECT_NEAR(client_during_.duration - client_before_.duration, 0.25, 0.1);
}

TEST(FaultControlTest, MistakesAreExplained) {
  Simulation simulation({});
  EXPECT_NE(simulation.inject("gpx", "ray-head").error().message.find("cpu, gpu, memory, network"), std::string::npos);
  EXPECT_NE(simulation.inject("gpu", "ray-replicas-7").error().message.find("ray-head, ray-replicas-0"),
            std::string::npos);
  EXPECT_TRUE(simulation.inject("gpu", "ray-head").ok());
  EXPECT_FALSE(simulation.inject("gpu", "ray-head").ok()) << "it is there already";
  EXPECT_TRUE(simulation.inject("cpu", "ray-head").ok());
  EXPECT_FALSE(simulation.plan_fault("gpu", "ray-head", -1, 5).ok());
  EXPECT_FALSE(simulation.plan_fault("gpu", "nobody", 1, 5).ok());
  EXPECT_NE(simulation.inject("gpu", "", {{"watts", 100}}).error().message.find("watts"), std::string::npos);
  Simulation full(full_stack_config());
  EXPECT_NE(full.inject("tool_failure", "", {{"errors", -1}}).error().message.find("errors"), std::string::npos);
  EXPECT_NE(full.inject("tool_failure", "gateway").error().message.find("order_lookup"), std::string::npos);
  EXPECT_NE(simulation.inject("tool_failure").error().message.find("there are: cpu, gpu"), std::string::npos)
      << "the reference's stack has no tools";
  EXPECT_TRUE(simulation.inject("gpu").ok()) << "in its default target";
  EXPECT_EQ(simulation.faults().back().target, "ray-replicas-1");
}

TEST(FaultControlTest, RecordsTellTheTruth) {
  Simulation simulation({});
  ASSERT_TRUE(simulation.plan_fault("memory", "ray-replicas-0", 10, 20).ok());
  simulation.advance_to(15);
  ASSERT_TRUE(simulation.inject("gpu", "ray-head").ok());
  simulation.advance_to(40);
  simulation.remove_faults("cpu");
  ASSERT_EQ(simulation.faults().size(), 2U);
  EXPECT_EQ(simulation.faults()[0].type, "memory");
  EXPECT_EQ(simulation.faults()[0].target, "ray-replicas-0");
  EXPECT_EQ(simulation.faults()[0].fault_class, "memory_exhaustion");
  EXPECT_EQ(simulation.faults()[0].entity, "llm-raycluster-h7k2p-ray-replicas-0-worker-q4v7z");
  EXPECT_DOUBLE_EQ(simulation.faults()[0].begin, 10);
  EXPECT_DOUBLE_EQ(simulation.faults()[0].end, 30);
  EXPECT_DOUBLE_EQ(simulation.faults()[1].begin, 15);
  EXPECT_LT(simulation.faults()[1].end, 0) << "a fault of another type was removed";
  simulation.remove_faults();
  EXPECT_DOUBLE_EQ(simulation.faults()[1].end, 40);
}

TEST(FaultControlTest, EveryTypeIsWhole) {
  for (const FaultType& type : fault_types()) {
    const Topology topology = make_topology(4, type.stack);
    EXPECT_FALSE(type.fault_class.empty()) << type.name;
    EXPECT_FALSE(type.description.empty()) << type.name;
    EXPECT_NE(type.make(type.parameters), nullptr) << type.name;
    const std::vector<std::string> targets = type.targets(topology);
    EXPECT_NE(std::find(targets.begin(), targets.end(), type.default_target), targets.end()) << type.name;
    for (const std::string& target : targets) EXPECT_FALSE(type.entity(topology, target).empty()) << type.name;
  }
}

TEST(FaultControlTest, PlannedWorkIsDoneInOrder) {
  Simulation simulation({});
  std::vector<int> done;
  simulation.at(5, [&] { done.push_back(2); });
  simulation.at(2, [&] {
    done.push_back(1);
    simulation.at(5, [&] { done.push_back(3); });
    simulation.at(1, [&] { done.push_back(4); });
  });
  simulation.advance_to(2);
  EXPECT_EQ(done, (std::vector<int>{1, 4})) << "what is due already is done at once";
  simulation.advance_to(5);
  EXPECT_EQ(done, (std::vector<int>{1, 4, 2, 3}));
}

}  // namespace
}  // namespace llmsim
