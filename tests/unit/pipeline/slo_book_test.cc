#include "exporter/pipeline/slo_book.h"

#include <gtest/gtest.h>

#include <cmath>

#include "exporter/pipeline/evaluator.h"
#include "tests/unit/pipeline/fake_source.h"

namespace exporter {
namespace {

using pipeline_test::Faults;
using pipeline_test::History;
using pipeline_test::kStart;
using pipeline_test::labels_of;

constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kHour = 60 * kMinute;

// Two days of two replicas with 10 requests every 15 s each: 1 % fail, 10 % in the bad hour before hour 40; 2 % take
// more than a second, and the replica "b" was restarted after a day.
std::shared_ptr<History> two_days() {
  auto history = std::make_shared<History>();
  for (const char* pod : {"a", "b"}) {
    double all = 0;
    double failed = 0;
    double fast = 0;
    for (std::int64_t t = 0; t <= 48 * kHour; t += 15'000) {
      const auto put = [&](const std::string& name, std::vector<rca::Label> labels, double value) {
        labels.push_back({"pod", pod});
        history->series[labels_of(name, std::move(labels))].push_back(kStart + t, value);
      };
      if (*pod == 'b' && t == 24 * kHour) all = failed = fast = 0;
      all += 10;
      failed += t > 39 * kHour && t <= 40 * kHour ? 1 : 0.1;
      fast += 9.8;
      put("requests_total", {{"code", "200"}}, all - failed);
      put("requests_total", {{"code", "500"}}, failed);
      put("latency_seconds_bucket", {{"le", "1.0"}}, fast);
      put("latency_seconds_bucket", {{"le", "2"}}, all);
      put("latency_seconds_bucket", {{"le", "+Inf"}}, all);
    }
  }
  return history;
}

Slo events_slo() {
  Slo slo;
  slo.name = "errors";
  slo.sli = SliKind::bad_event_ratio;
  slo.events.bad = {"requests_total{code=\"500\"}"};
  slo.events.total = {"requests_total"};
  slo.budgeting = BudgetingMethod::occurrences;
  slo.objective = 0.98;
  slo.threshold = 0.05;
  slo.budget_window = milliseconds(48 * kHour);
  return slo;
}

Slo histogram_slo() {
  Slo slo = events_slo();
  slo.name = "fast";
  slo.sli = SliKind::slow_request_ratio;
  slo.events = {};
  slo.events.histogram = "latency_seconds";
  slo.events.bound = 1;
  return slo;
}

struct Fixture {
  explicit Fixture(std::vector<Slo> slos, std::shared_ptr<History> given = two_days())
      : history(std::move(given)), sources(pipeline_test::one_source(history, faults)) {
    config = pipeline_test::test_config();
    config.slos = std::move(slos);
    const auto resolver = pipeline_test::test_resolver(config);
    store = std::make_unique<SignalStore>(config, resolver, rca::RangeSemantics::closed);
    book = std::move(*SloBook::create(config, resolver, true));
  }

  rca::Result<void> update(std::int64_t offset) {
    history->visible_until = kStart + offset;
    RCA_TRY(store->update(kStart + offset, sources, {}));
    return book->update(kStart + offset, *store, sources, {});
  }
  void read_all(std::int64_t offset) {
    for (int i = 0; i < 100 && !book->complete(); ++i) book->read_back(sources, kStart + offset, {});
  }
  [[nodiscard]] SloStatus status(std::int64_t offset, std::size_t slo = 0) const {
    return book->status(kStart + offset).at(slo);
  }

  std::shared_ptr<History> history;
  std::shared_ptr<Faults> faults = std::make_shared<Faults>();
  Sources sources;
  Config config;
  std::unique_ptr<SignalStore> store;
  std::unique_ptr<SloBook> book;
};

TEST(SloBook, HistoryIsReadBackToTheWholeBudgetWindow) {
  Fixture fixture({events_slo(), histogram_slo()});
  ASSERT_TRUE(fixture.update(48 * kHour).ok());
  EXPECT_LT(fixture.status(48 * kHour).budget.coverage, 0.01);  // ten minutes
  EXPECT_FALSE(fixture.book->complete());
  fixture.read_all(48 * kHour);
  ASSERT_TRUE(fixture.book->complete());

  const SloStatus errors = fixture.status(48 * kHour);
  EXPECT_NEAR(errors.budget.coverage, 1, 1e-3);
  EXPECT_EQ(errors.budget.name, "2d");
  // 47 hours of 1 % and one of 10 %.
  const double bad = (47 * 0.01 + 0.1) / 48;
  EXPECT_NEAR(errors.budget.sli, 1 - bad, 1e-4);
  EXPECT_NEAR(errors.remaining, 1 - bad / 0.02, 2e-3);
  EXPECT_NEAR(errors.windows[2].burn, 0.5, 1e-6);  // the last hour, 1 %
  EXPECT_EQ(errors.exhausted_ms, 0);

  const SloStatus fast = fixture.status(48 * kHour, 1);
  EXPECT_NEAR(fast.budget.sli, 0.98, 1e-6);
  EXPECT_NEAR(fast.remaining, 0, 1e-4);
}

TEST(SloBook, CycleByCycleGivesWhatOneReadGives) {
  Fixture at_once({events_slo()});
  ASSERT_TRUE(at_once.update(40 * kHour).ok());
  Fixture step_by_step({events_slo()});
  for (std::int64_t offset = 40 * kHour - 10 * kMinute; offset <= 40 * kHour; offset += 5'000) {
    ASSERT_TRUE(step_by_step.update(offset).ok());
  }
  at_once.read_all(40 * kHour);
  step_by_step.read_all(40 * kHour);
  for (std::size_t i = 0; i < kBurnWindows.size(); ++i) {
    EXPECT_NEAR(at_once.status(40 * kHour).windows[i].sli, step_by_step.status(40 * kHour).windows[i].sli, 1e-9) << i;
  }
  EXPECT_NEAR(step_by_step.status(40 * kHour).windows[2].burn, 5, 0.05);  // the bad hour
}

TEST(SloBook, TheIndicatorOfSelectorsIsTheShareOfBadEvents) {
  Fixture fixture({events_slo()});
  ASSERT_TRUE(fixture.update(39 * kHour + 30 * kMinute).ok());
  EXPECT_NEAR(fixture.store->levels().measured(0, *fixture.store->last_row()), 0.1, 1e-6);
  EXPECT_NEAR(fixture.store->levels().measured(0, *fixture.store->last_row() - 60), 0.1, 1e-6);
}

TEST(SloBook, RolesOfTheCatalogueCanBeCounted) {
  Slo slo;
  slo.name = "errors";
  slo.sli = SliKind::error_ratio;
  slo.role = "error_ratio";
  slo.budgeting = BudgetingMethod::occurrences;
  slo.threshold = 0.05;
  slo.objective = 0.98;
  Slo latency = slo;
  latency.name = "latency";
  latency.sli = SliKind::end_to_end_latency;
  latency.role = "latency";
  latency.threshold = 1;
  latency.entity = "b";
  Fixture fixture({slo, latency});
  ASSERT_TRUE(fixture.update(48 * kHour).ok());
  EXPECT_NEAR(fixture.status(48 * kHour).windows[0].sli, 0.99, 1e-6);
  EXPECT_NEAR(fixture.status(48 * kHour, 1).windows[0].sli, 0.98, 1e-6);
}

TEST(SloBook, AThresholdThatIsNoBoundCountsNothing) {
  Slo slo = histogram_slo();
  slo.events.bound = 1.5;
  Fixture fixture({slo});
  ASSERT_TRUE(fixture.update(48 * kHour).ok());
  EXPECT_TRUE(std::isnan(fixture.status(48 * kHour).remaining));
  EXPECT_EQ(fixture.status(48 * kHour).windows[0].coverage, 0);
}

TEST(SloBook, AReadThatFailsLosesNothing) {
  Fixture fixture({events_slo()});
  ASSERT_TRUE(fixture.update(40 * kHour - kMinute).ok());
  fixture.history->visible_until = kStart + 40 * kHour;
  ASSERT_TRUE(fixture.store->update(kStart + 40 * kHour, fixture.sources, {}).ok());
  fixture.faults->error = rca::Error{rca::ErrorKind::timeout, "too slow"};
  EXPECT_FALSE(fixture.book->update(kStart + 40 * kHour, *fixture.store, fixture.sources, {}).ok());
  fixture.faults->error.reset();
  ASSERT_TRUE(fixture.update(40 * kHour + 5'000).ok());
  EXPECT_NEAR(fixture.status(40 * kHour).windows[0].sli, 0.9, 1e-6);

  fixture.faults->error = rca::Error{rca::ErrorKind::limit, "too many samples"};
  fixture.book->read_back(fixture.sources, kStart + 40 * kHour, {});  // no harm
  fixture.faults->error.reset();
  EXPECT_FALSE(fixture.book->complete());
  fixture.book->read_back(fixture.sources, kStart + 40 * kHour, {});  // too early
  EXPECT_FALSE(fixture.book->complete());
  fixture.read_all(40 * kHour + 2 * kMinute);
  EXPECT_TRUE(fixture.book->complete());
}

TEST(SloBook, KeptTimeIsCountedAndItsHistoryReadFromTheExportersOwnSeries) {
  Slo slo;
  slo.name = "latency";
  slo.sli = SliKind::end_to_end_latency;
  slo.role = "latency";
  slo.quantile = 0.5;
  slo.threshold = 0.8;  // the median is 0.51 s
  slo.objective = 0.9;
  slo.budget_window = milliseconds(48 * kHour);
  const auto history = two_days();
  // Four hours of the first day were slow.
  for (std::int64_t t = 0; t <= 48 * kHour; t += 30'000) {
    const double value = t > 4 * kHour && t <= 8 * kHour ? 1.5 : 0.5;
    history->series[labels_of("rca_sli_value", {{"slo", "latency"}})].push_back(kStart + t, value);
  }
  Fixture fixture({slo}, history);
  ASSERT_TRUE(fixture.update(48 * kHour).ok());
  EXPECT_NEAR(fixture.status(48 * kHour).windows[0].sli, 1, 1e-9);
  fixture.read_all(48 * kHour);
  const SloStatus status = fixture.status(48 * kHour);
  EXPECT_NEAR(status.budget.sli, 1 - 4.0 / 48, 1e-3);
  EXPECT_NEAR(status.budget.coverage, 1, 2e-3);
}

TEST(SloBook, AnIncidentsShareIsItsBadEventsOverThoseThatTheBudgetAllows) {
  Fixture fixture({events_slo()});
  ASSERT_TRUE(fixture.update(48 * kHour).ok());
  EXPECT_FALSE(fixture.book->used("errors", kStart + 39 * kHour, kStart + 40 * kHour, kStart + 48 * kHour));
  fixture.read_all(48 * kHour);
  const auto used = fixture.book->used("errors", kStart + 39 * kHour, kStart + 40 * kHour, kStart + 48 * kHour);
  ASSERT_TRUE(used);
  EXPECT_NEAR(used->bad, 2 * 240, 5);  // two replicas, one in ten of 2400 requests; the hour is not of whole minutes
  EXPECT_NEAR(used->budget, 0.02 * 2 * 2400 * 48, 10);
  EXPECT_FALSE(fixture.book->used("nothing", kStart, kStart + kHour, kStart + 48 * kHour));
}

TEST(SloBook, ThroughTheEvaluatorAnEventSloOpensAnIncidentAndPublishesItsBudget) {
  Config config = pipeline_test::test_config();
  config.slos = {events_slo()};
  const auto history = two_days();
  auto desk = std::move(*IncidentDesk::in_memory(config));
  Evaluator evaluator(config, pipeline_test::test_resolver(config),
                      pipeline_test::one_source(history, std::make_shared<Faults>()));
  for (std::int64_t offset = 39 * kHour - 5 * kMinute; offset <= 39 * kHour + 10 * kMinute; offset += 15'000) {
    history->visible_until = kStart + offset;
    ASSERT_TRUE(evaluator.cycle(kStart + offset, *desk).ok());
  }
  const Snapshot& snapshot = evaluator.snapshot();
  ASSERT_EQ(snapshot.slos.size(), 1U);
  EXPECT_GT(snapshot.slos[0].windows[0].burn, 4.9);
  ASSERT_EQ(snapshot.incidents.size(), 1U);
  const Incident& incident = snapshot.incidents[0];
  EXPECT_TRUE(incident.open());
  EXPECT_EQ(incident.sli, "bad_event_ratio");
  EXPECT_NEAR(static_cast<double>(incident.onset_ms - kStart), static_cast<double>(39 * kHour), 60'000);
  // Ten minutes of 8 requests a minute that fail.
  EXPECT_NEAR(incident.bad_events, 80, 5);
  EXPECT_NEAR(incident.budget_consumed(), 80 / (0.02 * 80 * 60 * 48), 2e-3);
}

}  // namespace
}  // namespace exporter
