#include "exporter/pipeline/change_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exporter/signals/catalog.h"

namespace exporter {
namespace {

constexpr std::int64_t kHour = 3'600'000;

std::vector<std::string> described(const std::vector<rca::ChangeEvent>& events) {
  std::vector<std::string> out;
  for (const rca::ChangeEvent& event : events) {
    out.push_back(std::to_string(event.time_ms) + " " + event.kind + " " + event.entity + " " + event.from + " > " +
                  event.to);
  }
  return out;
}

TEST(LabelChanges, ARolloutIsToldOfOnce) {
  const std::vector<ValueSpan> spans{{"gw-a", "v1", 0, kHour},
                                     {"gw-b", "v1", 0, kHour + 60'000},
                                     {"gw-c", "v2", kHour, 3 * kHour},
                                     {"gw-d", "v2", kHour + 60'000, 3 * kHour}};
  EXPECT_THAT(described(label_changes(spans, "image", 0)), testing::ElementsAre("3600000 image gw-c v1 > v2"));
}

TEST(LabelChanges, ARollbackIsAChangeToo) {
  const std::vector<ValueSpan> spans{
      {"gw-a", "v1", 0, kHour}, {"gw-b", "v2", kHour, 2 * kHour}, {"gw-c", "v1", 2 * kHour, 3 * kHour}};
  EXPECT_THAT(described(label_changes(spans, "image", 0)),
              testing::ElementsAre("3600000 image gw-b v1 > v2", "7200000 image gw-c v2 > v1"));
}

TEST(LabelChanges, WhatWasThereWhenTheHistoryBeganIsNone) {
  EXPECT_TRUE(label_changes({{"a", "v1", 0, kHour}, {"b", "v2", 60'000, kHour}}, "image", 0).empty());
  EXPECT_TRUE(label_changes({}, "image", 0).empty());
}

TEST(LabelChanges, MoreOfTheSameOrSomethingNewIsNone) {
  EXPECT_TRUE(label_changes({{"a", "v1", 0, 2 * kHour}, {"b", "v1", kHour, 2 * kHour}}, "image", 0).empty());
  EXPECT_TRUE(label_changes({{"a", "v1", kHour, 2 * kHour}}, "image", 0).empty());
}

struct Watched {
  Watched() {
    Config config;
    CatalogResult catalog = parse_catalog(R"(
version: 1
exporter: x
entity_labels: [pod]
changes:
  - {kind: image, metric: info, key_labels: [container], value_labels: [image]}
  - {kind: replica_count, metric: replicas, entity_labels: [deployment]}
)",
                                          "x.yml");
    EXPECT_TRUE(catalog.catalog) << to_string(catalog.diagnostics);
    auto made = Resolver::create(std::move(*catalog.catalog), config);
    EXPECT_TRUE(made.ok());
    resolver = std::make_shared<const Resolver>(std::move(made).value());
    watch = std::make_unique<ChangeWatch>(resolver);
  }
  void bind(SeriesId id, rca::Labels labels) {
    std::sort(labels.begin(), labels.end());
    watch->bind(id, resolver->resolve(labels).changes);
  }
  void observe(SeriesId id, std::vector<std::int64_t> times, std::vector<double> values) {
    watch->observe(id, {times, values});
  }
  std::shared_ptr<const Resolver> resolver;
  std::unique_ptr<ChangeWatch> watch;
};

TEST(ChangeWatch, SeesAnImageComeWithANewPod) {
  Watched w;
  w.bind(1, {{"__name__", "info"}, {"pod", "gw-7d9f8b6c5d-x2k4j"}, {"container", "c"}, {"image", "gw:1"}});
  w.observe(1, {1000, kHour}, {1, 1});
  w.watch->commit({1}, 1);
  EXPECT_TRUE(w.watch->events().empty());
  w.bind(2, {{"__name__", "info"}, {"pod", "gw-5c6f7d8b9-zz5kq"}, {"container", "c"}, {"image", "gw:2"}});
  w.bind(3, {{"__name__", "info"}, {"pod", "gw-5c6f7d8b9-zz5kq"}, {"container", "other"}, {"image", "gw:9"}});
  w.observe(2, {kHour + 5000}, {1});
  w.observe(3, {kHour + 5000}, {1});
  // What is not committed is not seen.
  EXPECT_TRUE(w.watch->events().empty());
  w.watch->commit({2, 3}, kHour);
  EXPECT_THAT(described(w.watch->events()), testing::ElementsAre("3605000 image gw-5c6f7d8b9-zz5kq gw:1 > gw:2"));
  w.watch->remove({1});
  EXPECT_TRUE(w.watch->events().empty());  // nothing to compare it with any more; the store keeps the event
}

TEST(ChangeWatch, SeesAValueChange) {
  Watched w;
  w.bind(1, {{"__name__", "replicas"}, {"deployment", "gw"}});
  w.observe(1, {1000, 2000, 3000}, {3, 3, 5});
  w.watch->commit({1}, 1);
  w.observe(1, {3000, 4000, 5000}, {5, rca::stale_marker(), 2});
  w.watch->rollback();
  EXPECT_THAT(described(w.watch->events()), testing::ElementsAre("3000 replica_count gw 3 > 5"));
  w.observe(1, {3000, 4000, 5000}, {5, rca::stale_marker(), 2});
  w.watch->commit({}, 3000);
  EXPECT_THAT(described(w.watch->events()),
              testing::ElementsAre("3000 replica_count gw 3 > 5", "5000 replica_count gw 5 > 2"));
}

TEST(ChangeWatch, PassesOverSeriesThatItDoesNotKnow) {
  Watched w;
  w.observe(77, {1000}, {1});
  w.watch->commit({77}, 1);
  EXPECT_TRUE(w.watch->events().empty());
}

}  // namespace
}  // namespace exporter
