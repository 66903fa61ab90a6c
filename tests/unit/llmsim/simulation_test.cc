#include "tests/testbed/llmsim/simulation.h"

#include <gtest/gtest.h>

#include "tests/testbed/llmsim/exporters/exporter.h"

namespace llmsim {
namespace {

struct Totals {
  std::uint64_t finished = 0, aborted = 0, generated = 0, prompts = 0, preemptions = 0, queries = 0, hits = 0;
  int processing = 0;
};

Totals totals(const Simulation& simulation) {
  Totals out;
  for (const Replica& replica : simulation.replicas()) {
    const EngineMetrics& m = replica.engine.metrics();
    out.finished += m.finished;
    out.aborted += m.aborted;
    out.generated += m.generation_tokens;
    out.prompts += m.prompt_tokens;
    out.preemptions += m.preemptions;
    out.queries += m.cache_queries;
    out.hits += m.cache_hits;
    out.processing += replica.processing;
  }
  return out;
}

// What holds of every run at every moment.
void expect_conserved(const Simulation& simulation) {
  const Client& client = simulation.client();
  const Totals t = totals(simulation);
  EXPECT_EQ(client.sent,
            client.answered + client.refused + client.timed_out + static_cast<std::uint64_t>(client.in_flight));
  EXPECT_EQ(client.sent - client.refused, t.finished + t.aborted + static_cast<std::uint64_t>(t.processing));
  EXPECT_EQ(client.answered, client.duration.count());
  int outstanding = 0;
  for (const Replica& replica : simulation.replicas()) {
    outstanding += replica.outstanding;
    const auto held = replica.engine.running() + replica.engine.waiting();
    EXPECT_LE(held, static_cast<std::size_t>(replica.processing)) << "some may still be in the API server";
    EXPECT_GE(replica.engine.cache().free_blocks(), 0);
    EXPECT_LE(replica.engine.cache().free_blocks(), replica.engine.cache().capacity());
    if (held == 0) {
      EXPECT_EQ(replica.engine.cache().free_blocks(), replica.engine.cache().capacity());
    }
  }
  EXPECT_EQ(outstanding, client.in_flight);
}

TEST(SimulationTest, RequestsAndTokensAreConserved) {
  Simulation simulation({});
  for (int second = 10; second <= 300; second += 10) {
    simulation.advance_to(second);
    expect_conserved(simulation);
  }
  const Totals t = totals(simulation);
  EXPECT_NEAR(static_cast<double>(simulation.client().sent), 1500, 5) << "a constant pace of 5 per second";
  EXPECT_EQ(t.prompts % 512, 0U);
  EXPECT_GE(t.generated, t.finished * 256);
  EXPECT_LE(t.generated, t.finished * 256 + static_cast<std::uint64_t>(t.processing) * 256);
  EXPECT_EQ(t.preemptions, 0U);
  EXPECT_EQ(t.hits, 0U) << "single turns share nothing";
  EXPECT_EQ(t.queries, t.prompts + 512 * (t.queries - t.prompts) / 512);
}

TEST(SimulationTest, EveryThingIsGivenBackWhenTheLoadStops) {
  SimConfig config;
  config.rate = 0.02;
  config.arrival = Arrival::poisson;
  Simulation simulation(config);
  int idle = 0;
  for (int second = 1; second <= 600; ++second) {
    simulation.advance_to(second);
    expect_conserved(simulation);
    idle += simulation.client().in_flight == 0 ? 1 : 0;
  }
  EXPECT_GT(simulation.client().answered, 2U);
  EXPECT_GT(idle, 300);
}

TEST(SimulationTest, ASmallCachePreemptsAndStillAnswersAll) {
  SimConfig config;
  config.kv_blocks = 1024;
  config.rate = 12;
  config.output_tokens = 1200;
  config.users = 150;
  Simulation simulation(config);
  for (int second = 1; second <= 240; ++second) {
    simulation.advance_to(second);
    expect_conserved(simulation);
  }
  EXPECT_GT(totals(simulation).preemptions, 50U);
  EXPECT_GT(simulation.client().answered, 300U);
  for (const Replica& replica : simulation.replicas()) EXPECT_GT(replica.engine.cache().usage(), 0.8);
}

TEST(SimulationTest, ConversationsHitThePrefixCache) {
  SimConfig config;
  config.multi_turn = 0.7;
  Simulation simulation(config);
  simulation.advance_to(300);
  expect_conserved(simulation);
  const Totals t = totals(simulation);
  const double ratio = static_cast<double>(t.hits) / static_cast<double>(t.queries);
  // A follow-up finds its conversation on one of four replicas, unless it went there before.
  EXPECT_GT(ratio, 0.1);
  EXPECT_LT(ratio, 0.9);
}

TEST(SimulationTest, ASharedPrefixIsComputedOncePerReplica) {
  SimConfig config;
  config.shared_prefix_tokens = 320;
  Simulation simulation(config);
  simulation.advance_to(120);
  const Totals t = totals(simulation);
  const double ratio = static_cast<double>(t.hits) / static_cast<double>(t.queries);
  EXPECT_NEAR(ratio, 320.0 / (512 + 320), 0.03);
}

TEST(SimulationTest, NoStepExceedsTheTokenBudget) {
  SimConfig config;
  config.rate = 40;
  config.prompt_tokens = 3000;
  config.output_tokens = 8;
  Simulation simulation(config);
  simulation.advance_to(60);
  for (const Replica& replica : simulation.replicas()) {
    const Histogram& tokens = replica.engine.metrics().iteration_tokens;
    for (std::size_t i = 0; i < tokens.counts().size(); ++i) {
      if (i >= tokens.buckets().bounds.size() || tokens.buckets().bounds[i] > 2048) {
        EXPECT_EQ(tokens.counts()[i], 0U);
      }
    }
    EXPECT_GT(tokens.count(), 0U);
  }
}

TEST(SimulationTest, OverloadFillsUpToTheUsersAndTimesOutTheRest) {
  SimConfig config;
  config.rate = 400;
  config.users = 3000;
  config.replicas = 2;
  config.output_tokens = 2000;
  Simulation simulation(config);
  for (int second = 10; second <= 150; second += 10) {
    simulation.advance_to(second);
    expect_conserved(simulation);
    EXPECT_LE(simulation.client().in_flight, config.users);
  }
  EXPECT_GT(simulation.client().refused, 0U) << "500 requests are the most a Ray Serve replica takes";
  EXPECT_GT(simulation.client().timed_out, 0U);
  EXPECT_EQ(simulation.replicas()[0].engine.metrics().aborted + simulation.replicas()[1].engine.metrics().aborted,
            totals(simulation).aborted);
}

TEST(SimulationTest, LittlesLawHolds) {
  Simulation simulation({});
  simulation.advance_to(60);
  const std::uint64_t answered = simulation.client().answered;
  const double waited = simulation.client().duration.sum();
  double in_flight = 0;
  constexpr int kLooks = 2400;
  for (int i = 1; i <= kLooks; ++i) {
    simulation.advance_to(60 + 0.25 * i);
    in_flight += simulation.client().in_flight;
  }
  const double seconds = 0.25 * kLooks;
  const double rate = static_cast<double>(simulation.client().answered - answered) / seconds;
  const double mean =
      (simulation.client().duration.sum() - waited) / static_cast<double>(simulation.client().answered - answered);
  EXPECT_NEAR(in_flight / kLooks, rate * mean, 0.03 * rate * mean);
}

TEST(SimulationTest, ArrivalsKeepTheirMeanRate) {
  for (const Arrival arrival : {Arrival::constant, Arrival::poisson, Arrival::burst}) {
    SimConfig config;
    config.arrival = arrival;
    config.output_tokens = 4;
    Simulation simulation(config);
    simulation.advance_to(1200);
    EXPECT_NEAR(static_cast<double>(simulation.client().sent), 6000, 300);
  }
}

TEST(SimulationTest, LengthsFollowTheirDistribution) {
  SimConfig config;
  config.lengths = Lengths::lognormal;
  config.prompt_tokens = 1020;
  config.output_tokens = 129;
  Simulation simulation(config);
  simulation.advance_to(600);
  expect_conserved(simulation);
  const Client& client = simulation.client();
  EXPECT_NEAR(client.output_tokens.sum() / static_cast<double>(client.output_tokens.count()), 129 * 1.45, 25);
}

TEST(SimulationTest, EveryRoutingSpreadsTheLoad) {
  for (const Routing routing : {Routing::power_of_two, Routing::least_outstanding, Routing::round_robin}) {
    SimConfig config;
    config.routing = routing;
    config.replicas = 8;
    config.rate = 10;
    Simulation simulation(config);
    simulation.advance_to(200);
    for (const Replica& replica : simulation.replicas()) {
      EXPECT_NEAR(static_cast<double>(replica.served), 250, 45) << replica.index;
    }
  }
}

TEST(SimulationTest, TimeCanAdvanceInAnySteps) {
  Simulation coarse({});
  Simulation fine({});
  coarse.advance_to(60);
  for (int i = 1; i <= 6000; ++i) fine.advance_to(0.01 * i);
  const std::vector<Target> targets = make_targets(coarse.topology(), {});
  for (const Target& target : targets) {
    TextSink a;
    TextSink b;
    target.exporter->render(coarse, a);
    target.exporter->render(fine, b);
    EXPECT_EQ(a.text(), b.text()) << target.job << target.path;
  }
}

TEST(SimulationTest, ReplicasLookAlikeButAreNotEqual) {
  Simulation simulation({});
  simulation.advance_to(600);
  double lowest = 1e9;
  double highest = 0;
  for (const Replica& replica : simulation.replicas()) {
    const EngineMetrics& m = replica.engine.metrics();
    const double step = m.step_seconds / static_cast<double>(m.steps);
    lowest = std::min(lowest, step);
    highest = std::max(highest, step);
  }
  EXPECT_NE(lowest, highest);
  EXPECT_LT(highest / lowest, 1.03);
}

}  // namespace
}  // namespace llmsim
