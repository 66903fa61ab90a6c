#include "exporter/pipeline/edge_watch.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "common/samples.h"
#include "exporter/signals/catalog.h"

namespace exporter {
namespace {

constexpr std::int64_t kScrape = 5000;

// Time in scrapes; a watched series "other" keeps it going.
struct Watched {
  Watched() {
    CatalogResult catalog = parse_catalog(R"(
version: 1
exporter: x
entity_labels: [pod]
edges:
  - {kind: placement, metric: info, source_labels: [pod], target_labels: [node]}
  - {kind: call, metric: up, live: positive, source_labels: [from], target_labels: [to]}
)",
                                          "x.yml");
    EXPECT_TRUE(catalog.catalog) << to_string(catalog.diagnostics);
    auto made = Resolver::create(std::move(*catalog.catalog), Config());
    EXPECT_TRUE(made.ok());
    resolver = std::make_shared<const Resolver>(std::move(made).value());
    watch = std::make_unique<EdgeWatch>(resolver);
    info(1, "other", "n9");
    commit({1});
  }
  void info(SeriesId id, const std::string& pod, const std::string& node) {
    bind(id, {{"__name__", "info"}, {"pod", pod}, {"node", node}});
  }
  void bind(SeriesId id, rca::Labels labels) {
    std::sort(labels.begin(), labels.end());
    watch->bind(id, resolver->resolve(labels).edges);
  }
  void observe(SeriesId id, std::vector<std::int64_t> scrapes, const std::vector<double>& values) {
    for (std::int64_t& scrape : scrapes) scrape *= kScrape;
    watch->observe(id, {scrapes, values});
  }
  void commit(const std::vector<SeriesId>& added = {}) { watch->commit(added); }
  void at(std::int64_t scrape) {
    observe(1, {scrape}, {1});
    commit();
  }
  // "pod>node " of all placements, then "from>to " of all calls.
  std::string edges(std::int64_t since_scrape = 0) const {
    const rca::EntityGraph graph = watch->graph(since_scrape * kScrape, {});
    std::string out;
    for (rca::EntityGraph::Node node = 0; node < graph.size(); ++node) {
      for (const auto on : graph.placed_on(node)) out += graph.name(node) + ">" + graph.name(on) + " ";
    }
    for (rca::EntityGraph::Node node = 0; node < graph.size(); ++node) {
      for (const auto callee : graph.callees(node)) out += graph.name(node) + ">" + graph.name(callee) + " ";
    }
    return out;
  }
  std::shared_ptr<const Resolver> resolver;
  std::unique_ptr<EdgeWatch> watch;
};

const double kEnd = rca::stale_marker();

TEST(EdgeWatch, AMissedScrapeAtTheEndLeavesTheEdge) {
  Watched w;
  w.info(2, "a", "n1");
  w.observe(2, {10, 11, 12}, {1, 1, kEnd});
  w.commit({2});
  w.at(12);
  EXPECT_EQ(w.edges(), "a>n1 other>n9 ");
  w.at(15);
  EXPECT_EQ(w.edges(), "a>n1 other>n9 ") << "three scrapes after the marker it may still come back";
  w.at(16);
  EXPECT_EQ(w.edges(), "other>n9 ");
  w.observe(2, {12, 17}, {kEnd, 1});
  w.commit();
  EXPECT_EQ(w.edges(), "a>n1 other>n9 ");
}

TEST(EdgeWatch, WhatRunsElsewhereNowIsGoneAtOnce) {
  Watched w;
  w.info(2, "a", "n1");
  w.observe(2, {10, 11}, {1, kEnd});
  w.info(3, "a", "n2");
  w.observe(3, {11}, {1});
  w.commit({2, 3});
  EXPECT_EQ(w.edges(), "a>n2 ");
}

TEST(EdgeWatch, AValueThatSaysNoEndsTheEdgeAtOnce) {
  Watched w;
  w.bind(2, {{"__name__", "up"}, {"from", "a"}, {"to", "b"}});
  w.observe(2, {10}, {1});
  w.commit({2});
  EXPECT_EQ(w.edges(), "a>b ");
  w.observe(2, {10, 11}, {1, kEnd});
  w.commit();
  EXPECT_EQ(w.edges(), "a>b ");
  w.observe(2, {11, 12, 13}, {kEnd, 0, kEnd});
  w.commit();
  EXPECT_EQ(w.edges(), "");
}

TEST(EdgeWatch, AReadThatIsTakenBackChangesNothing) {
  Watched w;
  w.info(2, "a", "n1");
  w.observe(2, {10}, {1});
  w.commit({2});
  w.observe(2, {10, 11}, {1, kEnd});
  w.observe(1, {100}, {1});
  w.watch->rollback();
  w.at(12);
  EXPECT_EQ(w.edges(), "a>n1 other>n9 ");
  EXPECT_EQ(w.edges(11), "other>n9 ") << "not seen since";
}

TEST(EdgeWatch, AnEndThatWasNeverAliveIsNoEdge) {
  Watched w;
  w.info(2, "a", "n1");
  w.observe(2, {10}, {kEnd});
  w.commit({2});
  w.at(10);
  EXPECT_EQ(w.edges(), "other>n9 ");
}

}  // namespace
}  // namespace exporter
