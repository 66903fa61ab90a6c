#include <gtest/gtest.h>

#include "tests/testbed/llmsim/gpu.h"
#include "tests/testbed/llmsim/host.h"

namespace llmsim {
namespace {

namespace cal = calibration;

HostProfile profile() {
  return {.node_cpus = 12,
          .cpu_limit = 8,
          .memory_limit = cal::kPodMemoryLimit,
          .anon = cal::kPodAnonBytes,
          .hot_files = cal::kHotFileBytes,
          .cold_files = cal::kColdFileBytes,
          .background_cpus = 0.2};
}

void work_for(Gpu& gpu, int seconds) {
  for (int i = 0; i < seconds; ++i) {
    gpu.run({.decode_seconds = 0.8 * gpu.clock_ratio(), .prefill_seconds = 0.05});
    gpu.sample(1, 0);
  }
}

TEST(GpuTest, RunsAtFullClockBelowItsLimit) {
  Gpu gpu;
  EXPECT_DOUBLE_EQ(gpu.run({.decode_seconds = 0.01, .prefill_seconds = 0.02}), 0.03);
  work_for(gpu, 60);
  EXPECT_EQ(gpu.clock_mhz(), cal::kMaxClockMhz);
  EXPECT_GT(gpu.power(), 200);
  EXPECT_LT(gpu.power(), cal::kPowerLimitW);
  EXPECT_EQ(gpu.throttle_reasons(), 0U);
  EXPECT_EQ(gpu.power_violation_seconds(), 0);
}

TEST(GpuTest, APowerLimitLowersTheClockByTheCubeRoot) {
  Gpu gpu;
  gpu.set_power_limit(150);
  work_for(gpu, 60);
  EXPECT_LE(gpu.power(), 155);
  EXPECT_GT(gpu.power(), 130);
  EXPECT_LT(gpu.clock_ratio(), 0.85);
  EXPECT_GT(gpu.clock_ratio(), 0.4);
  EXPECT_EQ(gpu.throttle_reasons(), 4U);
  EXPECT_GT(gpu.power_violation_seconds(), 50);
  // Prefill slows with the clock; the part of decode that waits for memory does not.
  const double slow = 1 / gpu.clock_ratio();
  EXPECT_NEAR(gpu.run({.prefill_seconds = 0.02}), 0.02 * slow, 1e-12);
  EXPECT_NEAR(gpu.run({.decode_seconds = 0.01}),
              0.01 * (cal::kDecodeMemoryBound + (1 - cal::kDecodeMemoryBound) * slow), 1e-12);

  gpu.set_power_limit(cal::kPowerLimitW);
  work_for(gpu, 10);
  EXPECT_EQ(gpu.clock_mhz(), cal::kMaxClockMhz);
}

TEST(GpuTest, AnIdleGpuDrawsStaticPowerAndEnergyAddsUp) {
  Gpu gpu;
  for (int i = 0; i < 10; ++i) gpu.sample(1, 0);
  EXPECT_DOUBLE_EQ(gpu.power(), cal::kStaticPowerW);
  EXPECT_NEAR(gpu.energy_joules(), 10 * cal::kStaticPowerW, 1e-6);
  EXPECT_EQ(gpu.throttle_reasons(), 1U);
}

TEST(HostTest, WithoutPressureCpuTimeIsWallTime) {
  Host host(1, 1, profile());
  EXPECT_NEAR(host.run(12.345, 0.004), 0.004, 1e-9);
}

TEST(HostTest, StressWorkersThrottleThePod) {
  Host host(1, 1, profile());
  host.set_stress_workers(16);
  // 17.5 threads share 8 CPUs' worth of quota.
  EXPECT_NEAR(host.run(0, 8) / 8, 17.5 / 8, 0.05);
  for (int i = 0; i < 10; ++i) host.sample(1, 0.9);
  EXPECT_NEAR(host.cpu_usage(), 8, 1e-9);
  EXPECT_NEAR(host.counters().cfs_periods, 100, 1e-6);
  EXPECT_NEAR(host.counters().throttled_periods, 100, 1e-6);
  EXPECT_GT(host.counters().throttled_seconds, 20);
  host.set_stress_workers(0);
  host.sample(1, 0.9);
  EXPECT_LT(host.cpu_usage(), 2);
  EXPECT_NEAR(host.run(0, 0.004), 0.004, 1e-9);
}

TEST(HostTest, HeldMemoryPushesOutTheCacheAndCausesMajorFaults) {
  Host host(1, 1, profile());
  for (int i = 0; i < 30; ++i) host.sample(1, 0.9);
  const double before = host.working_set();
  const double cache = host.cache_bytes();
  EXPECT_EQ(host.counters().major_faults, 0);
  host.set_memory_hog(8e9);
  for (int i = 0; i < 10; ++i) host.sample(1, 0.9);
  EXPECT_GT(host.working_set(), before + 5e9);
  EXPECT_LE(host.usage_bytes(), cal::kPodMemoryLimit * 1.001);
  EXPECT_LT(host.cache_bytes(), 0.6 * cache);
  double wall = 0;
  for (int i = 0; i < 1000; ++i) wall += host.run(i, 0.004);
  EXPECT_GT(wall, 4.2);
  EXPECT_GT(host.counters().major_faults, 100);
  EXPECT_GT(host.counters().memory_waiting, 0.1);
  host.set_memory_hog(0);
  for (int i = 0; i < 10; ++i) host.sample(1, 0.9);
  EXPECT_NEAR(host.working_set(), before, 0.05 * before);
}

TEST(HostTest, NetemDelayHasItsMeanSpreadAndCorrelation) {
  Host host(1, 1, profile());
  EXPECT_EQ(host.packet_delay(), 0);
  host.set_egress({.mean = 1.0, .jitter = 0.1, .correlation = 0.25});
  double sum = 0;
  double product = 0;
  double square = 0;
  double last = host.packet_delay() - 1;
  constexpr int kPackets = 100000;
  for (int i = 0; i < kPackets; ++i) {
    const double delay = host.packet_delay();
    ASSERT_GE(delay, 0.9);
    ASSERT_LE(delay, 1.1);
    sum += delay;
    product += (delay - 1) * last;
    square += (delay - 1) * (delay - 1);
    last = delay - 1;
  }
  EXPECT_NEAR(sum / kPackets, 1, 0.002);
  EXPECT_NEAR(product / square, 0.25, 0.02);
}

TEST(HostTest, ASuddenDelayCausesRetransmissionsUntilTheTimeoutAdapts) {
  Host host(1, 1, profile());
  for (int i = 0; i < 100; ++i) host.segment(0.0005, false);
  EXPECT_EQ(host.counters().retransmits, 0);
  for (int i = 0; i < 50; ++i) host.segment(1.0, false);
  const double at_onset = host.counters().retransmits;
  EXPECT_GT(at_onset, 0);
  for (int i = 0; i < 1000; ++i) host.segment(1.0, false);
  EXPECT_EQ(host.counters().retransmits, at_onset);
}

}  // namespace
}  // namespace llmsim
