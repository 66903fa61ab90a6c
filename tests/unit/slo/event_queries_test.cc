#include "exporter/slo/event_queries.h"

#include <gtest/gtest.h>

#include "exporter/signals/catalog.h"

namespace exporter {
namespace {

std::shared_ptr<const Resolver> resolver_of(const Config& config) {
  CatalogResult catalog = load_catalog(config);
  EXPECT_TRUE(catalog.catalog) << to_string(catalog.diagnostics);
  return std::make_shared<const Resolver>(std::move(*Resolver::create(std::move(*catalog.catalog), config)));
}

TEST(BoundRegex, HasEveryWayInWhichABoundIsWritten) {
  EXPECT_EQ(bound_regex(2.5), "2\\.5|2\\.5e\\+00");
  EXPECT_EQ(bound_regex(1), "1|1\\.0|1e\\+00");
  EXPECT_EQ(bound_regex(1e6), "1000000|1000000\\.0|1e\\+06");
}

Slo latency() {
  Slo slo;
  slo.name = "ttft";
  slo.sli = SliKind::time_to_first_token;
  slo.threshold = 0.25;
  slo.budgeting = BudgetingMethod::occurrences;
  return slo;
}

TEST(EventQueries, ARoleIsAskedOfEveryExporterThatGivesIt) {
  Config config;
  config.slos = {latency()};
  config.catalog_exporters = {"vllm", "sglang"};
  config.series_matchers = {"namespace=\"llm\""};
  const auto queries = EventQueries::create(config.slos, resolver_of(config), config.series_matchers);
  ASSERT_TRUE(queries.ok());
  ASSERT_EQ(queries->all().size(), 2U);
  bool namespaced = false;
  for (const auto& matcher : queries->all()[0].matchers) namespaced = namespaced || matcher.name == "namespace";
  EXPECT_TRUE(namespaced);

  const auto labels = [](const char* le) {
    return rca::Labels{{"__name__", "vllm:time_to_first_token_seconds_bucket"}, {"le", le}, {"pod", "vllm-0"}};
  };
  const auto bucket = queries->classify(0, labels("0.25"));
  const auto all = queries->classify(0, labels("+Inf"));
  ASSERT_TRUE(bucket && all);
  EXPECT_FALSE(bucket->total);
  EXPECT_TRUE(all->total);
  EXPECT_EQ(bucket->entity, "vllm-0");
  EXPECT_EQ(bucket->twin, all->twin);
  EXPECT_FALSE(queries->classify(0, labels("0.5")));
  EXPECT_FALSE(queries->classify(0, labels("rubbish")));
  EXPECT_FALSE(queries->classify(1, labels("0.25")));  // not of that exporter
}

TEST(EventQueries, MillisecondsAreAskedInMilliseconds) {
  Config config;
  Slo slo = latency();
  slo.role = "http_request_latency";
  slo.threshold = 0.3;
  config.slos = {slo};
  config.catalog_exporters = {"istio"};
  const auto queries = EventQueries::create(config.slos, resolver_of(config), {});
  ASSERT_TRUE(queries.ok());
  ASSERT_FALSE(queries->all().empty());
  EXPECT_EQ(queries->all()[0].bound, 300);
}

TEST(EventQueries, ARatioIsItsPartAndItsDivisor) {
  Config config;
  Slo slo = latency();
  slo.sli = SliKind::error_ratio;
  config.slos = {slo};
  config.catalog_exporters = {"vllm"};
  const auto queries = EventQueries::create(config.slos, resolver_of(config), {});
  ASSERT_TRUE(queries.ok());
  ASSERT_EQ(queries->all().size(), 2U);
  EXPECT_FALSE(queries->all()[0].total);
  EXPECT_TRUE(queries->all()[1].total);
  EXPECT_EQ(queries->all()[0].group, queries->all()[1].group);
  const rca::Labels labels{{"__name__", "vllm:request_success_total"}, {"finished_reason", "abort"}, {"pod", "vllm-0"}};
  const auto part = queries->classify(0, labels);
  const auto total = queries->classify(1, labels);
  ASSERT_TRUE(part && total);
  EXPECT_TRUE(total->total);
  EXPECT_EQ(part->group, total->group);
}

TEST(EventQueries, TimeslicesAskNothing) {
  Config config;
  Slo slo = latency();
  slo.budgeting = BudgetingMethod::timeslices;
  config.slos = {slo};
  EXPECT_TRUE(EventQueries::create(config.slos, resolver_of(config), {})->all().empty());
}

TEST(CountsGood, TellsWhichPartIsCounted) {
  Slo slo = latency();
  EXPECT_TRUE(counts_good(slo));
  slo.sli = SliKind::error_ratio;
  EXPECT_FALSE(counts_good(slo));
  slo.sli = SliKind::availability;
  EXPECT_TRUE(counts_good(slo));
  slo.role = "error_ratio";
  EXPECT_FALSE(counts_good(slo));
  slo = {};
  slo.sli = SliKind::bad_event_ratio;
  slo.events.bad = {"a"};
  EXPECT_FALSE(counts_good(slo));
}

}  // namespace
}  // namespace exporter
