#include "exporter/incident/tracker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace exporter {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t kStart = 1795332600000;  // 2026-11-22T07:30:00Z
constexpr std::int64_t kStep = 5000;
const double kMissing = std::nan("");

Slo latency(const std::string& name = "itl") {
  Slo slo;
  slo.name = name;
  slo.sli = SliKind::inter_token_latency;
  slo.threshold = 1;
  return slo;
}

IncidentOptions quick() {
  IncidentOptions options;
  options.open_after = milliseconds(10'000);
  options.resolve_after = milliseconds(15'000);
  options.resolve_ratio = 0.9;
  return options;
}

// Names the first broken row itself.
OnsetEstimator at_broken() {
  return [](const SliSeries&, std::int64_t, std::int64_t broken) { return broken; };
}

std::int64_t at(std::int64_t row) {
  return kStart + row * kStep;
}

SliSeries series_of(const Slo& slo, std::vector<double> values, std::int64_t first_row = 0) {
  SliSeries series;
  series.slo = &slo;
  series.grid = {at(first_row), kStep, static_cast<std::int64_t>(values.size())};
  series.values = std::move(values);
  return series;
}

// One SLO fed row by row, as the daemon does.
class Fed {
 public:
  explicit Fed(IncidentTracker tracker, Slo slo = latency()) : tracker_(std::move(tracker)), slo_(std::move(slo)) {}

  IncidentChanges feed(const std::vector<double>& values) {
    IncidentChanges all;
    for (const double value : values) {
      const SliSeries series = series_of(slo_, {value}, row_++);
      const IncidentChanges changes = tracker_.update({&series, 1}, at(row_));
      all.opened.insert(all.opened.end(), changes.opened.begin(), changes.opened.end());
      all.resolved.insert(all.resolved.end(), changes.resolved.begin(), changes.resolved.end());
    }
    return all;
  }
  IncidentTracker& tracker() { return tracker_; }

 private:
  IncidentTracker tracker_;
  Slo slo_;
  std::int64_t row_ = 0;
};

Fed fed() {
  return Fed(IncidentTracker({latency()}, quick(), at_broken()));
}

TEST(Tracker, OpensOnceTheObjectiveWasBrokenForLongEnough) {
  Fed sli = fed();
  EXPECT_TRUE(sli.feed({0.5, 0.5, 2, 2}).empty());
  const IncidentChanges changes = sli.feed({3});
  ASSERT_THAT(changes.opened, ElementsAre("itl-20261122T073020Z"));
  EXPECT_THAT(changes.resolved, IsEmpty());
  const Incident* incident = sli.tracker().find(changes.opened[0]);
  ASSERT_NE(incident, nullptr);
  EXPECT_TRUE(incident->open());
  EXPECT_EQ(incident->slo, "itl");
  EXPECT_EQ(incident->source, IncidentSource::slo);
  EXPECT_EQ(incident->onset_ms, at(2));
  EXPECT_EQ(incident->detected_ms, at(4));
  EXPECT_EQ(incident->sli_value, 3);
  EXPECT_EQ(incident->threshold, 1);
  EXPECT_EQ(incident->sli, "inter_token_latency");
  EXPECT_EQ(incident->unit, "seconds");
  EXPECT_EQ(incident->quantile, 0.95);
}

TEST(Tracker, AShortBreachOpensNothing) {
  Fed sli = fed();
  EXPECT_TRUE(sli.feed({2, 2, 0.5, 2, 2, 0.5, 2, 2}).empty());
}

TEST(Tracker, AnSloMayTakeLongerThanTheOthers) {
  Slo slow = latency();
  slow.open_after = milliseconds(25'000);
  Fed sli(IncidentTracker({slow}, quick(), at_broken()), slow);
  EXPECT_TRUE(sli.feed({2, 2, 2, 2, 2}).empty());
  EXPECT_EQ(sli.feed({2}).opened.size(), 1U);
}

TEST(Tracker, TheWorstValueOfTheLastRunCounts) {
  Fed sli = fed();
  const auto changes = sli.feed({9, 0.5, 2, 4, 3});
  ASSERT_EQ(changes.opened.size(), 1U);
  EXPECT_EQ(sli.tracker().find(changes.opened[0])->sli_value, 4);
  sli.feed({7, 1.5});
  EXPECT_EQ(sli.tracker().find(changes.opened[0])->sli_value, 7);
}

TEST(Tracker, MissingDataStopsTheClocksAndResetsNothing) {
  Fed sli = fed();
  EXPECT_TRUE(sli.feed({2, kMissing, kMissing, kMissing, 2}).empty());
  EXPECT_EQ(sli.feed({2}).opened.size(), 1U);
  EXPECT_TRUE(sli.feed({0.5, 0.5, kMissing, kMissing, kMissing, kMissing, kMissing, 0.5}).empty());
  EXPECT_EQ(sli.feed({0.5}).resolved.size(), 1U);
}

TEST(Tracker, ResolvesOnlyWithMarginAndForLongEnough) {
  Fed sli = fed();
  ASSERT_EQ(sli.feed({2, 2, 2}).opened.size(), 1U);
  // Kept, but not with the margin.
  EXPECT_TRUE(sli.feed({0.95, 0.95, 0.95, 0.95, 0.95, 0.95}).empty());
  // With the margin, but interrupted.
  EXPECT_TRUE(sli.feed({0.9, 0.9, 0.9, 0.95, 0.9, 0.9, 0.9}).empty());
  const auto changes = sli.feed({0.9});
  EXPECT_THAT(changes.resolved, ElementsAre("itl-20261122T073010Z"));
  const Incident* incident = sli.tracker().find("itl-20261122T073010Z");
  EXPECT_FALSE(incident->open());
  EXPECT_EQ(incident->resolved_ms, at(16));
}

TEST(Tracker, OpensAgainUnderAnotherId) {
  Fed sli = fed();
  ASSERT_EQ(sli.feed({2, 2, 2, 0.5, 0.5, 0.5, 0.5}).resolved.size(), 1U);
  EXPECT_THAT(sli.feed({2, 2, 2}).opened, ElementsAre("itl-20261122T073045Z"));
  EXPECT_EQ(sli.tracker().incidents().size(), 2U);
  EXPECT_EQ(sli.tracker().incidents().front().id, "itl-20261122T073045Z");
  EXPECT_EQ(sli.tracker().open_incidents().size(), 1U);
}

TEST(Tracker, OverlappingWindowsAreReadOnce) {
  const Slo slo = latency();
  IncidentTracker tracker({slo}, quick(), at_broken());
  std::vector<double> history(20, 0.5);
  for (int cycle = 0; cycle < 3; ++cycle) {
    const SliSeries series = series_of(slo, history);
    EXPECT_TRUE(tracker.update({&series, 1}, 0).empty());
  }
  // Two rows break; they must not count again with every cycle.
  history.insert(history.end(), {2, 2});
  for (int cycle = 0; cycle < 5; ++cycle) {
    const SliSeries series = series_of(slo, history);
    EXPECT_TRUE(tracker.update({&series, 1}, 0).empty());
  }
  history.push_back(2);
  const SliSeries series = series_of(slo, history);
  EXPECT_EQ(tracker.update({&series, 1}, 0).opened.size(), 1U);
}

TEST(Tracker, HistoryOfTheFirstCycleOnlyTellsWhatIsOpenNow) {
  const Slo slo = latency();
  const std::vector<double> past{0.5, 2, 2, 2, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5};
  {
    IncidentTracker tracker({slo}, quick(), at_broken());
    const SliSeries series = series_of(slo, past);
    EXPECT_TRUE(tracker.update({&series, 1}, 0).empty());
  }
  std::vector<double> now = past;
  now.insert(now.end(), {2, 3, 2});
  std::int64_t first = -1;
  IncidentTracker tracker({slo}, quick(), [&first](const SliSeries&, std::int64_t first_row, std::int64_t broken) {
    first = first_row;
    return broken - 1;
  });
  const SliSeries series = series_of(slo, now);
  ASSERT_EQ(tracker.update({&series, 1}, 0).opened.size(), 1U);
  EXPECT_EQ(tracker.incidents().front().detected_ms, at(12));
  EXPECT_EQ(tracker.incidents().front().onset_ms, at(9));
  EXPECT_EQ(first, 8);  // the row after the resolution of the incident before
}

TEST(Tracker, AnOnsetOutOfRangeIsNotBelieved) {
  for (const std::int64_t wrong : {std::int64_t{-1}, std::int64_t{6}, std::int64_t{1000}}) {
    const Slo slo = latency();
    IncidentTracker tracker({slo}, quick(), [wrong](const SliSeries&, std::int64_t, std::int64_t) { return wrong; });
    const SliSeries series = series_of(slo, {0, 0, 0, 2, 2, 2, 2});
    ASSERT_EQ(tracker.update({&series, 1}, 0).opened.size(), 1U);
    EXPECT_EQ(tracker.incidents().front().onset_ms, at(3));
  }
}

TEST(Tracker, EstimatesTheOnsetByChangePointDetection) {
  // The SLI climbs from row 200 on and breaks its objective only ten rows later.
  const Slo slo = latency();
  std::mt19937 random(7);
  std::normal_distribution<double> noise(0, 0.01);
  std::vector<double> values;
  for (int row = 0; row < 216; ++row) values.push_back((row < 200 ? 0.3 : row < 210 ? 0.8 : 1.4) + noise(random));
  IncidentTracker tracker({slo}, quick());
  const SliSeries series = series_of(slo, values);
  ASSERT_EQ(tracker.update({&series, 1}, 0).opened.size(), 1U);
  const Incident incident = tracker.incidents().front();
  EXPECT_EQ(incident.detected_ms, at(212));
  // Two steps look much like a ramp, whose beginning is not sharp; it is well before the objective broke in row 210.
  EXPECT_GE(incident.onset_ms, at(195));
  EXPECT_LE(incident.onset_ms, at(203));
}

TEST(Tracker, TheOnsetOfAThroughputIsWhereItFalls) {
  Slo slo;
  slo.name = "tokens";
  slo.sli = SliKind::throughput;
  slo.threshold = 900;
  std::mt19937 random(7);
  std::normal_distribution<double> noise(0, 5);
  std::vector<double> values;
  for (int row = 0; row < 110; ++row) values.push_back((row < 100 ? 1200 : 500) + noise(random));
  IncidentTracker tracker({slo}, quick());
  const SliSeries series = series_of(slo, values);
  ASSERT_EQ(tracker.update({&series, 1}, 0).opened.size(), 1U);
  EXPECT_GE(tracker.incidents().front().onset_ms, at(98));
  EXPECT_LE(tracker.incidents().front().onset_ms, at(100));
  EXPECT_LT(tracker.incidents().front().sli_value, 520);
}

TEST(Tracker, SeveralSlosAtOnce) {
  const std::vector<Slo> slos{latency("a"), latency("b")};
  IncidentTracker tracker(slos, quick(), at_broken());
  const Slo stranger = latency("c");
  const std::vector<SliSeries> series{series_of(slos[0], {2, 2, 2, 2}), series_of(slos[1], {0.5, 2, 2, 2}),
                                      series_of(stranger, {9, 9, 9, 9})};
  const IncidentChanges changes = tracker.update(series, 0);
  EXPECT_THAT(changes.opened, ElementsAre("a-20261122T073010Z", "b-20261122T073015Z"));
}

TEST(Tracker, GoesOnAfterARestart) {
  Fed before = fed();
  ASSERT_EQ(before.feed({2, 2, 2, 2}).opened.size(), 1U);
  const std::vector<Incident> stored = before.tracker().incidents();

  const Slo slo = latency();
  IncidentTracker tracker({slo}, quick(), at_broken());
  tracker.restore(stored);
  ASSERT_EQ(tracker.open_incidents().size(), 1U);
  // Still broken: the same incident.
  const SliSeries broken = series_of(slo, {2, 2, 2, 2, 2, 2});
  EXPECT_TRUE(tracker.update({&broken, 1}, 0).empty());
  // It was kept again while nobody looked.
  const SliSeries kept = series_of(slo, {2, 2, 2, 2, 2, 2, 0.5, 0.5, 0.5, 0.5, 0.5});
  EXPECT_THAT(tracker.update({&kept, 1}, 0).resolved, ElementsAre(stored[0].id));
  EXPECT_EQ(tracker.find(stored[0].id)->resolved_ms, at(9));
}

TEST(Tracker, HistoryBeforeAStoredResolutionOpensNothing) {
  Incident past;
  past.id = "itl-x";
  past.slo = "itl";
  past.onset_ms = at(1);
  past.detected_ms = at(3);
  past.resolved_ms = at(8);
  const Slo slo = latency();
  IncidentTracker tracker({slo}, quick(), at_broken());
  tracker.restore({past});
  const SliSeries series = series_of(slo, {0.5, 2, 2, 2, 2, 2, 2, 2, 2});
  EXPECT_TRUE(tracker.update({&series, 1}, 0).empty());
  EXPECT_EQ(tracker.incidents().size(), 1U);
}

TEST(Tracker, AnIncidentWhoseSloIsGoneResolves) {
  Fed sli = fed();
  ASSERT_EQ(sli.feed({2, 2, 2}).opened.size(), 1U);
  sli.tracker().configure({latency("other")}, quick());
  EXPECT_EQ(sli.tracker().open_incidents().size(), 1U);
  const IncidentChanges changes = sli.tracker().update({}, at(50));
  ASSERT_EQ(changes.resolved.size(), 1U);
  EXPECT_EQ(sli.tracker().find(changes.resolved[0])->resolved_ms, at(50));
}

TEST(Tracker, AReloadKeepsWhatIsOpenAndTakesTheNewThreshold) {
  Fed sli = fed();
  ASSERT_EQ(sli.feed({2, 2, 2}).opened.size(), 1U);
  Slo tolerant = latency();
  tolerant.threshold = 10;
  sli.tracker().configure({tolerant}, quick());
  EXPECT_EQ(sli.feed({2, 2, 2, 2}).resolved.size(), 1U);
}

TEST(Tracker, KeepsTheNewestResolvedOnes) {
  IncidentOptions options = quick();
  options.kept = 2;
  Fed sli(IncidentTracker({latency()}, options, at_broken()));
  for (int i = 0; i < 5; ++i) sli.feed({2, 2, 2, 0.5, 0.5, 0.5, 0.5});
  const std::vector<Incident> kept = sli.tracker().incidents();
  ASSERT_EQ(kept.size(), 2U);
  EXPECT_GT(kept[0].detected_ms, kept[1].detected_ms);
  EXPECT_EQ(kept[0].resolved_ms, at(34));
}

TEST(Tracker, WhatWasJustResolvedCanStillBeSaved) {
  IncidentOptions options = quick();
  options.kept = 0;
  Fed sli(IncidentTracker({latency()}, options, at_broken()));
  const auto changes = sli.feed({2, 2, 2, 0.5, 0.5, 0.5, 0.5});
  ASSERT_EQ(changes.resolved.size(), 1U);
  EXPECT_NE(sli.tracker().find(changes.resolved[0]), nullptr);
  EXPECT_THAT(sli.tracker().incidents(), IsEmpty());
  sli.feed({0.5});
  EXPECT_EQ(sli.tracker().find(changes.resolved[0]), nullptr);
}

TEST(Tracker, TakesRankings) {
  Fed sli = fed();
  const auto changes = sli.feed({2, 2, 2});
  rca::Ranking ranking;
  ranking.method = "nsigma";
  ranking.entities.push_back({"ray-replicas-1", "gpu_clock", 5, {}});
  ASSERT_TRUE(sli.tracker().set_rankings(changes.opened[0], {ranking}, "nsigma").ok());
  ASSERT_NE(sli.tracker().find(changes.opened[0])->answer(), nullptr);
  EXPECT_EQ(sli.tracker().find(changes.opened[0])->answer()->entity, "ray-replicas-1");
  const auto missing = sli.tracker().set_rankings("nobody", {}, "");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().kind, rca::ErrorKind::not_found);
}

TEST(Tracker, EmptyAndMalformedSeriesAreIgnored) {
  const Slo slo = latency();
  IncidentTracker tracker({slo}, quick(), at_broken());
  SliSeries empty = series_of(slo, {});
  SliSeries ragged = series_of(slo, {2, 2, 2, 2});
  ragged.grid.rows = 400;
  const SliSeries nameless{nullptr, {at(0), kStep, 1}, {2}};
  for (const SliSeries& series : {empty, ragged, nameless}) EXPECT_TRUE(tracker.update({&series, 1}, 0).empty());
}

}  // namespace
}  // namespace exporter
