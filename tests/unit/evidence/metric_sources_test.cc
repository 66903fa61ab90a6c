#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>

#include "rca_core/evidence/evidence_source.h"
#include "rca_core/evidence/signal_kind.h"
#include "tests/unit/rca_core/frames.h"

namespace rca {
namespace {

using testing::FrameBuilder;
using testing::kNoon;
using testing::Noise;

constexpr Eigen::Index kOnset = 40;
constexpr Eigen::Index kRows = 60;

const EvidenceSource& source_named(std::string_view name) {
  for (const EvidenceSource* source : evidence_sources()) {
    if (source->name() == name) return *source;
  }
  ADD_FAILURE() << "no source is called " << name;
  return *evidence_sources().front();
}

std::map<std::string, EvidenceItem> measure(std::string_view name, const IncidentView& view) {
  const Result<EvidenceContext> context = make_evidence_context(view, {});
  EXPECT_TRUE(context.ok());
  std::map<std::string, EvidenceItem> items;
  for (EvidenceItem& item : source_named(name).measure(*context)) {
    EXPECT_TRUE(std::isfinite(item.value));
    EXPECT_FALSE(item.evidence.text.empty());
    const std::string entity = item.entity;
    EXPECT_TRUE(items.emplace(entity, std::move(item)).second) << "two items about " << entity;
  }
  return items;
}

// `by` from the onset on.
auto step(double level, double spread, double by, unsigned seed, Eigen::Index at = kOnset) {
  return [=, noise = Noise(seed)](Eigen::Index row) mutable { return level + noise(spread) + (row >= at ? by : 0); };
}

TEST(SignalKind, TellsLatencyFromResources) {
  const auto nature = [](const char* role) {
    Signal signal;
    signal.role = role;
    return nature_for_evidence(signal);
  };
  EXPECT_EQ(nature("fn-paged-kv-cache-kernel-duration"), SignalNature::latency);
  EXPECT_EQ(nature("session_store_latency"), SignalNature::latency);
  EXPECT_EQ(nature("gpu_queue_latency_p99"), SignalNature::latency);
  EXPECT_EQ(nature("disk_read_latency"), SignalNature::internal);
  EXPECT_EQ(nature("gpu_clock"), SignalNature::internal);
  EXPECT_EQ(nature("success"), SignalNature::failures);
  EXPECT_EQ(nature("90"), SignalNature::internal);
  EXPECT_EQ(nature(""), SignalNature::internal);
  EXPECT_TRUE(seen_by_caller("edge-latency-from-web"));
  EXPECT_FALSE(seen_by_caller("latency"));
}

TEST(ChangeEvidence, SeesFallsOfResourcesAndLeavesLatencyAlone) {
  FrameBuilder builder(kRows);
  builder.add("a", "gpu_clock", "hertz", step(1.4e9, 1e6, -6e8, 1));
  builder.add("b", "cpu", "cores", step(1, 0.1, 0.3, 2));
  builder.add("c", "latency", "seconds", step(0.1, 0.001, 5, 3));
  const auto items = measure("change", {.frame = builder.frame(), .onset_row = kOnset});
  ASSERT_TRUE(items.contains("a"));
  ASSERT_TRUE(items.contains("b"));
  EXPECT_FALSE(items.contains("c"));
  EXPECT_GT(items.at("a").value, items.at("b").value);
  EXPECT_EQ(items.at("a").signal, "gpu_clock");
  EXPECT_LT(items.at("a").evidence.deviation, -10);
}

TEST(TrafficEvidence, CallersExplainTheRiseOfWhatTheyCall) {
  FrameBuilder builder(kRows);
  builder.add("front", "request_rate", "per_second", step(50, 1, 50, 1));
  builder.add("cart", "request_rate", "per_second", step(50, 1, 50, 2));
  builder.add("ads", "request_rate", "per_second", step(50, 1, -40, 3));
  EntityGraph graph;
  graph.add_call("front", "cart");
  graph.add_call("front", "ads");
  const auto items = measure("traffic", {.frame = builder.frame(), .onset_row = kOnset, .graph = &graph});
  EXPECT_GT(items.at("front").value, 20);
  EXPECT_LT(items.at("cart").value, 3);
  EXPECT_FALSE(items.contains("ads"));  // a loss is an effect
}

// A tenant has no resources and no latency, and no balancer gives it its share: what it asks for is its state. Of what
// is called traffic tells nothing, and less of it is what a cause elsewhere does.
TEST(ChangeAndPeersEvidence, TheLoadThatATenantBringsIsItsOwn) {
  FrameBuilder builder(kRows);
  builder.add("hot", "tenant_request_rate", "per_second", step(1, 0.05, 6, 1), "tenants");
  builder.add("calm", "tenant_request_rate", "per_second", step(1, 0.05, 0, 2), "tenants");
  builder.add("gone", "tenant_request_rate", "per_second", step(1, 0.05, -0.9, 3), "tenants");
  builder.add("even", "tenant_request_rate", "per_second", step(1, 0.05, 0, 4), "tenants");
  for (unsigned i = 0; i < 3; ++i) {
    builder.add("replica-" + std::to_string(i), "request_rate", "per_second", step(1, 0.05, i == 1 ? 3 : 0, 5 + i),
                "replicas");
  }
  EntityGraph graph;
  for (unsigned i = 0; i < 3; ++i) graph.add_call("gateway", "replica-" + std::to_string(i));
  const IncidentView view{.frame = builder.frame(), .onset_row = kOnset, .graph = &graph};
  for (const char* source : {"change", "peers"}) {
    const auto items = measure(source, view);
    ASSERT_TRUE(items.contains("hot")) << source;
    EXPECT_GT(items.at("hot").value, 20) << source;
    EXPECT_FALSE(items.contains("gone")) << source;
    EXPECT_FALSE(items.contains("replica-1")) << source;
  }
}

// Retries multiply what all tenants ask for: the largest grows by most and is not apart.
TEST(ChangeAndPeersEvidence, ALoadThatGrowsLikeThoseOfItsPeersIsNotItsOwn) {
  FrameBuilder builder(kRows);
  const std::vector<std::pair<std::string, double>> tenants = {{"large", 100}, {"small", 10}, {"tiny", 4}};
  unsigned seed = 1;
  for (const auto& [name, level] : tenants) {
    builder.add(name, "tenant_token_rate", "per_second", step(level, level / 50, 3 * level, seed++), "tenants");
  }
  EntityGraph graph;
  graph.add_call("gateway", "replica-0");
  const IncidentView view{.frame = builder.frame(), .onset_row = kOnset, .graph = &graph};
  for (const char* source : {"change", "peers"}) {
    for (const auto& [name, item] : measure(source, view)) EXPECT_LT(item.value, 5) << source << " " << name;
  }
}

TEST(BreadthEvidence, CountsTheSignalsThatMoved) {
  FrameBuilder builder(kRows);
  for (unsigned i = 0; i < 4; ++i) {
    builder.add("broken", "resource" + std::to_string(i), "", step(10, 0.2, 5, i));
    builder.add("healthy", "resource" + std::to_string(i), "", step(10, 0.2, i == 0 ? 5 : 0, 10 + i));
  }
  const auto items = measure("breadth", {.frame = builder.frame(), .onset_row = kOnset});
  EXPECT_NEAR(items.at("broken").value, 3.8, 1e-9);
  EXPECT_NEAR(items.at("healthy").value, 0.8, 1e-9);
  EXPECT_NE(items.at("broken").evidence.text.find("4 of the 4 signals"), std::string::npos);
}

TEST(PersistenceEvidence, WhatComesBackCountsLess) {
  FrameBuilder builder(kRows);
  builder.add("stays", "memory_used", "", step(10, 0.2, 5, 1));
  builder.add("returns", "memory_used", "", [noise = Noise(2)](Eigen::Index row) mutable {
    return 10 + noise(0.2) + (row >= kOnset && row % 5 < 3 ? 5 : 0);
  });
  builder.add("still", "memory_used", "", step(10, 0.2, 0, 3));
  const auto items = measure("persistence", {.frame = builder.frame(), .onset_row = kOnset});
  EXPECT_EQ(items.at("stays").value, 1);
  EXPECT_NEAR(items.at("returns").value, 0.6, 0.1);
  EXPECT_EQ(items.at("still").value, 0);
}

TEST(OnsetOrderEvidence, TheFirstLosesNothingAndALateRampLittle) {
  FrameBuilder builder(kRows);
  builder.add("first", "cpu", "", step(10, 0.1, 5, 1));
  builder.add("late", "cpu", "", step(10, 0.1, 5, 2, kOnset + 8));
  builder.add("ramp", "cpu", "", [noise = Noise(3)](Eigen::Index row) mutable {
    const double rows = static_cast<double>(std::max<Eigen::Index>(0, row - kOnset));
    return 10 + noise(0.1) + 0.12 * rows;
  });
  builder.add("still", "cpu", "", step(10, 0.1, 0, 4));
  const auto items = measure("onset_order", {.frame = builder.frame(), .onset_row = kOnset});
  EXPECT_EQ(items.at("first").value, 1);
  EXPECT_LT(items.at("late").value, 0.01);
  EXPECT_GT(items.at("ramp").value, 0.2);
  EXPECT_FALSE(items.contains("still"));
}

TEST(PeersEvidence, WhatAllReplicasDoCancels) {
  FrameBuilder builder(kRows);
  for (unsigned i = 0; i < 4; ++i) {
    builder.add("replica-" + std::to_string(i), "gpu_utilization", "ratio", step(0.5, 0.01, i == 2 ? 0.45 : 0.2, i),
                "replica");
  }
  builder.add("lonely", "gpu_utilization", "ratio", step(0.5, 0.01, 0.4, 9));
  const auto items = measure("peers", {.frame = builder.frame(), .onset_row = kOnset});
  EXPECT_FALSE(items.contains("lonely"));
  for (const char* other : {"replica-0", "replica-1", "replica-3"}) {
    EXPECT_LT(items.at(other).value, 0.3 * items.at("replica-2").value);
  }
}

TEST(SaturationEvidence, OnlyNearTheLimit) {
  FrameBuilder builder(kRows);
  builder.add("full", "kv_cache_usage", "ratio", step(0.5, 0.01, 0.49, 1));
  builder.add("half", "kv_cache_usage", "ratio", step(0.2, 0.01, 0.3, 2));
  builder.add("pool", "db-pool-in-use", "", step(20, 0.5, 29, 3));
  builder.add("pool", "db-pool-max-conns", "", [](Eigen::Index) { return 50.0; });
  builder.add("hits", "prefix_cache_hit_ratio", "ratio", step(0.5, 0.01, 0.49, 4));
  const auto items = measure("saturation", {.frame = builder.frame(), .onset_row = kOnset});
  EXPECT_GT(items.at("full").value, 15);
  EXPECT_EQ(items.at("half").value, 0);
  EXPECT_GT(items.at("pool").value, 10);
  EXPECT_EQ(items.at("pool").signal, "db-pool-in-use");
  EXPECT_FALSE(items.contains("hits"));
}

TEST(ChangeEventsEvidence, RecentChangesOfTheEntityCount) {
  FrameBuilder builder(kRows);
  for (const char* entity : {"fresh", "old", "later", "none"}) builder.add(entity, "cpu", "", step(1, 0.1, 0, 1));
  const std::int64_t onset = kNoon + kOnset * 5000;
  const std::vector<ChangeEvent> changes = {{onset - 30'000, "image", "fresh", "v1", "v2"},
                                            {onset - 3'600'000, "image", "old", "v1", "v2"},
                                            {onset + 600'000, "deployment", "later", "", ""},
                                            {onset, "deployment", "stranger", "", ""}};
  const auto items = measure("change_events", {.frame = builder.frame(), .onset_row = kOnset, .changes = changes});
  EXPECT_EQ(items.size(), 2U);
  EXPECT_GT(items.at("fresh").value, 0.97);
  EXPECT_NEAR(items.at("old").value, std::exp(-2), 1e-9);
  EXPECT_NE(items.at("fresh").evidence.text.find("v1 → v2"), std::string::npos);
}

TEST(EvidenceSources, HaveDefinedAnswersOnDegenerateFrames) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  FrameBuilder builder(6);
  builder.add("a", "latency", "", [](Eigen::Index) { return 1.0; });
  builder.add("a", "cpu", "", [](Eigen::Index row) { return row < 5 ? 0.0 : 1e300; });
  builder.add(
      "b", "cpu", "", [](Eigen::Index) { return kNan; }, "g");
  builder.add(
      "c", "cpu", "", [](Eigen::Index row) { return row == 5 ? 4.0 : kNan; }, "g");
  builder.add("d", "requests", "", [](Eigen::Index row) { return row % 2 == 0 ? kNan : -1e300; });
  EntityGraph graph;
  graph.add_call("a", "a");
  graph.add_call("a", "x");
  for (const EvidenceSource* source : evidence_sources()) {
    SCOPED_TRACE(source->name());
    for (const Eigen::Index onset : {1, 3, 5}) {
      measure(source->name(), {.frame = builder.frame(), .onset_row = onset, .sli_column = 0, .graph = &graph});
    }
  }
}

}  // namespace
}  // namespace rca
