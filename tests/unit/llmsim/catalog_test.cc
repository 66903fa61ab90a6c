// What the full stack's exporters show, the catalogue reads: the roles of every part, and who calls whom.
#include "exporter/signals/catalog.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "exporter/signals/resolver.h"
#include "tests/testbed/llmsim/exporters/exporter.h"
#include "tests/testbed/llmsim/faults/fault.h"
#include "tests/testbed/llmsim/simulation.h"

namespace llmsim {
namespace {

class ResolvingSink : public Sink {
 public:
  ResolvingSink(const exporter::Resolver& resolver, const Target& target) : resolver_(resolver), target_(target) {}
  void family(std::string_view, MetricType, std::string_view) override {}
  void sample(std::string_view name, std::string_view labels, double /*value*/) override {
    const exporter::SeriesResolution found =
        resolver_.resolve(scraped_labels(name, labels, target_.labels, target_.honor_labels));
    for (const exporter::SeriesMatch& match : found.signals) {
      roles[match.entity].insert(resolver_.catalog().signals[match.spec].role);
    }
    edges.insert(edges.end(), found.edges.begin(), found.edges.end());
  }
  std::map<std::string, std::set<std::string>> roles;
  std::vector<exporter::EdgeMatch> edges;

 private:
  const exporter::Resolver& resolver_;
  const Target& target_;
};

exporter::Config names_that_last() {
  exporter::Config config;
  config.entity_rules = {{.regex = ".*-(ray-replicas-[0-9]+)-worker-.*", .replacement = "$1"},
                         {.regex = ".*-raycluster-.*-head-.*", .replacement = "ray-head"},
                         {.regex = "(gateway|chat-app|nginx-proxy|llm-benchmark)-.*", .replacement = "$1"},
                         {.regex = "(batch-.*)-[a-z0-9]{5}", .replacement = "$1"}};
  return config;
}

class FullStackCatalogTest : public testing::Test {
 protected:
  void SetUp() override {
    exporter::Catalog catalog = exporter::load_catalog(exporter::Config{}).catalog.value_or(exporter::Catalog{});
    ASSERT_FALSE(catalog.signals.empty());
    auto resolver = exporter::Resolver::create(std::move(catalog), names_that_last());
    ASSERT_TRUE(resolver.ok());
    Simulation simulation(full_stack_config());
    simulation.advance_to(60);
    ASSERT_TRUE(simulation.inject("tool_failure").ok());
    simulation.advance_to(180);
    for (const Target& target : make_targets(simulation.topology(), {})) {
      ResolvingSink sink(*resolver, target);
      target.exporter->render(simulation, sink);
      for (auto& [entity, found] : sink.roles) roles_[entity].merge(found);
      edges_.insert(edges_.end(), sink.edges.begin(), sink.edges.end());
    }
    graph_ = exporter::build_graph(resolver->catalog(), edges_, {});
  }

  bool calls(std::string_view source, std::string_view target) const {
    const auto from = graph_.find(source);
    const auto to = graph_.find(target);
    if (!from || !to) return false;
    const auto& callees = graph_.callees(*from);
    return std::find(callees.begin(), callees.end(), *to) != callees.end();
  }
  bool has(const std::string& entity, const std::string& role) const {
    const auto at = roles_.find(entity);
    return at != roles_.end() && at->second.contains(role);
  }

  std::map<std::string, std::set<std::string>> roles_;
  std::vector<exporter::EdgeMatch> edges_;
  rca::EntityGraph graph_;
};

TEST_F(FullStackCatalogTest, EveryPartHasItsRoles) {
  for (const auto* role : {"gateway_request_rate", "gateway_retry_rate", "gateway_rate_limited_ratio",
                           "gateway_error_ratio", "gateway_latency", "cpu_usage", "http_request_latency"}) {
    EXPECT_TRUE(has("gateway", role)) << role;
  }
  for (const auto* role : {"vector_search_latency", "vector_search_rate", "vector_disk_read_rate", "disk_read"}) {
    EXPECT_TRUE(has("vector-store-0", role)) << role;
  }
  for (const auto* role : {"session_hit_ratio", "session_store_latency", "session_evictions", "session_memory"}) {
    EXPECT_TRUE(has("session-store-0", role)) << role;
  }
  for (const auto* role : {"tool_call_rate", "tool_call_latency", "tool_call_error_ratio"}) {
    EXPECT_TRUE(has("web_search", role)) << role;
  }
  for (const auto* role : {"tenant_request_rate", "tenant_token_rate", "tenant_rate_limited_ratio"}) {
    EXPECT_TRUE(has("acme", role)) << role;
  }
  for (const auto* role : {"context_truncation_ratio", "prompt_rejected_ratio", "context_utilization"}) {
    EXPECT_TRUE(has("chat-app", role)) << role;
  }
  EXPECT_TRUE(has("llm-benchmark", "client_ttft"));
  EXPECT_TRUE(has("llm-benchmark", "client_error_ratio"));
  EXPECT_TRUE(has("batch-gpu-node-2", "cpu_usage"));
  EXPECT_TRUE(has("gateway", "deployment_generation"));
}

TEST_F(FullStackCatalogTest, TheGraphIsFound) {
  EXPECT_TRUE(calls("gateway", "chat-app"));
  EXPECT_TRUE(calls("chat-app", "vector-store-0"));
  EXPECT_TRUE(calls("chat-app", "session-store-0"));
  EXPECT_TRUE(calls("chat-app", "web_search"));
  EXPECT_TRUE(calls("chat-app", "nginx-proxy"));
  EXPECT_TRUE(calls("nginx-proxy", "ray-replicas-1"));
  EXPECT_FALSE(calls("gateway", "vector-store-0"));
  EXPECT_FALSE(calls("chat-app", "unknown"));
}

// The truth of each fault is an entity that has signals, or a method could never name it.
TEST_F(FullStackCatalogTest, TheTruthIsAmongTheEntities) {
  const Topology topology = make_topology(4, Stack::full);
  const auto namer = exporter::EntityNamer::create(names_that_last().entity_rules);
  ASSERT_TRUE(namer.ok());
  for (const auto* type : {"memory_exhaustion", "memory_leak", "compute_saturation", "network_latency", "io_bottleneck",
                           "tool_failure", "context_window_handling", "rate_limiting", "session_state_error",
                           "retry_storm", "hot_key", "deployment_shift", "noisy_neighbour"}) {
    const auto known = find_fault_type(type, Stack::full);
    ASSERT_TRUE(known.ok()) << type;
    for (const std::string& target : (*known)->targets(topology)) {
      EXPECT_TRUE(roles_.contains(namer->rewrite((*known)->entity(topology, target)))) << type << " " << target;
    }
  }
}

}  // namespace
}  // namespace llmsim
