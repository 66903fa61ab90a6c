#include "exporter/signals/resolver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <string>

namespace exporter {
namespace {

using remote_read::Dialect;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

Resolver make_resolver(const std::string& yaml, const Config& config = {}) {
  const CatalogResult catalog = parse_catalog(yaml, "test.yml");
  EXPECT_EQ(to_string(catalog.diagnostics), "");
  auto resolver = Resolver::create(catalog.catalog.value_or(Catalog{}), config);
  EXPECT_TRUE(resolver.ok());
  return std::move(resolver).value();
}

rca::Labels labels(const std::string& selector) {
  const auto matchers = remote_read::parse_selector(selector);
  EXPECT_TRUE(matchers.ok()) << selector;
  rca::Labels out;
  for (const remote_read::Matcher& matcher : matchers.value()) rca::set_label(out, matcher.name, matcher.value);
  return out;
}

std::vector<std::string> texts(const std::vector<Selector>& selectors) {
  std::vector<std::string> out;
  for (const Selector& selector : selectors) out.push_back(remote_read::to_string(selector.matchers));
  return out;
}

constexpr const char* kCatalog = R"(
version: 1
entity_labels: [exported_pod, pod]
signals:
  - {role: usage, metrics: [new_usage, old_usage], unit: ratio, peer_labels: [model_name]}
  - {role: requests, metrics: [done_total], kind: counter, unit: per_second, internal: true}
  - {role: errors, metrics: [done_total], kind: counter, match: 'reason="error"', divide_by: requests, unit: ratio}
  - {role: latency, metrics: [latency_ms], kind: histogram, scale: 0.001, unit: seconds}
  - {role: mean_latency, metrics: [latency_ms], kind: histogram_mean, scale: 0.001, unit: seconds}
  - {role: clean, metrics: [odd_total], kind: counter, match: 'reason!~"error|abort"', unit: per_second}
edges:
  - {kind: call, metric: calls_total, live: increasing, source_labels: [src], target_labels: [dst, dst_ip]}
)";

TEST(Resolver, GivesEverySpecASeriesBelongsTo) {
  const Resolver resolver = make_resolver(kCatalog);
  const auto done = resolver.resolve(labels(R"(done_total{pod="web-0",reason="error"})"));
  ASSERT_EQ(done.signals.size(), 2U);
  EXPECT_EQ(resolver.catalog().signals[done.signals[0].spec].role, "requests");
  EXPECT_EQ(resolver.catalog().signals[done.signals[1].spec].role, "errors");
  EXPECT_EQ(done.signals[1].entity, "web-0");
  EXPECT_EQ(done.signals[1].part, SeriesPart::value);
  EXPECT_EQ(resolver.divisor(done.signals[1].spec), done.signals[0].spec);
  EXPECT_EQ(resolver.divisor(done.signals[0].spec), std::nullopt);
  EXPECT_EQ(resolver.resolve(labels(R"(done_total{pod="web-0",reason="stop"})")).signals.size(), 1U);
}

TEST(Resolver, ConditionsAreAnchoredAndTakeAMissingLabelAsEmpty) {
  const Resolver resolver = make_resolver(kCatalog);
  EXPECT_EQ(resolver.resolve(labels(R"(odd_total{pod="a",reason="errors"})")).signals.size(), 1U);
  EXPECT_EQ(resolver.resolve(labels(R"(odd_total{pod="a",reason="abort"})")).signals.size(), 0U);
  EXPECT_EQ(resolver.resolve(labels(R"(odd_total{pod="a"})")).signals.size(), 1U);
}

TEST(Resolver, ReadsThePartsOfHistograms) {
  const Resolver resolver = make_resolver(kCatalog);
  const auto bucket = resolver.resolve(labels(R"(latency_ms_bucket{pod="a",le="2.5"})"));
  ASSERT_EQ(bucket.signals.size(), 1U);
  EXPECT_EQ(bucket.signals[0].part, SeriesPart::bucket);
  EXPECT_EQ(bucket.signals[0].upper_bound, 2.5);  // as the label says: the scale is the caller's
  EXPECT_EQ(resolver.resolve(labels(R"(latency_ms_bucket{pod="a",le="+Inf"})")).signals.at(0).upper_bound,
            std::numeric_limits<double>::infinity());
  EXPECT_EQ(resolver.resolve(labels(R"(latency_ms_bucket{pod="a",le="1e+06"})")).signals.at(0).upper_bound, 1e6);
  EXPECT_THAT(resolver.resolve(labels(R"(latency_ms_bucket{pod="a",le="x"})")).signals, IsEmpty());
  EXPECT_THAT(resolver.resolve(labels(R"(latency_ms_bucket{pod="a"})")).signals, IsEmpty());
  EXPECT_EQ(resolver.resolve(labels(R"(latency_ms_sum{pod="a"})")).signals.at(0).part, SeriesPart::sum);
  EXPECT_EQ(resolver.resolve(labels(R"(latency_ms_count{pod="a"})")).signals.at(0).part, SeriesPart::count);
  EXPECT_THAT(resolver.resolve(labels(R"(latency_ms{pod="a"})")).signals, IsEmpty());
}

TEST(Resolver, PrefersEarlierNames) {
  const Resolver resolver = make_resolver(kCatalog);
  const auto fresh = resolver.resolve(labels(R"(new_usage{pod="a"})")).signals.at(0);
  const auto old = resolver.resolve(labels(R"(old_usage{pod="a"})")).signals.at(0);
  EXPECT_EQ(fresh.spec, old.spec);
  EXPECT_LT(fresh.preference, old.preference);
  const auto sum = resolver.resolve(labels(R"(latency_ms_sum{pod="a"})")).signals.at(0);
  const auto count = resolver.resolve(labels(R"(latency_ms_count{pod="a"})")).signals.at(0);
  EXPECT_EQ(sum.preference, count.preference);
}

TEST(Resolver, LeavesOutWhatNamesNoEntityOrIsNotKnown) {
  Config config;
  config.entity_rules = {{"gone-.*", ""}};
  const Resolver resolver = make_resolver(kCatalog, config);
  EXPECT_THAT(resolver.resolve(labels("new_usage")).signals, IsEmpty());
  EXPECT_THAT(resolver.resolve(labels(R"(new_usage{pod="gone-1"})")).signals, IsEmpty());
  EXPECT_THAT(resolver.resolve(labels(R"(other{pod="a"})")).signals, IsEmpty());
  EXPECT_THAT(resolver.resolve({}).signals, IsEmpty());
  EXPECT_EQ(resolver.resolve(labels(R"(new_usage{exported_pod="a",pod="b"})")).signals.at(0).entity, "a");
}

TEST(Resolver, PeersComeFromLabelsUnlessARuleNamesThem) {
  Config config;
  config.peer_groups = {{"webs", "web-[0-9]+"}, {"late", "web-.*"}};
  const Resolver resolver = make_resolver(kCatalog, config);
  EXPECT_EQ(resolver.resolve(labels(R"(new_usage{pod="a",model_name="m"})")).signals.at(0).peer_group, "m");
  EXPECT_EQ(resolver.resolve(labels(R"(new_usage{pod="a"})")).signals.at(0).peer_group, "");
  EXPECT_EQ(resolver.resolve(labels(R"(new_usage{pod="web-1",model_name="m"})")).signals.at(0).peer_group, "webs");
  EXPECT_EQ(resolver.resolve(labels(R"(done_total{pod="web-x"})")).signals.at(0).peer_group, "late");
}

TEST(Resolver, SeveralPeerLabelsMakeOneGroupAndAllMustBeThere) {
  const Resolver resolver = make_resolver(
      "version: 1\nentity_labels: [pod]\nsignals:\n"
      "  - {role: a, metrics: [m], unit: s, peer_labels: [app, version]}\n");
  EXPECT_EQ(resolver.resolve(labels(R"(m{pod="a",app="x",version="2"})")).signals.at(0).peer_group, "x/2");
  EXPECT_EQ(resolver.resolve(labels(R"(m{pod="a",app="x"})")).signals.at(0).peer_group, "");
}

TEST(Resolver, AsksForNamesUnderTheSameConditionsTogether) {
  Config config;
  config.series_matchers = {"namespace=\"ray\"", "{pod!=\"x\"}"};
  const Resolver resolver = make_resolver(kCatalog, config);
  // done_total is asked for without a condition anyway; the plain histogram name is for native histograms.
  EXPECT_THAT(texts(resolver.selectors()),
              ElementsAre("{__name__=~\"new_usage|old_usage|done_total|latency_ms_bucket|latency_ms|latency_ms_sum|"
                          "latency_ms_count|calls_total\",namespace=\"ray\",pod!=\"x\"}",
                          "odd_total{reason!~\"error|abort\",namespace=\"ray\",pod!=\"x\"}"));
  EXPECT_THAT(texts(resolver.selectors(Dialect::prometheus, 3)),
              ElementsAre("{__name__=~\"new_usage|old_usage|done_total\",namespace=\"ray\",pod!=\"x\"}",
                          "{__name__=~\"latency_ms_bucket|latency_ms|latency_ms_sum\",namespace=\"ray\",pod!=\"x\"}",
                          "{__name__=~\"latency_ms_count|calls_total\",namespace=\"ray\",pod!=\"x\"}",
                          "odd_total{reason!~\"error|abort\",namespace=\"ray\",pod!=\"x\"}"));
}

TEST(Resolver, DoesNotAskAgainUnderNarrowerConditions) {
  const Resolver resolver = make_resolver(
      "version: 1\nentity_labels: [pod]\nsignals:\n"
      "  - {role: a, metrics: [m, n], match: 'x=\"1\",y=\"2\"', unit: s}\n"
      "  - {role: b, metrics: [m], match: 'x=\"1\"', unit: s}\n"
      "  - {role: c, metrics: [m], match: 'x=\"2\"', unit: s}\n");
  EXPECT_THAT(texts(resolver.selectors()), ElementsAre("n{x=\"1\",y=\"2\"}", "m{x=\"1\"}", "m{x=\"2\"}"));
}

TEST(Resolver, EscapesNamesWithDots) {
  const Resolver resolver =
      make_resolver("version: 1\nentity_labels: [pod]\nsignals:\n  - {role: a, metrics: [a.b, c], unit: s}\n");
  EXPECT_THAT(texts(resolver.selectors()), ElementsAre(R"({__name__=~"a\\.b|c"})"));
  EXPECT_EQ(resolver.resolve(labels(R"({"a.b", pod="x"})")).signals.size(), 1U);
}

TEST(Resolver, AsksDeepFlowOneMetricAtATimeWithHints) {
  const CatalogResult catalog = load_catalog(Config{});
  ASSERT_TRUE(catalog.catalog.has_value());
  const auto resolver = Resolver::create(*catalog.catalog, Config{});
  ASSERT_TRUE(resolver.ok());
  const auto deepflow = resolver->selectors(Dialect::deepflow);
  ASSERT_FALSE(deepflow.empty());
  std::set<std::string> names;
  for (const Selector& selector : deepflow) {
    ASSERT_EQ(selector.matchers.size(), 1U);
    EXPECT_EQ(selector.matchers[0].type, remote_read::Matcher::Type::equal);
    EXPECT_TRUE(selector.matchers[0].value.starts_with("flow_metrics__"));
    EXPECT_FALSE(selector.hints.func.empty());
    EXPECT_FALSE(selector.hints.grouping.empty());
    EXPECT_TRUE(selector.hints.by);
    EXPECT_TRUE(names.insert(selector.matchers[0].value).second) << "asked twice";
  }
  for (const std::string& text : texts(resolver->selectors(Dialect::prometheus))) {
    EXPECT_EQ(text.find("flow_metrics__"), std::string::npos);
  }
}

TEST(Resolver, EverySeriesItKnowsIsSelected) {
  const CatalogResult catalog = load_catalog(Config{});
  ASSERT_TRUE(catalog.catalog.has_value());
  const auto resolver = Resolver::create(*catalog.catalog, Config{});
  ASSERT_TRUE(resolver.ok());
  std::string all;
  for (const std::string& text : texts(resolver->selectors())) all += text + "\n";
  for (const SignalSpec& spec : catalog.catalog->signals) {
    if (spec.dialect) continue;
    for (std::string metric : spec.metrics) {
      for (std::size_t dot = metric.find('.'); dot != std::string::npos; dot = metric.find('.', dot + 4)) {
        metric.replace(dot, 1, R"(\\.)");
      }
      EXPECT_NE(all.find(metric), std::string::npos) << metric;
    }
  }
}

TEST(Resolver, ReadsEdges) {
  const Resolver resolver = make_resolver(kCatalog);
  const auto call = resolver.resolve(labels(R"(calls_total{src="a",dst="unknown",dst_ip="10.0.0.1:80"})"));
  ASSERT_EQ(call.edges.size(), 1U);
  EXPECT_EQ(call.edges[0].source, "a");
  EXPECT_EQ(call.edges[0].target, "10.0.0.1:80");
  EXPECT_THAT(resolver.resolve(labels(R"(calls_total{src="a"})")).edges, IsEmpty());
}

}  // namespace
}  // namespace exporter
