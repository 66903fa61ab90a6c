// The call graph, which edges are alive, and peer groups that are inherited.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "exporter/signals/resolver.h"

namespace exporter {
namespace {

using testing::ElementsAre;

Catalog edge_catalog() {
  Catalog catalog;
  catalog.edges.resize(3);
  catalog.edges[0].kind = EdgeSpec::Kind::call;
  catalog.edges[1].kind = EdgeSpec::Kind::placement;
  catalog.edges[2].kind = EdgeSpec::Kind::alias;
  return catalog;
}

// "a>b c>d": calls, "a@n": placements; by name, so that it does not depend on the numbering.
std::string text(const rca::EntityGraph& graph) {
  std::string out;
  for (std::size_t node = 0; node < graph.size(); ++node) {
    for (const auto callee : graph.callees(node)) out += graph.name(node) + ">" + graph.name(callee) + " ";
    for (const auto place : graph.placed_on(node)) out += graph.name(node) + "@" + graph.name(place) + " ";
  }
  return out;
}

TEST(BuildGraph, TakesLiveEdgesAndThoseOfTheConfiguration) {
  const std::vector<EdgeMatch> live{{0, "proxy", "replica-1"},
                                    {0, "proxy", "replica-0"},
                                    {0, "proxy", "replica-0"},
                                    {0, "self", "self"},
                                    {1, "replica-0", "node-1"}};
  const rca::EntityGraph graph = build_graph(edge_catalog(), live, {{"user", "proxy"}});
  EXPECT_EQ(text(graph), "proxy>replica-0 proxy>replica-1 replica-0@node-1 user>proxy ");
  EXPECT_FALSE(graph.find("self").has_value());
}

TEST(BuildGraph, DoesNotDependOnTheOrderOfTheEdges) {
  std::vector<EdgeMatch> live{{0, "c", "b"}, {0, "a", "c"}, {1, "b", "n"}};
  const rca::EntityGraph one = build_graph(edge_catalog(), live, {});
  std::reverse(live.begin(), live.end());
  const rca::EntityGraph two = build_graph(edge_catalog(), live, {});
  EXPECT_EQ(text(one), text(two));
  EXPECT_EQ(one.name(0), "a");
  EXPECT_EQ(two.name(0), "a");
}

TEST(BuildGraph, TurnsAddressesIntoTheEntitiesTheyStandFor) {
  const std::vector<EdgeMatch> live{{0, "10.0.0.1:40112", "10.0.0.2:8000"},
                                    {0, "[fd00::1]:80", "fd00::2"},
                                    {0, "10.0.0.9:1", "10.0.0.8"},
                                    {2, "10.0.0.1", "proxy"},
                                    {2, "10.0.0.2", "replica-0"},
                                    {2, "fd00::1", "six-1"},
                                    {2, "fd00::2", "six-2"},
                                    {2, "10.0.0.8", "one"},
                                    {2, "10.0.0.8", "two"}};
  EXPECT_EQ(text(build_graph(edge_catalog(), live, {})),
            "10.0.0.9:1>10.0.0.8 proxy>replica-0 six-1>six-2 ");  // 10.0.0.8 was two pods: it names neither
}

bool live(EdgeSpec::Live rule, std::vector<double> values) {
  EdgeSpec spec;
  spec.live = rule;
  std::vector<std::int64_t> times(values.size());
  for (std::size_t i = 0; i < times.size(); ++i) times[i] = static_cast<std::int64_t>(i) * 1000;
  return edge_is_live(spec, {times, values});
}

TEST(EdgeIsLive, Present) {
  EXPECT_TRUE(live(EdgeSpec::Live::present, {1, 0}));
  EXPECT_FALSE(live(EdgeSpec::Live::present, {}));
  EXPECT_FALSE(live(EdgeSpec::Live::present, {1, rca::stale_marker()}));
  EXPECT_TRUE(live(EdgeSpec::Live::present, {rca::stale_marker(), 1}));
}

TEST(EdgeIsLive, Positive) {
  EXPECT_TRUE(live(EdgeSpec::Live::positive, {0, 2}));
  EXPECT_FALSE(live(EdgeSpec::Live::positive, {2, 0}));
  EXPECT_FALSE(live(EdgeSpec::Live::positive, {2, std::numeric_limits<double>::quiet_NaN()}));
  EXPECT_FALSE(live(EdgeSpec::Live::positive, {2, rca::stale_marker()}));
}

TEST(EdgeIsLive, Increasing) {
  EXPECT_TRUE(live(EdgeSpec::Live::increasing, {5, 5, 6}));
  EXPECT_TRUE(live(EdgeSpec::Live::increasing, {5, 1}));  // a reset, and one call since
  EXPECT_FALSE(live(EdgeSpec::Live::increasing, {5, 0}));
  EXPECT_FALSE(live(EdgeSpec::Live::increasing, {7, 7, 7}));
  EXPECT_FALSE(live(EdgeSpec::Live::increasing, {7}));
  EXPECT_TRUE(live(EdgeSpec::Live::increasing, {5, rca::stale_marker(), 6}));
  EXPECT_FALSE(live(EdgeSpec::Live::increasing, {5, rca::stale_marker(), 5}));
}

rca::Signal signal(std::string entity, std::string role, std::string peers) {
  rca::Signal out;
  out.entity = std::move(entity);
  out.role = std::move(role);
  out.peer_group = std::move(peers);
  return out;
}

TEST(InheritPeerGroups, GivesTheGroupThatMostSignalsOfTheEntityName) {
  std::vector<rca::Signal> signals{signal("r0", "ttft", "model"),   signal("r0", "kv", "model"),
                                   signal("r0", "serve", "deploy"), signal("r0", "cpu", ""),
                                   signal("proxy", "cpu", ""),      signal("t", "a", "x"),
                                   signal("t", "b", "w"),           signal("t", "c", "")};
  inherit_peer_groups(signals);
  std::vector<std::string> groups;
  for (const rca::Signal& one : signals) groups.push_back(one.peer_group);
  EXPECT_THAT(groups, ElementsAre("model", "model", "deploy", "model", "", "x", "w", "w"));
}

}  // namespace
}  // namespace exporter
