#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "exporter/incident/tracker.h"

namespace exporter {
namespace {

using testing::ElementsAre;

constexpr std::int64_t kNow = 1795332600000;  // 2026-11-22T07:30:00Z

Slo latency() {
  Slo slo;
  slo.name = "itl";
  slo.sli = SliKind::inter_token_latency;
  slo.threshold = 1;
  return slo;
}

IncidentOptions quick() {
  IncidentOptions options;
  options.open_after = milliseconds(0);
  options.resolve_after = milliseconds(0);
  return options;
}

IncidentTracker make_tracker() {
  return {{latency()}, quick(), [](const SliSeries&, std::int64_t, std::int64_t broken) { return broken; }};
}

Alert alert(const std::string& name, bool firing, const std::string& fingerprint = "f1", rca::Labels labels = {}) {
  Alert result;
  result.name = name;
  result.firing = firing;
  result.fingerprint = fingerprint;
  result.labels = std::move(labels);
  rca::set_label(result.labels, "alertname", name);
  result.annotations = {{"summary", "Tokens are slow"}};
  result.starts_ms = kNow - 60'000;
  return result;
}

IncidentChanges send(IncidentTracker& tracker, const Alert& one, std::int64_t now_ms = kNow) {
  return tracker.on_alerts({&one, 1}, now_ms);
}

IncidentChanges measure(IncidentTracker& tracker, double value, std::int64_t time_ms) {
  const Slo slo = latency();
  const SliSeries series{&slo, {time_ms, 5000, 1}, {value}};
  return tracker.update({&series, 1}, time_ms);
}

TEST(TrackerAlert, FiringOpensAndResolvedCloses) {
  IncidentTracker tracker = make_tracker();
  EXPECT_THAT(send(tracker, alert("GpuLost", true)).opened, ElementsAre("GpuLost-20261122T073000Z"));
  const Incident incident = tracker.incidents().front();
  EXPECT_EQ(incident.slo, "GpuLost");
  EXPECT_EQ(incident.alert, "GpuLost");
  EXPECT_EQ(incident.source, IncidentSource::alertmanager);
  EXPECT_EQ(incident.onset_ms, kNow - 60'000);
  EXPECT_EQ(incident.detected_ms, kNow);
  EXPECT_EQ(incident.summary, "Tokens are slow");
  EXPECT_TRUE(std::isnan(incident.sli_value));
  // Alertmanager repeats itself.
  EXPECT_TRUE(send(tracker, alert("GpuLost", true), kNow + 1000).empty());
  EXPECT_THAT(send(tracker, alert("GpuLost", false), kNow + 2000).resolved, ElementsAre("GpuLost-20261122T073000Z"));
  EXPECT_EQ(tracker.incidents().front().resolved_ms, kNow + 2000);
  EXPECT_TRUE(send(tracker, alert("GpuLost", false), kNow + 3000).empty());
}

TEST(TrackerAlert, IsHeldByEveryAlertOfItsName) {
  IncidentTracker tracker = make_tracker();
  send(tracker, alert("GpuLost", true, "a"));
  EXPECT_TRUE(send(tracker, alert("GpuLost", true, "b")).empty());
  EXPECT_TRUE(send(tracker, alert("GpuLost", false, "a")).empty());
  EXPECT_TRUE(send(tracker, alert("Other", false, "b")).empty());
  EXPECT_EQ(send(tracker, alert("GpuLost", false, "b")).resolved.size(), 1U);
}

TEST(TrackerAlert, TheHoldersSurviveARestart) {
  IncidentTracker before = make_tracker();
  send(before, alert("GpuLost", true, "a"));
  send(before, alert("GpuLost", true, "b"));
  IncidentTracker tracker = make_tracker();
  tracker.restore(before.incidents());
  EXPECT_TRUE(send(tracker, alert("GpuLost", false, "a")).empty());
  EXPECT_EQ(send(tracker, alert("GpuLost", false, "b")).resolved.size(), 1U);
}

TEST(TrackerAlert, TheLabelSloNamesOurSlo) {
  IncidentTracker tracker = make_tracker();
  EXPECT_THAT(send(tracker, alert("BurnRate", true, "f", {{"slo", "itl"}})).opened,
              ElementsAre("itl-20261122T073000Z"));
  const Incident incident = tracker.incidents().front();
  EXPECT_EQ(incident.slo, "itl");
  EXPECT_EQ(incident.threshold, 1);
  EXPECT_EQ(incident.sli, "inter_token_latency");
  // Measuring neither opens a second one nor closes the alert's.
  EXPECT_TRUE(measure(tracker, 5, kNow + 5000).empty());
  EXPECT_EQ(tracker.incidents().front().sli_value, 5);
  EXPECT_TRUE(measure(tracker, 0.1, kNow + 10'000).empty());
  EXPECT_EQ(send(tracker, alert("BurnRate", false, "f", {{"slo", "itl"}}), kNow + 15'000).resolved.size(), 1U);
}

TEST(TrackerAlert, TheOnsetOfAnAlertsIncidentIsEstimatedWhenItsSloIsMeasured) {
  IncidentTracker tracker({latency()}, quick(),
                          [](const SliSeries&, std::int64_t, std::int64_t broken) { return broken - 3; });
  send(tracker, alert("BurnRate", true, "f", {{"slo", "itl"}}));
  const Slo slo = latency();
  const SliSeries series{&slo, {kNow - 100'000, 5000, 30}, std::vector<double>(30, 0.95)};
  tracker.update({&series, 1}, kNow);
  EXPECT_EQ(tracker.incidents().front().onset_ms, kNow - 75'000);
}

TEST(TrackerAlert, AnAlertDoesNotHoldWhatTheMeasurementOpened) {
  IncidentTracker tracker = make_tracker();
  ASSERT_EQ(measure(tracker, 5, kNow).opened.size(), 1U);
  EXPECT_TRUE(send(tracker, alert("IncidentOpen", true, "f", {{"slo", "itl"}})).empty());
  EXPECT_EQ(measure(tracker, 0.1, kNow + 5000).resolved.size(), 1U);
  // Alertmanager repeats an alert that follows our own series: that must not open the incident again.
  EXPECT_TRUE(send(tracker, alert("IncidentOpen", true, "f", {{"slo", "itl"}}), kNow + 6000).empty());
  EXPECT_TRUE(send(tracker, alert("IncidentOpen", false, "f", {{"slo", "itl"}}), kNow + 7000).empty());
  // When it starts anew, it counts.
  Alert anew = alert("IncidentOpen", true, "f", {{"slo", "itl"}});
  anew.starts_ms = kNow + 8000;
  EXPECT_EQ(send(tracker, anew, kNow + 9000).opened.size(), 1U);
}

TEST(TrackerAlert, OurOwnAlertsDoNotFeedThemselves) {
  IncidentTracker tracker = make_tracker();
  EXPECT_TRUE(send(tracker, alert("RootCause", true, "f", {{"incident", "itl-1"}})).empty());
  // rca_incident_active{slo="GpuLost"} of an alert's incident makes an alert with that label.
  send(tracker, alert("GpuLost", true, "a"));
  EXPECT_TRUE(send(tracker, alert("IncidentOpen", true, "b", {{"slo", "GpuLost"}})).empty());
  EXPECT_EQ(send(tracker, alert("GpuLost", false, "a")).resolved.size(), 1U);
  EXPECT_TRUE(tracker.open_incidents().empty());
}

TEST(TrackerAlert, TheNumberOfOpenOnesIsBounded) {
  IncidentTracker tracker = make_tracker();
  for (std::size_t i = 0; i < IncidentTracker::kMaxOpenAlertIncidents + 7; ++i) {
    send(tracker, alert("A" + std::to_string(i), true, std::to_string(i)));
  }
  EXPECT_EQ(tracker.open_incidents().size(), IncidentTracker::kMaxOpenAlertIncidents);
  EXPECT_EQ(tracker.dropped_alerts(), 7U);
}

TEST(TrackerAlert, IdsAreFitForUrlsAndUnique) {
  IncidentTracker tracker = make_tracker();
  EXPECT_THAT(send(tracker, alert("a/b c?ü", true, "1")).opened, ElementsAre("a_b_c___-20261122T073000Z"));
  EXPECT_THAT(send(tracker, alert("a/b_c?ü", true, "2")).opened, ElementsAre("a_b_c___-20261122T073000Z-2"));
  EXPECT_EQ(tracker.incidents().size(), 2U);
  const auto long_name = send(tracker, alert(std::string(5000, 'x'), true, "3"));
  ASSERT_EQ(long_name.opened.size(), 1U);
  EXPECT_LT(long_name.opened[0].size(), 120U);
}

}  // namespace
}  // namespace exporter
