// Each fault of the full stack moves what its mechanism says, is felt by users, leaves alone what it must not touch,
// and is gone when it ends.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/testbed/llmsim/simulation.h"
#include "tests/testbed/llmsim/stack/full_stack.h"

namespace llmsim {
namespace {

// Counters at one moment; a window is the difference of two.
struct Totals {
  double sent = 0, answered = 0, errors = 0;
  Histogram first_chunk, duration, gap;
  Gateway::Counters gateway;
  std::vector<Gateway::TenantCounters> tenants;
  App::Counters app;
  SessionStore::Counters sessions;
  double search_seconds = 0, searches = 0, search_bytes = 0;
  std::vector<double> tool_calls = {}, tool_errors = {}, tool_seconds = {};
  std::vector<double> steps = {}, step_seconds = {}, preemptions = {}, throttled = {}, cpu_waiting = {};
  std::vector<double> queue_seconds = {}, finished = {}, major_faults = {};
  std::vector<double> batch_cpu = {};
};

class Probe {
 public:
  explicit Probe(const SimConfig& config) : simulation(config) {}

  Totals totals() const {
    const FullStack& full = *simulation.full();
    const Client& c = simulation.client();
    Totals t{.sent = static_cast<double>(c.sent),
             .answered = static_cast<double>(c.answered),
             .errors = static_cast<double>(c.refused + c.timed_out),
             .first_chunk = c.first_chunk,
             .duration = c.duration,
             .gap = c.chunk_gap,
             .gateway = full.gateway().counters(),
             .tenants = full.gateway().tenants(),
             .app = full.app().counters(),
             .sessions = full.session_store().counters(),
             .search_seconds = full.vector_store().seconds().sum(),
             .searches = static_cast<double>(full.vector_store().counters().searches),
             .search_bytes = full.vector_store().counters().read_bytes};
    for (const App::Outcomes& tool : full.app().tool_calls()) {
      double calls = 0;
      double errors = 0;
      double seconds = 0;
      for (const auto& [status, histogram] : tool.seconds) {
        calls += static_cast<double>(histogram.count());
        if (status >= 500) errors += static_cast<double>(histogram.count());
        seconds += histogram.sum();
      }
      t.tool_calls.push_back(calls);
      t.tool_errors.push_back(errors);
      t.tool_seconds.push_back(seconds);
    }
    for (const Replica& r : simulation.replicas()) {
      const EngineMetrics& m = r.engine.metrics();
      t.steps.push_back(static_cast<double>(m.steps));
      t.step_seconds.push_back(m.step_seconds);
      t.preemptions.push_back(static_cast<double>(m.preemptions));
      t.finished.push_back(static_cast<double>(m.finished));
      t.queue_seconds.push_back(m.queue_time.sum());
      t.throttled.push_back(r.gpu.thermal_violation_seconds());
      t.cpu_waiting.push_back(r.host.counters().cpu_waiting);
      t.major_faults.push_back(r.host.counters().major_faults);
    }
    for (std::size_t i = 0; i < simulation.topology().pods.size(); ++i) {
      if (!simulation.topology().pods[i].container.starts_with("batch-")) continue;
      const Host::Counters& h = simulation.host_of(i).counters();
      t.batch_cpu.push_back(h.cpu_user + h.cpu_system);
    }
    return t;
  }

  Simulation simulation;
};

double mean(const Histogram& a, const Histogram& b) {
  return (b.sum() - a.sum()) / std::max(1.0, static_cast<double>(b.count() - a.count()));
}

double quantile(const Histogram& a, const Histogram& b, double q) {
  const double wanted = q * static_cast<double>(b.count() - a.count());
  double sum = 0;
  for (std::size_t i = 0; i < b.buckets().bounds.size(); ++i) {
    const double here = static_cast<double>(b.counts()[i] - a.counts()[i]);
    const double low = i == 0 ? 0 : b.buckets().bounds[i - 1];
    if (here > 0 && sum + here >= wanted) return low + (b.buckets().bounds[i] - low) * (wanted - sum) / here;
    sum += here;
  }
  return b.buckets().bounds.back();
}

// One window, in rates and means.
struct Window {
  double rate = 0, errors = 0, first = 0, first95 = 0, duration = 0, gap = 0;
  double retries = 0, limited = 0, try_timeouts = 0, tries = 0;
  double search = 0, search_bytes = 0, hit_ratio = 0, evictions = 0, lost = 0, truncated = 0, too_long = 0;
  std::vector<double> tool_errors, tool_latency, tool_rate, tenant_rate;
  std::vector<double> step, queue, preemptions, throttled, waiting, share, major_faults, batch;
};

std::vector<double> ratio(const std::vector<double>& a, const std::vector<double>& b, const std::vector<double>& over_a,
                          const std::vector<double>& over_b) {
  std::vector<double> out;
  for (std::size_t i = 0; i < a.size(); ++i) out.push_back((b[i] - a[i]) / std::max(1e-9, over_b[i] - over_a[i]));
  return out;
}

Window window(const Totals& a, const Totals& b, double seconds) {
  Window w;
  const std::vector<double> none(16, 0);
  const std::vector<double> time(16, seconds);
  w.rate = (b.sent - a.sent) / seconds;
  w.errors = (b.errors - a.errors) / std::max(1.0, b.errors - a.errors + b.answered - a.answered);
  w.first = mean(a.first_chunk, b.first_chunk);
  w.first95 = quantile(a.first_chunk, b.first_chunk, 0.95);
  w.duration = mean(a.duration, b.duration);
  w.gap = mean(a.gap, b.gap);
  const auto requests = std::max(1.0, static_cast<double>(b.gateway.requests - a.gateway.requests));
  w.retries = static_cast<double>(b.gateway.retries - a.gateway.retries) / requests;
  w.limited = static_cast<double>(b.gateway.limited - a.gateway.limited) / requests;
  w.try_timeouts = static_cast<double>(b.gateway.try_timeouts - a.gateway.try_timeouts) / requests;
  w.tries = static_cast<double>(b.gateway.tries - a.gateway.tries) / requests;
  w.search = (b.search_seconds - a.search_seconds) / std::max(1.0, b.searches - a.searches);
  w.search_bytes = (b.search_bytes - a.search_bytes) / seconds;
  w.hit_ratio = static_cast<double>(b.sessions.hits - a.sessions.hits) /
                std::max(1.0, static_cast<double>(b.sessions.gets - a.sessions.gets));
  w.evictions = static_cast<double>(b.sessions.evicted - a.sessions.evicted) / seconds;
  w.lost = static_cast<double>(b.app.sessions_lost - a.app.sessions_lost) / requests;
  const auto prompts = std::max(1.0, static_cast<double>(b.app.prompts - a.app.prompts));
  w.truncated = static_cast<double>(b.app.truncated - a.app.truncated) / prompts;
  w.too_long = static_cast<double>(b.app.too_long - a.app.too_long) / prompts;
  w.tool_errors = ratio(a.tool_errors, b.tool_errors, a.tool_calls, b.tool_calls);
  w.tool_latency = ratio(a.tool_seconds, b.tool_seconds, a.tool_calls, b.tool_calls);
  w.tool_rate = ratio(a.tool_calls, b.tool_calls, none, time);
  for (std::size_t i = 0; i < a.tenants.size(); ++i) {
    w.tenant_rate.push_back(static_cast<double>(b.tenants[i].hits - a.tenants[i].hits) / seconds);
  }
  w.step = ratio(a.step_seconds, b.step_seconds, a.steps, b.steps);
  w.queue = ratio(a.queue_seconds, b.queue_seconds, a.finished, b.finished);
  w.preemptions = ratio(a.preemptions, b.preemptions, none, time);
  w.throttled = ratio(a.throttled, b.throttled, none, time);
  w.waiting = ratio(a.cpu_waiting, b.cpu_waiting, none, time);
  w.major_faults = ratio(a.major_faults, b.major_faults, none, time);
  w.share = ratio(a.finished, b.finished, none, time);
  w.batch = ratio(a.batch_cpu, b.batch_cpu, none, time);
  return w;
}

constexpr std::size_t kTarget = 2;  // ray-replicas-1
constexpr std::size_t kPeer = 1;

struct FaultRun {
  Window before, during, after;
};

// Five healthy minutes, five of the fault (the first not counted), and five after it (two not counted).
FaultRun run(const std::string& type, const FaultParameters& parameters = {}, const std::string& target = "",
             double settle = 60) {
  SimConfig config = full_stack_config();
  const FaultType* known = find_fault_type(type, Stack::full).value();
  if (known->configure != nullptr) known->configure(config);
  Probe probe(config);
  const auto measure = [&](double wait, double seconds) {
    probe.simulation.advance_to(probe.simulation.now() + wait);
    const Totals begin = probe.totals();
    probe.simulation.advance_to(probe.simulation.now() + seconds);
    return window(begin, probe.totals(), seconds);
  };
  FaultRun out;
  out.before = measure(120, 240);
  EXPECT_TRUE(probe.simulation.inject(type, target, parameters).ok()) << type;
  out.during = measure(settle, 240);
  probe.simulation.remove_faults();
  out.after = measure(150, 180);
  return out;
}

// What no fault of one replica, of the stores, tools or gateway may touch.
void expect_dependencies_untouched(const FaultRun& r) {
  EXPECT_NEAR(r.during.search, r.before.search, 0.1 * r.before.search);
  EXPECT_LT(r.during.lost, 0.01);
  EXPECT_LT(r.during.tool_errors[2], 0.05);
  EXPECT_EQ(r.during.limited, 0);
  EXPECT_EQ(r.during.too_long, 0);
}

void expect_replicas_untouched(const FaultRun& r) {
  for (std::size_t i = 0; i < r.before.step.size(); ++i) {
    EXPECT_LT(r.during.step[i], 1.1 * r.before.step[i]) << i;
    EXPECT_LT(r.during.waiting[i], 0.1) << i;
    EXPECT_EQ(r.during.throttled[i], 0) << i;
    EXPECT_EQ(r.during.preemptions[i], 0) << i;
  }
}

void expect_recovery(const FaultRun& r) {
  EXPECT_LT(r.after.errors, 0.02);
  EXPECT_LT(r.after.first, 1.25 * r.before.first);
  EXPECT_LT(r.after.duration, 1.2 * r.before.duration);
}

TEST(StackFaultsTest, AHealthyStackHasNoErrors) {
  const FaultRun r = run("harmless_deployment");
  // The input guard turns a few away.
  EXPECT_LT(r.before.errors, 0.01);
  EXPECT_LT(r.during.errors, 0.01) << "a rollout without a fault is over after a minute";
  EXPECT_LT(r.during.duration, 1.1 * r.before.duration);
  expect_replicas_untouched(r);
  expect_dependencies_untouched(r);
  expect_recovery(r);
}

TEST(StackFaultsTest, MemoryExhaustionMakesRequestsWaitForBlocks) {
  const FaultRun r = run("memory_exhaustion");
  EXPECT_GT(r.during.queue[kTarget], 20 * r.before.queue[kTarget]);
  EXPECT_GT(r.during.first, 1.5 * r.before.first);
  EXPECT_LT(r.during.queue[kPeer], 5 * r.before.queue[kPeer]);
  EXPECT_NEAR(r.during.step[kPeer], r.before.step[kPeer], 0.25 * r.before.step[kPeer]);
  expect_dependencies_untouched(r);
  expect_recovery(r);
}

TEST(StackFaultsTest, AMemoryLeakIsFeltLongAfterItBegan) {
  SimConfig config = full_stack_config();
  Probe probe(config);
  ASSERT_TRUE(probe.simulation.inject("memory_leak", "", {{"megabytes_per_minute", 400}}).ok());
  const auto minutes = [&](double from, double to) {
    probe.simulation.advance_to(60 * from);
    const Totals begin = probe.totals();
    probe.simulation.advance_to(60 * to);
    return window(begin, probe.totals(), 60 * (to - from));
  };
  const Window early = minutes(2, 6);
  const Host& host = probe.simulation.replicas()[kTarget].host;
  const double rss = host.anon_bytes();
  EXPECT_EQ(early.major_faults[kTarget], 0) << "the page cache gives way first";
  const Window late = minutes(24, 28);
  EXPECT_GT(host.anon_bytes(), rss + 6e9);
  EXPECT_GT(late.major_faults[kTarget], 20);
  EXPECT_GT(late.step[kTarget], 1.1 * early.step[kTarget]);
  EXPECT_EQ(late.major_faults[kPeer], 0);
  EXPECT_LE(host.anon_bytes(), host.profile().memory_limit);
}

TEST(StackFaultsTest, HeatThrottlesOneGpu) {
  const FaultRun r = run("compute_saturation");
  EXPECT_GT(r.during.throttled[kTarget], 0.9);
  EXPECT_GT(r.during.step[kTarget], 1.4 * r.before.step[kTarget]);
  EXPECT_GT(r.during.duration, 1.08 * r.before.duration);
  EXPECT_EQ(r.during.throttled[kPeer], 0);
  EXPECT_LT(r.during.step[kPeer], 1.1 * r.before.step[kPeer]);
  expect_dependencies_untouched(r);
  expect_recovery(r);
}

TEST(StackFaultsTest, NetworkLatencyIsOnTheWayAndNotInTheStore) {
  const FaultRun r = run("network_latency");
  EXPECT_GT(r.during.first - r.before.first, 0.4) << "half of the requests search";
  expect_replicas_untouched(r);
  expect_dependencies_untouched(r);
  expect_recovery(r);
}

TEST(StackFaultsTest, ASlowVolumeSlowsSearches) {
  const FaultRun r = run("io_bottleneck");
  EXPECT_GT(r.during.search, 10 * r.before.search);
  EXPECT_NEAR(r.during.search_bytes, r.before.search_bytes, 0.25 * r.before.search_bytes) << "the same pages";
  EXPECT_GT(r.during.first, 1.5 * r.before.first);
  expect_replicas_untouched(r);
  expect_recovery(r);
}

TEST(StackFaultsTest, ASlowVolumeKeepsAReplicaFromStarting) {
  const FaultRun r = run("io_bottleneck", {}, "ray-replicas-1");
  EXPECT_EQ(r.during.share[kTarget], 0);
  EXPECT_GT(r.during.share[kPeer], 1.2 * r.before.share[kPeer]);
  EXPECT_GT(r.during.duration, 1.04 * r.before.duration);
  expect_dependencies_untouched(r);
}

TEST(StackFaultsTest, AToolThatFailsBreaksWhatNeedsIt) {
  const FaultRun r = run("tool_failure");
  EXPECT_GT(r.during.tool_errors[2], 0.5);
  EXPECT_GT(r.during.tool_latency[2], 3 * r.before.tool_latency[2]);
  EXPECT_LT(r.during.tool_errors[1], 0.05) << "another tool";
  EXPECT_GT(r.during.errors, 0.03);
  EXPECT_LT(r.during.errors, 0.2) << "most requests do not need it";
  EXPECT_EQ(r.during.retries, 0) << "an error of the application is not repeated";
  expect_replicas_untouched(r);
  expect_recovery(r);
}

TEST(StackFaultsTest, PromptsThatNobodyCutsAreRefused) {
  const FaultRun r = run("context_window_handling");
  EXPECT_GT(r.during.too_long, 0.03);
  EXPECT_GT(r.during.errors, 0.03);
  EXPECT_EQ(r.during.truncated, 0);
  EXPECT_GT(r.during.first, 1.5 * r.before.first) << "long prompts take long";
  EXPECT_EQ(r.before.too_long, 0);
  expect_recovery(r);
}

TEST(StackFaultsTest, LimitsBelowTheNeedReject) {
  const FaultRun r = run("rate_limiting");
  EXPECT_NEAR(r.during.limited, 0.45, 0.12);
  EXPECT_NEAR(r.during.errors, r.during.limited, 0.02);
  EXPECT_LT(r.during.first, 1.1 * r.before.first) << "what passes is served as ever";
  EXPECT_EQ(r.during.retries, 0);
  expect_replicas_untouched(r);
  expect_recovery(r);
}

TEST(StackFaultsTest, LostSessionsBreakConversations) {
  const FaultRun r = run("session_state_error");
  EXPECT_LT(r.during.hit_ratio, 0.7 * r.before.hit_ratio);
  EXPECT_GT(r.during.evictions, 0.5);
  EXPECT_EQ(r.before.evictions, 0);
  EXPECT_GT(r.during.errors, 0.1);
  EXPECT_NEAR(r.during.errors, r.during.lost, 0.02);
  expect_replicas_untouched(r);
  expect_recovery(r);
}

TEST(StackFaultsTest, AFullStoreThatDoesNotEvictFailsWrites) {
  const FaultRun r = run("session_state_error", {{"evict", 0}});
  EXPECT_EQ(r.during.evictions, 0);
  EXPECT_GT(r.during.errors, 0.3);
  expect_replicas_untouched(r);
}

TEST(StackFaultsTest, RetriesAreTheLoad) {
  const FaultRun r = run("retry_storm");
  EXPECT_EQ(r.before.retries, 0);
  EXPECT_GT(r.during.retries, 1);
  EXPECT_GT(r.during.tries, 2);
  EXPECT_NEAR(r.during.rate, r.before.rate, 0.35 * r.before.rate) << "users ask for no more";
  EXPECT_GT(r.during.errors, 0.05);
  EXPECT_GT(r.during.step[kPeer], 1.3 * r.before.step[kPeer]) << "all replicas alike";
  EXPECT_EQ(r.during.throttled[kPeer], 0);
  expect_recovery(r);
}

TEST(StackFaultsTest, AHotKeyFillsOneReplica) {
  const FaultRun r = run("hot_key");
  const auto hot =
      static_cast<std::size_t>(std::max_element(r.during.share.begin(), r.during.share.end()) - r.during.share.begin());
  for (std::size_t i = 0; i < r.during.share.size(); ++i) {
    if (i == hot) continue;
    EXPECT_LT(r.during.share[i], 0.6 * r.during.share[hot]);
    EXPECT_LT(r.during.step[i], 1.15 * r.before.step[i]);
  }
  EXPECT_GT(r.during.step[hot], 1.5 * r.before.step[hot]);
  EXPECT_GT(r.during.tenant_rate[3], 4 * r.before.tenant_rate[3]);
  EXPECT_LT(r.during.tenant_rate[0], 1.2 * r.before.tenant_rate[0]);
  EXPECT_GT(r.during.duration, 1.2 * r.before.duration);
  expect_dependencies_untouched(r);
  expect_recovery(r);
}

TEST(StackFaultsTest, ACanaryIsSlowWithoutAnyResourceAtItsLimit) {
  const FaultRun r = run("deployment_shift");
  EXPECT_GT(r.during.step[kTarget], 1.7 * r.before.step[kTarget]);
  EXPECT_EQ(r.during.throttled[kTarget], 0);
  EXPECT_LT(r.during.waiting[kTarget], 0.1);
  EXPECT_GT(r.during.duration, 1.1 * r.before.duration);
  EXPECT_LT(r.during.step[kPeer], 1.12 * r.before.step[kPeer]);
  expect_dependencies_untouched(r);
  expect_recovery(r);
}

TEST(StackFaultsTest, ANoisyNeighbourTakesTheCpu) {
  const FaultRun r = run("noisy_neighbour");
  EXPECT_GT(r.during.batch[2], 8) << "the batch job";
  EXPECT_LT(r.during.batch[0], 1);
  EXPECT_EQ(r.before.batch.size(), 5U);
  const auto worst = static_cast<std::size_t>(std::max_element(r.during.waiting.begin(), r.during.waiting.end()) -
                                              r.during.waiting.begin());
  EXPECT_EQ(worst, kTarget) << "gpu-node-2 has ray-replicas-1";
  EXPECT_GT(r.during.step[worst], 1.4 * r.before.step[worst]);
  EXPECT_GT(r.during.waiting[worst], 0.4);
  EXPECT_GT(r.during.duration, 1.06 * r.before.duration);
  EXPECT_EQ(r.during.throttled[worst], 0);
  expect_dependencies_untouched(r);
  expect_recovery(r);
}

TEST(StackFaultsTest, ANeighbourOfTheVectorStoreTakesItsVolume) {
  const FaultRun r = run("noisy_neighbour", {}, "batch-cpu-node-2");
  EXPECT_GT(r.during.search, 3 * r.before.search);
  EXPECT_GT(r.during.batch.back(), 4);
  expect_replicas_untouched(r);
  expect_recovery(r);
}

}  // namespace
}  // namespace llmsim
