#include "exporter/slo/promql_form.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace exporter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string error_of(std::string_view promql, bool bare = false) {
  const auto form = parse_event_form(promql, bare);
  return form.ok() ? "accepted" : form.error().message;
}

TEST(EventForm, SumsOfRatesAreEvents) {
  const auto form = parse_event_form("sum(rate(requests_total{code=~\"5..|429\"}[{{.window}}]))", false);
  ASSERT_TRUE(form.ok()) << form.error().message;
  EXPECT_THAT(form->plus, ElementsAre("requests_total{code=~\"5..|429\"}"));
  EXPECT_TRUE(form->minus.empty());
  EXPECT_EQ(error_of("sum( increase( a[5m] ) ) OR on() vector(0)"), "accepted");
  EXPECT_EQ(error_of("((sum(rate(a[{{ .window }}])) or vector(0)))  # bad ones"), "accepted");
  EXPECT_EQ(error_of("sum(rate(a{b=\"}]\"}[5m]))"), "accepted");
}

TEST(EventForm, SumsAndDifferencesAreKeptApart) {
  const auto form = parse_event_form("sum(rate(a[1m])) - (sum(rate(b[1m])) - sum(rate(c[1m])))", false);
  ASSERT_TRUE(form.ok());
  EXPECT_THAT(form->plus, ElementsAre("a", "c"));
  EXPECT_THAT(form->minus, ElementsAre("b"));
}

TEST(EventForm, BareCountersCountOnlyWhereTheyAreMeant) {
  EXPECT_EQ(error_of("sum(a{b=\"c\"})", true), "accepted");
  EXPECT_EQ(error_of("a{b=\"c\"}", true), "accepted");
  EXPECT_THAT(error_of("sum(a)"), HasSubstr("has no counterpart here"));
  EXPECT_THAT(error_of("rate(a[5m])"), HasSubstr("without sum()"));
}

TEST(EventForm, WhatCannotBeCarriedOverIsNamed) {
  EXPECT_THAT(error_of("sum by (pod) (rate(a[5m]))"), HasSubstr("sum by"));
  EXPECT_THAT(error_of("sum(rate(a[5m])) by (pod)"), HasSubstr("sum by"));
  EXPECT_THAT(error_of("sum_over_time((count(a < 1))[{{.window}}:])"), HasSubstr("the function \"sum_over_time\""));
  EXPECT_THAT(error_of("sum(irate(a[5m]))"), HasSubstr("the function \"irate\""));
  EXPECT_THAT(error_of("sum(rate(a[5m:1m]))"), HasSubstr("subquery"));
  EXPECT_THAT(error_of("sum(rate(a[5m] offset 1h))"), HasSubstr("offset"));
  EXPECT_THAT(error_of("sum(rate(a[5m])) > 3"), HasSubstr("\">\" has no counterpart"));
  EXPECT_THAT(error_of("sum(rate(a[5m])) or sum(rate(b[5m]))"), HasSubstr("vector(0)"));
  EXPECT_THAT(error_of("sum(rate(a{b=~\"(\"}[5m]))"), HasSubstr("bad selector"));
  EXPECT_THAT(error_of("sum(rate(a{b=\"c[5m]))"), HasSubstr("does not end"));
  EXPECT_THAT(error_of("sum(rate(a[5m))"), HasSubstr("does not end"));
  EXPECT_NE(error_of(""), "accepted");
  EXPECT_NE(error_of("sum("), "accepted");
  EXPECT_THAT(error_of(std::string(1000, '(')), HasSubstr("too many parentheses"));
  EXPECT_THAT(error_of(std::string(20'000, ' ')), HasSubstr("longer"));
}

EventSli sli(std::string_view part, std::string_view total, bool good) {
  const auto made = sli_of(*parse_event_form(part, false), *parse_event_form(total, false), good);
  EXPECT_TRUE(made.ok());
  return made.ok() ? *made : EventSli();
}

TEST(SliOf, GoodAndBadCountersStayAsTheyAre) {
  EXPECT_THAT(sli("sum(rate(e[5m]))", "sum(rate(t[5m]))", false).bad, ElementsAre("e"));
  const EventSli good = sli("sum(rate(g[5m]))", "sum(rate(t[5m])) + sum(rate(u[5m]))", true);
  EXPECT_THAT(good.good, ElementsAre("g"));
  EXPECT_THAT(good.total, ElementsAre("t", "u"));
}

TEST(SliOf, TheTotalLessOthersTurnsThemRound) {
  EXPECT_THAT(
      sli("sum(rate(t{a=\"1\",b=\"2\"}[5m])) - sum(rate(g[5m]))", "sum(rate(t{b=\"2\",a=\"1\"}[5m]))", false).good,
      ElementsAre("g"));
}

TEST(SliOf, ABucketOfTheCountIsTheHistogram) {
  const EventSli slow = sli(
      "(sum(rate(d_seconds_count{verb!=\"WATCH\"}[5m])) - sum(rate(d_seconds_bucket{le=\"0.4\",verb!=\"WATCH\"}[5m])))",
      "sum(rate(d_seconds_count{verb!=\"WATCH\"}[5m]))", false);
  EXPECT_EQ(slow.histogram, "d_seconds{verb!=\"WATCH\"}");
  EXPECT_EQ(slow.bound, 0.4);
  EXPECT_TRUE(slow.total.empty());
  EXPECT_EQ(sli("sum(rate(d_bucket{le=\"5\"}[5m]))", "sum(rate(d_bucket{le=\"+Inf\"}[5m]))", true).histogram, "d");
  // Of other requests than the bucket: two counters like any others.
  const EventSli other = sli("sum(rate(d_bucket{le=\"5\",a=\"b\"}[5m]))", "sum(rate(d_count[5m]))", true);
  EXPECT_EQ(other.histogram, "");
  EXPECT_THAT(other.good, ElementsAre("d_bucket{le=\"5\",a=\"b\"}"));
}

TEST(SliOf, OtherDifferencesAreRefused) {
  const EventForm a{{"a"}, {}};
  const EventForm difference{{"a"}, {"b"}};
  EXPECT_FALSE(sli_of(difference, {{"t"}, {}}, false).ok());
  EXPECT_FALSE(sli_of(a, difference, false).ok());
}

TEST(RatioForm, IsOneNumberOfEventsOverAnother) {
  const auto bad = parse_ratio_form("sum(rate(e[5m])) / sum(rate(t[5m]))");
  ASSERT_TRUE(bad.ok());
  EXPECT_FALSE(bad->good);
  const auto good = parse_ratio_form("1 - (sum(rate(g[5m])) / sum(rate(t[5m])))");
  ASSERT_TRUE(good.ok()) << good.error().message;
  EXPECT_TRUE(good->good);
  EXPECT_FALSE(parse_ratio_form("my:error:ratio_rate5m").ok());
  EXPECT_FALSE(parse_ratio_form("sum(rate(e[5m]))").ok());
}

}  // namespace
}  // namespace exporter
