// SLOs that count events, as the configuration writes them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exporter/config/config.h"

namespace exporter {
namespace {

using testing::ElementsAre;

ConfigResult parse(const std::string& slo) {
  return parse_config("sources: [{url: 'http://h/read'}]\nslos: [" + slo + "]\n", "rca.yml");
}

Slo slo_of(const std::string& text) {
  const ConfigResult result = parse(text);
  EXPECT_EQ(to_string(result.diagnostics), "");
  return result.config ? result.config->slos.at(0) : Slo();
}

std::string mistakes(const std::string& text) {
  return to_string(parse(text).diagnostics);
}

TEST(SloConfig, CountersMakeAnSliOfEvents) {
  const Slo slo = slo_of(
      "{name: a, service: chat, objective: 0.999, budget_window: 7d, sli: {events: {bad: 'e_total', total: [t_total, "
      "'u{a=\"b\"}']}}}");
  EXPECT_EQ(slo.sli, SliKind::bad_event_ratio);
  EXPECT_EQ(slo.budgeting, BudgetingMethod::occurrences);
  EXPECT_EQ(slo.service, "chat");
  EXPECT_THAT(slo.events.bad, ElementsAre("e_total"));
  EXPECT_THAT(slo.events.total, ElementsAre("t_total", "u{a=\"b\"}"));
  EXPECT_NEAR(slo.threshold, 0.0144, 1e-12);  // burns 14.4 times as fast as the budget lasts
  // Half-way from the objective to nothing but bad events, where 14.4 times is more than there is.
  EXPECT_NEAR(slo_of("{name: a, objective: 0.9, sli: {events: {good: g, total: t}}}").threshold, 0.55, 1e-12);
  EXPECT_EQ(slo_of("{name: a, threshold: 0.3, sli: {events: {good: g, total: t}}}").threshold, 0.3);
}

TEST(SloConfig, AHistogramAndItsBoundMakeOneToo) {
  const Slo slo = slo_of("{name: a, sli: {histogram: {metric: 'd_seconds{a=\"b\"}', le: 2.5}}}");
  EXPECT_EQ(slo.sli, SliKind::slow_request_ratio);
  EXPECT_EQ(slo.events.histogram, "d_seconds{a=\"b\"}");
  EXPECT_EQ(slo.events.bound, 2.5);
}

TEST(SloConfig, KnownIndicatorsCountTimeUnlessEventsAreWanted) {
  const std::string ttft = "{name: a, sli: time_to_first_token, threshold: 1";
  EXPECT_EQ(slo_of(ttft + "}").budgeting, BudgetingMethod::timeslices);
  EXPECT_EQ(slo_of(ttft + ", budgeting_method: occurrences}").budgeting, BudgetingMethod::occurrences);
}

TEST(SloConfig, MistakesAreNamed) {
  EXPECT_EQ(mistakes("{name: a, sli: {events: {total: t}}}"),
            "rca.yml:2: slos[0].sli.events: needs one of good and bad, and only one");
  EXPECT_EQ(mistakes("{name: a, sli: {events: {good: g, bad: b, total: t}}}"),
            "rca.yml:2: slos[0].sli.events: needs one of good and bad, and only one");
  EXPECT_EQ(mistakes("{name: a, sli: {events: {bad: b}}}"),
            "rca.yml:2: slos[0].sli.events: the key \"total\" is missing");
  EXPECT_THAT(mistakes("{name: a, sli: {events: {bad: 'b{', total: t}}}"),
              testing::HasSubstr("rca.yml:2: slos[0].sli.events.bad: bad selector \"b{\": "));
  EXPECT_EQ(mistakes("{name: a, sli: {}, threshold: 1}"),
            "rca.yml:2: slos[0].sli: needs one of events and histogram, and only one");
  EXPECT_EQ(mistakes("{name: a, sli: {histogram: {metric: h, le: 0}}}"),
            "rca.yml:2: slos[0].sli.histogram.le: must be greater than 0");
  EXPECT_EQ(mistakes("{name: a, sli: {histogram: {metric: '{a=\"b\"}', le: 1}}}"),
            "rca.yml:2: slos[0].sli.histogram.metric: must name the histogram");
  EXPECT_EQ(mistakes("{name: a, sli: {histogram: {metric: 'h{le=\"1\"}', le: 1}}}"),
            "rca.yml:2: slos[0].sli.histogram.metric: must have no condition on le: the key le names the bucket");
  EXPECT_EQ(mistakes("{name: a, entity: x, sli: {histogram: {metric: h, le: 1}}}"),
            "rca.yml:2: slos[0].entity: the selectors of the SLI say what is counted");
  EXPECT_EQ(mistakes("{name: a, budgeting_method: timeslices, sli: {histogram: {metric: h, le: 1}}}"),
            "rca.yml:2: slos[0].budgeting_method: an SLI that counts events is budgeted by occurrences");
  EXPECT_EQ(mistakes("{name: a, budgeting_method: occurrences, sli: throughput, threshold: 1}"),
            "rca.yml:2: slos[0].budgeting_method: there are no events to count behind throughput");
  EXPECT_EQ(mistakes("{name: a, sli: error_ratio}"), "rca.yml:2: slos[0]: the key \"threshold\" is missing");
}

}  // namespace
}  // namespace exporter
